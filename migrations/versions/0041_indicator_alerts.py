"""Alerts of indicators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0036"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "indicator_alert",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column(
            "area_code",
            sa.String(40),
            sa.ForeignKey("area.code", name=op.f("fk_indicator_alert_area_code_area")),
            nullable=False,
        ),
        sa.Column("period_end", sa.Date, nullable=True),
        sa.Column("value", sa.Numeric(18, 6), nullable=True),
        sa.Column("target", sa.Numeric(18, 6), nullable=True),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column(
            "acknowledged_by_id",
            sa.Integer,
            sa.ForeignKey("person.id", name=op.f("fk_indicator_alert_acknowledged_by_id_person")),
            nullable=True,
        ),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_alert")),
    )
    standing = sa.text("cleared_at IS NULL")
    op.create_index(
        "uq_indicator_alert_standing",
        "indicator_alert",
        ["name"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_indicator_alert_area_code", "indicator_alert", ["area_code"])


def downgrade() -> None:
    op.drop_table("indicator_alert")
