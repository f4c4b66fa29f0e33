"""Whether anything in the database is other than it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import func, select

from registry.db import Base, db
from registry.models import TrailEntry

# Written by asking: when a session or a token was last used.
BY_ASKING = frozenset({"sign_in", "api_token", "rate_window"})


def digests(left_out: Iterable[str] = BY_ASKING) -> dict[str, str]:
    """A digest of all rows of each table."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in left_out:
            continue
        rows = sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def changed(before: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    now = digests()
    return [name for name in before if before[name] != now[name]]


def acts() -> int:
    """How many entries the trail has."""
    db.session.rollback()
    return db.session.scalar(select(func.count(TrailEntry.id))) or 0
