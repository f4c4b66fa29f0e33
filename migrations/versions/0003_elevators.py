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

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("onsite_days", sa.Integer(), nullable=True))

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_done_on_elevator_id"))
        batch_op.create_index(
            "ix_visit_done_on_counts",
            ["done_on", "elevator_id", "counts_from", "counts_until", "invalid_from"],
            unique=False,
        )
