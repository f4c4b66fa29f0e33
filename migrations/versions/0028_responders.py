"""Responders with their duty times, emergency plans, ranges of rescue codes and checks of plates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0029"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "register_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("stamp", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_stamp")),
        sa.UniqueConstraint("name", name=op.f("uq_register_stamp_name")),
    )
    op.create_table(
        "rescue_code_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("first", sa.String(length=40), nullable=False),
        sa.Column("last", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_rescue_code_range_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescue_code_range")),
        sa.UniqueConstraint("area_code", name=op.f("uq_rescue_code_range_area_code")),
    )
    op.create_table(
        "responder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_responder_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responder")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_responder_unit_id_name")),
    )
    op.create_index("ix_responder_status", "responder", ["status"])

    op.create_table(
        "duty_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_exception_person_id_person")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("fk_duty_exception_responder_id_responder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_exception")),
        sa.UniqueConstraint("responder_id", "day", name=op.f("uq_duty_exception_responder_id_day")),
    )
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_shift_person_id_person")),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"], name=op.f("fk_duty_shift_responder_id_responder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_index("ix_duty_shift_responder_id_since", "duty_shift", ["responder_id", "since"])

    op.create_table(
        "emergency_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_note", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_emergency_plan_area_code_area")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_emergency_plan_file_id_stored_file")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_emergency_plan_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_plan")),
        sa.UniqueConstraint("unit_id", "kind", "edition", name=op.f("uq_emergency_plan_unit_id_kind_edition")),
    )
    op.create_index("ix_emergency_plan_area_code", "emergency_plan", ["area_code"])

    op.create_table(
        "responder_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_responder_area_area_code_area")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("fk_responder_area_responder_id_responder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responder_area")),
        sa.UniqueConstraint("responder_id", "area_code", name=op.f("uq_responder_area_responder_id_area_code")),
    )
    op.create_index("ix_responder_area_area_code", "responder_area", ["area_code", "responder_id"])

    op.create_table(
        "responder_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_responder_member_person_id_person")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("fk_responder_member_responder_id_responder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responder_member")),
    )
    op.create_index("ix_responder_member_person_id", "responder_member", ["person_id"])
    op.create_index("ix_responder_member_responder_id_since", "responder_member", ["responder_id", "since"])

    op.create_table(
        "responder_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("fk_responder_status_responder_id_responder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responder_status")),
    )
    op.create_index("ix_responder_status_responder_id_since", "responder_status", ["responder_id", "since"])

    op.create_table(
        "plan_drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("scenario", sa.String(length=200), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["emergency_plan.id"], name=op.f("fk_plan_drill_plan_id_emergency_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_drill")),
        sa.UniqueConstraint("plan_id", "held_on", name=op.f("uq_plan_drill_plan_id_held_on")),
    )
    op.create_table(
        "plate_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("code_seen", sa.String(length=40), nullable=True),
        sa.Column("matches", sa.Boolean(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_plate_check_elevator_id_elevator")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["rescue_enrolment.id"], name=op.f("fk_plate_check_enrolment_id_rescue_enrolment")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_plate_check_file_id_stored_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plate_check_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plate_check_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plate_check")),
    )
    op.create_index("ix_plate_check_elevator_id_seen_on", "plate_check", ["elevator_id", "seen_on"])

    op.create_index("ix_elevator_lat", "elevator", ["lat", "lon"])

    op.create_index("ix_rescue_enrolment_code", "rescue_enrolment", ["code", "until"])


def downgrade() -> None:
    op.drop_index("ix_rescue_enrolment_code", "rescue_enrolment")
    op.drop_index("ix_elevator_lat", "elevator")
    for table in (
        "plate_check",
        "plan_drill",
        "responder_status",
        "responder_member",
        "responder_area",
        "emergency_plan",
        "duty_shift",
        "duty_exception",
        "responder",
        "rescue_code_range",
        "register_stamp",
    ):
        op.drop_table(table)
