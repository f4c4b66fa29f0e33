"""Statements of the gun, made ready once for each kind of database and then given to its driver as they are.

SQLAlchemy writes the SQL and knows how values of a column are put and read; both are asked once. Going through it at
each call takes four times as long as the database does, which a gun that asks all day cannot afford. So this is for
the few statements of the gun and of a bearer token alone: values in, plain rows out, in the running transaction. None
of them fires the events of SQLAlchemy's cursors.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ARRAY, JSON, Boolean, ColumnElement, Connection, Dialect, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from registry import journeys
from registry.db import connection, lone, writes_now

__all__ = ["Prepared", "Row", "one_of", "together"]

Given = Mapping[str, Any]
Row = tuple[Any, ...]
Step = Callable[[Any], Any]


class Prepared:
    """A select, or an insert or update whose columns are `columns`. Every other parameter of it has a name."""

    def __init__(self, statement: Any, *columns: str) -> None:
        self._statement, self._columns = statement, columns
        self._ready: dict[str, _Sqlite | _Postgres] = {}

    def rows(self, given: Given) -> list[Row]:
        """The rows of a select in the running transaction."""
        running = connection()
        return self._of(running.dialect).rows(running, given)

    def alone(self, given: Given) -> list[Row]:
        """The rows of a select that needs no transaction around it."""
        with lone() as running:
            return self._of(running.dialect).rows(running, given, begin=False)

    def insert(self, given: Given) -> int:
        """Write one row in the running transaction; its id."""
        running = connection()
        return self._of(running.dialect).insert(running, given)

    def write(self, given: Given) -> None:
        """Write in the running transaction what nobody waits for: it may go with the next statement, which then fails
        for it."""
        running = connection()
        self._of(running.dialect).write(running, given)

    def _of(self, dialect: Dialect) -> _Sqlite | _Postgres:
        found = self._ready.get(dialect.name)
        if found is None:
            kind = _Sqlite if dialect.name == "sqlite" else _Postgres
            found = self._ready[dialect.name] = kind(self._statement, self._columns, dialect)
        return found


def together(*asked: tuple[Prepared, Given]) -> list[list[Row]]:
    """The rows of several selects that do not wait for each other, on PostgreSQL in one journey to the server and
    back: the journeys take longer there than the statements."""
    running = connection()
    ready = [(statement._of(running.dialect), given) for statement, given in asked]
    if running.dialect.name == "sqlite":
        return [statement.rows(running, given) for statement, given in ready]
    made = cast("list[tuple[_Postgres, Given]]", ready)
    came = journeys.travel(running, [statement.sent(given) for statement, given in made])
    return [statement.read(one.rows, one.types) for (statement, _), one in zip(made, came, strict=True)]


class _OneOf(FunctionElement[bool]):
    """A column and the parameter with the values it may have."""

    name = "one_of"
    type = Boolean()
    inherit_cache = True


def one_of(column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column is one of the values of the parameter `name`, a list: one statement, however many there are."""
    return _OneOf(column, bindparam(name, type_=JSON().with_variant(ARRAY(column.type), "postgresql")))


@compiles(_OneOf, "sqlite")
def _in_json(element: _OneOf, compiler: Any, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_OneOf, "postgresql")
def _in_array(element: _OneOf, compiler: Any, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY ({values})"


class _Ready:
    """The text of a statement for one kind of database, and how values come in and go out."""

    def __init__(self, statement: Any, columns: tuple[str, ...], dialect: Dialect) -> None:
        made = self._made = statement.compile(dialect=dialect, column_keys=columns or None)
        if made.post_compile_params:
            raise ValueError("IN is of a fixed length here: a list of literals")
        self._dialect, self._text = dialect, str(made)
        into: dict[str, Step | None] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in made.bind_names.items()
        }
        self._reckoned = [(column.key, self._default(column, made), into[column.key]) for column in made.prefetch]
        reckoned = {name for name, _, _ in self._reckoned}
        asked = {name for bind, name in made.bind_names.items() if bind.required}
        self._asked = [(name, into[name]) for name in asked]
        self._fixed = {
            name: value if into.get(name) is None else cast(Step, into[name])(value)
            for name, value in made.params.items()
            if name not in asked and name not in reckoned
        }
        self._places: Sequence[str] = made.positiontup or ()
        self._types = [column.type for column in getattr(statement, "selected_columns", ())]
        self._out: list[tuple[int, Step]] | None = None

    def values(self, given: Given) -> dict[str, Any]:
        values = dict(self._fixed)
        for name, put in self._asked:
            value = given[name]
            values[name] = value if put is None else put(value)
        for name, default, put in self._reckoned:
            value = default.arg(None) if default.is_callable else default.arg
            values[name] = value if put is None else put(value)
        return values

    @staticmethod
    def _default(column: Any, made: Any) -> Any:
        """What a column gets that is not given."""
        return column.onupdate if made.isupdate else column.default

    def read(self, rows: list[Row], types: Sequence[Any]) -> list[Row]:
        """Rows as the driver read them, of columns of its `types`, as SQLAlchemy would read them."""
        if self._out is None:
            if not rows:
                return rows
            self._out = self._readers(types)
        return [self._read(row, self._out) for row in rows] if self._out else rows

    def _readers(self, types: Sequence[Any]) -> list[tuple[int, Step]]:
        """Position and function of the columns that are not read as they come."""
        made = (
            type_.dialect_impl(self._dialect).result_processor(self._dialect, code)
            for type_, code in zip(self._types, types, strict=True)
        )
        return [(position, read) for position, read in enumerate(made) if read is not None]

    @staticmethod
    def _read(row: Row, readers: list[tuple[int, Step]]) -> Row:
        read = list(row)
        for position, step in readers:
            read[position] = step(read[position])
        return tuple(read)


class _Sqlite(_Ready):
    def __init__(self, statement: Any, columns: tuple[str, ...], dialect: Dialect) -> None:
        super().__init__(statement, columns, dialect)
        self._in_order = _picker(self._places)

    def rows(self, held: Connection, given: Given, *, begin: bool = True) -> list[Row]:
        cursor = self._execute(held, given)
        return self.read(cursor.fetchall(), [column[1] for column in cursor.description])

    def insert(self, held: Connection, given: Given) -> int:
        writes_now(held)
        cursor = self._execute(held, given)
        return int(cursor.lastrowid if cursor.description is None else cursor.fetchone()[0])

    def write(self, held: Connection, given: Given) -> None:
        writes_now(held)
        self._execute(held, given)

    def _execute(self, held: Connection, given: Given) -> Any:
        raw: Any = held.connection.driver_connection
        sent = self._in_order(self.values(given))
        try:
            return raw.execute(self._text, sent)
        except sqlite3.Error as error:
            raise journeys.as_told(held, self._text, error) from error


class _Postgres(_Ready):
    def __init__(self, statement: Any, columns: tuple[str, ...], dialect: Dialect) -> None:
        super().__init__(statement, columns, dialect)
        numbered = _Numbered()
        self._numbered = self._text % numbered
        self._in_order = _picker(list(numbered))
        types = {name: bind.type.dialect_impl(dialect) for bind, name in self._made.bind_names.items()}
        self._asked = [(name, _as_array if isinstance(types[name], ARRAY) else put) for name, put in self._asked]

    def rows(self, held: Connection, given: Given, *, begin: bool = True) -> list[Row]:
        (came,) = journeys.travel(held, (self.sent(given),), begin=begin)
        return self.read(came.rows, came.types)

    def insert(self, held: Connection, given: Given) -> int:
        (came,) = journeys.travel(held, (self.sent(given),))
        return int(came.rows[0][0])

    def write(self, held: Connection, given: Given) -> None:
        journeys.wait_for_next(held, self.sent(given))

    def sent(self, given: Given) -> journeys.Sent:
        return journeys.Sent(self._numbered, self._in_order(self.values(given)))


_IN_QUOTES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _as_array(values: Sequence[Any]) -> str:
    """Texts, numbers or moments as one literal: the driver would ask each of a thousand for its kind."""
    return "{" + ",".join([f'"{str(value).translate(_IN_QUOTES)}"' for value in values]) + "}"


class _Numbered(dict[str, str]):
    """The places of a text, numbered as it names them."""

    def __missing__(self, name: str) -> str:
        self[name] = f"${len(self) + 1}"
        return self[name]


def _picker(places: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """The values in the order of their places; `itemgetter` gives a tuple only of two and more."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[name] for name in places)
