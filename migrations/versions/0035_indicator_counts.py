"""Counts of the indicators of the running day, for the page that an office leaves open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_count",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("area_code", sa.String(40), nullable=False),
        sa.Column("numerator", sa.Integer, nullable=False),
        sa.Column("denominator", sa.Integer, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "key", "area_code", name=op.f("pk_indicator_count")),
    )


def downgrade() -> None:
    op.drop_table("indicator_count")
