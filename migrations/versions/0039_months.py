"""On PostgreSQL scans, events of cylinders and the trail lie in one part a month.

What is there already becomes the first part as it is, without copying: everything before a month that has not begun.
The indexes of the old table are taken over; only that of scans by number and moment is built, and the old table is
read once for its bound. SQLite keeps its tables.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0044"
branch_labels = None
depends_on = None

CITY = ZoneInfo("Asia/Shanghai")
AHEAD = 3
OWN = {"scan": ("PRIMARY KEY (id)",), "cylinder_event": ("PRIMARY KEY (id)", "UNIQUE (ref)"),
       "trail_entry": ("PRIMARY KEY (id)",)}  # fmt: skip
GROWS_ONLY = ("cylinder_event", "trail_entry")
SEEN = ("scan", "other_scan")


def upgrade() -> None:
    for seen in SEEN:
        op.add_column("cylinder_anomaly", sa.Column(f"{seen}_at", sa.DateTime(timezone=True), nullable=True))
        op.execute(
            f"UPDATE cylinder_anomaly SET {seen}_at = "
            f"(SELECT at FROM scan WHERE scan.id = cylinder_anomaly.{seen}_id) WHERE {seen}_id IS NOT NULL"
        )
    if op.get_bind().dialect.name != "postgresql":
        return
    for seen in SEEN:
        op.execute(f"ALTER TABLE cylinder_anomaly DROP CONSTRAINT fk_cylinder_anomaly_{seen}_id_scan")
    for table in OWN:
        _divide(table)
    _hold_refs()
    for seen in SEEN:
        op.execute(
            f"ALTER TABLE cylinder_anomaly ADD CONSTRAINT fk_cylinder_anomaly_{seen} "
            f"FOREIGN KEY ({seen}_id, {seen}_at) REFERENCES scan (id, at)"
        )


def _divide(table: str) -> None:
    """The old table becomes the part of everything before the first month, then come months and the rest."""
    bind = op.get_bind()
    first = _first_month(bind.execute(sa.text(f"SELECT max(at) FROM {table}")).scalar())
    old = f"{table}_before_{first:%Y_%m}"
    indexes = bind.execute(
        sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table AND indexname LIKE 'ix\\_%'"),
        {"table": table},
    ).all()
    references = bind.execute(
        sa.text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = CAST(:table AS regclass) AND contype = 'f'"
        ),
        {"table": table},
    ).all()
    op.execute(f"ALTER TABLE {table} RENAME TO {old}")
    for name, _ in indexes:
        op.execute(f"ALTER INDEX {name} RENAME TO {old}_{name.removeprefix(f'ix_{table}_')}")
    op.execute(f"CREATE TABLE {table} (LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (at)")
    op.execute(f"ALTER SEQUENCE {table}_id_seq OWNED BY {table}.id")
    for name, text in references:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}")
    for _, text in indexes:
        op.execute(text)
    if table == "scan":
        op.execute("ALTER TABLE scan ADD CONSTRAINT uq_scan_id_at UNIQUE (id, at)")
    if table in GROWS_ONLY:
        _refuse_change(table, table)
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {old} FOR VALUES FROM (MINVALUE) TO ('{first.isoformat()}')")
    _parts(table, first)


def _parts(table: str, first: datetime) -> None:
    wanted, month = _month_after(_month_of(datetime.now(UTC)), AHEAD), first
    bounds: list[tuple[str, str]] = [(f"{table}_rest", "DEFAULT")]
    while month <= wanted:
        following = _month_after(month)
        span = f"FOR VALUES FROM ('{month.isoformat()}') TO ('{following.isoformat()}')"
        bounds.append((f"{table}_{month:%Y_%m}", span))
        month = following
    for part, span in bounds:
        op.execute(f"CREATE TABLE {part} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        for constraint in OWN[table]:
            op.execute(f"ALTER TABLE {part} ADD {constraint}")
        if table in GROWS_ONLY:
            _refuse_change(table, part)
        op.execute(f"ALTER TABLE {table} ATTACH PARTITION {part} {span}")


def _refuse_change(table: str, part: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {part} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _hold_refs() -> None:
    """A ref is unique for ever, in whatever month its event was: the parts cannot hold that, a table of refs can."""
    op.execute("CREATE TABLE cylinder_event_ref (ref varchar(40) CONSTRAINT uq_cylinder_event_ref_ever PRIMARY KEY)")
    op.execute("INSERT INTO cylinder_event_ref SELECT ref FROM cylinder_event WHERE ref IS NOT NULL")
    op.execute(
        """
        CREATE FUNCTION note_cylinder_event_ref() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO cylinder_event_ref VALUES (NEW.ref); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER cylinder_event_ref AFTER INSERT ON cylinder_event "
        "FOR EACH ROW WHEN (NEW.ref IS NOT NULL) EXECUTE FUNCTION note_cylinder_event_ref()"
    )


def _first_month(newest: datetime | None) -> datetime:
    """The first month that has a part of its own: the present one of an empty table, else one without rows."""
    present = _month_of(datetime.now(UTC))
    return present if newest is None else max(present, _month_after(_month_of(newest)))


def _month_of(moment: datetime) -> datetime:
    """When its month begins in the city."""
    day = moment.astimezone(CITY)
    return datetime(day.year, day.month, 1, tzinfo=CITY)


def _month_after(month: datetime, by: int = 1) -> datetime:
    for _ in range(by):
        month = _month_of(month + timedelta(days=32))
    return month


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        raise NotImplementedError("months are not put together again: restore the backup of before")
    with op.batch_alter_table("cylinder_anomaly") as batch:
        for seen in SEEN:
            batch.drop_column(f"{seen}_at")
