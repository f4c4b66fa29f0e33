"""What a database says about itself, so that its copy can be held against it: asked on a plain connection, since an
older database has other tables than the models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

PEOPLE_MADE = ("person", "unit", "stored_file")


class Asked(Protocol):
    """A connection of sqlite3 or psycopg."""

    def execute(self, query: Any, /) -> Any: ...


@dataclass(frozen=True)
class Seal:
    """The newest seal over the trail."""

    no: int
    root: str
    hash: str


@dataclass(frozen=True)
class Contents:
    """`revision` of the schema, rows by table, the id of the last trail entry (0 for none), the newest seal."""

    revision: str
    counts: dict[str, int]
    trail_id: int
    seal: Seal | None

    @classmethod
    def of(cls, connection: Asked, tables: Sequence[str]) -> Contents:
        """Ask a database that holds a registry.

        Raises:
            LookupError: it holds none.
        """
        if "alembic_version" not in tables:
            raise LookupError("no registry")
        rows = connection.execute("SELECT no, root, hash FROM seal ORDER BY no DESC LIMIT 1").fetchall()
        return cls(
            revision=_one(connection, "SELECT version_num FROM alembic_version"),
            counts={table: _one(connection, f'SELECT count(*) FROM "{table}"') for table in sorted(tables)},
            trail_id=_one(connection, "SELECT max(id) FROM trail_entry") or 0,
            seal=Seal(*rows[0]) if rows else None,
        )

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Contents:
        """Back from `plain()`."""
        seal = plain["seal"]
        counts = {str(table): int(count) for table, count in plain["counts"].items()}
        return cls(str(plain["revision"]), counts, int(plain["trail_id"]), Seal(**seal) if seal else None)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(self.counts.values())

    @property
    def in_use(self) -> bool:
        """Whether anybody has worked with it: reference rows alone are an empty registry."""
        return any(self.counts.get(table) for table in PEOPLE_MADE)

    def differences(self, other: Contents) -> list[str]:
        """What is not the same, one phrase each."""
        tables = sorted({*self.counts, *other.counts})
        found = [
            f"{table}: {self.counts.get(table, 0)} and {other.counts.get(table, 0)} rows"
            for table in tables
            if self.counts.get(table) != other.counts.get(table)
        ]
        for name in ("revision", "trail_id", "seal"):
            if getattr(self, name) != getattr(other, name):
                found.append(f"{name}: {getattr(self, name)} and {getattr(other, name)}")
        return found


def digests(connection: Asked) -> Iterator[str]:
    """The SHA-256 of every file that the database names, in order."""
    for row in connection.execute("SELECT DISTINCT sha256 FROM stored_file ORDER BY sha256"):
        yield row[0]


def _one(connection: Asked, query: str) -> Any:
    return connection.execute(query).fetchone()[0]
