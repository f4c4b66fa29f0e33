"""Date arithmetic of the trade: months, month stamps, working days. No clock is read here."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta


def end_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier), clipped to the end of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_stamp_end(stamp: date, years: int) -> date:
    """The last day of a period of whole years counted from a month stamp, the start month included.

    Made 2021-05, four years: 2025-04-30 (cylinders.md §2.2).
    """
    last = add_months(stamp.replace(day=1), 12 * years - 1)
    return end_of_month(last.year, last.month)


def day_stamp_end(day: date, years: int) -> date:
    """The last day of a period of whole years counted from a known day: 2024-03-18, four years: 2028-03-17."""
    return add_months(day, 12 * years) - timedelta(days=1)


def whole_years(since: date, on: date) -> int:
    """Completed years between two days."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


def is_working_day(day: date, holidays: Collection[date], extra_workdays: Collection[date] = ()) -> bool:
    """Monday to Friday but for the holidays, and the weekend days that were made working days (调休)."""
    return day in extra_workdays or (day.weekday() < 5 and day not in holidays)


def add_working_days(
    day: date, count: int, holidays: Collection[date] = (), extra_workdays: Collection[date] = ()
) -> date:
    """The day `count` working days later; the start day is not counted (PROC art. 80)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, holidays, extra_workdays)
    return day
