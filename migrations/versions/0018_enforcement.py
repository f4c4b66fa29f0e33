"""Sealings, enforcement cases with their clocks, campaigns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0023"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STEPS = (
    "sealing_step",
    "case_step",
)


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("areas", JSON, nullable=False),
        sa.Column("unit_kinds", JSON, nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("tasks", sa.String(length=4000), nullable=False),
        sa.Column("self_check", sa.String(length=4000), nullable=False),
        sa.Column("self_check_by", sa.Date(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_campaign_area_code_area")),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_campaign_issuer_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("no", name=op.f("uq_campaign_no")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_area_code_starts_on", ["area_code", "starts_on"], unique=False)

    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.String(length=4000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("term_days", sa.Integer(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("confirm_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_sealing_area_code_area")),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_sealing_directive_id_directive")),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_sealing_issuer_id_unit")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_sealing_paper_id_paper")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sealing_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sealing_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing")),
        sa.UniqueConstraint("no", name=op.f("uq_sealing_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_sealing_ref")),
    )
    with op.batch_alter_table("sealing", schema=None) as batch_op:
        batch_op.create_index("ix_sealing_area_code_state", ["area_code", "state"], unique=False)
        batch_op.create_index("ix_sealing_directive_id", ["directive_id"], unique=False)
        batch_op.create_index("ix_sealing_state_ends_on", ["state", "ends_on"], unique=False)
        batch_op.create_index("ix_sealing_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "enforcement_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.String(length=4000), nullable=False),
        sa.Column("finding", sa.String(length=40), nullable=False),
        sa.Column("offence", sa.String(length=40), nullable=False),
        sa.Column("choice_reason", sa.String(length=4000), nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("harmed", sa.Boolean(), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.Column("sealing_id", sa.Integer(), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("check_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("fine_yuan", sa.Integer(), nullable=True),
        sa.Column("measures", sa.String(length=4000), nullable=False),
        sa.Column("heard", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_no", sa.String(length=200), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_yuan", sa.Integer(), nullable=True),
        sa.Column("surcharge_yuan", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_enforcement_case_area_code_area")),
        sa.ForeignKeyConstraint(
            ["check_id"], ["supervision_check.id"], name=op.f("fk_enforcement_case_check_id_supervision_check")
        ),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_enforcement_case_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(["handler_id"], ["person.id"], name=op.f("fk_enforcement_case_handler_id_person")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_enforcement_case_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_enforcement_case_issuer_id_unit")),
        sa.ForeignKeyConstraint(["sealing_id"], ["sealing.id"], name=op.f("fk_enforcement_case_sealing_id_sealing")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_enforcement_case_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_case")),
        sa.UniqueConstraint("no", name=op.f("uq_enforcement_case_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_enforcement_case_ref")),
    )
    with op.batch_alter_table("enforcement_case", schema=None) as batch_op:
        batch_op.create_index("ix_enforcement_case_area_code_state", ["area_code", "state"], unique=False)
        batch_op.create_index("ix_enforcement_case_check_id", ["check_id"], unique=False)
        batch_op.create_index("ix_enforcement_case_directive_id", ["directive_id"], unique=False)
        batch_op.create_index("ix_enforcement_case_hazard_id", ["hazard_id"], unique=False)
        batch_op.create_index("ix_enforcement_case_sealing_id", ["sealing_id"], unique=False)
        batch_op.create_index("ix_enforcement_case_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "sealing_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealing_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_sealing_item_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_sealing_item_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["sealing_id"], ["sealing.id"], name=op.f("fk_sealing_item_sealing_id_sealing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_item")),
    )
    with op.batch_alter_table("sealing_item", schema=None) as batch_op:
        batch_op.create_index("ix_sealing_item_cylinder_id", ["cylinder_id"], unique=False)
        batch_op.create_index("ix_sealing_item_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_sealing_item_sealing_id", ["sealing_id"], unique=False)

    op.create_table(
        "sealing_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealing_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sealing_step_person_id_person")),
        sa.ForeignKeyConstraint(["sealing_id"], ["sealing.id"], name=op.f("fk_sealing_step_sealing_id_sealing")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sealing_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_step")),
    )
    with op.batch_alter_table("sealing_step", schema=None) as batch_op:
        batch_op.create_index("ix_sealing_step_sealing_id", ["sealing_id"], unique=False)

    op.create_table(
        "campaign_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=True),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("sealing_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("linked_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_link_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["enforcement_case.id"], name=op.f("fk_campaign_link_case_id_enforcement_case")
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["supervision_check.id"], name=op.f("fk_campaign_link_check_id_supervision_check")
        ),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_campaign_link_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_campaign_link_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_link_person_id_person")),
        sa.ForeignKeyConstraint(["sealing_id"], ["sealing.id"], name=op.f("fk_campaign_link_sealing_id_sealing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_link")),
        sa.UniqueConstraint("campaign_id", "case_id", name=op.f("uq_campaign_link_campaign_id_case_id")),
        sa.UniqueConstraint("campaign_id", "check_id", name=op.f("uq_campaign_link_campaign_id_check_id")),
        sa.UniqueConstraint("campaign_id", "directive_id", name=op.f("uq_campaign_link_campaign_id_directive_id")),
        sa.UniqueConstraint("campaign_id", "hazard_id", name=op.f("uq_campaign_link_campaign_id_hazard_id")),
        sa.UniqueConstraint("campaign_id", "sealing_id", name=op.f("uq_campaign_link_campaign_id_sealing_id")),
    )
    op.create_table(
        "case_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["enforcement_case.id"], name=op.f("fk_case_clock_case_id_enforcement_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_clock")),
    )
    with op.batch_alter_table("case_clock", schema=None) as batch_op:
        batch_op.create_index("ix_case_clock_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_case_clock_done_on_due_on", ["done_on", "due_on"], unique=False)

    op.create_table(
        "case_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["enforcement_case.id"], name=op.f("fk_case_step_case_id_enforcement_case")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_step_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
    )
    with op.batch_alter_table("case_step", schema=None) as batch_op:
        batch_op.create_index("ix_case_step_case_id", ["case_id"], unique=False)
    for table in STEPS:
        if op.get_bind().dialect.name == "postgresql":
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
    with op.batch_alter_table("case_step", schema=None) as batch_op:
        batch_op.drop_index("ix_case_step_case_id")

    op.drop_table("case_step")
    with op.batch_alter_table("case_clock", schema=None) as batch_op:
        batch_op.drop_index("ix_case_clock_done_on_due_on")
        batch_op.drop_index("ix_case_clock_case_id")

    op.drop_table("case_clock")
    op.drop_table("campaign_link")
    with op.batch_alter_table("sealing_step", schema=None) as batch_op:
        batch_op.drop_index("ix_sealing_step_sealing_id")

    op.drop_table("sealing_step")
    with op.batch_alter_table("sealing_item", schema=None) as batch_op:
        batch_op.drop_index("ix_sealing_item_sealing_id")
        batch_op.drop_index("ix_sealing_item_elevator_id")
        batch_op.drop_index("ix_sealing_item_cylinder_id")

    op.drop_table("sealing_item")
    with op.batch_alter_table("enforcement_case", schema=None) as batch_op:
        batch_op.drop_index("ix_enforcement_case_unit_id")
        batch_op.drop_index("ix_enforcement_case_sealing_id")
        batch_op.drop_index("ix_enforcement_case_hazard_id")
        batch_op.drop_index("ix_enforcement_case_directive_id")
        batch_op.drop_index("ix_enforcement_case_check_id")
        batch_op.drop_index("ix_enforcement_case_area_code_state")

    op.drop_table("enforcement_case")
    with op.batch_alter_table("sealing", schema=None) as batch_op:
        batch_op.drop_index("ix_sealing_unit_id")
        batch_op.drop_index("ix_sealing_state_ends_on")
        batch_op.drop_index("ix_sealing_directive_id")
        batch_op.drop_index("ix_sealing_area_code_state")

    op.drop_table("sealing")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_area_code_starts_on")

    op.drop_table("campaign")
