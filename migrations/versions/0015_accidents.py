"""Accidents, their ledger and their grades; the last two can only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
APPEND_ONLY = ("accident_step", "accident_grading")


def _to(table: str, column: str, target: str, key: str = "id", nullable: bool = True) -> sa.Column:
    kind = sa.String(40) if key == "code" else sa.Integer()
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.Column(column, kind, sa.ForeignKey(f"{target}.{key}", name=name), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "accident",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("no", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        _to("accident", "area_code", "area", "code", nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("happened_at", "told_at", "received_at")),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("place_type", sa.String(40)),
        sa.Column("equipment", sa.String(40), nullable=False),
        _to("accident", "elevator_id", "elevator"),
        _to("accident", "cylinder_id", "cylinder"),
        _to("accident", "unit_id", "unit", nullable=False),
        _to("accident", "company_id", "unit"),
        sa.Column("link", sa.String(40), nullable=False),
        *(sa.Column(name, sa.String(4000), nullable=False) for name in ("course", "damage", "taken")),
        sa.Column("at_risk", sa.Integer),
        sa.Column("reporter", sa.String(200), nullable=False),
        sa.Column("reporter_phone", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("deaths", "serious_injuries", "minor_injuries")),
        sa.Column("loss_yuan", sa.BigInteger, nullable=False),
        sa.Column("measures", JSON, nullable=False),
        sa.Column("grade", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("state_since", sa.Date, nullable=False),
        sa.Column("exclusion", sa.String(40)),
        sa.Column("cause_class", sa.String(40)),
        sa.Column("cause", sa.String(4000), nullable=False),
        sa.Column("responsibility", sa.String(40)),
        _to("accident", "responsible_id", "unit"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ref", sa.String(40)),
        sa.Column("ref_digest", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accident")),
        sa.UniqueConstraint("no", name=op.f("uq_accident_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_accident_ref")),
    )
    op.create_index("ix_accident_happened_on_area_code", "accident", ["happened_on", "area_code"])
    for column in ("state", "elevator_id", "unit_id", "responsible_id"):
        op.create_index(f"ix_accident_{column}", "accident", [column])
    op.create_table(
        "accident_step",
        sa.Column("id", sa.Integer, nullable=False),
        _to("accident_step", "accident_id", "accident", nullable=False),
        *(sa.Column(name, sa.String(40), nullable=False) for name in ("verb", "source", "target")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("at", "done_at")),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("data", JSON, nullable=False),
        _to("accident_step", "person_id", "person"),
        _to("accident_step", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accident_step")),
    )
    op.create_index("ix_accident_step_accident_id", "accident_step", ["accident_id"])
    op.create_table(
        "accident_grading",
        sa.Column("id", sa.Integer, nullable=False),
        _to("accident_grading", "accident_id", "accident", nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("grade", sa.String(40), nullable=False),
        sa.Column("measures", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        _to("accident_grading", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accident_grading")),
    )
    op.create_index("ix_accident_grading_accident_id", "accident_grading", ["accident_id"])
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        if postgres:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} can only grow'); END"
            )


def downgrade() -> None:
    for table in (*APPEND_ONLY, "accident"):
        op.drop_table(table)
