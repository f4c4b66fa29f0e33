"""Comparisons, ranks, progress and lamps as tables with their boundary values (hazards.md §6.2, §6.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from registry.rules import comparisons as rules
from registry.rules.comparisons import Change, Target


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("8", "10", Change(D(2), D("0.25"), "up")),
        ("10", "8", Change(D(-2), D("-0.2"), "down")),
        ("10", "10", Change(D(0), D(0), "flat")),
        ("0", "3", Change(D(3), None, "new")),
        ("0", "0", Change(D(0), None, "flat")),
        ("-4", "-2", Change(D(2), D("0.5"), "up")),
        ("0", "-1", Change(D(-1), None, "down")),
        (None, "3", rules.UNKNOWN),
        ("3", None, rules.UNKNOWN),
    ],
)
def test_amounts(before, now, found) -> None:
    assert rules.change(False, before and D(before), now and D(now)) == found


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("0.8", "0.85", Change(D(5), None, "up")),
        ("0.85", "0.8", Change(D(-5), None, "down")),
        ("0", "0.02", Change(D(2), None, "up")),
        ("0", "0", Change(D(0), None, "flat")),
        (None, "0.5", rules.UNKNOWN),
    ],
)
def test_rates_are_compared_in_points(before, now, found) -> None:
    assert rules.change(True, before and D(before), now and D(now)) == found


@pytest.mark.parametrize(
    ("values", "found"), [(["1", "2"], "3"), (["0"], "0"), ([], None), (["1", None], None), ([None], None)]
)
def test_the_year_so_far(values, found) -> None:
    assert rules.cumulated([value and D(value) for value in values]) == (found and D(found))


@pytest.mark.parametrize(
    ("values", "up", "found"),
    [
        (["0.9", "0.8", "0.8", "0.7"], True, [1, 2, 2, 4]),
        (["0.9", "0.8", "0.8", "0.7"], False, [4, 2, 2, 1]),
        ([None, "0.8", None], True, [None, 1, None]),
        (["1", "1", "1"], True, [1, 1, 1]),
        ([], True, []),
    ],
)
def test_ranks(values, up, found) -> None:
    assert rules.rank([value and D(value) for value in values], high_is_good=up) == found


@pytest.mark.parametrize(
    ("before", "now", "found"), [(4, 2, 2), (1, 2, -1), (3, 3, 0), (None, 1, None), (1, None, None)]
)
def test_places_climbed(before, now, found) -> None:
    assert rules.climbed(before, now) == found


UP, DOWN = Target(D("0.8")), Target(D(35), "<=")
RANGE = Target(D(10), "between", D(20))
GROWTH = Target(D("0.08"), "growth>=", baseline=D(100), baseline_year=2025)


@pytest.mark.parametrize(
    ("value", "target", "met", "done"),
    [
        ("0.8", UP, True, "1"),
        ("0.79", UP, False, "0.9875"),
        ("0.9", UP, True, "1"),
        ("0", UP, False, "0"),
        ("0", Target(D(0)), True, "1"),
        ("35", DOWN, True, "1"),
        ("35.1", DOWN, False, D(35) / D("35.1")),
        ("70", DOWN, False, "0.5"),
        ("0", DOWN, True, "1"),
        ("0", Target(D(0), "<="), True, "1"),
        ("1", Target(D(0), "<="), False, "0"),
        ("10", RANGE, True, "1"),
        ("20", RANGE, True, "1"),
        ("9", RANGE, False, "0.9"),
        ("25", RANGE, False, "0.8"),
        ("108", GROWTH, True, "1"),
        ("104", GROWTH, False, "0.5"),
        ("95", GROWTH, False, "0"),
        ("108", Target(D("0.08"), "growth>="), None, None),
        ("5", Target(D(5), "="), True, "1"),
        ("10", Target(D(5), "="), False, "0.5"),
        (None, UP, None, None),
        ("0.8", None, None, None),
    ],
)
def test_met_and_progress(value, target, met, done) -> None:
    value = value and D(value)
    assert rules.is_met(value, target) is met
    assert rules.progress(value, target) == (done if done is None else D(done))


@pytest.mark.parametrize(
    ("on", "target", "found"),
    [
        (date(2026, 1, 31), None, D(1) / 12),
        (date(2026, 12, 31), None, "1"),
        (date(2026, 6, 30), Target(D(1), year=2026), "0.5"),
        (date(2026, 6, 30), Target(D(1), year=2025), "1"),
        (date(2026, 12, 31), Target(D(1), baseline_year=2025, year=2030), "0.2"),
        (date(2026, 1, 31), Target(D(1), baseline_year=2025, year=2030), D(1) / 60),
        (date(2030, 12, 31), Target(D(1), baseline_year=2025, year=2030), "1"),
        (date(2024, 6, 30), Target(D(1), baseline_year=2025, year=2030), "0"),
    ],
)
def test_expected_share(on, target, found) -> None:
    assert rules.expected_share(on, target) == D(found)


@pytest.mark.parametrize(
    ("done", "expected", "found"),
    [
        ("0.5", "0.5", "green"),
        ("0.51", "0.5", "green"),
        ("0.4999", "0.5", "amber"),
        ("0.4", "0.5", "amber"),
        ("0.3999", "0.5", "red"),
        ("0", "0.1", "amber"),
        (None, "0.5", None),
    ],
)
def test_lamps(done, expected, found) -> None:
    assert rules.lamp(done and D(done), D(expected)) == found
