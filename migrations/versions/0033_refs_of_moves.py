"""What a page or program called its move of a directive, a sealing or a case; notices of hearings served, cases sent
back for more investigation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = ("directive_step", "sealing_step", "case_step")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("ref", sa.String(40)))
        op.add_column(table, sa.Column("ref_digest", sa.String(200)))
        op.create_index(f"ix_{table}_ref", table, ["ref"], unique=True)
    op.add_column("enforcement_case", sa.Column("reinvestigated_at", sa.DateTime(timezone=True)))
    op.add_column("case_hearing", sa.Column("notice_served_on", sa.Date))
    # Until now the notice counted as served when it was made.
    op.execute("UPDATE case_hearing SET notice_served_on = notified_on")


def downgrade() -> None:
    op.drop_column("case_hearing", "notice_served_on")
    op.drop_column("enforcement_case", "reinvestigated_at")
    for table in TABLES:
        op.drop_index(f"ix_{table}_ref", table)
        op.drop_column(table, "ref_digest")
        op.drop_column(table, "ref")
