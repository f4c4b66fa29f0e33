"""The only place that reads the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The moment, in UTC with its zone."""
    return datetime.now(UTC)


def today() -> date:
    """The legal day in Asia/Shanghai."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The legal day of a moment."""
    return moment.astimezone(CITY_ZONE).date()


def start_of(day: date) -> datetime:
    """Local midnight at which a legal day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=CITY_ZONE)
