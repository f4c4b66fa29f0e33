"""Known devices, second factors and their recovery codes; what a session waits for and is recognised by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0042"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _person(table: str) -> sa.Column:
    name = op.f(f"fk_{table}_person_id_person")
    return sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", name=name), nullable=False)


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("waits_for", sa.String(40), nullable=False, server_default=""))
    op.add_column("sign_in", sa.Column("second_factor_at", MOMENT, nullable=True))
    op.add_column("sign_in", sa.Column("device_hash", sa.String(200), nullable=True))
    op.add_column("sign_in", sa.Column("browser", sa.String(200), nullable=False, server_default=""))
    op.add_column("sign_in", sa.Column("address", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "known_device",
        sa.Column("id", sa.Integer, nullable=False),
        _person("known_device"),
        sa.Column("token_hash", sa.String(200), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint("person_id", "token_hash", name=op.f("uq_known_device_person_id_token_hash")),
    )
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer, nullable=False),
        _person("second_factor"),
        sa.Column("salt", sa.String(40), nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_second_factor_person_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer, nullable=False),
        _person("recovery_code"),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])


def downgrade() -> None:
    for table in ("recovery_code", "second_factor", "known_device"):
        op.drop_table(table)
    with op.batch_alter_table("sign_in") as batch:
        for column in ("waits_for", "second_factor_at", "device_hash", "browser", "address"):
            batch.drop_column(column)
