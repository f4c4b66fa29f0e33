"""Self-checks ordered by campaigns; how far work in the background is, and the file that came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0027"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SELF_CHECK = "campaign_self_check"


def _points_at(column: str, target: str, key: str = "id", nullable: bool = False) -> sa.Column:
    name = op.f(f"fk_{SELF_CHECK}_{column}_{target}")
    kind = sa.String(40) if key == "code" else sa.Integer
    return sa.Column(column, kind, sa.ForeignKey(f"{target}.{key}", name=name), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        SELF_CHECK,
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("campaign_id", "campaign"),
        _points_at("unit_id", "unit"),
        _points_at("area_code", "area", "code"),
        sa.Column("ordered_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("answered_on", sa.Date),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("corrected", sa.Integer, nullable=False),
        sa.Column("findings", sa.String(4000), nullable=False),
        sa.Column("open_items", sa.String(4000), nullable=False),
        sa.Column("photos", JSON),
        sa.Column("signer", sa.String(200), nullable=False),
        _points_at("person_id", "person", nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SELF_CHECK}")),
        sa.UniqueConstraint("campaign_id", "unit_id", name=op.f(f"uq_{SELF_CHECK}_campaign_id_unit_id")),
    )
    op.create_index(f"ix_{SELF_CHECK}_unit_id", SELF_CHECK, ["unit_id"])
    op.create_index(f"ix_{SELF_CHECK}_area_code", SELF_CHECK, ["area_code"])
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("part", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("about", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("sentence", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("file_id", sa.Integer))
        table.create_foreign_key(op.f("fk_job_file_id_stored_file"), "stored_file", ["file_id"], ["id"])


def downgrade() -> None:
    op.drop_table(SELF_CHECK)
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("fk_job_file_id_stored_file"), type_="foreignkey")
        for name in ("part", "about", "sentence", "file_id"):
            table.drop_column(name)
