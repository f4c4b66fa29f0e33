"""Patterns of forged cylinders and fills: hit, missed by one unit, fact missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from registry import clock
from registry.rules import cylinder_anomalies as rules
from registry.rules import weight_tests
from registry.rules.cylinder_anomalies import Ends, Limits, Quota, Seen, Step

DAY = date(2026, 11, 20)
LIMITS = Limits(DAY)
T0 = datetime(2026, 11, 20, 9, 0, tzinfo=clock.CITY_ZONE)


def after(**passed: float) -> datetime:
    return T0 + timedelta(**passed)


def keys(hits: Any) -> list[str]:
    return [hit.key for hit in hits]


def test_every_text_takes_its_numbers_and_every_code_has_a_pattern():
    assert {code for code, _key in rules.patterns(DAY)} == set(rules.CODES)
    assert rules.clone_codes(DAY) == ("C1", "C2", "C3", "C4")


@pytest.mark.parametrize(
    ("metres", "seconds", "found"),
    [
        (2001, 60, True),
        (2000, 1, False),
        (120_000, 3600, False),
        (120_040, 3600, True),
        (None, 1, False),
        (5000, 0, True),
    ],
)
def test_travel(metres, seconds, found):
    hits = list(rules.impossible_travel(metres, T0, after(seconds=seconds), DAY, LIMITS))
    assert bool(hits) is found


@pytest.mark.parametrize(
    ("group", "minutes", "found"),
    [
        ("lpg", 359, True),
        ("lpg", 360, False),
        ("industrial", 119, True),
        ("industrial", 120, False),
        ("vehicle", 30, False),
    ],
)
def test_interval(group, minutes, found):
    assert bool(list(rules.too_soon(T0, after(minutes=minutes), group, DAY, LIMITS))) is found
    assert not list(rules.too_soon(None, T0, group, DAY, LIMITS))


@pytest.mark.parametrize(
    ("gross", "tare", "found"), [(16_199, 16_500, True), (16_200, 16_500, False), (None, 1, False), (1, None, False)]
)
def test_undershoot(gross, tare, found):
    assert bool(list(rules.undershoot(gross, tare, DAY, LIMITS))) is found


@pytest.mark.parametrize(("gap", "times", "found"), [(2.9, 4, True), (3, 4, False), (2.9, 3, False)])
def test_fast_scans_need_other_cylinders(gap, times, found):
    seen = [Seen(number, after(seconds=gap * number)) for number in range(times)]
    assert bool(keys(rules.fast_scans(seen, DAY, LIMITS))) is found
    assert not list(rules.fast_scans([Seen(1, scan.at) for scan in seen], DAY, LIMITS))


@pytest.mark.parametrize(
    ("today", "before", "found"),
    [
        (range(1, 9), range(1, 9), True),
        (range(1, 8), range(1, 8), False),
        (range(1, 9), [8, 7, 6, 5, 4, 3, 2, 1], False),
        ([9, *range(1, 9)], [10, *range(1, 5), 11, *range(5, 9)], True),
    ],
)
def test_order(today, before, found):
    hits = list(rules.repeated_order(list(today), list(before), DAY, DAY - timedelta(days=2), LIMITS))
    assert bool(hits) is found


@pytest.mark.parametrize(
    ("count", "grams", "found"),
    [
        (9, 15_000, True),
        (8, 15_000, False),
        (9, 15_001, False),
        (21, 50_000, True),
        (20, 50_000, False),
        (99, None, False),
    ],
)
def test_too_often(count, grams, found):
    assert bool(list(rules.too_often(count, grams, DAY, LIMITS))) is found


@pytest.mark.parametrize(("minutes", "found"), [(59, True), (60, False)])
def test_rushed_round(minutes, found):
    steps = [Step("leave_station", T0), Step("deliver_done", after(minutes=9)), Step("collect", after(minutes=minutes))]
    assert bool(list(rules.rushed(steps, LIMITS))) is found
    assert not list(rules.rushed([steps[0], steps[2]], LIMITS))  # never delivered


@pytest.mark.parametrize(("hour", "minute", "found"), [(19, 59, False), (20, 0, True), (4, 59, True), (5, 0, False)])
def test_night_hours(hour, minute, found):
    moment = T0.replace(hour=hour, minute=minute)
    assert bool(keys(rules.night_operations([moment], DAY, LIMITS))) is found
    assert "night_rush" not in keys(rules.night_operations([moment] * 50, DAY, LIMITS))
    assert ("night_rush" in keys(rules.night_operations([moment] * 51, DAY, LIMITS))) is found


def test_delivered_another_day():
    steps = [(Step("leave_station", T0), DAY), (Step("deliver_done", after(days=1)), DAY + timedelta(days=1))]
    assert keys(hit for _step, hit in rules.not_same_day(steps, LIMITS)) == ["not_same_day"]
    assert not list(rules.not_same_day([steps[0], (steps[1][0], DAY)], LIMITS))
    assert not list(rules.not_same_day(steps[1:], LIMITS))


def test_left_lying():
    assert not list(rules.unreleased(DAY, DAY + timedelta(days=3), LIMITS))
    assert list(rules.unreleased(DAY, DAY + timedelta(days=4), LIMITS))
    assert not list(rules.unreleased(None, DAY, LIMITS))
    assert not list(rules.late_post_check(T0, after(minutes=120), after(days=1), LIMITS))
    assert list(rules.late_post_check(T0, after(minutes=121), after(days=1), LIMITS))
    assert list(rules.late_post_check(T0, None, after(minutes=121), LIMITS))
    assert not list(rules.late_post_check(None, None, T0, LIMITS))


@pytest.mark.parametrize(
    ("kind", "ends", "found"),
    [
        ("fill", Ends(inspection=DAY), []),
        ("fill", Ends(inspection=DAY - timedelta(days=1)), ["past_inspection"]),
        ("fill", Ends(DAY - timedelta(days=1), DAY - timedelta(days=1)), ["past_end"]),
        ("collect", Ends(DAY - timedelta(days=9), DAY - timedelta(days=9)), []),
        ("fill", Ends(), []),
    ],
)
def test_after_the_end(kind, ends, found):
    assert keys(rules.after_the_end(Step(kind, T0), DAY, ends, ("充装", "Filled"))) == found


@pytest.mark.parametrize(
    ("bought", "filled", "found"),
    [
        (1_000_000, 1_020_000, False),
        (1_000_000, 1_020_001, True),
        (1_000_000, 979_999, True),
        (None, 5, False),
        (0, 5, False),
    ],
)
def test_balance(bought, filled, found):
    assert bool(list(rules.gas_balance(bought, filled, "2026-10", LIMITS))) is found


def test_register():
    assert not list(rules.double_serial([1, 1], "B32", "1"))
    assert list(rules.double_serial([1, 2], "B32", "1"))
    assert not list(rules.double_serial([1, 2], "", "1"))
    assert not list(rules.scrap_quota(Quota(9, 9, 0, 0, 0), "2026-11", LIMITS))
    assert list(rules.scrap_quota(Quota(9, 8, 0, 0, 1), "2026-11", LIMITS))


def test_consumers():
    assert not list(rules.consumer_far(80_000, DAY, LIMITS))
    assert list(rules.consumer_far(80_001, DAY, LIMITS))
    assert not list(rules.consumer_far(None, DAY, LIMITS))
    seen = [Seen(1, after(hours=number), device=str(number)) for number in range(11)]
    assert list(rules.consumer_devices(seen, DAY, LIMITS))
    assert not list(rules.consumer_devices(seen[:10], DAY, LIMITS))
    assert not list(rules.consumer_devices([Seen(1, scan.at) for scan in seen], DAY, LIMITS))
    slow = [Seen(1, after(hours=2.4 * number), device=str(number)) for number in range(11)]
    assert not list(rules.consumer_devices(slow, DAY, LIMITS))  # the eleventh comes after 24 hours


def test_weights():
    even = [30_000 + 10 * number for number in range(100)]
    assert not list(weight_tests.last_digits(even, "2026-10", LIMITS))
    forged = [30_000 + 100 * number + (10 if number == 0 else 0) for number in range(100)]
    (hit,) = weight_tests.last_digits(forged, "2026-10", LIMITS)
    assert (hit.evidence["count"], hit.evidence["step"]) == (100, 10)
    assert not list(weight_tests.last_digits(forged[:99], "2026-10", LIMITS))
    assert weight_tests.digits([30_000] * 100) is None
    assert list(weight_tests.spread([14_500] * 30, "2026-10", LIMITS))
    assert not list(weight_tests.spread([14_500] * 29, "2026-10", LIMITS))
    assert not list(weight_tests.spread([14_495, 14_505] * 15, "2026-10", LIMITS))
    assert list(weight_tests.spread([14_496, 14_504] * 15, "2026-10", LIMITS))
