"""SQLite: copied page by page while others write, and put back in the same way, under the lock of a writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from registry.backup.archive import Damaged
from registry.backup.contents import Contents, digests
from registry.db import BUSY_SECONDS, db

ENGINE = "sqlite"


class Snapshot:
    """The database as it was at one moment, in a file of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def contents(self) -> Contents:
        with _opened(self.path) as connection:
            return Contents.of(connection, _tables(connection))

    def digests(self) -> Iterator[str]:
        with _opened(self.path) as connection:
            yield from digests(connection)

    def write(self, target: Path) -> None:
        """The database into a file; the copy itself goes there."""
        self.path.replace(target)


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """The database now; readers and writers go on meanwhile. `folder` has room for a copy."""
    copy = folder / "snapshot.sqlite3"
    with closing(sqlite3.connect(_path())) as origin, closing(sqlite3.connect(copy)) as target:
        origin.backup(target)  # in one step: one moment
    yield Snapshot(copy)


def name() -> str:
    """What an operator types to have it replaced."""
    return _path().name


def contents_now() -> Contents | None:
    """What is there; None for no registry at all."""
    if not _path().exists():
        return None
    with closing(sqlite3.connect(_path())) as connection:
        tables = _tables(connection)
        return Contents.of(connection, tables) if "alembic_version" in tables else None


def names(digest: str) -> bool:
    """Whether the running database still names a file."""
    with closing(sqlite3.connect(_path())) as connection:
        found = connection.execute("SELECT 1 FROM stored_file WHERE sha256 = ? LIMIT 1", (digest,)).fetchone()
    return found is not None


def others() -> int:
    """How many others are connected: SQLite does not say."""
    return 0


def put_back(copy: Path, expected: Contents) -> None:
    """Replace whatever the database holds by the copy, once that has proved whole; all or nothing.

    Raises:
        Damaged: the copy is not a database as it was written.
        TimeoutError: others would not let go of the database.
    """
    _prove(copy, expected)
    db.session.remove()
    db.engine.dispose()
    _path().parent.mkdir(parents=True, exist_ok=True)
    until = monotonic() + BUSY_SECONDS

    def patient(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > until:
            raise TimeoutError

    with closing(sqlite3.connect(copy)) as origin, closing(sqlite3.connect(_path())) as target:
        origin.backup(target, progress=patient)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _prove(copy: Path, expected: Contents) -> None:
    with _opened(copy) as connection:
        try:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            found = Contents.of(connection, _tables(connection))
        except (sqlite3.DatabaseError, LookupError) as error:
            raise Damaged(f"its database cannot be read ({error})") from None
    wrong = [said] if said != "ok" else [f"rows of {broken[0]} point nowhere"] if broken else []
    if wrong := wrong + found.differences(expected):
        raise Damaged(f"its database is not what the manifest says ({wrong[0]})")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file that nobody else knows: nothing is written beside it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        yield connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [row[0] for row in found]


def _path() -> Path:
    return Path(str(db.engine.url.database))
