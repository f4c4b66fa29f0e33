"""PostgreSQL: dumped by its own pg_dump at the moment of one snapshot, put back by pg_restore in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from registry.backup.archive import Damaged
from registry.backup.contents import Contents, digests
from registry.db import db

ENGINE = "postgresql"
SCHEMA = "public"
ASIDE = "before_restore"
LOCK_SECONDS = 10
# libpq reads them from the environment, where no other user of the machine sees them.
VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    f"WHERE n.nspname = '{SCHEMA}' AND c.relkind IN ('r', 'p') ORDER BY 1"
)


class ToolError(Exception):
    """pg_dump or pg_restore is missing or failed; the text is one line for an operator."""


class Snapshot:
    """One moment of the database, for as long as its connection is open."""

    def __init__(self, connection: psycopg.Connection[Any], exported: str) -> None:
        self.connection, self.exported = connection, exported

    def contents(self) -> Contents:
        return Contents.of(self.connection, _tables(self.connection))

    def digests(self) -> Iterator[str]:
        yield from digests(self.connection)

    def write(self, target: Path) -> None:
        """The database into a file, in pg_dump's own format."""
        options = ["--format=custom", f"--snapshot={self.exported}", "--no-owner", "--no-privileges"]
        _run("pg_dump", [*options, f"--file={target}"])


@contextmanager
def snapshot(_folder: Path) -> Iterator[Snapshot]:
    """The database now; readers and writers go on meanwhile."""
    _tool("pg_dump")
    with _connected(one_moment=True) as connection:
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield Snapshot(connection, str(row and row[0]))


def name() -> str:
    """What an operator types to have it replaced."""
    return str(db.engine.url.database)


def contents_now() -> Contents | None:
    """What is there; None for no registry at all."""
    _tool("pg_restore")
    with _connected() as connection:
        tables = _tables(connection)
        return Contents.of(connection, tables) if "alembic_version" in tables else None


def names(digest: str) -> bool:
    """Whether the running database still names a file."""
    with _connected() as connection:
        found = connection.execute("SELECT 1 FROM stored_file WHERE sha256 = %s LIMIT 1", (digest,)).fetchone()
    return found is not None


def others() -> int:
    """How many other connections the database has: a server that still runs."""
    db.session.remove()
    db.engine.dispose()
    with _connected() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        ).fetchone()
    return int(row[0]) if row else 0


def put_back(copy: Path, expected: Contents) -> None:
    """Replace whatever the database holds by the copy. What was there is put aside, and stays if anything fails.

    Raises:
        Damaged: what came back is not what the manifest says.
        ToolError: pg_restore failed, with its first words.
    """
    db.session.remove()
    db.engine.dispose()
    _put_aside()
    try:
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--schema={SCHEMA}"]
        _run("pg_restore", [*options, f"--dbname={name()}", str(copy)])
        with _connected() as connection:
            if wrong := Contents.of(connection, _tables(connection)).differences(expected):
                raise Damaged(f"its database is not what the manifest says ({wrong[0]})")
            connection.execute(f"DROP SCHEMA {ASIDE} CASCADE")
    except BaseException:
        _take_back()
        raise


def _put_aside() -> None:
    """What an interrupted restore has put aside is what was there; what it had brought back goes."""
    with _connected() as connection:
        if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (ASIDE,)).fetchone():
            connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        else:
            connection.execute(f"ALTER SCHEMA {SCHEMA} RENAME TO {ASIDE}")
        connection.execute(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION pg_database_owner")
        connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC")


def _take_back() -> None:
    with _connected() as connection:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        connection.execute(f"ALTER SCHEMA {ASIDE} RENAME TO {SCHEMA}")


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in connection.execute(_TABLES)]


@contextmanager
def _connected(one_moment: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection of our own: one transaction that ends with the block."""
    try:
        with psycopg.connect(**_arguments()) as connection:
            if one_moment:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
            connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            yield connection
    except psycopg.Error as error:
        raise ToolError(f"the database says: {str(error).splitlines()[0]}") from None


def _arguments() -> dict[str, Any]:
    _, arguments = db.engine.dialect.create_connect_args(db.engine.url)
    return {key: value for key, value in arguments.items() if key != "context"}


def _tool(program: str) -> str:
    found = shutil.which(program)
    if not found:
        raise ToolError(f"{program} is not on the PATH: install PostgreSQL's client programs (postgresql-client)")
    return found


def _run(program: str, options: Sequence[str]) -> None:
    arguments = _arguments()
    given = {VARIABLES[key]: str(value) for key, value in arguments.items() if key in VARIABLES}
    rest = {f"PG{key.upper()}": str(value) for key, value in arguments.items() if key not in VARIABLES}
    done = subprocess.run(
        [_tool(program), "--no-password", *options],
        env=os.environ | rest | given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ToolError(said[0])
