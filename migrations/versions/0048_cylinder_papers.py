"""The papers that come with an application for the registration of cylinders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0048"
down_revision = "0046"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("cylinder_registration", sa.Column("papers", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("cylinder_registration", "papers")
