"""Statements of the gun, made ready once for each kind of database and then given to its driver as they are.

SQLAlchemy writes the SQL and knows how values of a column are put and read; both are asked once. Going through it at
each call takes four times as long as the database does, which a gun that asks all day cannot afford. So this is for
the few statements of the gun and of a bearer token alone: values in, plain rows out, in the running transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Insert
from sqlalchemy.exc import DBAPIError

from registry.db import connection, lone

__all__ = ["Prepared", "together"]

Given = Mapping[str, Any]
Row = tuple[Any, ...]
Step = Callable[[Any], Any]


class Prepared:
    """A select, or an insert of one row whose columns are `columns`. Every other parameter of it has a name."""

    def __init__(self, statement: Any, *columns: str) -> None:
        self._statement, self._columns = statement, columns
        self._ready: dict[str, _Ready] = {}

    def rows(self, given: Given) -> list[Row]:
        """The rows of a select in the running transaction."""
        running = connection()
        return self._of(running.dialect).rows(running.connection.driver_connection, given, running)

    def alone(self, given: Given) -> list[Row]:
        """The rows of a select that needs no transaction around it."""
        with lone() as running:
            return self._of(running.dialect).rows(running.connection.driver_connection, given, running)

    def insert(self, given: Given) -> int:
        """Write one row in the running transaction; its id."""
        running = connection()
        return self._of(running.dialect).insert(running.connection.driver_connection, given, running)

    def _of(self, dialect: Dialect) -> _Ready:
        found = self._ready.get(dialect.name)
        if found is None:
            found = self._ready[dialect.name] = _Ready(self._statement, self._columns, dialect)
        return found


def together(*asked: tuple[Prepared, Given]) -> list[list[Row]]:
    """The rows of several selects that do not wait for each other, on PostgreSQL in one journey to the server and
    back: the journeys take longer there than the statements."""
    running = connection()
    if running.dialect.name == "sqlite":
        return [statement.rows(given) for statement, given in asked]
    raw: Any = running.connection.driver_connection
    ready = [(statement._of(running.dialect), given) for statement, given in asked]
    with raw.pipeline():
        cursors = [statement.execute(raw, given, running) for statement, given in ready]
        return [statement.read(cursor) for (statement, _), cursor in zip(ready, cursors, strict=True)]


class _Ready:
    """The text of a statement for one kind of database, and how values come in and go out."""

    def __init__(self, statement: Any, columns: tuple[str, ...], dialect: Dialect) -> None:
        made = statement.compile(dialect=dialect, column_keys=columns or None)
        if made.post_compile_params:
            raise ValueError("IN is of a fixed length here: a list of literals")
        self._dialect, self.text = dialect, str(made)
        into: dict[str, Step | None] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in made.bind_names.items()
        }
        asked = {name for bind, name in made.bind_names.items() if bind.required}
        self._asked = [(name, into[name]) for name in asked]
        self._fixed = {
            name: value if into.get(name) is None else cast(Step, into[name])(value)
            for name, value in made.params.items()
            if name not in asked
        }
        places = made.positiontup
        self._in_order = None if places is None else _picker(places)
        self._types = [] if isinstance(statement, Insert) else [column.type for column in statement.selected_columns]
        self._out: list[tuple[int, Step]] | None = None

    def rows(self, raw: Any, given: Given, held: Connection) -> list[Row]:
        return self.read(self.execute(raw, given, held))

    def read(self, cursor: Any) -> list[Row]:
        rows: list[Row] = cursor.fetchall()
        if self._out is None:
            self._out = self._readers(cursor.description)
        return [self._read(row, self._out) for row in rows] if self._out else rows

    def insert(self, raw: Any, given: Given, held: Connection) -> int:
        cursor = self.execute(raw, given, held)
        return int(cursor.lastrowid if cursor.description is None else cursor.fetchone()[0])

    def execute(self, raw: Any, given: Given, held: Connection) -> Any:
        values = dict(self._fixed)
        for name, put in self._asked:
            value = given[name]
            values[name] = value if put is None else put(value)
        sent = values if self._in_order is None else self._in_order(values)
        driver: Any = self._dialect.loaded_dbapi
        try:
            return raw.execute(self.text, sent)
        except driver.Error as error:
            lost = self._dialect.is_disconnect(error, raw, None)
            if lost:
                held.invalidate()
            raise DBAPIError.instance(
                self.text, None, error, driver.Error, hide_parameters=True, connection_invalidated=lost,
                dialect=self._dialect,
            ) from error  # fmt: skip

    def _readers(self, description: Any) -> list[tuple[int, Step]]:
        """Position and function of the columns that are not read as they come."""
        made = (
            type_.dialect_impl(self._dialect).result_processor(self._dialect, column[1])
            for type_, column in zip(self._types, description, strict=True)
        )
        return [(position, read) for position, read in enumerate(made) if read is not None]

    @staticmethod
    def _read(row: Row, readers: list[tuple[int, Step]]) -> Row:
        read = list(row)
        for position, step in readers:
            read[position] = step(read[position])
        return tuple(read)


def _picker(places: list[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """The values in the order of their places; `itemgetter` gives a tuple only of two and more."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[name] for name in places)
