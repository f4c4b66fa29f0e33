"""Safety supervision directives with their inspectors, things and steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STEPS = ("directive_step",)


def upgrade() -> None:
    op.create_table(
        "directive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=True),
        sa.Column("problems", sa.String(length=4000), nullable=False),
        sa.Column("broken_rule", sa.String(length=4000), nullable=False),
        sa.Column("order_basis", sa.String(length=4000), nullable=False),
        sa.Column("measures", sa.String(length=4000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("oral_on", sa.Date(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_signer", sa.String(length=200), nullable=False),
        sa.Column("unit_signature", JSON, nullable=True),
        sa.Column("refusal", sa.String(length=4000), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("delivery", sa.String(length=40), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("recheck_due_on", sa.Date(), nullable=True),
        sa.Column("rechecked_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_directive_area_code_area")),
        sa.ForeignKeyConstraint(
            ["check_id"], ["supervision_check.id"], name=op.f("fk_directive_check_id_supervision_check")
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_directive_issuer_id_unit")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_directive_paper_id_paper")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_directive_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_directive_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive")),
        sa.UniqueConstraint("number", name=op.f("uq_directive_number")),
        sa.UniqueConstraint("ref", name=op.f("uq_directive_ref")),
    )
    with op.batch_alter_table("directive", schema=None) as batch_op:
        batch_op.create_index("ix_directive_area_code_state", ["area_code", "state"], unique=False)
        batch_op.create_index("ix_directive_check_id", ["check_id"], unique=False)
        batch_op.create_index("ix_directive_state_due_on", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_directive_unit_id_state", ["unit_id", "state"], unique=False)

    op.create_table(
        "directive_inspector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.String(length=40), nullable=False),
        sa.Column("signature", JSON, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_directive_inspector_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_directive_inspector_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_inspector")),
    )
    with op.batch_alter_table("directive_inspector", schema=None) as batch_op:
        batch_op.create_index("ix_directive_inspector_directive_id", ["directive_id"], unique=False)

    op.create_table(
        "directive_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=False),
        sa.Column("elevator_id", sa.Integer(), nullable=True),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_directive_item_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_directive_item_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(["elevator_id"], ["elevator.id"], name=op.f("fk_directive_item_elevator_id_elevator")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_directive_item_hazard_id_hazard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_item")),
    )
    with op.batch_alter_table("directive_item", schema=None) as batch_op:
        batch_op.create_index("ix_directive_item_cylinder_id", ["cylinder_id"], unique=False)
        batch_op.create_index("ix_directive_item_directive_id", ["directive_id"], unique=False)
        batch_op.create_index("ix_directive_item_elevator_id", ["elevator_id"], unique=False)
        batch_op.create_index("ix_directive_item_hazard_id", ["hazard_id"], unique=False)

    op.create_table(
        "directive_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_directive_step_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_directive_step_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_directive_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_step")),
    )
    with op.batch_alter_table("directive_step", schema=None) as batch_op:
        batch_op.create_index("ix_directive_step_directive_id", ["directive_id"], unique=False)
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
    with op.batch_alter_table("directive_step", schema=None) as batch_op:
        batch_op.drop_index("ix_directive_step_directive_id")

    op.drop_table("directive_step")
    with op.batch_alter_table("directive_item", schema=None) as batch_op:
        batch_op.drop_index("ix_directive_item_hazard_id")
        batch_op.drop_index("ix_directive_item_elevator_id")
        batch_op.drop_index("ix_directive_item_directive_id")
        batch_op.drop_index("ix_directive_item_cylinder_id")

    op.drop_table("directive_item")
    with op.batch_alter_table("directive_inspector", schema=None) as batch_op:
        batch_op.drop_index("ix_directive_inspector_directive_id")

    op.drop_table("directive_inspector")
    with op.batch_alter_table("directive", schema=None) as batch_op:
        batch_op.drop_index("ix_directive_unit_id_state")
        batch_op.drop_index("ix_directive_state_due_on")
        batch_op.drop_index("ix_directive_area_code_state")

    op.drop_table("directive")
