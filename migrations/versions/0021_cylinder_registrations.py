"""Use registration of cylinders by unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.models.base import BigType, JsonType

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    running = sa.text("until IS NULL")
    op.create_table(
        "cylinder_certificate",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("catalogue", sa.String(40), nullable=False),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )
    op.create_index(
        "uq_cylinder_certificate_open",
        "cylinder_certificate",
        ["unit_id", "catalogue"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_table(
        "certified_cylinder",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("certificate_id", BigType, sa.ForeignKey("cylinder_certificate.id"), nullable=False),
        sa.Column("cylinder_id", BigType, sa.ForeignKey("cylinder.id"), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )
    op.create_index("ix_certified_cylinder_certificate_id_until", "certified_cylinder", ["certificate_id", "until"])
    op.create_index(
        "uq_certified_cylinder_open",
        "certified_cylinder",
        ["cylinder_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_table(
        "cylinder_registration",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("no", sa.String(40), nullable=False, unique=True),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("catalogue", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("fields", JsonType, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("submitted_on", sa.Date),
        sa.Column("due_on", sa.Date),
        sa.Column("decided_on", sa.Date),
        sa.Column("certificate_no", sa.String(40)),
        sa.Column("registrar", sa.String(40)),
        sa.Column("authority", sa.String(200)),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ref", sa.String(40), unique=True),
        sa.Column("ref_digest", sa.String(200)),
    )
    op.create_index("ix_cylinder_registration_unit_id_state", "cylinder_registration", ["unit_id", "state"])
    op.create_table(
        "cylinder_registration_item",
        sa.Column("id", BigType, primary_key=True),
        sa.Column("registration_id", BigType, sa.ForeignKey("cylinder_registration.id"), nullable=False),
        sa.Column("cylinder_id", BigType, sa.ForeignKey("cylinder.id"), nullable=False),
        sa.UniqueConstraint("registration_id", "cylinder_id"),
    )
    op.create_index("ix_cylinder_registration_item_cylinder_id", "cylinder_registration_item", ["cylinder_id"])


def downgrade() -> None:
    op.drop_table("cylinder_registration_item")
    op.drop_table("cylinder_registration")
    op.drop_table("certified_cylinder")
    op.drop_table("cylinder_certificate")
