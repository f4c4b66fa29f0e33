"""Transfers of cylinders between stations with the receiver's acceptance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.models.base import BigType, UtcMoment

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cylinder_transfer",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("giver_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("receiver_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("proposed_on", sa.Date, nullable=False),
        sa.Column("proposed_by_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("decided_on", sa.Date),
        sa.Column("decided_by_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("recorded_at", UtcMoment, nullable=False),
        sa.Column("ref", sa.String(40), unique=True),
        sa.Column("ref_digest", sa.String(200)),
    )
    op.create_index("ix_cylinder_transfer_giver_id_state", "cylinder_transfer", ["giver_id", "state"])
    op.create_index("ix_cylinder_transfer_receiver_id_state", "cylinder_transfer", ["receiver_id", "state"])
    op.create_table(
        "cylinder_transfer_item",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("transfer_id", BigType, sa.ForeignKey("cylinder_transfer.id"), nullable=False),
        sa.Column("cylinder_id", BigType, sa.ForeignKey("cylinder.id"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.UniqueConstraint("transfer_id", "cylinder_id"),
    )
    op.create_index("ix_cylinder_transfer_item_cylinder_id", "cylinder_transfer_item", ["cylinder_id"])
    running = sa.text("open")
    op.create_index(
        "uq_cylinder_transfer_item_open",
        "cylinder_transfer_item",
        ["cylinder_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def downgrade() -> None:
    op.drop_table("cylinder_transfer_item")
    op.drop_table("cylinder_transfer")
