"""Counts of cylinders on past days, and what the records said to make them count again.

Whatever statement changes a record that moves a count leaves a row in `cylinder_touch`: the block of the cylinder's id
and the first day that may come out differently. PostgreSQL appends rows under a number of their own, so that nobody
waits for another transaction; SQLite has one writer and adds to the row of the block and day.
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BLOCK = 16384
EVERYWHERE = -1
FIRST, LAST = "0001-01-01", "9999-12-31"


class Dated(NamedTuple):
    """A table of dated rows about a cylinder: `same` says what a row is about, `ends` are the columns that only move
    the end of it."""

    name: str
    starts: str
    ends: tuple[str, ...]
    same: tuple[str, ...]
    every: bool = False  # about every cylinder, not one
    only: str = "{0}.cylinder_id IS NOT NULL"
    inserted: str = ""  # of new rows only these, beside `only`


DATED = (
    Dated("cylinder_status", "since", ("until",), ("cylinder_id", "status", "since")),
    Dated("label_code", "bound_on", ("ended_on",), ("cylinder_id", "bound_on")),
    Dated("policy_item", "since", ("until",), ("cylinder_id", "policy_id", "since")),
    Dated(
        "policy",
        "starts_on",
        ("ends_on", "cancelled_on"),
        ("subject", "line", "basis", "holder_id", "starts_on", "cover_days", "media"),
        every=True,
        only="{0}.subject = 'cylinder'",
        inserted="{0}.basis <> 'per_item_year'",  # one that names its cylinders says nothing before it has items
    ),
)
FILL = ("cylinder_id", "station_id", "medium", "filled_on", "ended_at")


def upgrade() -> None:
    op.create_table(
        "cylinder_tally",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("block", BIG, nullable=False, autoincrement=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("touched", BIG, nullable=False),
        sa.Column("rules", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("day", "block", name=op.f("pk_cylinder_tally")),
    )
    op.create_table(
        "cylinder_touch",
        sa.Column("block", BIG, nullable=False, autoincrement=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("number", BIG, nullable=False, autoincrement=False),
        sa.Column("times", BIG, nullable=False),
        sa.PrimaryKeyConstraint("block", "since", "number", name=op.f("pk_cylinder_touch")),
    )
    op.create_index("ix_cylinder_left_cylinder_id_at", "cylinder_left", ["cylinder_id", "at"])
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        names = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'touch_%'")
        for (name,) in list(op.get_bind().execute(names)):
            op.execute(f"DROP TRIGGER {name}")
    else:
        names = sa.text(
            "SELECT proname FROM pg_proc WHERE proname LIKE 'touch\\_%' AND pronamespace = 'public'::regnamespace"
        )
        for (name,) in list(op.get_bind().execute(names)):
            op.execute(f"DROP FUNCTION {name} CASCADE")
        op.execute("DROP SEQUENCE cylinder_touch_number")
    op.drop_index("ix_cylinder_left_cylinder_id_at", "cylinder_left")
    op.drop_table("cylinder_touch")
    op.drop_table("cylinder_tally")


def _block(row: str, each: Dated) -> str:
    return str(EVERYWHERE) if each.every else f"{row}.cylinder_id / {BLOCK}"


def _on_sqlite() -> None:
    for each in DATED:
        new, old = each.only.format("NEW"), each.only.format("OLD")
        of = ", ".join((*each.same, *each.ends))
        begun = {row: f"coalesce({row}.{each.starts}, '{FIRST}')" for row in ("NEW", "OLD")}
        ends = ", ".join(f"coalesce({row}.{end}, '{LAST}')" for row in ("OLD", "NEW") for end in each.ends)
        other = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in each.same)
        moved = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in each.ends)
        fresh = f"{new} AND {each.inserted.format('NEW')}" if each.inserted else new
        _sqlite(each.name, "insert", "INSERT", fresh, _said(_block("NEW", each), begun["NEW"]))
        _sqlite(each.name, "delete", "DELETE", old, _said(_block("OLD", each), begun["OLD"]))
        _sqlite(
            each.name,
            "update",
            f"UPDATE OF {of}",
            f"({new} OR {old}) AND ({other} OR {moved})",
            _said(_block("OLD", each), begun["OLD"], f"({other}) AND {old}")
            + _said(_block("NEW", each), begun["NEW"], f"({other}) AND {new}")
            + _said(_block("NEW", each), f"min({ends})", f"NOT ({other})"),
        )
    block = {row: f"{row}.cylinder_id / {BLOCK}" for row in ("NEW", "OLD")}
    _sqlite("filling", "insert", "INSERT", "TRUE", _said(block["NEW"], "NEW.filled_on"))
    _sqlite("filling", "delete", "DELETE", "TRUE", _said(block["OLD"], "OLD.filled_on"))
    other = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FILL)
    both = _said(block["OLD"], "OLD.filled_on") + _said(block["NEW"], "NEW.filled_on")
    _sqlite("filling", "update", f"UPDATE OF {', '.join(FILL)}", other, both)
    placed = "NEW.cylinder_id IS NOT NULL"
    _sqlite("area_left", "insert", "INSERT", placed, _said(block["NEW"], "NEW.left_on"))
    _sqlite("cylinder_left", "insert", "INSERT", "TRUE", _said(block["NEW"], "date(NEW.at)"))
    whole = _said(f"NEW.id / {BLOCK}", f"'{FIRST}'")
    _sqlite("cylinder", "update", "UPDATE OF medium", "NEW.medium IS NOT OLD.medium", whole)


def _said(block: str, since: str, where: str = "TRUE") -> str:
    return (
        f"INSERT INTO cylinder_touch (block, since, number, times) SELECT {block}, {since}, 0, 1 WHERE {where} "
        "ON CONFLICT (block, since, number) DO UPDATE SET times = times + 1; "
    )


def _sqlite(table: str, name: str, event: str, when: str, body: str) -> None:
    op.execute(f"CREATE TRIGGER touch_{table}_{name} AFTER {event} ON {table} WHEN {when} BEGIN {body}END")


def _on_postgresql() -> None:
    op.execute("CREATE SEQUENCE cylinder_touch_number")
    for each in DATED:
        begun = {row: f"coalesce({row}.{each.starts}, DATE '{FIRST}')" for row in ("fresh", "gone")}
        ends = ", ".join(f"coalesce({row}.{end}, DATE '{LAST}')" for row in ("gone", "fresh") for end in each.ends)
        new, old = each.only.format("fresh"), each.only.format("gone")
        other = " OR ".join(f"fresh.{name} IS DISTINCT FROM gone.{name}" for name in each.same)
        moved = " OR ".join(f"fresh.{name} IS DISTINCT FROM gone.{name}" for name in each.ends)
        both = "FROM fresh JOIN gone USING (id)"
        first = f"{new} AND {each.inserted.format('fresh')}" if each.inserted else new
        _statements(each.name, "insert", f"SELECT {_block('fresh', each)}, {begun['fresh']} FROM fresh WHERE {first}")
        _statements(each.name, "delete", f"SELECT {_block('gone', each)}, {begun['gone']} FROM gone WHERE {old}")
        _statements(
            each.name,
            "update",
            f"SELECT {_block('gone', each)}, {begun['gone']} {both} WHERE ({other}) AND {old} UNION ALL "
            f"SELECT {_block('fresh', each)}, {begun['fresh']} {both} WHERE ({other}) AND {new} UNION ALL "
            f"SELECT {_block('fresh', each)}, least({ends}) {both} WHERE NOT ({other}) AND ({moved}) AND {new}",
        )
    _statements("filling", "insert", f"SELECT cylinder_id / {BLOCK}, filled_on FROM fresh")
    _statements("filling", "delete", f"SELECT cylinder_id / {BLOCK}, filled_on FROM gone")
    other = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FILL)
    # A statement for each row where a cylinder is filled or a clip linked, but a trigger that hardly ever runs.
    _row(
        "filling",
        f"UPDATE OF {', '.join(FILL)}",
        other,
        f"(OLD.cylinder_id / {BLOCK}, OLD.filled_on), (NEW.cylinder_id / {BLOCK}, NEW.filled_on)",
    )
    _row(
        "cylinder", "UPDATE OF medium", "NEW.medium IS DISTINCT FROM OLD.medium", f"(NEW.id / {BLOCK}, DATE '{FIRST}')"
    )
    _statements(
        "area_left", "insert", f"SELECT cylinder_id / {BLOCK}, left_on FROM fresh WHERE cylinder_id IS NOT NULL"
    )
    _statements("cylinder_left", "insert", f"SELECT cylinder_id / {BLOCK}, (at AT TIME ZONE 'UTC')::date FROM fresh")


def _statements(table: str, event: str, rows: str) -> None:
    """Once a statement, however many rows it had."""
    name = f"touch_{table}_{event}"
    seen = {"insert": "NEW TABLE AS fresh", "delete": "OLD TABLE AS gone"}
    tables = seen.get(event, "NEW TABLE AS fresh OLD TABLE AS gone")
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO cylinder_touch (block, since, number, times) "
        "SELECT block, since, nextval('cylinder_touch_number'), times FROM ("
        f"SELECT block, since, count(*) AS times FROM ({rows}) AS said (block, since) "
        "GROUP BY block, since) AS touched; "
        "RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _row(table: str, event: str, when: str, rows: str) -> None:
    name = f"touch_{table}_update"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO cylinder_touch (block, since, number, times) "
        "SELECT block, since, nextval('cylinder_touch_number'), 1 "
        f"FROM (VALUES {rows}) AS touched (block, since); RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()")
