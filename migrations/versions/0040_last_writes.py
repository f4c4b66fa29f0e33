"""How far the primary was when a person last wrote, for reading from a replica."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_write",
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_last_write_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_last_write")),
    )


def downgrade() -> None:
    op.drop_table("last_write")
