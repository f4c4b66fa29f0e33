"""Supervision inspections: plans, key units, draws, checks."""

import sqlalchemy as sa
from alembic import op

from registry.models.base import JsonType, UtcMoment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "supervision_plan",
    "key_unit",
    "supervision_draw",
    "supervision_check",
    "supervision_inspector",
    "supervision_device",
    "supervision_answer",
    "supervision_step",
)
APPEND_ONLY = ("supervision_draw", "supervision_step")


def upgrade() -> None:
    _supervision_plan()
    _key_unit()
    _supervision_draw()
    _supervision_check()
    _supervision_inspector()
    _supervision_device()
    _supervision_answer()
    _supervision_step()
    _append_only()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    for table in reversed(TABLES):
        op.drop_table(table)


def _supervision_plan() -> None:
    op.create_table(
        "supervision_plan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("area_code", sa.String(40), sa.ForeignKey("area.code"), nullable=False),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(4000), nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("quota", JsonType),
        sa.Column("adopted_on", sa.Date),
        sa.Column("made_by_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("made_at", UtcMoment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_supervision_plan_year_area_code", "supervision_plan", ["year", "area_code"])


def _key_unit() -> None:
    op.create_table(
        "key_unit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("added_by_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("end_reason", sa.String(200), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )
    op.create_index("ix_key_unit_unit_id_until", "key_unit", ["unit_id", "until"])


def _supervision_draw() -> None:
    op.create_table(
        "supervision_draw",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("plan_id", sa.Integer, sa.ForeignKey("supervision_plan.id"), nullable=False),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("drawn_by_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("drawn_at", UtcMoment, nullable=False),
        sa.Column("drawn_on", sa.Date, nullable=False),
        sa.Column("seed", sa.String(40), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("team", sa.Integer, nullable=False),
        sa.Column("weights", JsonType, nullable=False),
        sa.Column("pool", JsonType, nullable=False),
        sa.Column("pool_size", sa.Integer, nullable=False),
        sa.Column("pool_digest", sa.String(200), nullable=False),
        sa.Column("people", JsonType, nullable=False),
        sa.Column("result", JsonType, nullable=False),
    )
    op.create_index("ix_supervision_draw_plan_id", "supervision_draw", ["plan_id"])


def _supervision_check() -> None:
    op.create_table(
        "supervision_check",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("no", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("list_kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("state_since", sa.Date, nullable=False),
        sa.Column("plan_id", sa.Integer, sa.ForeignKey("supervision_plan.id")),
        sa.Column("draw_id", sa.Integer, sa.ForeignKey("supervision_draw.id")),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("area_code", sa.String(40), sa.ForeignKey("area.code"), nullable=False),
        sa.Column("occasion", sa.String(200), nullable=False),
        sa.Column("planned_on", sa.Date),
        sa.Column("notified_on", sa.Date),
        sa.Column("started_at", UtcMoment),
        sa.Column("ended_at", UtcMoment),
        sa.Column("recorded_at", UtcMoment),
        sa.Column("facts", sa.String(4000), nullable=False),
        sa.Column("problems", sa.String(4000), nullable=False),
        sa.Column("measures", JsonType),
        sa.Column("measures_note", sa.String(200), nullable=False),
        sa.Column("unit_opinion", sa.String(4000), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("contact_post", sa.String(200), nullable=False),
        sa.Column("contact_phone", sa.String(40), nullable=False),
        sa.Column("signature_id", sa.Integer, sa.ForeignKey("stored_file.id")),
        sa.Column("refusal", JsonType),
        sa.Column("photos", JsonType),
        sa.Column("recorder_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("report_received_on", sa.Date),
        sa.Column("recheck_due_on", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ref", sa.String(40)),
        sa.Column("ref_digest", sa.String(200)),
        sa.UniqueConstraint("no"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index("ix_supervision_check_draw_id", "supervision_check", ["draw_id"])
    op.create_index("ix_supervision_check_plan_id", "supervision_check", ["plan_id"])
    op.create_index("ix_supervision_check_state_area_code", "supervision_check", ["state", "area_code"])
    op.create_index("ix_supervision_check_unit_id", "supervision_check", ["unit_id"])


def _supervision_inspector() -> None:
    op.create_table(
        "supervision_inspector",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("check_id", sa.Integer, sa.ForeignKey("supervision_check.id"), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("certificate_no", sa.String(40), nullable=False),
        sa.Column("signature_id", sa.Integer, sa.ForeignKey("stored_file.id")),
        sa.UniqueConstraint("check_id", "person_id"),
    )
    op.create_index("ix_supervision_inspector_person_id", "supervision_inspector", ["person_id"])


def _supervision_device() -> None:
    op.create_table(
        "supervision_device",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("check_id", sa.Integer, sa.ForeignKey("supervision_check.id"), nullable=False),
        sa.Column("elevator_id", sa.Integer, sa.ForeignKey("elevator.id"), nullable=False),
        sa.UniqueConstraint("check_id", "elevator_id"),
    )
    op.create_index("ix_supervision_device_elevator_id", "supervision_device", ["elevator_id"])


def _supervision_answer() -> None:
    op.create_table(
        "supervision_answer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("check_id", sa.Integer, sa.ForeignKey("supervision_check.id"), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("photos", JsonType),
        sa.Column("hazard_id", sa.Integer, sa.ForeignKey("hazard.id")),
        sa.UniqueConstraint("check_id", "item"),
    )
    op.create_index("ix_supervision_answer_hazard_id", "supervision_answer", ["hazard_id"])


def _supervision_step() -> None:
    op.create_table(
        "supervision_step",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("check_id", sa.Integer, sa.ForeignKey("supervision_check.id"), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("at", UtcMoment, nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("unit.id")),
    )
    op.create_index("ix_supervision_step_check_id", "supervision_step", ["check_id"])


def _append_only() -> None:
    """Draws and steps can only grow; the function is that of 0002."""
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} can only grow'); END"
            )
