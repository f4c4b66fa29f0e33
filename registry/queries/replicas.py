"""How old what a replica says may be, found out without trusting any clock but our own.

The primary is asked how far its log is, the replica how far it has replayed. Each process remembers where the primary
was at its own last questions: the newest of those places that the replica has passed says how old its answers are at
most. A cable that is cut, a replica that stands still and one that is merely slow look alike, as they should.
"""

from __future__ import annotations

import time
from collections import deque

from sqlalchemy import text

from registry.db import db
from registry.settings import current

_APART = 0.1  # seconds between two places that are remembered
_PLACES: deque[tuple[float, int]] = deque()  # (our own time, place of the primary), the newest last

_PRIMARY = text(
    "SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS bigint), "
    "(SELECT position FROM last_write WHERE person_id = :person)"
)
_REPLICA = text("SELECT CAST(pg_last_wal_replay_lsn() - '0/0' AS bigint)")


def wanted(person_id: int | None) -> tuple[int, int]:
    """Where the primary is, and the place that a replica must have reached to answer this person; of the primary."""
    present, own = db.session.execute(_PRIMARY, {"person": person_id}).one()
    return int(present), int(own or 0)


def age(present: int, own: int) -> float | None:
    """How many seconds old what the replica says is at most; None when it is too old, or has not yet what the person
    wrote. Asked of the replica, for a primary at `present`."""
    replayed = db.session.scalar(_REPLICA)
    return None if replayed is None or replayed < own else _age(int(replayed), present, time.monotonic())


def _age(replayed: int, present: int, now: float) -> float | None:
    oldest = now - current().replica_lag_seconds
    while _PLACES and _PLACES[0][0] < oldest:
        _PLACES.popleft()
    if not _PLACES or now - _PLACES[-1][0] >= _APART:
        _PLACES.append((now, present))
    if replayed >= present:
        return 0.0
    return next((now - then for then, place in reversed([*_PLACES]) if place <= replayed), None)
