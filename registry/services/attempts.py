"""How often somebody may guess: attempts are counted before they are judged, so that all workers count alike.

Parts of the verbs that ask for a password or a code.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry import clock
from registry.counters import upsert
from registry.db import among
from registry.models import RateWindow, SignInFailure

# An address is shared by a whole office behind one router, so it may fail more often than one login.
OF_AN_ADDRESS = 10
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """How many failures on one login, by one device or (ten times as many) from one address, within how many minutes,
    stop further attempts."""

    attempts: int
    minutes: int


def source(address: str) -> str:
    """What an address is counted as: itself, with IPv6 its /64, which one subscriber has to himself."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address[:100]}"
    return f"address:{ipaddress.ip_network((known, 64), strict=False) if known.version == 6 else known}"


def spend(session: Session, subjects: Iterable[str], limits: Limits) -> list[int] | None:
    """Count an attempt against every subject; None when one of them has had its limit, and then none is counted.

    Returns the ids of what was counted, for `give_back`. Whoever asks for the same subject meanwhile waits for this
    transaction, so two never both have the last attempt. What was refused is not counted: nobody prolongs a lock.
    """
    now = clock.now()
    since = now - timedelta(minutes=limits.minutes)
    names = sorted(subjects)
    for name in names:
        _wait_for_turn(session, name, now)
    session.execute(delete(SignInFailure).where(among(SignInFailure.subject, names), SignInFailure.at <= now - KEPT))
    counts = dict(
        session.execute(
            select(SignInFailure.subject, func.count())
            .where(among(SignInFailure.subject, names), SignInFailure.at > since)
            .group_by(SignInFailure.subject)
        ).all()
    )
    if any(counts.get(name, 0) >= _most(name, limits) for name in names):
        return None
    rows = [SignInFailure(subject=name, at=now) for name in names]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def give_back(session: Session, counted: list[int], cleared: str) -> None:
    """The attempt was good: it does not count, and all failures of the subject `cleared` are forgotten."""
    session.execute(delete(SignInFailure).where(among(SignInFailure.id, counted) | (SignInFailure.subject == cleared)))


def _wait_for_turn(session: Session, subject: str, now: datetime) -> None:
    """On PostgreSQL the row of the subject is held until the transaction ends (SQLite lets one writer in)."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    session.execute(
        upsert(session, RateWindow)
        .values(subject=subject, hour=hour, count=1)
        .on_conflict_do_update(
            index_elements=[RateWindow.subject, RateWindow.hour], set_={"count": RateWindow.count + 1}
        )
    )


def _most(subject: str, limits: Limits) -> int:
    return limits.attempts * (OF_AN_ADDRESS if subject.startswith("address:") else 1)
