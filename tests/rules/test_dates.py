"""Date arithmetic: months and their ends, month stamps, whole years, working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import dates

MONTHS = [
    (date(2026, 1, 31), 1, date(2026, 2, 28)),
    (date(2028, 1, 31), 1, date(2028, 2, 29)),
    (date(2028, 2, 29), 12, date(2029, 2, 28)),
    (date(2028, 2, 29), 48, date(2032, 2, 29)),
    (date(2026, 12, 15), 1, date(2027, 1, 15)),
    (date(2026, 1, 15), -1, date(2025, 12, 15)),
    (date(2026, 3, 31), -1, date(2026, 2, 28)),
    (date(2026, 5, 5), 0, date(2026, 5, 5)),
]


@pytest.mark.parametrize(("day", "months", "then"), MONTHS)
def test_add_months(day, months, then) -> None:
    assert dates.add_months(day, months) == then


@pytest.mark.parametrize(("year", "month", "last"), [(2026, 2, 28), (2028, 2, 29), (2100, 2, 28), (2026, 12, 31)])
def test_end_of_month(year, month, last) -> None:
    assert dates.end_of_month(year, month) == date(year, month, last)


STAMPS = [
    (date(2021, 5, 1), 4, date(2025, 4, 30)),
    (date(2021, 5, 31), 8, date(2029, 4, 30)),
    (date(2021, 5, 1), 12, date(2033, 4, 30)),
    (date(2014, 11, 1), 12, date(2026, 10, 31)),
    (date(2020, 2, 1), 3, date(2023, 1, 31)),
    (date(2020, 3, 1), 4, date(2024, 2, 29)),
]


@pytest.mark.parametrize(("stamp", "years", "end"), STAMPS)
def test_a_month_stamp_counts_its_own_month(stamp, years, end) -> None:
    assert dates.month_stamp_end(stamp, years) == end


DAYS = [
    (date(2024, 3, 18), 4, date(2028, 3, 17)),
    (date(2024, 2, 29), 4, date(2028, 2, 28)),
    (date(2024, 2, 29), 1, date(2025, 2, 27)),
    (date(2024, 3, 1), 4, date(2028, 2, 29)),
]


@pytest.mark.parametrize(("day", "years", "end"), DAYS)
def test_a_day_stamp_ends_the_day_before(day, years, end) -> None:
    assert dates.day_stamp_end(day, years) == end


YEARS = [
    (date(2020, 3, 18), date(2021, 3, 17), 0),
    (date(2020, 3, 18), date(2021, 3, 18), 1),
    (date(2020, 2, 29), date(2021, 2, 28), 0),
    (date(2020, 2, 29), date(2021, 3, 1), 1),
    (date(2020, 3, 18), date(2020, 3, 18), 0),
]


@pytest.mark.parametrize(("since", "on", "years"), YEARS)
def test_whole_years(since, on, years) -> None:
    assert dates.whole_years(since, on) == years


HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
WORKDAYS = {date(2026, 10, 10)}  # a Saturday worked for the holiday
WORKING = [
    (date(2026, 9, 30), 1, date(2026, 10, 8)),
    (date(2026, 9, 30), 2, date(2026, 10, 9)),
    (date(2026, 9, 30), 3, date(2026, 10, 10)),
    (date(2026, 9, 30), 4, date(2026, 10, 12)),
    (date(2026, 10, 9), 0, date(2026, 10, 9)),
    (date(2026, 11, 20), 1, date(2026, 11, 23)),
    (date(2026, 11, 21), 1, date(2026, 11, 23)),
]


@pytest.mark.parametrize(("day", "count", "then"), WORKING)
def test_working_days_run_around_holidays_and_worked_saturdays(day, count, then) -> None:
    assert dates.add_working_days(day, count, HOLIDAYS, WORKDAYS) == then


def test_without_a_holiday_table_monday_to_friday_count() -> None:
    assert dates.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 1)


some_day = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@given(some_day, st.integers(-600, 600))
def test_adding_months_lands_in_the_right_month(day, months) -> None:
    then = dates.add_months(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == min(day.day, dates.end_of_month(then.year, then.month).day)


@given(some_day, st.integers(1, 40))
def test_a_period_of_years_is_whole_on_the_day_after_its_end(day, years) -> None:
    after = dates.day_stamp_end(day, years) + timedelta(days=1)
    assert after == dates.add_months(day, 12 * years)
    assert dates.month_stamp_end(day, years) >= dates.day_stamp_end(day.replace(day=1), years)


@given(some_day, st.integers(0, 60))
def test_working_days_are_counted_back(day, count) -> None:
    end = dates.add_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(dates.is_working_day(one, ()) for one in between) == count
