"""Rows into a table past the session: many at once by COPY on PostgreSQL and plain many-row statements on SQLite.

Rows are dicts of column values as Core takes them, each with its own id (`take_ids`) or none at all. Columns that the
rows leave out get the default of the model, reckoned once, or else the table's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnDefault, Insert, Integer, String, Table, bindparam, func, insert, literal, select
from sqlalchemy.orm import Session

from registry import journeys
from registry.db import connection
from registry.prepared import Prepared

__all__ = ["insert_rows", "take_ids"]

LEAST = 20  # fewer rows go through Core, whose statement is as quick
LINES = 2000
_FEW = {type(None), str, int, bool, date, datetime}  # classes whose equal values are written alike
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
Row = Mapping[str, Any]


def take_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """Ids for rows about to be written in this transaction, which on SQLite is the only one that writes."""
    if connection().dialect.name == "sqlite":
        ((last,),) = _last_id(table).rows({})
        return range((last or 0) + 1, (last or 0) + 1 + count)
    return [id_ for (id_,) in _next_ids(table).rows({"count": count})]


# Written once for each table: putting a statement together takes several times as long as asking it.
@cache
def _next_ids(table: Table) -> Prepared:
    sequence = func.pg_get_serial_sequence(literal(table.name, String), literal("id", String))
    of = select(sequence).scalar_subquery()
    return Prepared(select(func.nextval(of)).select_from(func.generate_series(1, bindparam("count", type_=Integer))))


@cache
def _last_id(table: Table) -> Prepared:
    return Prepared(select(func.max(table.c.id)))


@cache
def _into(table: Table) -> Insert:
    return insert(table)


@cache
def _one_into(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), *columns)


def insert_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Write rows in the running transaction; all of them have the same keys."""
    if not rows:
        return
    if len(rows) == 1:
        _one_into(table, tuple(rows[0])).write(rows[0])
        return
    if len(rows) < LEAST or session.get_bind().dialect.name == "sqlite":
        connection().execute(_into(table), rows)
        return
    given = _defaults(table, rows[0])
    names = _filled(rows)
    journeys.flush(session.connection())
    cursor: Any = session.connection().connection.cursor()
    wanted = ", ".join(f'"{name}"' for name in (*names, *given))
    with cursor, cursor.copy(f'COPY "{table.name}" ({wanted}) FROM STDIN') as copy:
        for part in _lines(names, rows, [_shown(value) for value in given.values()]):
            copy.write(part)


def _defaults(table: Table, row: Row) -> dict[str, Any]:
    """What Core would put into the columns that rows leave out: once for all of them."""
    found = {}
    for column in table.columns:
        default = column.default
        if column.name not in row and isinstance(default, ColumnDefault):
            found[column.name] = default.arg(None) if default.is_callable else default.arg
    return found


def _filled(rows: Sequence[Row]) -> list[str]:
    """The columns that have a value in some row."""
    nothing = [None] * len(rows)
    first = rows[0]
    return [name for name in first if first[name] is not None or list(map(itemgetter(name), rows)) != nothing]


def _lines(names: Sequence[str], rows: Sequence[Row], ending: Sequence[str]) -> Iterator[str]:
    """The rows as COPY's text, some thousands at a time; each ends with the same texts.

    A column at a time: what a million cells have in common is asked once for all of them.
    """
    end = "".join(f"\t{text}" for text in ending) + "\n"
    for start in range(0, len(rows), LINES):
        part = rows[start : start + LINES]
        columns = [_column([row[name] for row in part]) for name in names]
        yield end.join(map("\t".join, zip(*columns, strict=True))) + end


def _column(values: list[Any]) -> Sequence[str]:
    """The cells of one column as COPY takes them."""
    classes = set(map(type, values))
    if classes == {str} and not _TO_ESCAPE.search("".join(values)):
        return values
    if classes <= {dict, list}:
        return _json_column(values)
    if classes <= _FEW:
        # Of one class each: 1 and True are equal and written differently.
        classes.discard(type(None))
        if len(classes) < 2:
            shown = {value: _shown(value) for value in set(values)}
            return [shown[value] for value in values]
    return [_shown(value) for value in values]


def _shown(value: Any) -> str:
    if value is None:
        return "\\N"
    write = _WRITERS.get(value.__class__)
    return _text(str(value)) if write is None else write(value)


def _text(value: str) -> str:
    return value if value.isalnum() else value.translate(_ESCAPED)


def _json_column(values: list[Any]) -> list[str]:
    """Most rows of a batch answer a check alike, so what is equal to the one before is not written out again: of texts
    alone, since 1 and True are equal and written differently."""
    cells: list[str] = []
    last: Any = None
    for value in values:
        if last is None or value != last:
            cells.append(_json(value))
            inside = value.values() if isinstance(value, dict) else value
            last = value if all(each.__class__ is str for each in inside) else None
        else:
            cells.append(cells[-1])
    return cells


_encoded = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any) -> str:
    return _encoded(value).translate(_ESCAPED)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: _json,
    list: _json,
}
