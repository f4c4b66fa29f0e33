"""Notices by page, e-mail and webhook, with switches and a log of what was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0035"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE, NAME = sa.String(40), sa.String(200)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _points_at(
    table: str, column: str, target: str, nullable: bool = False, kind: sa.types.TypeEngine = None
) -> sa.Column:  # type: ignore[assignment]
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.Column(column, kind or sa.Integer(), sa.ForeignKey(f"{target}.id", name=name), nullable=nullable)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", BIG, nullable=False),
        _points_at("notice", "person_id", "person"),
        _points_at("notice", "membership_id", "membership"),
        _points_at("notice", "unit_id", "unit"),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT),
        _key("notice"),
        _unique("notice", "person_id", "key"),
    )
    op.create_index("ix_notice_membership_id_read_at", "notice", ["membership_id", "read_at"])
    op.create_index("ix_notice_person_id_made_at", "notice", ["person_id", "made_at"])
    op.create_index("ix_notice_key", "notice", ["key"])
    op.create_table(
        "notice_setting",
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("notice_setting", "person_id", "person"),
        sa.Column("digest_hour", sa.Integer, nullable=False),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_to", sa.Integer),
        sa.Column("email", NAME),
        sa.Column("email_since", MOMENT),
        sa.Column("hook_flavour", CODE),
        sa.Column("hook_url", NAME),
        sa.Column("hook_secret", NAME),
        _points_at("notice_setting", "hook_unit_id", "unit", nullable=True),
        sa.Column("hook_since", MOMENT),
        _key("notice_setting"),
        _unique("notice_setting", "person_id"),
        _unique("notice_setting", "hook_unit_id"),
    )
    op.create_table(
        "notice_switch",
        sa.Column("id", sa.Integer, nullable=False),
        _points_at("notice_switch", "person_id", "person"),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("channel", CODE, nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        _key("notice_switch"),
        _unique("notice_switch", "person_id", "kind", "channel"),
    )
    _deliveries()
    op.create_table(
        "notice_position",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("day", sa.Date),
        _key("notice_position"),
    )
    op.execute("INSERT INTO notice_position (id, entry_id) VALUES (1, 0)")


def _deliveries() -> None:
    op.create_table(
        "notice_delivery",
        sa.Column("id", BIG, nullable=False),
        _points_at("notice_delivery", "person_id", "person"),
        _points_at("notice_delivery", "unit_id", "unit"),
        sa.Column("channel", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("held_until", MOMENT),
        sa.Column("ended_at", MOMENT),
        _key("notice_delivery"),
        _unique("notice_delivery", "person_id", "channel", "key"),
    )
    op.create_index("ix_notice_delivery_state_next_at", "notice_delivery", ["state", "next_at"])
    op.create_index("ix_notice_delivery_unit_id", "notice_delivery", ["unit_id"])
    op.create_table(
        "notice_delivery_item",
        sa.Column("id", BIG, nullable=False),
        _points_at("notice_delivery_item", "delivery_id", "notice_delivery", kind=BIG),
        _points_at("notice_delivery_item", "notice_id", "notice", kind=BIG),
        sa.Column("channel", CODE, nullable=False),
        _key("notice_delivery_item"),
        _unique("notice_delivery_item", "notice_id", "channel"),
    )
    op.create_index("ix_notice_delivery_item_delivery_id", "notice_delivery_item", ["delivery_id"])


def downgrade() -> None:
    for table in (
        "notice_position",
        "notice_delivery_item",
        "notice_delivery",
        "notice_switch",
        "notice_setting",
        "notice",
    ):
        op.drop_table(table)
