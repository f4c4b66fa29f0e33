"""Rows into a table past the session: many at once by COPY on PostgreSQL and plain many-row statements on SQLite.

Rows are dicts of column values as Core takes them, each with its own id (`take_ids`) or none at all. Columns that the
rows leave out get the default of the model, reckoned once, or else the table's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnDefault, Insert, Select, Table, func, insert, select, text
from sqlalchemy.orm import Session

from registry.db import connection

__all__ = ["insert_rows", "take_ids"]

LEAST = 20  # fewer rows go through Core, whose statement is as quick
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
Row = Mapping[str, Any]


def take_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """Ids for rows about to be written in this transaction, which on SQLite is the only one that writes."""
    asking = connection()
    if asking.dialect.name == "sqlite":
        last = asking.execute(_last_id(table)).scalar() or 0
        return range(last + 1, last + 1 + count)
    return list(asking.execute(_NEXT_IDS, {"name": table.name, "count": count}).scalars())


_NEXT_IDS = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")


# Written once for each table: putting a statement together takes several times as long as asking it.
@cache
def _last_id(table: Table) -> Select[Any]:
    return select(func.max(table.c.id))


@cache
def _into(table: Table) -> Insert:
    return insert(table)


def insert_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Write rows in the running transaction; all of them have the same keys."""
    if not rows:
        return
    if len(rows) < LEAST or session.get_bind().dialect.name == "sqlite":
        connection().execute(_into(table), rows)
        return
    given = _defaults(table, rows[0])
    if given:
        rows = [{**given, **row} for row in rows]
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    cursor: Any = session.connection().connection.cursor()
    wanted = ", ".join(f'"{name}"' for name in names)
    with cursor, cursor.copy(f'COPY "{table.name}" ({wanted}) FROM STDIN') as copy:
        for part in _lines(names, rows):
            copy.write(part)


def _defaults(table: Table, row: Row) -> dict[str, Any]:
    """What Core would put into the columns that rows leave out: once for all of them."""
    found = {}
    for column in table.columns:
        default = column.default
        if column.name not in row and isinstance(default, ColumnDefault):
            found[column.name] = default.arg(None) if default.is_callable else default.arg
    return found


def _lines(names: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """The rows as COPY's text, some hundreds at a time."""
    shown = _shown
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        yield "\n".join("\t".join([shown(row[name]) for name in names]) for row in part) + "\n"


def _shown(value: Any) -> str:
    if value is None:
        return "\\N"
    write = _WRITERS.get(value.__class__)
    return _text(str(value)) if write is None else write(value)


def _text(value: str) -> str:
    return value if value.isalnum() else value.translate(_ESCAPED)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: _json,
    list: _json,
}
