"""Further callers of a call, calls taken twice, and exercises with their evaluation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0033"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _to(table: str, column: str, target: str, nullable: bool = True) -> sa.Column:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.Column(column, sa.Integer, sa.ForeignKey(f"{target}.id", name=name), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("call") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer, nullable=True))
        batch.create_foreign_key(op.f("fk_call_merged_into_id_call"), "call", ["merged_into_id"], ["id"])
    op.create_index("ix_call_merged_into_id", "call", ["merged_into_id"])
    op.create_table(
        "call_caller",
        sa.Column("id", sa.Integer, nullable=False),
        _to("call_caller", "call_id", "call", nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("caller_phone", sa.String(40), nullable=True),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_caller")),
    )
    op.create_index("ix_call_caller_call_id", "call_caller", ["call_id"])
    op.create_table(
        "call_drill",
        sa.Column("id", sa.Integer, nullable=False),
        _to("call_drill", "call_id", "call", nullable=False),
        sa.Column("scenario", sa.String(200), nullable=False),
        _to("call_drill", "plan_id", "emergency_plan"),
        sa.Column("participants", sa.Integer, nullable=True),
        sa.Column("went_well", sa.String(4000), nullable=False),
        sa.Column("to_mend", sa.String(4000), nullable=False),
        sa.Column("mend_due", sa.Date, nullable=True),
        sa.Column("evaluated_at", MOMENT, nullable=True),
        _to("call_drill", "evaluated_by_id", "person"),
        sa.Column("mended_on", sa.Date, nullable=True),
        sa.Column("mended_note", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_drill")),
        sa.UniqueConstraint("call_id", name=op.f("uq_call_drill_call_id")),
    )
    op.create_index("ix_call_drill_plan_id", "call_drill", ["plan_id"])
    op.execute(
        "INSERT INTO call_drill (call_id, scenario, went_well, to_mend, mended_note) "
        "SELECT id, substr(CASE WHEN note = '' THEN '演练' ELSE note END, 1, 200), '', '', '' FROM call WHERE drill"
    )


def downgrade() -> None:
    op.drop_table("call_drill")
    op.drop_table("call_caller")
    op.drop_index("ix_call_merged_into_id", table_name="call")
    with op.batch_alter_table("call") as batch:
        batch.drop_constraint(op.f("fk_call_merged_into_id_call"), type_="foreignkey")
        batch.drop_column("merged_into_id")
