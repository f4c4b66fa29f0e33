"""Signs of life of what works in the background; the request behind a job; an index of visits that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0038"
branch_labels = None
depends_on = None

UNDECIDED = "confirmed_at IS NULL AND declined_reason IS NULL"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("job", sa.Column("request_id", sa.String(40), nullable=False, server_default=""))
    op.create_index(
        "ix_visit_undecided",
        "visit",
        ["received_at"],
        sqlite_where=sa.text(UNDECIDED),
        postgresql_where=sa.text(UNDECIDED),
    )
    op.create_table(
        "beat",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("problem", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beat")),
        sa.UniqueConstraint("name", name=op.f("uq_beat_name")),
    )
