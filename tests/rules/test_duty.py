"""Duty times: boundary minutes, nights over midnight, exceptions, rotas that change."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.duty import DAY_MINUTES, Instead, Shift, clock_text, minutes, next_duty, on_duty, uncovered

MONDAY = date(2031, 3, 3)
OLD = date(2020, 1, 1)
DAY = Shift(0, 480, 1200, OLD, None, 1)
NIGHT = Shift(0, 1200, 480, OLD, None, 2)


def at(day: date, text: str) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes(text))


@pytest.mark.parametrize(
    ("day", "time", "person"),
    [
        (0, "07:59", None),
        (0, "08:00", 1),
        (0, "19:59", 1),
        (0, "20:00", 2),
        (0, "23:59", 2),
        (1, "00:00", 2),
        (1, "07:59", 2),
        (1, "08:00", None),
        (-1, "21:00", None),
    ],
)
def test_who_is_there(day: int, time: str, person: int | None) -> None:
    found = on_duty([DAY, NIGHT], [], at(MONDAY + timedelta(days=day), time))
    assert (found.person_id if found else None) == person


def test_a_whole_day_and_a_day_from_eight_to_eight() -> None:
    whole, handed_over = Shift(0, 0, 1440, OLD), Shift(0, 480, 480, OLD)
    assert on_duty([whole], [], at(MONDAY, "00:00")) is not None
    assert on_duty([whole], [], at(MONDAY + timedelta(days=1), "00:00")) is None
    assert on_duty([handed_over], [], at(MONDAY + timedelta(days=1), "07:59")) is not None
    assert on_duty([handed_over], [], at(MONDAY + timedelta(days=1), "08:00")) is None


def test_an_exception_speaks_of_the_shifts_that_begin_on_its_day() -> None:
    rota = [DAY, NIGHT, Shift(6, 1200, 480, OLD, None, 3)]
    off = [Instead(MONDAY, reason="检修")]
    assert on_duty(rota, off, at(MONDAY, "07:00")).person_id == 3  # Sunday's night goes on
    assert on_duty(rota, off, at(MONDAY, "12:00")) is None
    assert on_duty(rota, off, at(MONDAY + timedelta(days=1), "02:00")) is None
    other = [Instead(MONDAY, 600, 660, 9)]
    assert on_duty(rota, other, at(MONDAY, "10:30")).instead
    assert on_duty(rota, other, at(MONDAY, "12:00")) is None


def test_a_rota_holds_for_its_period() -> None:
    rota = [Shift(0, 480, 1200, OLD, MONDAY, 1), Shift(0, 480, 1200, MONDAY, None, 2)]
    assert on_duty(rota, [], at(MONDAY - timedelta(days=7), "12:00")).person_id == 1
    assert on_duty(rota, [], at(MONDAY, "12:00")).person_id == 2


def test_of_overlapping_shifts_the_one_that_goes_on_longest() -> None:
    assert on_duty([DAY, Shift(0, 600, 1320, OLD, None, 5)], [], at(MONDAY, "12:00")).person_id == 5


def test_the_next_duty() -> None:
    assert next_duty([DAY], [], at(MONDAY, "12:00")).begins == at(MONDAY + timedelta(days=7), "08:00")
    assert next_duty([DAY], [], at(MONDAY, "07:00")).begins == at(MONDAY, "08:00")
    assert next_duty([], [], at(MONDAY, "07:00")) is None


def test_gaps_of_a_week() -> None:
    always = [Shift(day, 480, 480, OLD) for day in range(7)]
    assert uncovered(always, MONDAY) == 0
    assert uncovered([DAY], MONDAY) == 7 * DAY_MINUTES - 720
    assert uncovered([NIGHT, DAY], MONDAY) == 7 * DAY_MINUTES - DAY_MINUTES


@pytest.mark.parametrize("text", ["", "8", "25:00", "24:01", "08:60", "8:5", "x:00", "-1:00"])
def test_no_time_of_the_day(text: str) -> None:
    with pytest.raises(ValueError, match="no time of the day"):
        minutes(text)


@given(st.integers(0, DAY_MINUTES))
def test_minutes_there_and_back(value: int) -> None:
    assert minutes(clock_text(value)) == value


@given(
    st.lists(st.builds(Shift, st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440), st.just(OLD)), max_size=8),
    st.integers(0, 7 * DAY_MINUTES - 1),
)
def test_it_is_what_counting_minutes_finds(rota: list[Shift], minute: int) -> None:
    moment = at(MONDAY, "00:00") + timedelta(minutes=minute)
    expected = any(
        (minute - (shift.weekday * DAY_MINUTES + shift.begins)) % (7 * DAY_MINUTES)
        < ((shift.ends - shift.begins - 1) % DAY_MINUTES) + 1
        for shift in rota
    )
    assert (on_duty(rota, [], moment) is not None) == expected
