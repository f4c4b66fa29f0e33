"""What an elevator's life needs beyond the first release."""

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

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_done_on_elevator_id"))
        batch_op.create_index(
            "ix_visit_done_on_counts",
            ["done_on", "elevator_id", "counts_from", "counts_until", "invalid_from"],
            unique=False,
        )
