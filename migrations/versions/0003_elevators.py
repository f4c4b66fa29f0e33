"""What an elevator's life and a cylinder's turn need beyond the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_window")),
        sa.UniqueConstraint("subject", "hour", name=op.f("uq_rate_window_subject_hour")),
    )
    with op.batch_alter_table("rate_window", schema=None) as batch_op:
        batch_op.create_index("ix_rate_window_hour", ["hour"], unique=False)

    op.create_table(
        "seal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=200), nullable=False),
        sa.Column("previous", sa.String(length=200), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("last_id", name=op.f("uq_seal_last_id")),
        sa.UniqueConstraint("no", name=op.f("uq_seal_no")),
    )
    op.create_table(
        "inspection_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=False),
        sa.Column("due_to", sa.Date(), nullable=False),
        sa.Column("shift_months", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("named", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_inspection_order_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_order")),
    )
    op.create_table(
        "credit_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_credit_grade_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grade")),
    )
    with op.batch_alter_table("credit_grade", schema=None) as batch_op:
        batch_op.create_index("ix_credit_grade_unit_id_since", ["unit_id", "since"], unique=False)

    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("gun", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("view", sa.String(length=40), nullable=True),
        sa.Column("calibrated_until", sa.Date(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_device_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("station_id", "number", name=op.f("uq_device_station_id_number")),
    )
    op.create_table(
        "drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("scenario", sa.String(length=200), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_drill_company_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )
    with op.batch_alter_table("drill", schema=None) as batch_op:
        batch_op.create_index("ix_drill_company_id_category", ["company_id", "category", "held_on"], unique=False)

    op.create_table(
        "safety_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("cycle", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("zero_risk", sa.Boolean(), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("signature", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("photos", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("correction_reason", sa.String(length=200), nullable=False),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["safety_record.id"], name=op.f("fk_safety_record_corrects_id_safety_record")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_safety_record_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_record_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_record")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_safety_record_corrects_id")),
        sa.UniqueConstraint("unit_id", "ref", name=op.f("uq_safety_record_unit_id_ref")),
    )
    with op.batch_alter_table("safety_record", schema=None) as batch_op:
        batch_op.create_index(
            "ix_safety_record_period",
            ["subject", "cycle", "starts_on", "unit_id", "counts_from", "replaced_on"],
            unique=False,
        )
        batch_op.create_index("ix_safety_record_unit_id_starts_on", ["unit_id", "starts_on"], unique=False)

    op.create_table(
        "safety_risk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("check", sa.String(length=4000), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_risk_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_risk")),
    )
    with op.batch_alter_table("safety_risk", schema=None) as batch_op:
        batch_op.create_index("ix_safety_risk_unit_id_subject", ["unit_id", "subject", "since"], unique=False)

    op.create_table(
        "snapshot_key",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_snapshot_key_station_id_unit")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_snapshot_key")),
    )
    op.create_table(
        "staff_presence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_presence_person_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_staff_presence_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_presence")),
    )
    with op.batch_alter_table("staff_presence", schema=None) as batch_op:
        batch_op.create_index("ix_staff_presence_station_id_until_at", ["station_id", "until_at"], unique=False)

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("report_no", sa.String(length=200), nullable=False),
        sa.Column("score", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("grade", sa.String(length=200), nullable=False),
        sa.Column("conclusion", sa.String(length=40), nullable=False),
        sa.Column("measures", sa.String(length=4000), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("correction_reason", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["corrects_id"], ["assessment.id"], name=op.f("fk_assessment_corrects_id_assessment")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_assessment_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_assessment_file_id_stored_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assessment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_assessment_corrects_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_assessment_ref")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_elevator_id_assessed_on", ["elevator_id", "assessed_on"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_assignment_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_assignment_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_elevator_id_since", ["elevator_id", "since"], unique=False)
        batch_op.create_index(
            "ix_assignment_person_id_until", ["person_id", "until", "since", "elevator_id"], unique=False
        )

    op.create_table(
        "cylinder_left",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_cylinder_left_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cylinder_left_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_left")),
    )
    with op.batch_alter_table("cylinder_left", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_left_unit_id_at", ["unit_id", "at"], unique=False)

    op.create_table(
        "device_outage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_outage_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_outage")),
    )
    with op.batch_alter_table("device_outage", schema=None) as batch_op:
        batch_op.create_index("ix_device_outage_device_id_since_at", ["device_id", "since_at"], unique=False)

    op.create_table(
        "elevator_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_elevator_use_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_elevator_use_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elevator_use")),
    )
    with op.batch_alter_table("elevator_use", schema=None) as batch_op:
        batch_op.create_index("ix_elevator_use_elevator_id_since", ["elevator_id", "since"], unique=False)

    op.create_table(
        "gas_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("delivery_note", sa.String(length=200), nullable=False),
        sa.Column("mass_g", sa.Integer(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=True),
        sa.Column("dme_ppm", sa.Integer(), nullable=True),
        sa.Column("report_no", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_gas_batch_file_id_stored_file")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_gas_batch_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gas_batch")),
        sa.UniqueConstraint("ref", name=op.f("uq_gas_batch_ref")),
    )
    with op.batch_alter_table("gas_batch", schema=None) as batch_op:
        batch_op.create_index("ix_gas_batch_station_id_since", ["station_id", "since"], unique=False)

    op.create_table(
        "hold_release",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_hold_release_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["photo_id"], ["stored_file.id"], name=op.f("fk_hold_release_photo_id_stored_file")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_hold_release_released_by_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_hold_release_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_release")),
        sa.UniqueConstraint("ref", name=op.f("uq_hold_release_ref")),
    )
    with op.batch_alter_table("hold_release", schema=None) as batch_op:
        batch_op.create_index("ix_hold_release_cylinder_id_expires_at", ["cylinder_id", "expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_release_station_id"), ["station_id"], unique=False)

    op.create_table(
        "inspection_order_item",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["elevator_id"], ["elevator.id"], name=op.f("fk_inspection_order_item_elevator_id_elevator")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["inspection_order.id"], name=op.f("fk_inspection_order_item_order_id_inspection_order")
        ),
        sa.PrimaryKeyConstraint("order_id", "elevator_id", name=op.f("pk_inspection_order_item")),
    )
    with op.batch_alter_table("inspection_order_item", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_order_item_elevator_id", ["elevator_id", "order_id"], unique=False)

    op.create_table(
        "iot_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.Column("ended_ref", sa.String(length=40), nullable=True),
        sa.Column("ended_ref_digest", sa.String(length=200), nullable=True),
        sa.Column("ended_reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_iot_period_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_iot_period")),
        sa.UniqueConstraint("ended_ref", name=op.f("uq_iot_period_ended_ref")),
        sa.UniqueConstraint("ref", name=op.f("uq_iot_period_ref")),
    )
    with op.batch_alter_table("iot_period", schema=None) as batch_op:
        batch_op.create_index("ix_iot_period_elevator_id_since", ["elevator_id", "since", "until"], unique=False)

    op.create_table(
        "maker_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("manufacturer", sa.String(length=200), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_maker_items_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_maker_items_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maker_items")),
    )
    with op.batch_alter_table("maker_items", schema=None) as batch_op:
        batch_op.create_index("ix_maker_items_elevator_id_since", ["elevator_id", "since"], unique=False)
        batch_op.create_index("ix_maker_items_manufacturer_model", ["manufacturer", "model", "since"], unique=False)

    op.create_table(
        "part_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("conclusion", sa.String(length=40), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("report_no", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_part_test_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_part_test_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_test")),
        sa.UniqueConstraint("ref", name=op.f("uq_part_test_ref")),
    )
    with op.batch_alter_table("part_test", schema=None) as batch_op:
        batch_op.create_index("ix_part_test_elevator_id_part", ["elevator_id", "part", "done_on"], unique=False)
        batch_op.create_index("ix_part_test_part_next_on", ["part", "next_on"], unique=False)

    op.create_table(
        "policy_endorsement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("proposed_fen", sa.BigInteger(), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_endorsement_policy_id_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_endorsement")),
        sa.UniqueConstraint("policy_id", "number", name=op.f("uq_policy_endorsement_policy_id_number")),
    )
    op.create_table(
        "policy_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=10, scale=3), nullable=False),
        sa.ForeignKeyConstraint(["insurer_id"], ["unit.id"], name=op.f("fk_policy_share_insurer_id_unit")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_share_policy_id_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_share")),
        sa.UniqueConstraint("policy_id", "insurer_id", name=op.f("uq_policy_share_policy_id_insurer_id")),
    )
    with op.batch_alter_table("policy_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_share_insurer_id"), ["insurer_id"], unique=False)

    op.create_table(
        "quality_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("checker_id", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.String(length=4000), nullable=False),
        sa.Column("measures", sa.String(length=4000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["checker_id"], ["person.id"], name=op.f("fk_quality_check_checker_id_person")),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_quality_check_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_quality_check_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_check")),
    )
    with op.batch_alter_table("quality_check", schema=None) as batch_op:
        batch_op.create_index("ix_quality_check_company_id_done_on", ["company_id", "done_on"], unique=False)
        batch_op.create_index("ix_quality_check_elevator_id", ["elevator_id", "done_on"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_reading_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("device_id", "ref", name=op.f("uq_reading_device_id_ref")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("new_unit_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("papers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("form", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("takes_effect_on", sa.Date(), nullable=True),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("certificate_no", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_registration_area_code_area")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_registration_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["new_unit_id"], ["unit.id"], name=op.f("fk_registration_new_unit_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_registration_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("no", name=op.f("uq_registration_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_registration_ref")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index("ix_registration_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_registration_state_area_code", ["state", "area_code"], unique=False)
        batch_op.create_index("ix_registration_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "renewal_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("new_elevator_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("bond_fen", sa.BigInteger(), nullable=False),
        sa.Column("maintenance_fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("owners_fen", sa.BigInteger(), nullable=False),
        sa.Column("other_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_renewal_project_elevator_id_elevator")),
        sa.ForeignKeyConstraint(
            ["new_elevator_id"], ["elevator.id"], name=op.f("fk_renewal_project_new_elevator_id_elevator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_project")),
        sa.UniqueConstraint("new_elevator_id", name=op.f("uq_renewal_project_new_elevator_id")),
        sa.UniqueConstraint("no", name=op.f("uq_renewal_project_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_renewal_project_ref")),
    )
    with op.batch_alter_table("renewal_project", schema=None) as batch_op:
        batch_op.create_index("ix_renewal_project_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_renewal_project_year_state", ["year", "state"], unique=False)

    op.create_table(
        "safety_appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_safety_appointment_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_safety_appointment_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_appointment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_appointment")),
    )
    with op.batch_alter_table("safety_appointment", schema=None) as batch_op:
        batch_op.create_index("ix_safety_appointment_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_safety_appointment_unit_id_subject", ["unit_id", "subject", "role"], unique=False)

    op.create_table(
        "safety_charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_safety_charge_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_safety_charge_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_charge_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_charge")),
    )
    with op.batch_alter_table("safety_charge", schema=None) as batch_op:
        batch_op.create_index(
            "ix_safety_charge_elevator_id", ["elevator_id", "since", "until", "unit_id"], unique=False
        )
        batch_op.create_index("ix_safety_charge_unit_id_person_id", ["unit_id", "person_id"], unique=False)

    op.create_table(
        "safety_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_safety_paper_file_id_stored_file")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_paper_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_paper")),
    )
    with op.batch_alter_table("safety_paper", schema=None) as batch_op:
        batch_op.create_index("ix_safety_paper_unit_id_subject", ["unit_id", "subject", "paper"], unique=False)

    op.create_table(
        "safety_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("maker", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_safety_part_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_part")),
        sa.UniqueConstraint("elevator_id", "position", name=op.f("uq_safety_part_elevator_id_position")),
    )
    op.create_table(
        "safety_training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_safety_training_file_id_stored_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_safety_training_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_training_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_training")),
    )
    with op.batch_alter_table("safety_training", schema=None) as batch_op:
        batch_op.create_index("ix_safety_training_unit_id", ["unit_id", "subject"], unique=False)

    op.create_table(
        "self_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("checker_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("extra", sa.String(length=4000), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["checker_id"], ["person.id"], name=op.f("fk_self_check_checker_id_person")),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_self_check_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_self_check_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_self_check_reviewer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check")),
        sa.UniqueConstraint("ref", name=op.f("uq_self_check_ref")),
    )
    with op.batch_alter_table("self_check", schema=None) as batch_op:
        batch_op.create_index("ix_self_check_company_id_done_on", ["company_id", "done_on"], unique=False)
        batch_op.create_index("ix_self_check_elevator_id_done_on", ["elevator_id", "done_on", "passed"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_upload_file_id_stored_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_upload_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("person_id", "ref", name=op.f("uq_upload_person_id_ref")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index("ix_upload_file_id_touched_at", ["file_id", "touched_at"], unique=False)

    op.create_table(
        "cylinder_anomaly",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("other_scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("filling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("other_filling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("evidence", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_unit_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cylinder_id"], ["cylinder.id"], name=op.f("fk_cylinder_anomaly_cylinder_id_cylinder")
        ),
        sa.ForeignKeyConstraint(["filling_id"], ["filling.id"], name=op.f("fk_cylinder_anomaly_filling_id_filling")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_cylinder_anomaly_hazard_id_hazard")),
        sa.ForeignKeyConstraint(
            ["other_filling_id"], ["filling.id"], name=op.f("fk_cylinder_anomaly_other_filling_id_filling")
        ),
        sa.ForeignKeyConstraint(["other_scan_id"], ["scan.id"], name=op.f("fk_cylinder_anomaly_other_scan_id_scan")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_cylinder_anomaly_owner_id_person")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_cylinder_anomaly_owner_unit_id_unit")),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_cylinder_anomaly_scan_id_scan")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_cylinder_anomaly_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_anomaly")),
        sa.UniqueConstraint("code", "key", "subject", "mark", name=op.f("uq_cylinder_anomaly_code_key_subject_mark")),
    )
    with op.batch_alter_table("cylinder_anomaly", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_anomaly_cylinder_id_state", ["cylinder_id", "state"], unique=False)
        batch_op.create_index("ix_cylinder_anomaly_found_on", ["found_on"], unique=False)
        batch_op.create_index("ix_cylinder_anomaly_state_due_on", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_cylinder_anomaly_station_id_state", ["station_id", "state"], unique=False)

    op.create_table(
        "fault_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.String(length=40), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("use_unit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_fault_report_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_fault_report_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_fault_report_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["photo_id"], ["stored_file.id"], name=op.f("fk_fault_report_photo_id_stored_file")),
        sa.ForeignKeyConstraint(["use_unit_id"], ["unit.id"], name=op.f("fk_fault_report_use_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_report")),
        sa.UniqueConstraint("no", name=op.f("uq_fault_report_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_fault_report_ref")),
        sa.UniqueConstraint("secret", name=op.f("uq_fault_report_secret")),
    )
    with op.batch_alter_table("fault_report", schema=None) as batch_op:
        batch_op.create_index("ix_fault_report_company_id_state", ["company_id", "state"], unique=False)
        batch_op.create_index(
            "ix_fault_report_elevator_id_reported_on", ["elevator_id", "reported_on", "kind", "state"], unique=False
        )
        batch_op.create_index("ix_fault_report_state_reported_at", ["state", "reported_at"], unique=False)
        batch_op.create_index("ix_fault_report_use_unit_id_state", ["use_unit_id", "state"], unique=False)

    op.create_table(
        "fill_cycle",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("gun", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("custody_before", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prechecked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prechecker_id", sa.Integer(), nullable=False),
        sa.Column("checks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("observed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("gross_before_g", sa.Integer(), nullable=True),
        sa.Column("filling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("post_ref", sa.String(length=40), nullable=True),
        sa.Column("post_digest", sa.String(length=200), nullable=True),
        sa.Column("postchecked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("postchecker_id", sa.Integer(), nullable=True),
        sa.Column("post_checks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("reweigh_g", sa.Integer(), nullable=True),
        sa.Column("reweigh_source", sa.String(length=40), nullable=True),
        sa.Column("leak_found", sa.Boolean(), nullable=True),
        sa.Column("labels_printed", sa.Boolean(), nullable=True),
        sa.Column("release_ref", sa.String(length=40), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_fill_cycle_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["filling_id"], ["filling.id"], name=op.f("fk_fill_cycle_filling_id_filling")),
        sa.ForeignKeyConstraint(["postchecker_id"], ["person.id"], name=op.f("fk_fill_cycle_postchecker_id_person")),
        sa.ForeignKeyConstraint(["prechecker_id"], ["person.id"], name=op.f("fk_fill_cycle_prechecker_id_person")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_fill_cycle_released_by_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_fill_cycle_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fill_cycle")),
        sa.UniqueConstraint("station_id", "post_ref", name=op.f("uq_fill_cycle_station_id_post_ref")),
        sa.UniqueConstraint("station_id", "ref", name=op.f("uq_fill_cycle_station_id_ref")),
        sa.UniqueConstraint("station_id", "release_ref", name=op.f("uq_fill_cycle_station_id_release_ref")),
    )
    with op.batch_alter_table("fill_cycle", schema=None) as batch_op:
        batch_op.create_index("ix_fill_cycle_cylinder_id_opened_at", ["cylinder_id", "opened_at"], unique=False)
        batch_op.create_index("ix_fill_cycle_filling_id", ["filling_id"], unique=False)
        batch_op.create_index("ix_fill_cycle_station_id_opened_at", ["station_id", "opened_at"], unique=False)
        batch_op.create_index(
            "uq_fill_cycle_open",
            ["cylinder_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "maintenance_state",
        sa.Column("contract_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("last_half_month", sa.Date(), nullable=True),
        sa.Column("last_quarter", sa.Date(), nullable=True),
        sa.Column("last_half_year", sa.Date(), nullable=True),
        sa.Column("last_year", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_maintenance_state_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["elevator_id"], ["elevator.id"], name=op.f("fk_maintenance_state_elevator_id_elevator")
        ),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_maintenance_state")),
    )
    with op.batch_alter_table("maintenance_state", schema=None) as batch_op:
        batch_op.create_index("ix_maintenance_state_due_on", ["due_on", "contract_id"], unique=False)
        batch_op.create_index("ix_maintenance_state_elevator_id", ["elevator_id"], unique=False)

    op.create_table(
        "offline_disagreement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refusal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cylinder_id"], ["cylinder.id"], name=op.f("fk_offline_disagreement_cylinder_id_cylinder")
        ),
        sa.ForeignKeyConstraint(
            ["handled_by_id"], ["person.id"], name=op.f("fk_offline_disagreement_handled_by_id_person")
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_offline_disagreement_hazard_id_hazard")),
        sa.ForeignKeyConstraint(
            ["refusal_id"], ["fill_refusal.id"], name=op.f("fk_offline_disagreement_refusal_id_fill_refusal")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_offline_disagreement_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_disagreement")),
        sa.UniqueConstraint("refusal_id", name=op.f("uq_offline_disagreement_refusal_id")),
    )
    with op.batch_alter_table("offline_disagreement", schema=None) as batch_op:
        batch_op.create_index("ix_offline_disagreement_cylinder_id_state", ["cylinder_id", "state"], unique=False)
        batch_op.create_index("ix_offline_disagreement_state", ["state"], unique=False)
        batch_op.create_index("ix_offline_disagreement_station_id_state", ["station_id", "state"], unique=False)

    op.create_table(
        "registration_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_step_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_registration_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_step")),
    )
    with op.batch_alter_table("registration_step", schema=None) as batch_op:
        batch_op.create_index("ix_registration_step_registration_id", ["registration_id"], unique=False)

    op.create_table(
        "renewal_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_renewal_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["renewal_project.id"], name=op.f("fk_renewal_step_project_id_renewal_project")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_renewal_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_step")),
    )
    with op.batch_alter_table("renewal_step", schema=None) as batch_op:
        batch_op.create_index("ix_renewal_step_project_id", ["project_id"], unique=False)

    op.create_table(
        "safety_problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("thing", sa.String(length=200), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("actions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("solved_on", sa.Date(), nullable=True),
        sa.Column("solution", sa.String(length=200), nullable=False),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_safety_problem_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_safety_problem_hazard_id_hazard")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["safety_record.id"], name=op.f("fk_safety_problem_record_id_safety_record")
        ),
        sa.ForeignKeyConstraint(["risk_id"], ["safety_risk.id"], name=op.f("fk_safety_problem_risk_id_safety_risk")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_safety_problem_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_problem")),
    )
    with op.batch_alter_table("safety_problem", schema=None) as batch_op:
        batch_op.create_index("ix_safety_problem_record_id", ["record_id"], unique=False)
        batch_op.create_index("ix_safety_problem_unit_id_solved_on", ["unit_id", "subject", "solved_on"], unique=False)

    op.create_table(
        "visit_gap",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_gap_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_gap")),
    )
    with op.batch_alter_table("visit_gap", schema=None) as batch_op:
        batch_op.create_index("ix_visit_gap_until", ["until"], unique=False)

    op.create_table(
        "visit_join",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=True),
        sa.Column("photo", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("signature", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("device", sa.String(length=40), nullable=True),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_visit_join_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_visit_join_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_join_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_join_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_join")),
        sa.UniqueConstraint("company_id", "ref", name=op.f("uq_visit_join_company_id_ref")),
    )
    with op.batch_alter_table("visit_join", schema=None) as batch_op:
        batch_op.create_index("ix_visit_join_elevator_id_at", ["elevator_id", "at"], unique=False)
        batch_op.create_index("ix_visit_join_person_id_at", ["person_id", "at"], unique=False)
        batch_op.create_index("ix_visit_join_visit_id", ["visit_id"], unique=False)

    op.create_table(
        "visit_picture",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("dhash", sa.String(length=40), nullable=True),
        sa.Column("band_0", sa.Integer(), nullable=True),
        sa.Column("band_1", sa.Integer(), nullable=True),
        sa.Column("band_2", sa.Integer(), nullable=True),
        sa.Column("band_3", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_visit_picture_file_id_stored_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_picture_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_picture_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_picture")),
    )
    with op.batch_alter_table("visit_picture", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_picture_band_0",
            ["band_0"],
            unique=False,
            sqlite_where=sa.text("band_0 IS NOT NULL"),
            postgresql_where=sa.text("band_0 IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_visit_picture_band_1",
            ["band_1"],
            unique=False,
            sqlite_where=sa.text("band_1 IS NOT NULL"),
            postgresql_where=sa.text("band_1 IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_visit_picture_band_2",
            ["band_2"],
            unique=False,
            sqlite_where=sa.text("band_2 IS NOT NULL"),
            postgresql_where=sa.text("band_2 IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_visit_picture_band_3",
            ["band_3"],
            unique=False,
            sqlite_where=sa.text("band_3 IS NOT NULL"),
            postgresql_where=sa.text("band_3 IS NOT NULL"),
        )
        batch_op.create_index("ix_visit_picture_sha256", ["sha256"], unique=False)
        batch_op.create_index("ix_visit_picture_visit_id", ["visit_id"], unique=False)

    op.create_table(
        "cylinder_anomaly_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("anomaly_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["anomaly_id"], ["cylinder_anomaly.id"], name=op.f("fk_cylinder_anomaly_step_anomaly_id_cylinder_anomaly")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cylinder_anomaly_step_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cylinder_anomaly_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_anomaly_step")),
    )
    with op.batch_alter_table("cylinder_anomaly_step", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_anomaly_step_anomaly_id", ["anomaly_id"], unique=False)

    op.create_table(
        "fault_report_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fault_report_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["fault_report.id"], name=op.f("fk_fault_report_step_report_id_fault_report")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fault_report_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fault_report_step")),
    )
    with op.batch_alter_table("fault_report_step", schema=None) as batch_op:
        batch_op.create_index("ix_fault_report_step_report_id", ["report_id"], unique=False)

    op.create_table(
        "gun_unlock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_sha256", sa.String(length=200), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("gun", sa.String(length=40), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["fill_cycle.id"], name=op.f("fk_gun_unlock_cycle_id_fill_cycle")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_gun_unlock_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gun_unlock")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_gun_unlock_token_sha256")),
    )
    with op.batch_alter_table("gun_unlock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gun_unlock_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "visit_anomaly",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("inspection_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_unit_id", sa.Integer(), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_visit_anomaly_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_visit_anomaly_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_visit_anomaly_hazard_id_hazard")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_visit_anomaly_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["other_visit_id"], ["visit.id"], name=op.f("fk_visit_anomaly_other_visit_id_visit")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_visit_anomaly_owner_id_person")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_visit_anomaly_owner_unit_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_anomaly_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_anomaly_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_anomaly")),
        sa.UniqueConstraint("code", "visit_id", "subject", name=op.f("uq_visit_anomaly_code_visit_id_subject")),
    )
    with op.batch_alter_table("visit_anomaly", schema=None) as batch_op:
        batch_op.create_index("ix_visit_anomaly_company_id_state", ["company_id", "state"], unique=False)
        batch_op.create_index("ix_visit_anomaly_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_visit_anomaly_found_on", ["found_on"], unique=False)
        batch_op.create_index("ix_visit_anomaly_state_due_on", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_visit_anomaly_visit_id_state", ["visit_id", "state"], unique=False)

    op.create_table(
        "anomaly_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("anomaly_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["anomaly_id"], ["visit_anomaly.id"], name=op.f("fk_anomaly_step_anomaly_id_visit_anomaly")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_anomaly_step_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_anomaly_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_step")),
    )
    with op.batch_alter_table("anomaly_step", schema=None) as batch_op:
        batch_op.create_index("ix_anomaly_step_anomaly_id", ["anomaly_id"], unique=False)

    with op.batch_alter_table("capacity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("station_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_capacity_station_id_unit"), "unit", ["station_id"], ["id"])

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_no", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=40), server_default="settled", nullable=False))
        batch_op.add_column(sa.Column("event", sa.String(length=40), server_default="accident", nullable=False))
        batch_op.add_column(sa.Column("claimant", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("claimant_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("reserve_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("decided_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("decision", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("ref", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("ref_digest", sa.String(length=200), nullable=True))
        batch_op.create_index("ix_claim_elevator_id", ["elevator_id", "happened_on"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_claim_ref"), ["ref"])

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("onsite_days", sa.Integer(), nullable=True))

    with op.batch_alter_table("cylinder", schema=None) as batch_op:
        batch_op.add_column(sa.Column("information_management", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("purchased_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("electronic_mark", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("filler_mark_embossed", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("refurbished", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("threaded_shield", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("dual_valve", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("valve_code", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_cylinder_owner_id_changed_at", ["owner_id", "changed_at"], unique=False)

    with op.batch_alter_table("cylinder_event", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_event_unit_id_at", ["unit_id", "at"], unique=False)

    with op.batch_alter_table("elevator", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extended_until", sa.Date(), nullable=True))

    with op.batch_alter_table("elevator_status", schema=None) as batch_op:
        batch_op.add_column(sa.Column("measures", sa.String(length=4000), server_default="", nullable=False))
        batch_op.add_column(sa.Column("planned_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("notified_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("notice_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("authority", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("certificate", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("file_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_elevator_status_file_id_stored_file"), "stored_file", ["file_id"], ["id"]
        )

    with op.batch_alter_table("filling", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weighed_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("gas_batch_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offline", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key_failed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("general_failed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("promised", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("files", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True))
        batch_op.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("replaced_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("hazard_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_inspection_elevator_id_done_on"))
        batch_op.create_index(
            "ix_inspection_elevator_id_done_on", ["elevator_id", "done_on", "conclusion", "replaced_on"], unique=False
        )
        batch_op.drop_index(batch_op.f("ix_inspection_elevator_id_valid_until"))
        batch_op.create_index(
            "ix_inspection_elevator_id_valid_until",
            ["elevator_id", "valid_until", "conclusion", "done_on", "replaced_on"],
            unique=False,
        )
        batch_op.create_index("ix_inspection_body_id_report_no", ["body_id", "report_no"], unique=False)
        batch_op.create_index(
            "ix_inspection_conclusion_done_on", ["conclusion", "done_on", "elevator_id"], unique=False
        )
        batch_op.create_index("ix_inspection_kind_conclusion", ["kind", "conclusion", "done_on"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_inspection_hazard_id_hazard"), "hazard", ["hazard_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_inspection_corrects_id_inspection"), "inspection", ["corrects_id"], ["id"]
        )

    with op.batch_alter_table("label_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_label_code_changed_at", ["changed_at"], unique=False)

    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("broker", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("cancel_reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("cancel_document", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("refund_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("proposed_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("sharing", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("limit_total_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("limit_legal_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("relief_per_accident_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("relief_per_person_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("covers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )
        batch_op.add_column(sa.Column("renews_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ref", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("ref_digest", sa.String(length=200), nullable=True))
        batch_op.create_index("ix_policy_ends_on", ["ends_on", "subject"], unique=False)
        batch_op.create_index("ix_policy_renews_id", ["renews_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_policy_ref"), ["ref"])
        batch_op.create_foreign_key(batch_op.f("fk_policy_renews_id_policy"), "policy", ["renews_id"], ["id"])

    with op.batch_alter_table("policy_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposed_fen", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("premium_fen", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device", sa.String(length=40), nullable=True))

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("correction_reason", sa.String(length=4000), nullable=True))
        batch_op.drop_index(batch_op.f("ix_visit_done_on_elevator_id"))
        batch_op.create_index(
            "ix_visit_corrects_id",
            ["corrects_id"],
            unique=False,
            sqlite_where=sa.text("corrects_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_visit_done_on_counts",
            ["done_on", "elevator_id", "counts_from", "counts_until", "invalid_from"],
            unique=False,
        )
