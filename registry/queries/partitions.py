"""The parts of the tables that PostgreSQL keeps by month: which there are, which are missing, which may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from registry import clock, partitions
from registry.db import db
from registry.partitions import TABLES, Table
from registry.queries import parameters


@dataclass(frozen=True, slots=True)
class Part:
    """A part as the database has it. `bound`: its span in the database's words, empty of one that was detached;
    `rows` as last estimated, None when nobody has counted yet."""

    name: str
    month: date | None
    bound: str
    rows: int | None

    @property
    def attached(self) -> bool:
        return bool(self.bound)


_PARTS = text(
    """
    SELECT part.relname, coalesce(pg_get_expr(part.relpartbound, part.oid), ''),
           CASE WHEN part.reltuples < 0 THEN NULL ELSE CAST(part.reltuples AS bigint) END
    FROM pg_class AS part
    WHERE part.relkind = 'r' AND part.relnamespace = CAST(current_schema() AS regnamespace)
      AND part.relname ~ :form
    ORDER BY part.relname
    """
)


def are_kept() -> bool:
    """Whether this database keeps tables by month."""
    return db.engine.dialect.name == "postgresql"


def parts(table: Table) -> list[Part]:
    """All parts of a table, with those that were detached."""
    if not are_kept():
        return []
    form = rf"^{table.name}_(\d{{4}}_\d{{2}}|before_\d{{4}}_\d{{2}}|rest)$"
    rows = db.session.execute(_PARTS, {"form": form})
    return [Part(name, partitions.month_of(table, name), bound, count) for name, bound, count in rows]


def missing(table: Table, on: date) -> list[date]:
    """The months until `AHEAD` after the one of `on` that never had a part of their own, since the first that had."""
    named = {part.month for part in parts(table) if part.month}
    begun = min(named, default=on)
    last = partitions.month_after(on.replace(day=1), partitions.AHEAD)
    return [month for month in partitions.months(begun, last) if month not in named]


def over(table: Table, on: date) -> list[Part]:
    """The attached parts whose last moment is longer ago than the office keeps them at hand."""
    if not table.detachable:
        return []
    kept = int(parameters.value(table.parameter, on))
    if kept == 0:
        return []
    since = partitions.month_after(on.replace(day=1), -kept)
    return [part for part in parts(table) if part.attached and _is_before(table, part, since)]


def _is_before(table: Table, part: Part, since: date) -> bool:
    ends = partitions.month_after(part.month) if part.month else partitions.end_of_past(table, part.name)
    return ends is not None and ends <= since


def anything_missing() -> bool:
    """Whether a part is to be made or to be detached now."""
    today = clock.today()
    return are_kept() and any(missing(table, today) or over(table, today) for table in TABLES)
