"""Indexes by the day on which a record of a cylinder begins or ends: in which cylinders two days may differ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

OPEN = "ended_on IS NULL AND cylinder_id IS NOT NULL"
INDEXES = (
    ("cylinder_status", "since", None),
    ("cylinder_status", "until", "until IS NOT NULL"),
    ("label_code", "ended_on", "ended_on IS NOT NULL AND cylinder_id IS NOT NULL"),
    ("label_code", "open_bound_on", OPEN),
    ("policy_item", "since", "cylinder_id IS NOT NULL"),
    ("policy_item", "until", "until IS NOT NULL AND cylinder_id IS NOT NULL"),
)


def upgrade() -> None:
    for table, column, where in INDEXES:
        only = sa.text(where) if where else None
        op.create_index(
            f"ix_{table}_{column}",
            table,
            [column.removeprefix("open_"), "cylinder_id"],
            sqlite_where=only,
            postgresql_where=only,
        )


def downgrade() -> None:
    for table, column, _where in reversed(INDEXES):
        op.drop_index(f"ix_{table}_{column}", table)
