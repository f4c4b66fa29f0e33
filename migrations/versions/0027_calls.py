"""Emergency calls of 96366, their dispatches and their log; the log can only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("declined_at IS NULL AND withdrawn_at IS NULL AND unit_id IS NOT NULL")


def _to(table: str, column: str, target: str, key: str = "id", nullable: bool = True) -> sa.Column:
    kind = sa.String(40) if key == "code" else sa.Integer()
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.Column(column, kind, sa.ForeignKey(f"{target}.{key}", name=name), nullable=nullable)


def _code(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(40), nullable=nullable)


def _moments(*names: str, nullable: bool = True) -> list[sa.Column]:
    return [sa.Column(name, MOMENT, nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Integer, nullable=False),
        *(_code(name) for name in ("no", "source", "kind")),
        sa.Column("drill", sa.Boolean, nullable=False),
        *_moments("received_at", nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        *_moments("taken_at", nullable=False),
        sa.Column("caller", sa.String(200), nullable=False),
        _code("caller_phone", nullable=True),
        sa.Column("phone_blackened_on", sa.Date),
        _to("call", "elevator_id", "elevator"),
        _to("call", "area_code", "area", "code"),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("trapped", sa.Integer),
        sa.Column("vulnerable", JSON, nullable=False),
        sa.Column("injured", sa.Integer, nullable=False),
        _code("state"),
        sa.Column("level", sa.Integer, nullable=False),
        *_moments("dispatched_at", "accepted_at", "arrived_at", "released_at"),
        *(_code(name, nullable=True) for name in ("result", "cause")),
        *_moments("repaired_at", "called_back_at"),
        _code("satisfaction", nullable=True),
        *_moments("closed_at"),
        _to("call", "fault_report_id", "fault_report"),
        _to("call", "hazard_id", "hazard"),
        sa.Column("version", sa.Integer, nullable=False),
        _code("ref", nullable=True),
        sa.Column("ref_digest", sa.String(200)),
        sa.Column("lat", sa.Double),
        sa.Column("lon", sa.Double),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("no", name=op.f("uq_call_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_call_ref")),
    )
    op.create_index("ix_call_state_received_at", "call", ["state", "received_at"])
    op.create_index("ix_call_received_on_area_code", "call", ["received_on", "area_code", "kind", "drill"])
    op.create_index("ix_call_elevator_id_received_on", "call", ["elevator_id", "received_on", "kind", "drill"])
    op.create_table(
        "call_dispatch",
        sa.Column("id", sa.Integer, nullable=False),
        _to("call_dispatch", "call_id", "call", nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        _code("role"),
        _to("call_dispatch", "unit_id", "unit"),
        _to("call_dispatch", "responder_id", "responder"),
        sa.Column("contact", sa.String(200), nullable=False),
        _code("contact_phone"),
        sa.Column("distance_m", sa.Integer),
        *_moments("dispatched_at", nullable=False),
        *_moments("answered_at"),
        sa.Column("eta_minutes", sa.Integer),
        *_moments("declined_at"),
        sa.Column("reason", sa.String(200), nullable=False),
        *_moments("departed_at", "arrived_at"),
        sa.Column("arrived_lat", sa.Double),
        sa.Column("arrived_lon", sa.Double),
        sa.Column("arrived_distance_m", sa.Integer),
        *_moments("withdrawn_at"),
        _to("call_dispatch", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_dispatch")),
    )
    op.create_index(
        "uq_call_dispatch_open",
        "call_dispatch",
        ["call_id", "unit_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_call_dispatch_unit_id_call_id", "call_dispatch", ["unit_id", "call_id"])
    op.create_index("ix_call_dispatch_responder_id", "call_dispatch", ["responder_id"])
    op.create_table(
        "call_step",
        sa.Column("id", sa.Integer, nullable=False),
        _to("call_step", "call_id", "call", nullable=False),
        _to("call_step", "dispatch_id", "call_dispatch"),
        *(_code(name) for name in ("verb", "source", "target")),
        *_moments("at", "done_at", nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("data", JSON, nullable=False),
        _code("ref", nullable=True),
        sa.Column("ref_digest", sa.String(200)),
        _to("call_step", "person_id", "person"),
        _to("call_step", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_step")),
        sa.UniqueConstraint("ref", name=op.f("uq_call_step_ref")),
    )
    op.create_index("ix_call_step_call_id", "call_step", ["call_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER call_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON call_step "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER call_step_no_{verb} BEFORE {verb.upper()} ON call_step "
            "BEGIN SELECT RAISE(ABORT, 'call_step can only grow'); END"
        )


def downgrade() -> None:
    for table in ("call_step", "call_dispatch", "call"):
        op.drop_table(table)
