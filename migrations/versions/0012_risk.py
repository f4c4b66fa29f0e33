"""The graded risk of elevators as dated periods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "elevator_risk",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "elevator_id",
            sa.Integer,
            sa.ForeignKey("elevator.id", name=op.f("fk_elevator_risk_elevator_id_elevator")),
            nullable=False,
        ),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("score", sa.Numeric(10, 3), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("factors", JSON, nullable=False),
        sa.Column("floors", JSON, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elevator_risk")),
    )
    op.create_index("ix_elevator_risk_elevator_id_since", "elevator_risk", ["elevator_id", "since"])
    op.create_index("ix_elevator_risk_until_level", "elevator_risk", ["until", "level", "elevator_id"])


def downgrade() -> None:
    op.drop_table("elevator_risk")
