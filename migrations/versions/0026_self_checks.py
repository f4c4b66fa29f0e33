"""Self-checks ordered by campaigns; how far work in the background is, and the file that came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("part", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("about", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("sentence", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("file_id", sa.Integer))
        table.create_foreign_key(op.f("fk_job_file_id_stored_file"), "stored_file", ["file_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("fk_job_file_id_stored_file"), type_="foreignkey")
        for name in ("part", "about", "sentence", "file_id"):
            table.drop_column(name)
