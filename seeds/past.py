"""Working on a past day, so that histories are made by the verbs themselves and not written behind their backs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from registry import clock


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the registry's clock stand at `moment`; only for seeds, in a process of their own."""
    real = clock.now
    clock.now = lambda: moment
    try:
        yield
    finally:
        clock.now = real


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A time of a legal day."""
    return datetime.combine(day, time(hour, minute), clock.CITY_ZONE)
