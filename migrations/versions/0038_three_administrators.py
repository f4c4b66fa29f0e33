"""Requests that a second person decides; every administrator of before is security administrator too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _to(column: str, target: str, key: str = "id", nullable: bool = True) -> sa.Column:
    name = op.f(f"fk_access_request_{column}_{target}")
    kind = sa.Integer if key == "id" else sa.String(40)
    return sa.Column(column, kind, sa.ForeignKey(f"{target}.{key}", name=name), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        _to("person_id", "person", nullable=False),
        _to("unit_id", "unit"),
        sa.Column("role", sa.String(40), nullable=True),
        _to("area_code", "area", "code"),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        _to("asked_by_id", "person", nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        _to("decided_by_id", "person"),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    op.create_index("ix_access_request_state", "access_request", ["state"])
    op.create_index("ix_access_request_person_id", "access_request", ["person_id"])
    # Who administered everything goes on to do so in two roles until others are appointed.
    held = "SELECT person_id, unit_id, 'security_admin', NULL, since, until FROM membership WHERE role = 'admin'"
    op.execute(f"INSERT INTO membership (person_id, unit_id, role, area_code, since, until) {held}")


def downgrade() -> None:
    op.execute("DELETE FROM membership WHERE role = 'security_admin'")
    op.drop_table("access_request")
