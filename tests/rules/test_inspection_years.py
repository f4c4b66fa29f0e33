"""Every boundary day of the inspection years, histories, orders, conclusions, who may self-test, parts."""

from datetime import date, timedelta

import pytest

from registry.rules.inspection import apply_by, duty, early_months, pattern
from registry.rules.inspection_orders import Order, shifted
from registry.rules.inspection_results import (
    BRAKE,
    GOVERNOR,
    SelfTester,
    against_tester,
    conclusion_of,
    next_part_test,
    self_check_since,
)
from registry.rules.inspection_standing import Origin, Record, standing, valid_until
from registry.rules.lifecycle import restart_needs
from tests.rules.inspection_cases import HISTORIES, YEARS

BASE = date(2020, 3, 18)
ON = date(2026, 1, 1)


@pytest.mark.parametrize(("year", "kind", "before", "opens", "first", "last", "after"), YEARS)
def test_each_boundary_day_of_a_year(year, kind, before, opens, first, last, after) -> None:
    done = range(1, year)
    for day, state in ((before, "later"), (opens, "open"), (first, "due"), (last, "due"), (after, "overdue")):
        found = duty(BASE, None, done, day)
        assert (found.year, found.kind, found.state) == (year, kind, state), day
        assert (found.opens_on, found.due_by) == (opens, last)
    assert duty(BASE, None, done, first - timedelta(days=1)).state == "open"


def test_the_table_names_every_year_once() -> None:
    assert [row[0] for row in YEARS] == list(range(1, 18))
    years, every_from = pattern(ON)
    assert {row[0] for row in YEARS if row[1] == "periodic_inspection"} == {*years, *range(every_from, 18)}
    assert [early_months(kind, ON) for kind in ("periodic_inspection", "self_test")] == [2, 1]


@pytest.mark.parametrize("name", HISTORIES)
def test_histories(name) -> None:
    records, on, year, kind, due_by = HISTORIES[name]
    found = standing(Origin(installation=BASE), [Record(*record) for record in records])
    assert found is not None
    due = found.duty(on)
    assert (due.year, due.kind, due.due_by) == (year, kind, due_by)


def test_a_failed_inspection_does_nothing_for_its_year() -> None:
    records = [Record("periodic_inspection", date(2021, 3, 5), "fail")]
    found = standing(Origin(installation=BASE), records)
    assert found is not None
    assert found.duty(date(2021, 4, 1)).state == "overdue"
    assert valid_until(Origin(installation=BASE), [], records[0]) is None


ORIGINS = [
    (Origin(None, date(2020, 4, 2), date(2020, 5, 1), date(2019, 12, 1)), date(2020, 4, 2)),
    (Origin(None, None, date(2020, 5, 1), date(2019, 12, 1)), date(2020, 5, 1)),
    (Origin(None, None, None, date(2019, 12, 1)), date(2019, 12, 1)),
]


@pytest.mark.parametrize(("origin", "day"), ORIGINS)
def test_an_estimated_base_says_so(origin, day) -> None:
    found = standing(origin, [])
    assert found is not None
    assert (found.base.day, found.base.estimated) == (day, True)
    known = standing(origin, [Record("installation_supervision", date(2020, 3, 18))])
    assert known is not None
    assert (known.base.day, known.base.estimated) == (BASE, False)


def test_months_of_unequal_length_and_leap_days() -> None:
    leap = duty(date(2020, 2, 29), None, [1, 2, 3], date(2024, 2, 29))
    assert (leap.due_by, leap.state, leap.opens_on) == (date(2024, 2, 29), "due", date(2023, 12, 1))
    assert duty(date(2020, 2, 29), None, [1, 2, 3], date(2024, 3, 1)).state == "overdue"
    assert duty(date(2019, 12, 31), None, [], date(2020, 10, 1)).state == "open"
    assert apply_by(date(2026, 3, 31)) == date(2026, 2, 28)
    assert duty(BASE, None, [1, 2, 3], date(2024, 1, 1)).apply_by == date(2024, 2, 29)
    assert duty(BASE, None, [1], date(2022, 1, 1)).apply_by is None


FLOOD = Order(date(2026, 6, 1), date(2026, 8, 1), 3, since=date(2026, 6, 20), until=date(2027, 1, 1), document="1号")
EARLIER = Order(date(2026, 7, 1), date(2026, 7, 1), -2, since=date(2026, 6, 25), document="2号")
MOVED = [
    # orders, due, asked on, due then
    ([FLOOD], date(2026, 5, 31), date(2026, 7, 1), date(2026, 5, 31)),
    ([FLOOD], date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30)),
    ([FLOOD], date(2026, 8, 31), date(2026, 7, 1), date(2026, 11, 30)),
    ([FLOOD], date(2026, 9, 30), date(2026, 7, 1), date(2026, 9, 30)),
    ([FLOOD], date(2026, 6, 30), date(2026, 6, 19), date(2026, 6, 30)),
    ([FLOOD], date(2026, 6, 30), date(2026, 12, 31), date(2026, 9, 30)),
    ([FLOOD], date(2026, 6, 30), date(2027, 1, 1), date(2026, 6, 30)),
    ([FLOOD, EARLIER], date(2026, 7, 31), date(2026, 7, 1), date(2026, 5, 31)),
    ([FLOOD, EARLIER], date(2026, 7, 31), date(2026, 6, 24), date(2026, 10, 31)),
    ([Order(date(2025, 12, 1), date(2025, 12, 1), 2, since=date(2025, 1, 1))],
     date(2025, 12, 31), ON, date(2026, 2, 28)),
]  # fmt: skip


@pytest.mark.parametrize(("orders", "due", "on", "then"), MOVED)
def test_orders_move_what_is_due_while_they_are_in_force(orders, due, on, then) -> None:
    assert shifted(due, orders, on)[0] == then


def test_the_months_of_an_order_say_the_same() -> None:
    for first, last, moved in FLOOD.months():
        assert FLOOD.moved(first) == FLOOD.moved(last) == moved
    assert len(list(FLOOD.months())) == 3


CONCLUSIONS = [
    (0, 0, False, "pass"),
    (0, 1, True, "pass_after_fix"),
    (0, 3, True, "pass_after_fix"),
    (0, 3, False, "fail"),
    (0, 4, True, "fail"),
    (1, 0, True, "fail"),
    (1, 1, False, "fail"),
]


@pytest.mark.parametrize(("key", "general", "promised", "expected"), CONCLUSIONS)
def test_the_conclusion_follows_from_the_failed_items(key, general, promised, expected) -> None:
    assert conclusion_of(key, general, promised, ON) == expected


def somebody(**changes) -> SelfTester:
    known = {"name": "甲", "uses": False, "maintains": True, "inspects_here": False, "licensed": True}
    return SelfTester(**{**known, **changes})


TESTERS = [
    ({}, None),
    ({"maintains": False, "uses": True}, None),
    ({"maintains": False}, None),
    ({"inspects_here": True}, "tester_inspects_here"),
    ({"licensed": False}, "tester_unqualified"),
    ({"licence_until": ON}, None),
    ({"licence_until": ON - timedelta(days=1)}, "tester_licence_ended"),
    ({"suspended_since": ON + timedelta(days=1)}, None),
    ({"suspended_since": ON}, "tester_suspended"),
]


@pytest.mark.parametrize(("changes", "rule"), TESTERS)
def test_who_may_self_test(changes, rule) -> None:
    found = against_tester(somebody(**changes), ON)
    assert [finding.rule for finding in found] == ([rule] if rule else [])


PARTS = [
    (GOVERNOR, "traction_passenger", date(2010, 6, 1), date(2025, 6, 1), date(2027, 6, 1)),
    (GOVERNOR, "traction_passenger", date(2010, 6, 1), date(2025, 6, 2), date(2026, 6, 2)),
    (GOVERNOR, "hydraulic_passenger", date(2000, 6, 1), date(2025, 6, 2), date(2027, 6, 2)),
    (GOVERNOR, "dumbwaiter", date(2000, 6, 1), date(2025, 6, 2), date(2030, 6, 2)),
    (GOVERNOR, "escalator", date(2000, 6, 1), date(2025, 6, 2), None),
    (BRAKE, "traction_freight", None, date(2024, 2, 29), date(2029, 2, 28)),
    (BRAKE, "hydraulic_passenger", None, date(2024, 2, 29), None),
    (BRAKE, "escalator", None, date(2024, 2, 29), None),
]


@pytest.mark.parametrize(("part", "kind", "made", "done", "expected"), PARTS)
def test_the_next_calibration_or_brake_test(part, kind, made, done, expected) -> None:
    assert next_part_test(part, kind, made, 60, done) == expected


STOPS = [
    # stopped on, restarted on, covered, what must come first
    (date(2024, 3, 1), date(2025, 2, 28), True, None),
    (date(2024, 3, 1), date(2025, 2, 28), False, "due_duty"),
    (date(2024, 3, 1), date(2025, 3, 1), True, "periodic_inspection"),
    (date(2024, 3, 1), date(2026, 3, 1), False, "periodic_inspection"),
    (date(2024, 2, 29), date(2025, 2, 27), True, None),
    (date(2024, 2, 29), date(2025, 2, 28), True, "periodic_inspection"),
]


@pytest.mark.parametrize(("stopped", "restarted", "covered", "needed"), STOPS)
def test_what_a_restart_needs(stopped, restarted, covered, needed) -> None:
    assert restart_needs(stopped, restarted, covered) == needed


def test_a_self_check_counts_for_a_year() -> None:
    assert self_check_since(date(2026, 3, 31)) == date(2025, 3, 31)
