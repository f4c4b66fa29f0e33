"""Sunshine filling (阳光充装): what a fill's clip must show, how long it is kept, and the figures of a station
(cylinders.md §7). Nothing of it is national law yet: every number is a dated row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from registry.rules.limits import edition, limit

LIMITS = "sunshine_limits"
AT_THE_GUN = "gun"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure of a station and month; `share` is a ratio, `count` a number. `counts` says what of what."""

    key: str
    comparator: str
    target: Decimal
    unit: str
    zh: str
    en: str
    counts: str
    counts_en: str
    basis: str
    certainty: str

    def met(self, value: Decimal | None) -> bool | None:
        """Whether a value reaches the target; None where there is nothing to judge."""
        if value is None:
            return None
        return value >= self.target if self.comparator == ">=" else value <= self.target


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as far as it matters to a clip: when it served, when it was last seen, when it was silent."""

    id: int
    registered_at: datetime
    retired_at: datetime | None
    last_seen_at: datetime | None
    outages: tuple[tuple[datetime, datetime], ...] = ()


@cache
def kpis(on: date) -> Mapping[str, Kpi]:
    """The figures in the order they are shown."""
    names = ("unit", "zh", "en", "counts", "counts_en", "basis", "certainty")
    return {
        row["key"]: Kpi(row["key"], row["comparator"], Decimal(row["value"]), *(row[name] for name in names))
        for row in edition("sunshine_kpis", on)
    }


def limit_of(key: str, on: date) -> int:
    """One number of the table `sunshine_limits`."""
    return limit(LIMITS, key, on)


def window(started_at: datetime, ended_at: datetime, on: date) -> tuple[datetime, datetime]:
    """What a clip of a fill shows: from ten seconds before it to ten after."""
    before = timedelta(seconds=limit_of("before_seconds", on))
    return started_at - before, ended_at + timedelta(seconds=limit_of("after_seconds", on))


def recorded(camera: Camera, start: datetime, end: datetime) -> bool:
    """Whether a camera is known to have worked through the whole of `[start, end]`.

    It was in service, has been heard of since the end, and had no silence in between. A silence that lasts is not an
    outage yet: then nothing was heard since the end.
    """
    if camera.registered_at > start or (camera.retired_at is not None and camera.retired_at < end):
        return False
    if camera.last_seen_at is None or camera.last_seen_at < end:
        return False
    return not any(since < end and until > start for since, until in camera.outages)


def kept_until(day: date, retention_days: int | None) -> date:
    """The last day that a recording of a day must be kept; the table's days where the camera has none of its own."""
    return day + timedelta(days=retention_days or limit_of("retention_days", day))


def silent_seconds(spans: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime) -> int:
    """Seconds of `[since, until)` that the spans of silence cover."""
    clipped = ((max(start, since), min(end, until)) for start, end in spans)
    return sum(int((end - start).total_seconds()) for start, end in clipped if end > start)
