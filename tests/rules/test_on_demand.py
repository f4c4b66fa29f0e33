"""On-demand maintenance: conditions by dated facts, the fall back, the agreed interval."""

from datetime import date, timedelta

import pytest

from registry.rules.maintenance import plan
from registry.rules.on_demand import Span, agreed_days, standing

SINCE = date(2026, 1, 1)
ON = date(2026, 11, 20)
DAY = timedelta(days=1)
KEYS = ("licence", "credit", "use_unit", "in_use", "inspection", "iot", "insurance")
ALL_MET = {key: [Span()] for key in KEYS}


def test_every_condition_met() -> None:
    found = standing(ALL_MET, 30, SINCE, ON)
    assert [condition.key for condition in found.conditions] == list(KEYS)
    assert (found.failed, found.fell_back_on) == ((), None)
    assert all(condition.zh and condition.en and condition.basis for condition in found.conditions)


SPANS = [
    # (since, until) of the days it was met, since when it is not met
    ((None, None), None),
    ((None, ON), ON),
    ((None, ON + DAY), None),
    ((ON, None), None),
    ((ON + DAY, None), SINCE),
    ((None, ON - 3 * DAY), ON - 3 * DAY),
    ((None, SINCE - DAY), SINCE),
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("span", "failed_on"), SPANS)
def test_a_condition_fails_on_the_day_its_period_ends(key, span, failed_on) -> None:
    found = standing({**ALL_MET, key: [Span(*span)]}, 30, SINCE, ON)
    assert {c.key: c.failed_on for c in found.conditions} == {**dict.fromkeys(KEYS), key: failed_on}
    assert found.fell_back_on == failed_on


def test_a_later_period_heals_and_the_earliest_failure_counts() -> None:
    healed = [Span(SINCE, ON - 9 * DAY), Span(ON - 2 * DAY, None)]
    facts = {**ALL_MET, "iot": healed, "insurance": [Span(None, ON - 4 * DAY)], "credit": [Span(None, ON - DAY)]}
    assert standing(facts, 30, SINCE, ON).fell_back_on == ON - 4 * DAY


def test_what_nobody_knows_is_not_met() -> None:
    found = standing({}, 30, SINCE, ON)
    assert len(found.failed) == len(KEYS)
    assert found.fell_back_on == SINCE


DUE = [
    # agreed days, last visit days ago, insurance ended days ago (None: it did not), due in so many days
    (30, 10, None, 20),
    (90, 10, None, 80),
    (30, 10, 0, 15),  # from the day it failed, the fixed interval runs
    (30, 10, 5, 10),
    (30, 10, 20, 5),  # it failed before the last visit
    (30, 20, 0, 10),  # never later than agreed
    (30, 31, None, -1),
    (7, 3, 0, 4),
]


@pytest.mark.parametrize(("days", "visited", "ended", "due_in"), DUE)
def test_the_day_of_the_next_visit(days, visited, ended, due_in) -> None:
    facts = ALL_MET if ended is None else {**ALL_MET, "insurance": [Span(None, ON - ended * DAY)]}
    last = {"year": ON - visited * DAY}
    found = plan("traction_passenger", last, SINCE, ON, on_demand=standing(facts, days, SINCE, ON))
    assert found.due["half_month"] == found.due_on == ON + due_in * DAY
    assert found.due["quarter"] == ON + (90 - visited) * DAY
    assert found.work_type == ("FM" if ended is None else "HM")


@pytest.mark.parametrize(("days", "agreed"), [(None, 30), (1, 1), (90, 90), (91, 90)])
def test_the_agreed_interval_has_a_default_and_a_limit(days, agreed) -> None:
    assert agreed_days(days, ON) == agreed
