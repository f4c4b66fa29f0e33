"""The database: one declarative base, one session, one way to write.

SQLite is opened in WAL mode with foreign keys on, and a writer begins IMMEDIATE, so that what a verb reads in
order to decide cannot change before it writes. On PostgreSQL the rows that decide are locked by `locked()`.

What a verb wrote is on the disk before it is answered, unless `transaction(durable=False)` says that a power cut may
take the last second of it.

A session that only looks may be led to a replica (`read_replica`); `transaction()` leads it back for good.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock
from time import monotonic, sleep
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from psycopg import Error as DriverError
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Select,
    any_,
    bindparam,
    event,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import OperationalError as DatabaseAway
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import Pool

from registry import journeys
from registry.settings import current

__all__ = [
    "REPLICA",
    "Base",
    "DatabaseAway",
    "among",
    "connection",
    "db",
    "leave_replica",
    "locked",
    "lone",
    "on_replica",
    "read_replica",
    "tidy",
    "transaction",
    "undo",
    "writes_now",
    "wrote",
]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; constraints are named so that both databases can alter them."""

    metadata = MetaData(naming_convention=NAMING)


REPLICA = "replica"  # the bind of REGISTRY_REPLICA_URL
ON_REPLICA = "registry_on_replica"
WROTE = "registry_wrote"


class LedSession(BoundSession):
    """A session that asks the primary, or the replica while it was led there."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
        if self.info.get(ON_REPLICA):
            return db.engines[REPLICA]
        return super().get_bind(mapper, clause, bind, **more)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": LedSession, "expire_on_commit": False, "autoflush": False},
)

WRITER = "registry_writer"
DURABLE = "registry_durable"
LATE = "registry_late"
BUSY_SECONDS = 10
RETRY_SECONDS = 0.0001
RESTED_SECONDS = 5
# The connection of the transaction that this thread or task writes in.
_WRITING: ContextVar[Connection | None] = ContextVar("registry_writing", default=None)
# SQLite lets one writer in and has the others sleep and try again: those of one process take their turns here.
_QUEUE = RLock()
S = TypeVar("S", bound=Select[Any])


def _pooled() -> bool:
    """Whether each transaction may meet another server, so that nothing may be left behind on one."""
    return current().pooler == "transaction"


def _is_sqlite(connection: Any) -> bool:
    return "sqlite3" in type(connection).__module__


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, _record: Any) -> None:
    """Take transaction control from the sqlite3 module and set what every connection needs."""
    if not _is_sqlite(connection):
        # Compiling a statement takes longer than any of ours runs. A pooler's servers are set so by its operator.
        if not _pooled():
            connection.autocommit = True
            connection.execute("SET jit = off")
            connection.autocommit = False
        return
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = NORMAL",  # _reach_disk() does what FULL would do under the lock
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "cache_size = -8000",  # a connection's own; the operating system keeps the file for all of them
        # Whoever commits the page that makes it full puts the log away, and waits for the disk: seldom, then.
        "wal_autocheckpoint = 10000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Pool, "checkin")
def _rest(connection: Any, record: Any) -> None:
    record.info["resting_since"] = monotonic()
    record.info.pop(LATE, None)


@event.listens_for(Pool, "checkout")
def _wake(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested for a while whether its server is still there, before somebody relies on it."""
    since = record.info.get("resting_since")
    if since is None or monotonic() - since < RESTED_SECONDS or _is_sqlite(connection):
        return
    try:
        before, connection.autocommit = connection.autocommit, True
        connection.execute("SELECT 1")
        connection.autocommit = before
    except Exception as error:
        raise DisconnectionError from error


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name != "sqlite":
        _begin_postgres(connection, options)
    elif options.get(LATE):
        connection.info[LATE] = True
    elif options.get(WRITER):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_postgres(connection: Connection, options: Any) -> None:
    """The driver sends BEGIN itself, ahead of the first statement."""
    durable = bool(options.get(DURABLE, True))
    if _pooled() and not durable:
        journeys.wait_for_next(connection, journeys.Sent("SET LOCAL synchronous_commit = off", ()))
        durable = True  # of the session behind the pooler, which is not ours to change
    if durable == connection.info.get(DURABLE, True):
        return
    raw: Any = connection.connection.driver_connection
    try:
        raw.autocommit = True  # outside a transaction, so that no rollback takes it back
        raw.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
        raw.autocommit = False
    except DriverError as error:  # past SQLAlchemy: the server has gone since the last statement
        raise journeys.as_told(connection, "BEGIN", error) from error
    connection.info[DURABLE] = durable


def writes_now(connection: Connection) -> None:
    """Take SQLite's write lock, where the transaction has left that to its first write."""
    if connection.info.pop(LATE, False):
        _begin_writing(connection)


@event.listens_for(Engine, "before_cursor_execute")
def _before(connection: Connection, *_rest: Any) -> None:
    """Whatever goes through a cursor may write; the statements of the gun say so themselves."""
    if LATE in connection.info:
        writes_now(connection)


def _begin_writing(connection: Connection) -> None:
    """Wait for the other processes. SQLite would sleep up to a tenth of a second between two attempts, and whoever
    sleeps is overtaken: ask again sooner."""
    raw: Any = connection.connection.driver_connection
    until = monotonic() + BUSY_SECONDS
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while monotonic() < until:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            sleep(RETRY_SECONDS)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # for the last time, and as an error of the database
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for the writers of this process, as long as SQLite would; after that it is for SQLite to refuse."""
    mine = db.engine.dialect.name == "sqlite" and _QUEUE.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if mine:
            _QUEUE.release()


@contextmanager
def transaction(durable: bool = True, late: bool = False) -> Iterator[Session]:
    """The one way to write: everything inside is committed together or not at all.

    A verb called inside another verb joins the outer transaction. What was read before is let go, so that what
    decides is read inside. `durable`: the disk has it when this ends; else a power cut (not a crash of the registry)
    may take what was written in the last second. `late`: on SQLite others write until the first write here, so what is
    read before it may have moved on by then, as on PostgreSQL whatever is not `locked`. Of nested ones the outermost
    decides.
    """
    session = db.session()
    if session.info.get(WRITER):
        yield session
        session.flush()
        return
    if leave_replica():
        session = db.session()
    session.rollback()
    with _turn():
        outside = _WRITING.set(None)
        try:
            running = session.connection(execution_options={WRITER: True, DURABLE: durable, LATE: late})
            session.info[WRITER] = running
            _WRITING.set(running)
            yield session
            session.commit()
            session.info[WROTE] = True
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(WRITER, None)
            _WRITING.reset(outside)
    if durable:
        _reach_disk()


def undo() -> None:
    """Let go of what was begun and read. A connection that broke meanwhile has nothing left to undo: whoever asked has
    his answer."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session.registry.clear()


def read_replica() -> None:
    """Ask the replica from here on, until something is to be written."""
    session = db.session()
    session.rollback()
    session.info[ON_REPLICA] = True


def on_replica() -> bool:
    """Whether this session asks the replica."""
    return bool(db.session().info.get(ON_REPLICA))


def leave_replica() -> bool:
    """Ask the primary from here on; whether it was the replica before."""
    session = db.session()
    if not session.info.get(ON_REPLICA):
        return False
    session.info.pop(ON_REPLICA)
    undo()
    return True


def wrote(forget: bool = False) -> bool:
    """Whether this session committed anything; `forget`: what comes from here on counts anew."""
    info = db.session().info
    return bool(info.pop(WROTE, False) if forget else info.get(WROTE))


def connection() -> Connection:
    """The connection of the session, for statements that go past it: columns rather than objects."""
    running = _WRITING.get()
    return db.session().connection() if running is None else running


def _reach_disk() -> None:
    """On SQLite: wait until the disk has what was committed, after the lock was given back.

    `synchronous = FULL` would do the same while all other writers wait; so they go on, and one wait serves all that
    was committed before it. PostgreSQL does so by itself.
    """
    path = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    if not path:
        return
    try:
        log = os.open(f"{path}-wal", os.O_RDONLY)
    except FileNotFoundError:  # the last connection has closed and put it into the database
        return
    try:
        os.fdatasync(log)
    finally:
        os.close(log)


@contextmanager
def lone() -> Iterator[Connection]:
    """For one select of ours that needs nothing around it: no transaction is begun, so that none has to be ended. The
    session gives its connection back first, so that the pool has one; its own bookkeeping takes longer than the
    statement."""
    session = db.session()
    session.rollback()
    bind = session.get_bind()
    if isinstance(bind, Connection):  # the session lives inside somebody's transaction
        yield bind
        return
    with bind.connect() as running:
        yield running


ROOM = "512MB"


def make_room() -> None:
    """Let the statements of this transaction hold a million ids in memory (nothing to do on SQLite).

    PostgreSQL looks up what a subquery found only where it expects it to fit into `work_mem`, 4 MB as it comes; else it
    reads the whole of it again for every row, and a count over a million cylinders does not end.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql(f"SET LOCAL work_mem = '{ROOM}'")


def tidy() -> None:
    """After much was written at once: fresh statistics, and on PostgreSQL the pages that an index alone answers for.

    A running PostgreSQL does so by itself, some minutes later.
    """
    db.session.rollback()
    sqlite = db.engine.dialect.name == "sqlite"
    engine = db.engine if sqlite else db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE" if sqlite else "VACUUM (ANALYZE, TRUNCATE OFF)")
        connection.commit()


def among(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column is one of many texts or numbers: one parameter, however many there are."""
    if db.engine.dialect.name == "sqlite":
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return cast(ColumnElement[bool], column.in_(select(each.c.value)))
    return cast(ColumnElement[bool], column == any_(bindparam(None, list(values), ARRAY(column.type))))


def locked(statement: S, of: Any = None) -> S:
    """The statement with its rows (`of` one table) locked until the transaction ends (a no-op on SQLite, which locks
    the file)."""
    return statement.with_for_update(of=of)
