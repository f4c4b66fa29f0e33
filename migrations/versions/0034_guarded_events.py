"""Guarded events: places with their equipment, acceptances, rounds, people on the spot, the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guarded_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organiser", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_guarded_event_area_code_area")),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_guarded_event_issuer_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guarded_event_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_event")),
        sa.UniqueConstraint("no", name=op.f("uq_guarded_event_no")),
    )
    with op.batch_alter_table("guarded_event", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_event_state_area_code", ["state", "area_code"], unique=False)

    op.create_table(
        "guarded_event_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["guarded_event.id"], name=op.f("fk_guarded_event_step_event_id_guarded_event")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guarded_event_step_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_guarded_event_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_event_step")),
    )
    with op.batch_alter_table("guarded_event_step", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_event_step_event_id", ["event_id"], unique=False)

    op.create_table(
        "guarded_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_guarded_place_area_code_area")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["guarded_event.id"], name=op.f("fk_guarded_place_event_id_guarded_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_place")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_guarded_place_event_id_name")),
    )
    with op.batch_alter_table("guarded_place", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_place_area_code", ["area_code"], unique=False)

    op.create_table(
        "guarded_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_guarded_device_elevator_id_elevator")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["guarded_event.id"], name=op.f("fk_guarded_device_event_id_guarded_event")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["guarded_place.id"], name=op.f("fk_guarded_device_place_id_guarded_place")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_guarded_device_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_device")),
        sa.UniqueConstraint("event_id", "elevator_id", name=op.f("uq_guarded_device_event_id_elevator_id")),
        sa.UniqueConstraint("event_id", "unit_id", name=op.f("uq_guarded_device_event_id_unit_id")),
    )
    with op.batch_alter_table("guarded_device", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_device_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_guarded_device_place_id", ["place_id"], unique=False)
        batch_op.create_index("ix_guarded_device_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "guarded_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["guarded_event.id"], name=op.f("fk_guarded_shift_event_id_guarded_event")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guarded_shift_person_id_person")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["guarded_place.id"], name=op.f("fk_guarded_shift_place_id_guarded_place")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_guarded_shift_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_shift")),
    )
    with op.batch_alter_table("guarded_shift", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_shift_place_id_starts_at", ["place_id", "starts_at"], unique=False)
        batch_op.create_index("ix_guarded_shift_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "guarded_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.Column("finding", sa.String(length=4000), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["guarded_device.id"], name=op.f("fk_guarded_acceptance_device_id_guarded_device")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guarded_acceptance_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_acceptance")),
    )
    with op.batch_alter_table("guarded_acceptance", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_acceptance_device_id", ["device_id"], unique=False)

    op.create_table(
        "guarded_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("walked_by_id", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("photos", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("fault_report_id", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["guarded_device.id"], name=op.f("fk_guarded_round_device_id_guarded_device")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["guarded_event.id"], name=op.f("fk_guarded_round_event_id_guarded_event")
        ),
        sa.ForeignKeyConstraint(
            ["fault_report_id"], ["fault_report.id"], name=op.f("fk_guarded_round_fault_report_id_fault_report")
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_guarded_round_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guarded_round_person_id_person")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["guarded_place.id"], name=op.f("fk_guarded_round_place_id_guarded_place")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_guarded_round_unit_id_unit")),
        sa.ForeignKeyConstraint(["walked_by_id"], ["person.id"], name=op.f("fk_guarded_round_walked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarded_round")),
        sa.UniqueConstraint(
            "place_id", "planned_at", "person_id", name=op.f("uq_guarded_round_place_id_planned_at_person_id")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_guarded_round_ref")),
    )
    with op.batch_alter_table("guarded_round", schema=None) as batch_op:
        batch_op.create_index("ix_guarded_round_event_id_planned_at", ["event_id", "planned_at"], unique=False)
        batch_op.create_index("ix_guarded_round_unit_id_done_at", ["unit_id", "done_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER guarded_event_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON guarded_event_step "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER guarded_event_step_no_{verb} BEFORE {verb.upper()} ON guarded_event_step "
            "BEGIN SELECT RAISE(ABORT, 'guarded_event_step can only grow'); END"
        )


def downgrade() -> None:
    for table in ("round", "acceptance", "shift", "device", "place", "event_step", "event"):
        op.drop_table(f"guarded_{table}")
