"""Alembic's entry, through Flask-Migrate: forward, numbered, small, never edited once released."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from registry.models.base import UtcMoment

migrate = current_app.extensions["migrate"]
database = migrate.db


def render_item(kind: str, item: object, _autogen: object) -> str | bool:
    """Our column types as the plain types that the database keeps."""
    if isinstance(item, UtcMoment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


@contextmanager
def references_unchecked(connection: sa.Connection) -> Iterator[None]:
    """On SQLite: a table is altered by putting another in its place, which rows that point at it would forbid."""
    raw: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        raw.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
    try:
        yield
    finally:
        connection.rollback()
        if sqlite:
            raw.execute("PRAGMA foreign_keys = ON")


def check_references(connection: sa.Connection) -> None:
    """What was not checked row by row, before it is committed; PostgreSQL has done so itself."""
    broken = connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise SystemExit(f"the migrations would leave rows that point nowhere: {[tuple(row) for row in broken[:5]]}")


def run() -> None:
    """Bring the database of the application to the newest revision."""
    with database.engine.connect() as connection, references_unchecked(connection):
        context.configure(
            connection=connection,
            render_item=render_item,
            target_metadata=database.Model.metadata,
            transactional_ddl=True,  # SQLite takes a CREATE back too, as our connections begin their transactions
            **{key: value for key, value in migrate.configure_args.items() if key != "target_metadata"},
        )
        with context.begin_transaction():
            context.run_migrations()
            check_references(connection)
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("migrations need a database: they are not written to be printed as SQL")
run()
