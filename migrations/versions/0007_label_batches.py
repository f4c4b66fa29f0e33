"""Label codes in batches, the evidence of who put a code on which cylinder, and scanned codes that nobody knows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "label_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("layout", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_label_batch_decided_by_id_person")),
        sa.ForeignKeyConstraint(["received_by_id"], ["person.id"], name=op.f("fk_label_batch_received_by_id_person")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["person.id"], name=op.f("fk_label_batch_requested_by_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_label_batch_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_label_batch_number")),
        sa.UniqueConstraint("station_id", "ref", name=op.f("uq_label_batch_station_id_ref")),
    )
    with op.batch_alter_table("label_batch", schema=None) as batch_op:
        batch_op.create_index("ix_label_batch_state", ["state"], unique=False)

    op.create_table(
        "label_binding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_digest", sa.String(length=200), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cylinder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("stamp_photo_id", sa.Integer(), nullable=False),
        sa.Column("label_photo_id", sa.Integer(), nullable=False),
        sa.Column("bound_by_id", sa.Integer(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["bound_by_id"], ["person.id"], name=op.f("fk_label_binding_bound_by_id_person")),
        sa.ForeignKeyConstraint(["cylinder_id"], ["cylinder.id"], name=op.f("fk_label_binding_cylinder_id_cylinder")),
        sa.ForeignKeyConstraint(["label_id"], ["label_code.id"], name=op.f("fk_label_binding_label_id_label_code")),
        sa.ForeignKeyConstraint(
            ["label_photo_id"], ["stored_file.id"], name=op.f("fk_label_binding_label_photo_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_label_binding_settled_by_id_person")),
        sa.ForeignKeyConstraint(
            ["stamp_photo_id"], ["stored_file.id"], name=op.f("fk_label_binding_stamp_photo_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_label_binding_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_binding")),
        sa.UniqueConstraint("station_id", "ref", name=op.f("uq_label_binding_station_id_ref")),
    )
    with op.batch_alter_table("label_binding", schema=None) as batch_op:
        batch_op.create_index("ix_label_binding_cylinder_id", ["cylinder_id"], unique=False)
        batch_op.create_index("ix_label_binding_label_id", ["label_id"], unique=False)
        batch_op.create_index("ix_label_binding_state", ["state", "station_id"], unique=False)
        batch_op.create_index(
            "uq_label_binding_cylinder",
            ["cylinder_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "uq_label_binding_label",
            ["label_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "unknown_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("label_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hazard_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["handled_by_id"], ["person.id"], name=op.f("fk_unknown_code_handled_by_id_person")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_unknown_code_hazard_id_hazard")),
        sa.ForeignKeyConstraint(["label_id"], ["label_code.id"], name=op.f("fk_unknown_code_label_id_label_code")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unknown_code_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unknown_code_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_unknown_code_digest")),
    )
    with op.batch_alter_table("unknown_code", schema=None) as batch_op:
        batch_op.create_index("ix_unknown_code_code", ["code"], unique=False)
        batch_op.create_index("ix_unknown_code_state", ["state", "unit_id"], unique=False)

    with op.batch_alter_table("label_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_label_code_batch_id",
            ["batch_id", "status"],
            unique=False,
            sqlite_where=sa.text("batch_id IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_label_code_batch_id_label_batch"), "label_batch", ["batch_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("label_code", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_label_code_batch_id_label_batch"), type_="foreignkey")
        batch_op.drop_index("ix_label_code_batch_id")
        batch_op.drop_column("batch_id")

    with op.batch_alter_table("unknown_code", schema=None) as batch_op:
        batch_op.drop_index("ix_unknown_code_state")
        batch_op.drop_index("ix_unknown_code_code")

    op.drop_table("unknown_code")
    with op.batch_alter_table("label_binding", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_label_binding_label",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(
            "uq_label_binding_cylinder",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_label_binding_state")
        batch_op.drop_index("ix_label_binding_label_id")
        batch_op.drop_index("ix_label_binding_cylinder_id")

    op.drop_table("label_binding")
    with op.batch_alter_table("label_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_label_batch_state")

    op.drop_table("label_batch")
