"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("parent_code", sa.String(length=40), nullable=True),
        sa.Column("arrival_limit_minutes", sa.Integer(), nullable=False),
        sa.Column("certainty", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_code"], ["area.code"], name=op.f("fk_area_parent_code_area")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
        sa.UniqueConstraint("kind", "body", "year", name=op.f("uq_counter_kind_body_year")),
    )
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "import_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profile")),
        sa.UniqueConstraint("sheet", "name", name=op.f("uq_import_profile_sheet_name")),
    )
    op.create_table(
        "parameter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("certainty", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter")),
        sa.UniqueConstraint("key", "since", name=op.f("uq_parameter_key_since")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failure_subject_at", ["subject", "at"], unique=False)

    op.create_table(
        "trail_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entry")),
    )
    with op.batch_alter_table("trail_entry", schema=None) as batch_op:
        batch_op.create_index("ix_trail_entry_at", ["at"], unique=False)
        batch_op.create_index("ix_trail_entry_subject_id", ["subject", "subject_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("item", "number", name=op.f("uq_certificate_item_number")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_person_id", ["person_id"], unique=False)

    op.create_table(
        "indicator_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("comparator", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Numeric(precision=10, scale=3), nullable=False),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_indicator_target_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_target")),
        sa.UniqueConstraint("key", "area_code", "since", name=op.f("uq_indicator_target_key_area_code_since")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=40), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("legal_person", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_unit_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_unit_credit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index("ix_unit_area_code", ["area_code"], unique=False)
        batch_op.create_index("ix_unit_name", ["name"], unique=False)

    op.create_table(
        "alliance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_a_id", sa.Integer(), nullable=False),
        sa.Column("member_b_id", sa.Integer(), nullable=False),
        sa.Column("media", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("entrusted", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["member_a_id"], ["unit.id"], name=op.f("fk_alliance_member_a_id_unit")),
        sa.ForeignKeyConstraint(["member_b_id"], ["unit.id"], name=op.f("fk_alliance_member_b_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance")),
    )
    with op.batch_alter_table("alliance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alliance_member_a_id"), ["member_a_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alliance_member_b_id"), ["member_b_id"], unique=False)

    op.create_table(
        "capacity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("licence_no", sa.String(length=40), nullable=True),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("media", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("suspended_since", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_capacity_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity")),
        sa.UniqueConstraint("unit_id", "capacity", name=op.f("uq_capacity_unit_id_capacity")),
    )
    op.create_table(
        "cylinder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label_code", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("custody", sa.String(length=40), nullable=False),
        sa.Column("maker", sa.String(length=200), nullable=False),
        sa.Column("maker_code", sa.String(length=40), nullable=False),
        sa.Column("serial_no", sa.String(length=40), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=40), nullable=True),
        sa.Column("product_standard", sa.String(length=40), nullable=True),
        sa.Column("register_no", sa.String(length=40), nullable=True),
        sa.Column("inner_no", sa.String(length=40), nullable=True),
        sa.Column("working_pressure_kpa", sa.Integer(), nullable=True),
        sa.Column("test_pressure_kpa", sa.Integer(), nullable=True),
        sa.Column("wall_mm", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("tare_g", sa.Integer(), nullable=True),
        sa.Column("volume_ml", sa.Integer(), nullable=True),
        sa.Column("permitted_fill_g", sa.Integer(), nullable=True),
        sa.Column("porosity", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("service_life_years", sa.Integer(), nullable=True),
        sa.Column("assessment_passed_on", sa.Date(), nullable=True),
        sa.Column("environment", sa.String(length=40), nullable=True),
        sa.Column("high_purity", sa.Boolean(), nullable=False),
        sa.Column("taxi", sa.Boolean(), nullable=False),
        sa.Column("vehicle_plate", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("last_inspected_on", sa.Date(), nullable=True),
        sa.Column("last_inspection_passed", sa.Boolean(), nullable=True),
        sa.Column("stated_next_inspection_on", sa.Date(), nullable=True),
        sa.Column("next_inspection_on", sa.Date(), nullable=True),
        sa.Column("service_end_on", sa.Date(), nullable=True),
        sa.Column("last_filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_cylinder_area_code_area")),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_cylinder_owner_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder")),
        sa.UniqueConstraint("label_code", name=op.f("uq_cylinder_label_code")),
        sa.UniqueConstraint(
            "maker_code", "serial_no", "made_on", name=op.f("uq_cylinder_maker_code_serial_no_made_on")
        ),
    )
    with op.batch_alter_table("cylinder", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cylinder_area_code_next_inspection_on", ["area_code", "next_inspection_on"], unique=False
        )
        batch_op.create_index("ix_cylinder_area_code_status", ["area_code", "status", "label_code"], unique=False)
        batch_op.create_index("ix_cylinder_owner_id_status", ["owner_id", "status"], unique=False)
        batch_op.create_index("ix_cylinder_register_no", ["register_no"], unique=False)
        batch_op.create_index("ix_cylinder_serial_no", ["serial_no"], unique=False)

    op.create_table(
        "elevator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label_code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("use_cert_no", sa.String(length=40), nullable=True),
        sa.Column("device_code", sa.String(length=40), nullable=True),
        sa.Column("register_code", sa.String(length=40), nullable=True),
        sa.Column("rescue_code", sa.String(length=40), nullable=True),
        sa.Column("factory_no", sa.String(length=200), nullable=True),
        sa.Column("inner_no", sa.String(length=200), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("manufacturer", sa.String(length=200), nullable=True),
        sa.Column("installer", sa.String(length=200), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("installation_inspected_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("in_use_since", sa.Date(), nullable=True),
        sa.Column("design_life_years", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("place_type", sa.String(length=40), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("division_code", sa.String(length=40), nullable=True),
        sa.Column("use_unit_id", sa.Integer(), nullable=True),
        sa.Column("owner_unit_id", sa.Integer(), nullable=True),
        sa.Column("rated_load_kg", sa.Integer(), nullable=True),
        sa.Column("rated_speed_mps", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("travel_m", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("stops", sa.Integer(), nullable=True),
        sa.Column("doors", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("fence_m", sa.Integer(), nullable=True),
        sa.Column("remarks", sa.String(length=4000), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("foreign_no", sa.String(length=40), nullable=True),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_elevator_area_code_area")),
        sa.ForeignKeyConstraint(["division_code"], ["area.code"], name=op.f("fk_elevator_division_code_area")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_elevator_owner_unit_id_unit")),
        sa.ForeignKeyConstraint(["use_unit_id"], ["unit.id"], name=op.f("fk_elevator_use_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elevator")),
        sa.UniqueConstraint("label_code", name=op.f("uq_elevator_label_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_elevator_ref")),
        sa.UniqueConstraint("register_code", name=op.f("uq_elevator_register_code")),
        sa.UniqueConstraint("rescue_code", name=op.f("uq_elevator_rescue_code")),
        sa.UniqueConstraint("source", "foreign_no", name=op.f("uq_elevator_source_foreign_no")),
    )
    with op.batch_alter_table("elevator", schema=None) as batch_op:
        batch_op.create_index("ix_elevator_area_code_status", ["area_code", "status", "kind"], unique=False)
        batch_op.create_index("ix_elevator_device_code", ["device_code"], unique=False)
        batch_op.create_index("ix_elevator_division_code", ["division_code"], unique=False)
        batch_op.create_index("ix_elevator_use_cert_no", ["use_cert_no"], unique=False)
        batch_op.create_index("ix_elevator_use_unit_id", ["use_unit_id"], unique=False)

    op.create_table(
        "gun",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_gun_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gun")),
        sa.UniqueConstraint("station_id", "number", name=op.f("uq_gun_station_id_number")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_membership_area_code_area")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_membership_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("policy_no", sa.String(length=40), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("holder_type", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("premium_fen", sa.BigInteger(), nullable=False),
        sa.Column("limit_per_accident_fen", sa.BigInteger(), nullable=False),
        sa.Column("limit_per_person_fen", sa.BigInteger(), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_policy_area_code_area")),
        sa.ForeignKeyConstraint(["holder_id"], ["unit.id"], name=op.f("fk_policy_holder_id_unit")),
        sa.ForeignKeyConstraint(["insurer_id"], ["unit.id"], name=op.f("fk_policy_insurer_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("insurer_id", "policy_no", name=op.f("uq_policy_insurer_id_policy_no")),
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_policy_insurer_id"), ["insurer_id"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mime", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stored_file_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_stored_file_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_sha256", ["sha256"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_api_token_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("injury", sa.String(length=40), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_claim_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_claim_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_claim_policy_id_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_policy_id"), ["policy_id"], unique=False)

    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_contract_company_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_contract_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index("ix_contract_company_id_until", ["company_id", "until"], unique=False)
        batch_op.create_index("ix_contract_elevator_id_since", ["elevator_id", "since"], unique=False)

    op.create_table(
        "cylinder_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_cylinder_event_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cylinder_event_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cylinder_event_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_event")),
        sa.UniqueConstraint("ref", name=op.f("uq_cylinder_event_ref")),
    )
    with op.batch_alter_table("cylinder_event", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_event_cylinder_id_at", ["cylinder_id", "at"], unique=False)

    op.create_table(
        "cylinder_inspection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("report_no", sa.String(length=200), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("next_inspection_on", sa.Date(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["unit.id"], name=op.f("fk_cylinder_inspection_body_id_unit")),
        sa.ForeignKeyConstraint(
            ["cylinder_id"], ["cylinder.id"], name=op.f("fk_cylinder_inspection_cylinder_id_cylinder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_inspection")),
    )
    with op.batch_alter_table("cylinder_inspection", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_inspection_cylinder_id_done_on", ["cylinder_id", "done_on"], unique=False)

    op.create_table(
        "cylinder_status",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_cylinder_status_cylinder_id_cylinder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_status")),
    )
    with op.batch_alter_table("cylinder_status", schema=None) as batch_op:
        batch_op.create_index("ix_cylinder_status_cylinder_id_since", ["cylinder_id", "since"], unique=False)
        batch_op.create_index(
            "ix_cylinder_status_status_until", ["status", "until", "since", "cylinder_id"], unique=False
        )

    op.create_table(
        "elevator_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_elevator_status_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elevator_status")),
    )
    with op.batch_alter_table("elevator_status", schema=None) as batch_op:
        batch_op.create_index("ix_elevator_status_elevator_id_since", ["elevator_id", "since"], unique=False)
        batch_op.create_index(
            "ix_elevator_status_status_until", ["status", "until", "since", "elevator_id"], unique=False
        )

    op.create_table(
        "fill_refusal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_fill_refusal_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fill_refusal_person_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_fill_refusal_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fill_refusal")),
        sa.UniqueConstraint("station_id", "ref", name=op.f("uq_fill_refusal_station_id_ref")),
    )
    op.create_table(
        "filling",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gun", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("tare_g", sa.Integer(), nullable=True),
        sa.Column("gross_before_g", sa.Integer(), nullable=True),
        sa.Column("gross_after_g", sa.Integer(), nullable=True),
        sa.Column("pressure_kpa", sa.Integer(), nullable=True),
        sa.Column("temperature_c", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filled_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filler_id", sa.Integer(), nullable=False),
        sa.Column("checker_id", sa.Integer(), nullable=False),
        sa.Column("checks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("clip", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["checker_id"], ["person.id"], name=op.f("fk_filling_checker_id_person")),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_filling_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["filler_id"], ["person.id"], name=op.f("fk_filling_filler_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_filling_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filling")),
        sa.UniqueConstraint("station_id", "ref", name=op.f("uq_filling_station_id_ref")),
    )
    with op.batch_alter_table("filling", schema=None) as batch_op:
        batch_op.create_index("ix_filling_cylinder_id_ended_at", ["cylinder_id", "ended_at"], unique=False)
        batch_op.create_index("ix_filling_station_id_filled_on", ["station_id", "filled_on", "clip"], unique=False)

    op.create_table(
        "hazard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=4000), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("list_level", sa.String(length=40), nullable=False),
        sa.Column("is_severe", sa.Boolean(), nullable=False),
        sa.Column("is_major", sa.Boolean(), nullable=False),
        sa.Column("clauses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("found_by_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("possible_accident", sa.String(length=4000), nullable=False),
        sa.Column("interim_measures", sa.String(length=4000), nullable=False),
        sa.Column("stop_use", sa.Boolean(), nullable=False),
        sa.Column("responsible_person", sa.String(length=200), nullable=False),
        sa.Column("responsible_phone", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_hazard_area_code_area")),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_hazard_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_hazard_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["found_by_id"], ["person.id"], name=op.f("fk_hazard_found_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hazard_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard")),
        sa.UniqueConstraint("no", name=op.f("uq_hazard_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_hazard_ref")),
    )
    with op.batch_alter_table("hazard", schema=None) as batch_op:
        batch_op.create_index("ix_hazard_cylinder_id", ["cylinder_id"], unique=False)
        batch_op.create_index("ix_hazard_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_hazard_state_area_code", ["state", "area_code"], unique=False)
        batch_op.create_index("ix_hazard_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_import_batch_file_id_stored_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_batch_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_batch_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("report_no", sa.String(length=200), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("conclusion", sa.String(length=40), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("notice_no", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["unit.id"], name=op.f("fk_inspection_body_id_unit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_inspection_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("ref", name=op.f("uq_inspection_ref")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inspection_elevator_id_done_on", ["elevator_id", "done_on", "conclusion"], unique=False
        )
        batch_op.create_index(
            "ix_inspection_elevator_id_valid_until",
            ["elevator_id", "valid_until", "conclusion", "done_on"],
            unique=False,
        )

    op.create_table(
        "label_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_to_id", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("bound_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("prints", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_label_code_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_label_code_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["issued_to_id"], ["unit.id"], name=op.f("fk_label_code_issued_to_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_code")),
        sa.UniqueConstraint("code", name=op.f("uq_label_code_code")),
    )
    with op.batch_alter_table("label_code", schema=None) as batch_op:
        batch_op.create_index("ix_label_code_bound_on", ["bound_on"], unique=False)
        batch_op.create_index("ix_label_code_cylinder_id", ["cylinder_id"], unique=False)
        batch_op.create_index("ix_label_code_elevator_id", ["elevator_id"], unique=False)

    op.create_table(
        "policy_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_policy_item_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_policy_item_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_item_policy_id_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_item")),
    )
    with op.batch_alter_table("policy_item", schema=None) as batch_op:
        batch_op.create_index("ix_policy_item_cylinder_id_since", ["cylinder_id", "since"], unique=False)
        batch_op.create_index("ix_policy_item_elevator_id_since", ["elevator_id", "since"], unique=False)
        batch_op.create_index(
            "ix_policy_item_policy_id", ["policy_id", "cylinder_id", "elevator_id", "since", "until"], unique=False
        )

    op.create_table(
        "rescue_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("plate_verified_on", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["elevator_id"], ["elevator.id"], name=op.f("fk_rescue_enrolment_elevator_id_elevator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescue_enrolment")),
    )
    with op.batch_alter_table("rescue_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rescue_enrolment_elevator_id_since",
            ["elevator_id", "since", "until", "plate_verified_on"],
            unique=False,
        )

    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("gun", sa.String(length=40), nullable=True),
        sa.Column("medium", sa.String(length=40), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("legacy_code", sa.String(length=40), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_scan_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scan_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_scan_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index("ix_scan_cylinder_id_at", ["cylinder_id", "at"], unique=False)
        batch_op.create_index("ix_scan_unit_id_at", ["unit_id", "at"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_sign_in_membership_id_membership")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_in", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("check_out", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("signatures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmation", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("declined_reason", sa.String(length=4000), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=True),
        sa.Column("counts_until", sa.Date(), nullable=True),
        sa.Column("invalid_from", sa.Date(), nullable=True),
        sa.Column("photo_sha256", sa.String(length=200), nullable=True),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["unit.id"], name=op.f("fk_visit_company_id_unit")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_visit_confirmed_by_id_person")),
        sa.ForeignKeyConstraint(["corrects_id"], ["visit.id"], name=op.f("fk_visit_corrects_id_visit")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_visit_elevator_id_elevator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("company_id", "ref", name=op.f("uq_visit_company_id_ref")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_company_id_done_on", ["company_id", "done_on"], unique=False)
        batch_op.create_index("ix_visit_done_on_elevator_id", ["done_on", "elevator_id"], unique=False)
        batch_op.create_index(
            "ix_visit_elevator_id_done_on",
            ["elevator_id", "done_on", "cycle", "invalid_from", "counts_from", "counts_until"],
            unique=False,
        )
        batch_op.create_index(
            "ix_visit_photo_sha256",
            ["photo_sha256"],
            unique=False,
            sqlite_where=sa.text("photo_sha256 IS NOT NULL"),
            postgresql_where=sa.text("photo_sha256 IS NOT NULL"),
        )

    op.create_table(
        "hazard_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hazard_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
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
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_hazard_step_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hazard_step_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hazard_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_step")),
        sa.UniqueConstraint("ref", name=op.f("uq_hazard_step_ref")),
    )
    with op.batch_alter_table("hazard_step", schema=None) as batch_op:
        batch_op.create_index("ix_hazard_step_hazard_id", ["hazard_id"], unique=False)

    op.create_table(
        "visit_worker",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seconds_after_first", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_worker_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_worker_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_worker")),
        sa.UniqueConstraint("visit_id", "person_id", name=op.f("uq_visit_worker_visit_id_person_id")),
    )
    with op.batch_alter_table("visit_worker", schema=None) as batch_op:
        batch_op.create_index("ix_visit_worker_person_id", ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visit_worker", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_worker_person_id")

    op.drop_table("visit_worker")
    with op.batch_alter_table("hazard_step", schema=None) as batch_op:
        batch_op.drop_index("ix_hazard_step_hazard_id")

    op.drop_table("hazard_step")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_photo_sha256",
            sqlite_where=sa.text("photo_sha256 IS NOT NULL"),
            postgresql_where=sa.text("photo_sha256 IS NOT NULL"),
        )
        batch_op.drop_index("ix_visit_elevator_id_done_on")
        batch_op.drop_index("ix_visit_done_on_elevator_id")
        batch_op.drop_index("ix_visit_company_id_done_on")

    op.drop_table("visit")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index("ix_scan_unit_id_at")
        batch_op.drop_index("ix_scan_cylinder_id_at")

    op.drop_table("scan")
    with op.batch_alter_table("rescue_enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_rescue_enrolment_elevator_id_since")

    op.drop_table("rescue_enrolment")
    with op.batch_alter_table("policy_item", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_item_policy_id")
        batch_op.drop_index("ix_policy_item_elevator_id_since")
        batch_op.drop_index("ix_policy_item_cylinder_id_since")

    op.drop_table("policy_item")
    with op.batch_alter_table("label_code", schema=None) as batch_op:
        batch_op.drop_index("ix_label_code_elevator_id")
        batch_op.drop_index("ix_label_code_cylinder_id")
        batch_op.drop_index("ix_label_code_bound_on")

    op.drop_table("label_code")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_elevator_id_valid_until")
        batch_op.drop_index("ix_inspection_elevator_id_done_on")

    op.drop_table("inspection")
    op.drop_table("import_batch")
    with op.batch_alter_table("hazard", schema=None) as batch_op:
        batch_op.drop_index("ix_hazard_unit_id")
        batch_op.drop_index("ix_hazard_state_area_code")
        batch_op.drop_index("ix_hazard_elevator_id")
        batch_op.drop_index("ix_hazard_cylinder_id")

    op.drop_table("hazard")
    with op.batch_alter_table("filling", schema=None) as batch_op:
        batch_op.drop_index("ix_filling_station_id_filled_on")
        batch_op.drop_index("ix_filling_cylinder_id_ended_at")

    op.drop_table("filling")
    op.drop_table("fill_refusal")
    with op.batch_alter_table("elevator_status", schema=None) as batch_op:
        batch_op.drop_index("ix_elevator_status_status_until")
        batch_op.drop_index("ix_elevator_status_elevator_id_since")

    op.drop_table("elevator_status")
    with op.batch_alter_table("cylinder_status", schema=None) as batch_op:
        batch_op.drop_index("ix_cylinder_status_status_until")
        batch_op.drop_index("ix_cylinder_status_cylinder_id_since")

    op.drop_table("cylinder_status")
    with op.batch_alter_table("cylinder_inspection", schema=None) as batch_op:
        batch_op.drop_index("ix_cylinder_inspection_cylinder_id_done_on")

    op.drop_table("cylinder_inspection")
    with op.batch_alter_table("cylinder_event", schema=None) as batch_op:
        batch_op.drop_index("ix_cylinder_event_cylinder_id_at")

    op.drop_table("cylinder_event")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_elevator_id_since")
        batch_op.drop_index("ix_contract_company_id_until")

    op.drop_table("contract")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_policy_id"))

    op.drop_table("claim")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_membership_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_file_sha256")

    op.drop_table("stored_file")
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_insurer_id"))
        batch_op.drop_index(batch_op.f("ix_policy_holder_id"))

    op.drop_table("policy")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_unit_id")
        batch_op.drop_index("ix_membership_person_id")

    op.drop_table("membership")
    op.drop_table("gun")
    with op.batch_alter_table("elevator", schema=None) as batch_op:
        batch_op.drop_index("ix_elevator_use_unit_id")
        batch_op.drop_index("ix_elevator_use_cert_no")
        batch_op.drop_index("ix_elevator_division_code")
        batch_op.drop_index("ix_elevator_device_code")
        batch_op.drop_index("ix_elevator_area_code_status")

    op.drop_table("elevator")
    with op.batch_alter_table("cylinder", schema=None) as batch_op:
        batch_op.drop_index("ix_cylinder_serial_no")
        batch_op.drop_index("ix_cylinder_register_no")
        batch_op.drop_index("ix_cylinder_owner_id_status")
        batch_op.drop_index("ix_cylinder_area_code_status")
        batch_op.drop_index("ix_cylinder_area_code_next_inspection_on")

    op.drop_table("cylinder")
    op.drop_table("capacity")
    with op.batch_alter_table("alliance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alliance_member_b_id"))
        batch_op.drop_index(batch_op.f("ix_alliance_member_a_id"))

    op.drop_table("alliance")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_name")
        batch_op.drop_index("ix_unit_area_code")

    op.drop_table("unit")
    op.drop_table("indicator_target")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_person_id")

    op.drop_table("certificate")
    with op.batch_alter_table("trail_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_trail_entry_subject_id")
        batch_op.drop_index("ix_trail_entry_at")

    op.drop_table("trail_entry")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failure_subject_at")

    op.drop_table("sign_in_failure")
    op.drop_table("person")
    op.drop_table("parameter")
    op.drop_table("import_profile")
    op.drop_table("holiday")
    op.drop_table("counter")
    op.drop_table("area")
