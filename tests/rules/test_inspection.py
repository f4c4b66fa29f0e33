"""Inspection and self-test of elevators: the pattern of years, the edges of months, what was let pass."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.inspection import base_of, dropped_by_repair, duty, kind_of, year_of

BASE = date(2020, 3, 18)
REPAIR = date(2025, 10, 2)

PATTERN = {1: "I", 2: "T", 3: "T", 4: "I", 5: "T", 6: "T", 7: "I", 8: "T", 9: "I", 10: "T"}
PATTERN |= {11: "I", 12: "T", 13: "I", 14: "T", 15: "I", 16: "I", 17: "I", 18: "I", 40: "I"}
KINDS = {"I": "periodic_inspection", "T": "self_test"}


@pytest.mark.parametrize(("year", "letter"), PATTERN.items())
def test_years_of_inspection_and_self_test(year, letter) -> None:
    assert kind_of(year, date(2026, 1, 1)) == KINDS[letter]


@pytest.mark.parametrize("year", [0, -1])
def test_there_is_no_duty_in_the_base_year(year) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        kind_of(year, date(2026, 1, 1))


EXAMPLE = [
    (1, "2021-03", "I", "2021-01"),
    (2, "2022-03", "T", "2022-02"),
    (3, "2023-03", "T", "2023-02"),
    (4, "2024-03", "I", "2024-01"),
    (15, "2035-03", "I", "2035-01"),
    (16, "2036-03", "I", "2036-01"),
    (17, "2037-03", "I", "2037-01"),
]


@pytest.mark.parametrize(("year", "due", "letter", "opens"), EXAMPLE)
def test_base_2020_03_18(year, due, letter, opens) -> None:
    found = duty(BASE, None, range(1, year), date(2020 + year, 3, 1))
    assert (found.year, found.due, found.kind, found.opens) == (year, due, KINDS[letter], opens)
    assert (found.state, found.missed) == ("due", ())


EDGES = [
    # done years, anchor, day, year, state
    ([], None, date(2020, 3, 18), 1, "later"),
    ([], None, date(2020, 12, 31), 1, "later"),
    ([], None, date(2021, 1, 1), 1, "open"),
    ([], None, date(2021, 2, 28), 1, "open"),
    ([], None, date(2021, 3, 1), 1, "due"),
    ([], None, date(2021, 3, 31), 1, "due"),
    ([], None, date(2021, 4, 1), 1, "overdue"),
    ([1], None, date(2022, 1, 31), 2, "later"),
    ([1], None, date(2022, 2, 1), 2, "open"),
    ([1], None, date(2022, 3, 31), 2, "due"),
    ([1], None, date(2022, 4, 1), 2, "overdue"),
    ([1, 2, 3], None, date(2023, 12, 31), 4, "later"),
    ([1, 2, 3], None, date(2024, 1, 1), 4, "open"),
    ([1, 2, 3], None, date(2024, 2, 29), 4, "open"),
    ([1, 2, 3, 4, 5, 6], REPAIR, date(2027, 7, 31), 7, "later"),
    ([1, 2, 3, 4, 5, 6], REPAIR, date(2027, 8, 1), 7, "open"),
    ([1, 2, 3, 4, 5, 6], REPAIR, date(2027, 10, 31), 7, "due"),
    ([1, 2, 3, 4, 5, 6], REPAIR, date(2027, 11, 1), 7, "overdue"),
    (range(1, 21), None, date(2040, 12, 31), 21, "later"),
    (range(1, 21), None, date(2041, 1, 1), 21, "open"),
]


@pytest.mark.parametrize(("done", "anchor", "on", "year", "state"), EDGES)
def test_state_at_the_edges_of_months(done, anchor, on, year, state) -> None:
    found = duty(BASE, anchor, done, on)
    assert (found.year, found.state, found.missed) == (year, state, ())


def test_a_repair_moves_the_month_and_keeps_the_pattern() -> None:
    found = duty(BASE, REPAIR, range(1, 7), date(2027, 9, 1))
    assert (found.year, found.kind, found.due, found.opens) == (7, "periodic_inspection", "2027-10", "2027-08")


MISSED = [
    # done, day, shown year, state, missed
    ([1, 2], date(2023, 12, 31), 3, "overdue", ()),
    ([1, 2], date(2024, 1, 1), 4, "open", (3,)),
    ([1, 2], date(2024, 4, 1), 4, "overdue", (3,)),
    ([1, 2], date(2026, 6, 1), 6, "overdue", (3, 4, 5)),
    ([1, 2, 4], date(2024, 6, 1), 5, "later", ()),
    ([], date(2026, 2, 1), 6, "open", (1, 2, 3, 4, 5)),
]


@pytest.mark.parametrize(("done", "on", "year", "state", "missed"), MISSED)
def test_skipped_years_never_pile_up(done, on, year, state, missed) -> None:
    found = duty(BASE, None, done, on)
    assert (found.year, found.state, found.missed) == (year, state, missed)
    assert found.in_date is (state != "overdue" and not missed)


def test_done_early_does_not_move_the_next_date() -> None:
    assert duty(BASE, None, [1, 2, 3, 4], date(2024, 1, 2)).due == "2025-03"


def test_window_over_the_turn_of_the_year() -> None:
    found = duty(date(2020, 1, 31), None, [], date(2020, 11, 1))
    assert (found.due, found.opens, found.state) == ("2021-01", "2020-11", "open")
    assert found.due_by == date(2021, 1, 31)


def test_leap_day_base() -> None:
    found = duty(date(2020, 2, 29), None, [], date(2021, 2, 28))
    assert (found.due, found.due_by, found.state) == ("2021-02", date(2021, 2, 28), "due")


def test_contract_example() -> None:
    found = duty(date(2016, 6, 10), None, range(1, 8), date(2024, 5, 1))
    assert (found.year, found.kind, found.due, found.opens, found.state) == (
        8,
        "self_test",
        "2024-06",
        "2024-05",
        "open",
    )


REPAIRS = [
    (date(2027, 1, 5), 7),
    (date(2027, 12, 31), 7),
    (date(2025, 10, 2), None),
    (date(2037, 6, 1), 17),
    (date(2020, 6, 1), None),
]


@pytest.mark.parametrize(("repair", "year"), REPAIRS)
def test_a_repair_drops_the_periodic_inspection_of_its_year(repair, year) -> None:
    assert dropped_by_repair(BASE, repair) == year


D1, D2, D3, D4 = date(2020, 1, 1), date(2020, 2, 1), date(2020, 3, 1), date(2019, 1, 1)
BASES = [
    ((D1, D2, D3, D4), (D1, False)),
    ((None, D2, D3, D4), (D2, True)),
    ((None, None, D3, D4), (D3, True)),
    ((None, None, None, D4), (D4, True)),
    ((None, None, None, None), None),
]


@pytest.mark.parametrize(("days", "base"), BASES)
def test_base(days, base) -> None:
    assert base_of(*days) == base


days = st.dates(date(1990, 1, 1), date(2080, 12, 31))


@given(base=days, anchor=st.none() | days, done=st.sets(st.integers(1, 60)), on=days)
def test_one_duty_after_the_last_done_and_never_two_open(base, anchor, done, on) -> None:
    found = duty(base, anchor, done, on)
    assert found.year > max(done, default=0)
    assert found.opens_on <= found.due_by
    assert not set(found.missed) & set(done)
    assert (found.state == "later") == (on < found.opens_on)
    assert (found.state == "overdue") == (on > found.due_by)
    following = duty(base, anchor, {*done, *range(1, found.year + 1)}, on)
    assert following.year == found.year + 1
    assert following.state == "later"


@given(base=days, years=st.integers(1, 30), shift=st.integers(0, 40))
def test_states_come_in_order(base, years, shift) -> None:
    order = ["later", "open", "due", "overdue"]
    start = date(base.year + years, base.month, 1) - timedelta(days=90)
    seen = [duty(base, None, range(1, years), start + timedelta(days=shift + n)).state for n in (0, 50, 90)]
    assert [order.index(state) for state in seen] == sorted(order.index(state) for state in seen)


def test_year_of_a_day_is_the_calendar_year() -> None:
    assert [year_of(BASE, day) for day in (BASE, date(2021, 1, 1), date(2027, 12, 31))] == [0, 1, 7]
