"""The graded risk of filling stations as dated periods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "station_risk",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(
            "station_id",
            sa.Integer,
            sa.ForeignKey("unit.id", name=op.f("fk_station_risk_station_id_unit")),
            nullable=False,
        ),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("score", sa.Numeric(10, 3), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("factors", JSON, nullable=False),
        sa.Column("floors", JSON, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_risk")),
    )
    op.create_index("ix_station_risk_station_id_since", "station_risk", ["station_id", "since"])
    op.create_index("ix_station_risk_until_level", "station_risk", ["until", "level", "station_id"])


def downgrade() -> None:
    op.drop_table("station_risk")
