"""What happens to cylinders besides filling: inspected and destroyed by batches, bought, insured by the fill."""

import sqlalchemy as sa
from alembic import op

from registry.models.base import BigType, JsonType, UtcMoment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def inspection() -> tuple[sa.Column, ...]:
    return (
        sa.Column("checks", JsonType),
        sa.Column("inspector", sa.String(40)),
        sa.Column("reviewer", sa.String(40)),
        sa.Column("remaining_wall_mm", sa.Numeric(10, 3)),
        sa.Column("measured_volume_ml", sa.Integer),
        sa.Column("tare_g", sa.Integer),
        sa.Column("tare_before_g", sa.Integer),
        sa.Column("valve_code", sa.String(40)),
        sa.Column("assessed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("scrap_reason", sa.String(40)),
        sa.Column("corrects_id", BigType),
        sa.Column("replaced_on", sa.Date),
        sa.Column("recorded_at", UtcMoment),
    )


def policy() -> tuple[sa.Column, ...]:
    return (
        sa.Column("line", sa.String(40)),
        sa.Column("unit_fen", sa.BigInteger),
        sa.Column("cover_days", sa.Integer),
        sa.Column("media", JsonType),
        sa.Column("deductible_fen", sa.BigInteger),
    )


def upgrade() -> None:
    with op.batch_alter_table("cylinder_inspection") as batch:
        for column in inspection():
            batch.add_column(column)
        batch.create_foreign_key(
            op.f("fk_cylinder_inspection_corrects_id_cylinder_inspection"),
            "cylinder_inspection",
            ["corrects_id"],
            ["id"],
        )
    op.create_index("ix_cylinder_inspection_body_id_done_on", "cylinder_inspection", ["body_id", "done_on"])
    op.create_index("ix_cylinder_owner_id_next_inspection_on", "cylinder", ["owner_id", "next_inspection_on", "status"])
    with op.batch_alter_table("policy") as batch:
        for column in policy():
            batch.add_column(column)
    with op.batch_alter_table("claim") as batch:
        batch.add_column(sa.Column("filling_id", BigType))
        batch.create_foreign_key(op.f("fk_claim_filling_id_filling"), "filling", ["filling_id"], ["id"])
    _inspection_batches()
    _scrap_batches()
    op.create_table(
        "cylinder_purchase",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("station_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("bought_on", sa.Date, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("supplier", sa.String(200), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("withdrawn_on", sa.Date),
        *_recorded(),
    )
    op.create_index("ix_cylinder_purchase_station_id_bought_on", "cylinder_purchase", ["station_id", "bought_on"])
    op.create_table(
        "fill_settlement",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("policy_id", sa.Integer, sa.ForeignKey("policy.id"), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("fills", sa.Integer, nullable=False),
        sa.Column("late", sa.Integer, nullable=False),
        sa.Column("unit_fen", sa.BigInteger, nullable=False),
        sa.Column("premium_fen", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", UtcMoment, nullable=False),
        sa.UniqueConstraint("policy_id", "month"),
    )


def _recorded() -> tuple[sa.Column, ...]:
    return (
        sa.Column("recorded_at", UtcMoment, nullable=False),
        sa.Column("ref", sa.String(40), unique=True),
        sa.Column("ref_digest", sa.String(200)),
    )


def _inspection_batches() -> None:
    op.create_table(
        "inspection_batch",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("station_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("body_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("sent_on", sa.Date, nullable=False),
        sa.Column("received_on", sa.Date),
        sa.Column("inspected_on", sa.Date),
        sa.Column("returned_on", sa.Date),
        sa.Column("taken_back_on", sa.Date),
        sa.Column("certificate_no", sa.String(40)),
        sa.Column("inspector", sa.String(40)),
        sa.Column("reviewer", sa.String(40)),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *_recorded(),
        sa.UniqueConstraint("body_id", "certificate_no"),
    )
    op.create_index("ix_inspection_batch_station_id_state", "inspection_batch", ["station_id", "state"])
    op.create_index("ix_inspection_batch_body_id_state", "inspection_batch", ["body_id", "state"])
    op.create_table(
        "inspection_batch_item",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("batch_id", BigType, sa.ForeignKey("inspection_batch.id"), nullable=False),
        sa.Column("cylinder_id", BigType, sa.ForeignKey("cylinder.id"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("inspection_id", BigType, sa.ForeignKey("cylinder_inspection.id")),
        sa.Column("came_back", sa.Boolean),
        sa.UniqueConstraint("batch_id", "cylinder_id"),
    )
    _items("inspection_batch_item")


def _scrap_batches() -> None:
    op.create_table(
        "scrap_batch",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("station_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("handler_id", sa.Integer, sa.ForeignKey("unit.id")),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("ordered_on", sa.Date, nullable=False),
        sa.Column("handed_over_on", sa.Date),
        sa.Column("destroyed_on", sa.Date),
        sa.Column("cancelled_on", sa.Date),
        sa.Column("method", sa.String(40)),
        sa.Column("operator", sa.String(40)),
        sa.Column("witness", sa.String(40)),
        sa.Column("weighed_g", sa.Integer),
        sa.Column("ticket_no", sa.String(40)),
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("stored_file.id")),
        sa.Column("certificate_no", sa.String(40)),
        sa.Column("photos_before", JsonType),
        sa.Column("photos_after", JsonType),
        sa.Column("document", sa.String(200)),
        sa.Column("question", sa.String(200)),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("version", sa.Integer, nullable=False),
        *_recorded(),
        sa.UniqueConstraint("handler_id", "certificate_no"),
    )
    op.create_index("ix_scrap_batch_station_id_state", "scrap_batch", ["station_id", "state"])
    op.create_index("ix_scrap_batch_handler_id_state", "scrap_batch", ["handler_id", "state"])
    op.create_table(
        "scrap_item",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("batch_id", BigType, sa.ForeignKey("scrap_batch.id"), nullable=False),
        sa.Column("cylinder_id", BigType, sa.ForeignKey("cylinder.id"), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("missing", sa.Boolean, nullable=False),
        sa.UniqueConstraint("batch_id", "cylinder_id"),
    )
    _items("scrap_item")


def _items(table: str) -> None:
    op.create_index(f"ix_{table}_cylinder_id", table, ["cylinder_id"])
    running = sa.text("open")
    op.create_index(
        f"uq_{table}_open", table, ["cylinder_id"], unique=True, sqlite_where=running, postgresql_where=running
    )


def downgrade() -> None:
    for table in ("fill_settlement", "cylinder_purchase", "scrap_item", "scrap_batch", "inspection_batch_item"):
        op.drop_table(table)
    op.drop_table("inspection_batch")
    with op.batch_alter_table("claim") as batch:
        batch.drop_constraint(op.f("fk_claim_filling_id_filling"), type_="foreignkey")
        batch.drop_column("filling_id")
    with op.batch_alter_table("policy") as batch:
        for column in policy():
            batch.drop_column(column.name)
    op.drop_index("ix_cylinder_owner_id_next_inspection_on", "cylinder")
    op.drop_index("ix_cylinder_inspection_body_id_done_on", "cylinder_inspection")
    with op.batch_alter_table("cylinder_inspection") as batch:
        batch.drop_constraint(op.f("fk_cylinder_inspection_corrects_id_cylinder_inspection"), type_="foreignkey")
        for column in inspection():
            batch.drop_column(column.name)
