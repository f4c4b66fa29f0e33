"""PostgreSQL without the driver's cursors: statements that it keeps ready, several of them in one journey.

A cursor of psycopg takes longer than the statement, and every journey to the server and back as long again. So the
gun's statements (`registry/prepared.py`) are given to libpq as they are: those that do not wait for each other travel
together, BEGIN goes with the first, and an insert that nobody waits for goes with the next statement or with COMMIT.
Behind a pooler that hands out servers by the transaction nothing is kept ready, and they travel as texts.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple, cast

from psycopg import Connection as Raw
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import Error, OperationalError, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.pool import Pool

from registry.settings import current

__all__ = ["Sent", "as_told", "flush", "travel", "wait_for_next"]

READY = "registry_ready"  # of a connection: text -> name of what its server keeps ready
DOUBTFUL = "registry_doubtful"  # whether the driver may have told the server to forget
WAITING = "registry_waiting"
VALUES = "registry_values"
FORGETTING = ("DROP", "ALTER", "DISCARD", "DEALLOCATE", "ROLLBACK")
_numbers = count(1)


class Sent(NamedTuple):
    """A statement with `$1` for its values, and its values as the driver takes them."""

    text: str
    values: Sequence[Any]


class Came(NamedTuple):
    """What came of a statement: rows, and the number of the type of each column."""

    rows: list[tuple[Any, ...]]
    types: Sequence[int]


def travel(held: Connection, asked: Sequence[Sent], *, begin: bool = True, commit: bool = False) -> list[Came]:
    """What came of statements that travel together, with those that waited for them ahead.

    `begin`: in a transaction, which begins with them where none is running; `commit`: which ends with them.

    Raises:
        DBAPIError: of the first that failed; those after it were not done.
    """
    info, raw = held.info, cast("Raw[Any]", held.connection.driver_connection)
    ahead: list[Sent] = info.pop(WAITING, [])
    every = [*ahead, *asked]
    pooled = current().pooler == "transaction"  # the next transaction may meet another server
    names = {} if pooled else _ready(info, raw)
    server, values = raw.pgconn, info.get(VALUES) or info.setdefault(VALUES, Transformer(raw))
    plain = [values.dump_sequence(one.values, [PyFormat.TEXT] * len(one.values)) for one in every]
    begins = begin and not commit and server.transaction_status == TransactionStatus.IDLE and not raw.autocommit
    new = {} if pooled else {one.text: f"registry_{next(_numbers)}" for one in every if one.text not in names}
    server.enter_pipeline_mode()
    try:
        if begins:
            server.send_query_params(b"BEGIN", None)
        for text, name in new.items():
            server.send_prepare(name.encode(), text.encode())
        for one, given in zip(every, plain, strict=True):
            if pooled:
                server.send_query_params(one.text.encode(), given)
            else:
                server.send_query_prepared((names.get(one.text) or new[one.text]).encode(), given)
        if commit:
            server.send_query_params(b"COMMIT", None)
        server.pipeline_sync()
        results = _all(server)
    except Error as error:
        raise as_told(held, "", error) from error
    finally:
        if server.status == ConnStatus.OK:
            server.exit_pipeline_mode()
    for at, result in enumerate(results):
        if result.status == ExecStatus.FATAL_ERROR:
            info[DOUBTFUL] = True
            texts = [*new, *(one.text for one in every)][max(at - begins, 0) :]
            raise as_told(held, texts[0] if texts else "COMMIT", error_from_result(result))
    names.update(new)
    first = begins + len(new) + len(ahead)
    return [_came(values, result) for result in results[first : first + len(asked)]]


def _all(server: Any) -> list[Any]:
    """The results up to the point where the server has done everything."""
    found: list[Any] = []
    while server.flush():  # more than the line takes at once
        taken = select.poll()
        taken.register(server.socket, select.POLLIN | select.POLLOUT)
        taken.poll()
        server.consume_input()
    while True:
        result = _next(server)
        if result is None:  # the end of one statement
            if server.status != ConnStatus.OK:
                raise OperationalError(server.get_error_message())
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)


def _next(server: Any) -> Any:
    """The next result. libpq would wait for it with Python's lock in hand, and another thread could then not end what
    the server waits for."""
    if server.is_busy():
        answered = select.poll()
        answered.register(server.socket, select.POLLIN)
        while server.is_busy():
            answered.poll()
            server.consume_input()
    return server.get_result()


def _came(values: Any, result: Any) -> Came:
    if result.status != ExecStatus.TUPLES_OK:
        return Came([], ())
    values.set_pgresult(result)
    return Came(values.load_rows(0, result.ntuples, tuple), [result.ftype(at) for at in range(result.nfields)])


def as_told(held: Connection, text: str, error: Any) -> StatementError:
    """What a driver says went wrong, as SQLAlchemy says it, without any values."""
    driver: Any = held.dialect.loaded_dbapi
    lost = held.dialect.is_disconnect(error, cast(Any, held.connection.driver_connection), None)
    if lost:
        held.invalidate()
    told: StatementError = DBAPIError.instance(
        text, None, error, driver.Error, hide_parameters=True, connection_invalidated=lost, dialect=held.dialect
    )
    return told


def wait_for_next(held: Connection, sent: Sent) -> None:
    """Have a statement go with the next one, or with COMMIT; what it gives back is not wanted."""
    held.info.setdefault(WAITING, []).append(sent)


def flush(held: Connection) -> None:
    """Send what waits, before something that may rely on it goes another way."""
    if held.info.get(WAITING):
        travel(held, ())


def _ready(info: Any, raw: Raw[Any]) -> dict[str, str]:
    names: dict[str, str] = info.setdefault(READY, {})
    if info.pop(DOUBTFUL, False) and names:
        result = raw.pgconn.exec_(b"SELECT name FROM pg_prepared_statements")
        there = {cast(bytes, result.get_value(at, 0)).decode() for at in range(result.ntuples)}
        for text in [text for text, name in names.items() if name not in there]:
            del names[text]
    return names


@event.listens_for(Engine, "before_cursor_execute")
def _before(held: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    info = held.info
    if info.get(WAITING):
        flush(held)
    if READY in info and statement.lstrip()[:12].upper().startswith(FORGETTING):
        info[DOUBTFUL] = True


@event.listens_for(Engine, "commit")
def _commit(held: Connection) -> None:
    if held.info.get(WAITING):
        travel(held, (), commit=True)


@event.listens_for(Engine, "savepoint")
@event.listens_for(Engine, "release_savepoint")
def _savepoint(held: Connection, *_rest: Any) -> None:
    flush(held)


@event.listens_for(Engine, "rollback")
@event.listens_for(Engine, "rollback_savepoint")
def _rollback(held: Connection, *_rest: Any) -> None:
    if not held.invalidated:  # with a connection that broke went what waited in it
        _let_go(held.info, held.connection.driver_connection)


@event.listens_for(Pool, "reset")
def _reset(raw: Any, record: Any, _state: Any) -> None:
    _let_go(record.info, raw)


def _let_go(info: Any, raw: Any) -> None:
    """With a transaction goes what waited in it, and the driver has the server forget what it kept ready."""
    info.pop(WAITING, None)
    if READY in info and raw.pgconn.transaction_status != TransactionStatus.IDLE:
        info[DOUBTFUL] = True
