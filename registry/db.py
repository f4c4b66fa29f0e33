"""The database: one declarative base, one session, one way to write.

SQLite is opened in WAL mode with foreign keys on, and a writer begins IMMEDIATE, so that what a verb reads in
order to decide cannot change before it writes. On PostgreSQL the rows that decide are locked by `locked()`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Select,
    String,
    any_,
    bindparam,
    event,
    func,
    select,
)
from sqlalchemy.exc import OperationalError as DatabaseAway
from sqlalchemy.orm import DeclarativeBase, Session

__all__ = ["Base", "DatabaseAway", "among", "db", "locked", "tidy", "transaction"]

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


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": False},
)

WRITER = "registry_writer"
BUSY_SECONDS = 10
# SQLite lets one writer in and has the others sleep and try again: those of one process take their turns here.
_QUEUE = RLock()
S = TypeVar("S", bound=Select[Any])


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, _record: Any) -> None:
    """Take transaction control from the sqlite3 module and set what every connection needs."""
    if "sqlite3" not in type(connection).__module__:
        # Compiling a statement takes longer than any of ours runs.
        connection.autocommit = True
        connection.execute("SET jit = off")
        connection.autocommit = False
        return
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "cache_size = -64000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writer = connection.get_execution_options().get(WRITER)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


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
def transaction() -> Iterator[Session]:
    """The one way to write: everything inside is committed together or not at all.

    A verb called inside another verb joins the outer transaction. What was read before is let go, so that what
    decides is read inside.
    """
    session = db.session()
    if session.info.get(WRITER):
        yield session
        session.flush()
        return
    session.rollback()
    with _turn():
        session.info[WRITER] = True
        try:
            session.connection(execution_options={WRITER: True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(WRITER, None)


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
    """Whether a text column is one of many values: one parameter, however many there are."""
    if db.engine.dialect.name == "sqlite":
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return cast(ColumnElement[bool], column.in_(select(each.c.value)))
    return cast(ColumnElement[bool], column == any_(bindparam(None, list(values), ARRAY(String))))


def locked(statement: S) -> S:
    """The statement with its rows locked until the transaction ends (a no-op on SQLite, which locks the file)."""
    return statement.with_for_update()
