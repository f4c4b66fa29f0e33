"""Where equipment was before it came into another area."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to(column: str, target: str) -> sa.Column:
    key = "code" if target == "area" else "id"
    name = op.f(f"fk_area_left_{column}_{target}")
    kind = sa.String(40) if target == "area" else sa.Integer()
    return sa.Column(column, kind, sa.ForeignKey(f"{target}.{key}", name=name), nullable=target != "area")


def upgrade() -> None:
    op.create_table(
        "area_left",
        sa.Column("id", BIG, nullable=False),
        _to("elevator_id", "elevator"),
        _to("cylinder_id", "cylinder"),
        _to("area_code", "area"),
        sa.Column("left_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_left")),
    )
    op.create_index("ix_area_left_elevator_id_left_on", "area_left", ["elevator_id", "left_on"])
    op.create_index("ix_area_left_cylinder_id_left_on", "area_left", ["cylinder_id", "left_on"])
    op.create_index("ix_area_left_left_on", "area_left", ["left_on"])


def downgrade() -> None:
    op.drop_table("area_left")
