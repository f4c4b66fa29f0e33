"""Keys of cylinders as wide as the cylinders' own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = ("accident", "area_left")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # has one kind of whole number
    for table in TABLES:
        op.alter_column(table, "cylinder_id", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=True)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in TABLES:
        op.alter_column(table, "cylinder_id", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=True)
