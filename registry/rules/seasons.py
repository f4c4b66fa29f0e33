"""Maintenance items that must be done before a season (TSG T5002-2017 D-2-05, D-3-12; the days are G)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules.dates import end_of_month
from registry.rules.limits import edition


@dataclass(frozen=True, slots=True)
class Season:
    """`month` and `day`: the last day; asked for from `ask_days` before. A visit inside that time is in time."""

    id: str
    zh: str
    en: str
    month: int
    day: int
    ask_days: int
    basis: str = ""
    certainty: str = ""

    def by(self, year: int) -> date:
        """The last day of a year; in February of a common year the 28th."""
        return min(date(year, self.month, 1) + timedelta(days=self.day - 1), end_of_month(year, self.month))

    def opens(self, year: int) -> date:
        """The first day on which a visit counts for the season of a year."""
        return self.by(year) - timedelta(days=self.ask_days)

    def due(self, last: date | None, taken_over: date) -> tuple[date, date]:
        """(opens, by) of the first season that the last visit with the item did not serve.

        Without a visit, of the first season that ends on the day the elevator was taken over or later.
        """
        year = (last or taken_over).year
        while not (self.opens(year) > last if last else self.by(year) >= taken_over):
            year += 1
        return self.opens(year), self.by(year)


@cache
def seasons(on: date) -> Mapping[str, Season]:
    """The seasons in force on a day, by identifier."""
    return MappingProxyType(
        {
            row["season"]: Season(
                row["season"],
                row["zh"],
                row["en"],
                int(row["month"]),
                int(row["day"]),
                int(row["ask_days"]),
                row["basis"],
                row["certainty"],
            )
            for row in edition("maintenance_seasons", on)
        }
    )


def month_day(number: int) -> tuple[int, int]:
    """A day of every year as an office writes it: 430 is 30 April.

    Raises:
        ValueError: there is no such day.
    """
    month, day = divmod(number, 100)
    date(2024, month, day)  # a leap year: 229 is a day
    return month, day
