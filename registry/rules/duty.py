"""Duty times: a weekly rota, and days that differ from it.

A shift belongs to the day on which it begins. One that ends no later than it begins ends on the next day, so that
22:00-06:00 is a night and 08:00-08:00 is a whole day. An exception takes the place of all shifts that begin on its day;
what began the evening before goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY_MINUTES = 24 * 60
AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Shift:
    """A line of the rota for `[since, until)`: `weekday` 0 is Monday; minutes after midnight."""

    weekday: int
    begins: int
    ends: int
    since: date
    until: date | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """Duty of one day in place of the rota; nobody when `begins` is None."""

    day: date
    begins: int | None = None
    ends: int | None = None
    person_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody is there from `begins` until before `ends`, wall-clock times of the city without a zone."""

    begins: datetime
    ends: datetime
    person_id: int | None
    instead: bool = False


def minutes(text: str) -> int:
    """`HH:MM` as minutes after midnight, 24:00 as the end of the day.

    Raises:
        ValueError: no time of the day.
    """
    hours, _, rest = text.strip().replace("：", ":").partition(":")
    if not (hours.isdecimal() and rest.isdecimal() and len(rest) == 2):
        raise ValueError(f"no time of the day: {text}")
    found = int(hours) * 60 + int(rest)
    if int(rest) > 59 or found > DAY_MINUTES:
        raise ValueError(f"no time of the day: {text}")
    return found


def clock_text(value: int) -> str:
    """Minutes after midnight as `HH:MM`."""
    return f"{value // 60:02d}:{value % 60:02d}"


def _duty(day: date, begins: int, ends: int, person_id: int | None, instead: bool) -> Duty:
    start = datetime.combine(day, time()) + timedelta(minutes=begins)
    length = ends - begins if ends > begins else ends - begins + DAY_MINUTES
    return Duty(start, start + timedelta(minutes=length), person_id, instead)


def of_day(rota: Sequence[Shift], exceptions: Sequence[Instead], day: date) -> list[Duty]:
    """The duties that begin on a day."""
    for each in exceptions:
        if each.day == day:
            if each.begins is None or each.ends is None:
                return []
            return [_duty(day, each.begins, each.ends, each.person_id, True)]
    return [
        _duty(day, each.begins, each.ends, each.person_id, False)
        for each in rota
        if each.weekday == day.weekday() and each.since <= day and (each.until is None or day < each.until)
    ]


def on_duty(rota: Sequence[Shift], exceptions: Sequence[Instead], at: datetime) -> Duty | None:
    """The duty that runs at a moment (wall clock, no zone); of several the one that goes on longest."""
    today = at.date()
    running = [
        duty
        for day in (today - timedelta(days=1), today)
        for duty in of_day(rota, exceptions, day)
        if duty.begins <= at < duty.ends
    ]
    return max(running, key=lambda duty: (duty.ends, duty.begins)) if running else None


def next_duty(rota: Sequence[Shift], exceptions: Sequence[Instead], at: datetime) -> Duty | None:
    """The next duty that begins after a moment, within two weeks."""
    for ahead in range(AHEAD_DAYS + 1):
        later = [duty for duty in of_day(rota, exceptions, at.date() + timedelta(days=ahead)) if duty.begins > at]
        if later:
            return min(later, key=lambda duty: duty.begins)
    return None


def uncovered(rota: Sequence[Shift], on: date) -> int:
    """Minutes of a week in which the rota in force on a day has nobody: 0 is a rota around the clock."""
    covered = bytearray(7 * DAY_MINUTES)
    for each in rota:
        if each.since <= on and (each.until is None or on < each.until):
            length = each.ends - each.begins if each.ends > each.begins else each.ends - each.begins + DAY_MINUTES
            start = each.weekday * DAY_MINUTES + each.begins
            for minute in range(start, start + length):
                covered[minute % len(covered)] = 1
    return len(covered) - sum(covered)
