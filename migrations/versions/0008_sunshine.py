"""Video pointers of fills, strokes of scales, spot checks; orders to stop filling; what is known of a camera."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spot_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("weights", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("pool_size", sa.Integer(), nullable=False),
        sa.Column("pool_digest", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_spot_check_drawn_by_id_person")),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name=op.f("fk_spot_check_office_id_unit")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_spot_check_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
    )
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.create_index("ix_spot_check_station_id_drawn_on", ["station_id", "drawn_on"], unique=False)

    op.create_table(
        "stop_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=False),
        sa.Column("lift_document", sa.String(length=200), nullable=True),
        sa.Column("lift_reason", sa.String(length=200), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_stop_order_lifted_by_id_person")),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["person.id"], name=op.f("fk_stop_order_ordered_by_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_stop_order_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_order")),
    )
    with op.batch_alter_table("stop_order", schema=None) as batch_op:
        batch_op.create_index("ix_stop_order_station_id_until", ["station_id", "until"], unique=False)

    op.create_table(
        "scale_strokes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("gun", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("strokes", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_scale_strokes_device_id_device")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_scale_strokes_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale_strokes")),
        sa.UniqueConstraint("device_id", "day", name=op.f("uq_scale_strokes_device_id_day")),
    )
    with op.batch_alter_table("scale_strokes", schema=None) as batch_op:
        batch_op.create_index("ix_scale_strokes_station_id_day", ["station_id", "day"], unique=False)

    op.create_table(
        "fill_clip",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("filling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("pointer", sa.String(length=200), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("ref_digest", sa.String(length=200), nullable=True),
        sa.Column("digest", sa.String(length=200), nullable=True),
        sa.Column("scan_snapshot_id", sa.Integer(), nullable=True),
        sa.Column("reweigh_snapshot_id", sa.Integer(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["camera_id"], ["device.id"], name=op.f("fk_fill_clip_camera_id_device")),
        sa.ForeignKeyConstraint(["filling_id"], ["filling.id"], name=op.f("fk_fill_clip_filling_id_filling")),
        sa.ForeignKeyConstraint(
            ["reweigh_snapshot_id"], ["stored_file.id"], name=op.f("fk_fill_clip_reweigh_snapshot_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["scan_snapshot_id"], ["stored_file.id"], name=op.f("fk_fill_clip_scan_snapshot_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_fill_clip_station_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fill_clip")),
        sa.UniqueConstraint("station_id", "ref", name=op.f("uq_fill_clip_station_id_ref")),
    )
    with op.batch_alter_table("fill_clip", schema=None) as batch_op:
        batch_op.create_index("ix_fill_clip_counts_since", ["counts", "since", "filling_id"], unique=False)
        batch_op.create_index("ix_fill_clip_counts_until", ["counts", "until", "since", "filling_id"], unique=False)
        batch_op.create_index("ix_fill_clip_filling_id", ["filling_id"], unique=False)
        batch_op.create_index(
            "uq_fill_clip_standing",
            ["filling_id", "camera_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "spot_check_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("filling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("anomaly_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anomaly_id"], ["cylinder_anomaly.id"], name=op.f("fk_spot_check_item_anomaly_id_cylinder_anomaly")
        ),
        sa.ForeignKeyConstraint(["check_id"], ["spot_check.id"], name=op.f("fk_spot_check_item_check_id_spot_check")),
        sa.ForeignKeyConstraint(["filling_id"], ["filling.id"], name=op.f("fk_spot_check_item_filling_id_filling")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["person.id"], name=op.f("fk_spot_check_item_judged_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check_item")),
        sa.UniqueConstraint("check_id", "place", name=op.f("uq_spot_check_item_check_id_place")),
    )
    with op.batch_alter_table("spot_check_item", schema=None) as batch_op:
        batch_op.create_index("ix_spot_check_item_filling_id", ["filling_id"], unique=False)
        batch_op.create_index("ix_spot_check_item_state", ["state", "check_id"], unique=False)

    with op.batch_alter_table("alliance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approved_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("end_reason", sa.String(length=200), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_alliance_approved_by_id_person"), "person", ["approved_by_id"], ["id"]
        )

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retention_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("calibration_no", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("clock_off_ms", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("clock_seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("clock_seen_at")
        batch_op.drop_column("clock_off_ms")
        batch_op.drop_column("calibration_no")
        batch_op.drop_column("retention_days")

    with op.batch_alter_table("alliance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_alliance_approved_by_id_person"), type_="foreignkey")
        batch_op.drop_column("end_reason")
        batch_op.drop_column("approved_by_id")

    with op.batch_alter_table("spot_check_item", schema=None) as batch_op:
        batch_op.drop_index("ix_spot_check_item_state")
        batch_op.drop_index("ix_spot_check_item_filling_id")

    op.drop_table("spot_check_item")
    with op.batch_alter_table("fill_clip", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_fill_clip_standing", sqlite_where=sa.text("until IS NULL"), postgresql_where=sa.text("until IS NULL")
        )
        batch_op.drop_index("ix_fill_clip_filling_id")
        batch_op.drop_index("ix_fill_clip_counts_until")
        batch_op.drop_index("ix_fill_clip_counts_since")

    op.drop_table("fill_clip")
    with op.batch_alter_table("scale_strokes", schema=None) as batch_op:
        batch_op.drop_index("ix_scale_strokes_station_id_day")

    op.drop_table("scale_strokes")
    with op.batch_alter_table("stop_order", schema=None) as batch_op:
        batch_op.drop_index("ix_stop_order_station_id_until")

    op.drop_table("stop_order")
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.drop_index("ix_spot_check_station_id_drawn_on")

    op.drop_table("spot_check")
