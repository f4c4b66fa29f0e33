"""The clocks of sealings and cases (hazards.md §4.5), counted as PROC art. 80 says: the day of the start is not
counted; a last day that is no working day moves to the next one, except where a power of the office ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from registry.rules.dates import add_months, add_working_days, is_working_day
from registry.rules.limits import edition

TABLE = "enforcement_clocks"


@dataclass(frozen=True, slots=True)
class Clock:
    """A term: `amount` of `unit` (hour, day, working_day, month); `moves`: a last day off moves on; `party`: these are
    the party's own days."""

    key: str
    zh: str
    en: str
    amount: int
    unit: str
    moves: bool
    party: bool
    basis: str
    certainty: str


@dataclass(frozen=True)
class Calendar:
    """Days off, and weekend days that were made working days."""

    holidays: Collection[date] = field(default=frozenset())
    workdays: Collection[date] = field(default=frozenset())


def clocks(on: date) -> dict[str, Clock]:
    """The clocks in force on a day, by key."""
    return {
        row["key"]: Clock(
            row["key"],
            row["zh"],
            row["en"],
            int(row["amount"]),
            row["unit"],
            row["moves"] == "1",
            row["party"] == "1",
            row["basis"],
            row["certainty"],
        )
        for row in edition(TABLE, on)
    }


def due(start: date, *keys: str, calendar: Calendar | None = None, more_days: int = 0) -> date:
    """The last day of a term from the day of its start; an extension is named behind the term that it extends,
    `more_days` do not count in it."""
    asked, days = [clocks(start)[key] for key in keys], calendar or Calendar()
    amount = sum(clock.amount for clock in asked)
    if asked[0].unit == "working_day":
        return add_working_days(start, amount, days.holidays, days.workdays)
    begun = start + timedelta(days=more_days)
    end = add_months(begun, amount) if asked[0].unit == "month" else begun + timedelta(days=amount)
    while asked[0].moves and not is_working_day(end, days.holidays, days.workdays):
        end += timedelta(days=1)
    return end


def due_at(start: datetime, key: str) -> datetime:
    """The end of a term of hours, which runs through holidays."""
    return start + timedelta(hours=clocks(start.date())[key].amount)
