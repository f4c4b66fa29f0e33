"""The rungs of escalation that a hazard has reached, its listed supervision, and whom a circular names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hazard", sa.Column("listed_supervision", sa.String(40)))
    op.add_column("hazard", sa.Column("escalation_level", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "circular_item",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(
            "paper_id",
            sa.Integer,
            sa.ForeignKey("paper.id", name=op.f("fk_circular_item_paper_id_paper")),
            nullable=False,
        ),
        sa.Column(
            "hazard_id",
            sa.Integer,
            sa.ForeignKey("hazard.id", name=op.f("fk_circular_item_hazard_id_hazard")),
            nullable=False,
        ),
        sa.Column("days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_item")),
        sa.UniqueConstraint("paper_id", "hazard_id", name=op.f("uq_circular_item_paper_id_hazard_id")),
    )
    op.create_index("ix_circular_item_hazard_id", "circular_item", ["hazard_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER circular_item_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON circular_item "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER circular_item_no_{verb} BEFORE {verb.upper()} ON circular_item "
            "BEGIN SELECT RAISE(ABORT, 'circular_item can only grow'); END"
        )


def downgrade() -> None:
    op.drop_table("circular_item")
    op.drop_column("hazard", "escalation_level")
    op.drop_column("hazard", "listed_supervision")
