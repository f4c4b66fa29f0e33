"""What citizens report about cylinders; the refusals of a cylinder in the order of time."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STEP = "cylinder_report_step"


def upgrade() -> None:
    op.create_table(
        "cylinder_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.String(length=40), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_cylinder_report_area_code_area")),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_cylinder_report_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_cylinder_report_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["photo_id"], ["stored_file.id"], name=op.f("fk_cylinder_report_photo_id_stored_file")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_cylinder_report_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_report")),
        sa.UniqueConstraint("no", name=op.f("uq_cylinder_report_no")),
        sa.UniqueConstraint("ref", name=op.f("uq_cylinder_report_ref")),
        sa.UniqueConstraint("secret", name=op.f("uq_cylinder_report_secret")),
    )
    for columns in (
        ("cylinder_id", "reported_at"),
        ("area_code", "state"),
        ("station_id", "state"),
        ("state", "reported_at"),
    ):
        op.create_index(f"ix_cylinder_report_{'_'.join(columns)}", "cylinder_report", list(columns))
    op.create_table(
        STEP,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cylinder_report_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["cylinder_report.id"], name=op.f("fk_cylinder_report_step_report_id_cylinder_report")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cylinder_report_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cylinder_report_step")),
    )
    op.create_index("ix_cylinder_report_step_report_id", STEP, ["report_id"])
    op.create_index("ix_fill_refusal_cylinder_id_at", "fill_refusal", ["cylinder_id", "at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {STEP}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {STEP} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {STEP}_no_{verb} BEFORE {verb.upper()} ON {STEP} "
            f"BEGIN SELECT RAISE(ABORT, '{STEP} can only grow'); END"
        )


def downgrade() -> None:
    op.drop_index("ix_fill_refusal_cylinder_id_at", "fill_refusal")
    op.drop_table(STEP)
    op.drop_table("cylinder_report")
