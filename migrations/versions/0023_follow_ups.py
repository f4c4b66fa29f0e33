"""Lists sent to units and followed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state IN ('sent', 'answered')")


def _points_at(table: str, column: str, target: str, nullable: bool = False) -> sa.Column:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.Column(column, sa.Integer, sa.ForeignKey(f"{target}.id", name=name), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        _points_at("follow_up", "unit_id", "unit"),
        _points_at("follow_up", "office_id", "unit"),
        _points_at("follow_up", "sent_by_id", "person"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("answer", sa.String(4000), nullable=False),
        sa.Column("promised_on", sa.Date),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        _points_at("follow_up", "answered_by_id", "person", nullable=True),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_note", sa.String(4000), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(
        "uq_follow_up_open",
        "follow_up",
        ["office_id", "unit_id", "key"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_follow_up_unit_id_state", "follow_up", ["unit_id", "state"])
    op.create_index("ix_follow_up_office_id_state", "follow_up", ["office_id", "state"])
    op.create_table(
        "follow_up_item",
        sa.Column("id", BIG, nullable=False),
        _points_at("follow_up_item", "follow_up_id", "follow_up"),
        sa.Column("row_id", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reason", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_item")),
        sa.UniqueConstraint("follow_up_id", "row_id", name=op.f("uq_follow_up_item_follow_up_id_row_id")),
    )


def downgrade() -> None:
    op.drop_table("follow_up_item")
    op.drop_table("follow_up")
