"""The number a phone gives to the record of a supervision inspection, so that it may send it twice."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supervision_check", sa.Column("record_ref", sa.String(40)))
    op.add_column("supervision_check", sa.Column("record_digest", sa.String(200)))
    op.create_index("ix_supervision_check_record_ref", "supervision_check", ["record_ref"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_supervision_check_record_ref", "supervision_check")
    op.drop_column("supervision_check", "record_digest")
    op.drop_column("supervision_check", "record_ref")
