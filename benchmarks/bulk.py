"""Putting a history in at once: its indexes are made afterwards, and the checks of references wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Connection, Table, text

from registry.db import Base, db


@contextmanager
def loading(models: Sequence[type[Base]]) -> Iterator[Connection]:
    """A transaction in which rows of these tables cost no index; it makes the indexes when it is over."""
    db.session.remove()
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        # One that holds something unique may be what a reference leads to, and stays.
        indexes = [index for model in models for index in cast(Table, model.__table__).indexes if not index.unique]
        for index in indexes:
            index.drop(connection, checkfirst=True)
        yield connection
        for index in indexes:
            index.create(connection, checkfirst=True)
