"""Season-bound items: asked for in time, overdue after their day, done by a visit of their cycle."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules.maintenance import plan
from registry.rules.seasons import Season, month_day, seasons

RAIN = Season("before_rain", "雨季前", "before the rainy season", 4, 30, 60)
NEW_YEAR = replace(RAIN, month=1, day=15)
LEAP = replace(RAIN, month=2, day=29)

DUE = [
    # season, last quarterly visit, taken over, (opens, by)
    (RAIN, date(2026, 1, 10), date(2020, 1, 1), (date(2026, 3, 1), date(2026, 4, 30))),
    (RAIN, date(2026, 2, 28), date(2020, 1, 1), (date(2026, 3, 1), date(2026, 4, 30))),
    (RAIN, date(2026, 3, 1), date(2020, 1, 1), (date(2027, 3, 1), date(2027, 4, 30))),
    (RAIN, date(2026, 5, 20), date(2020, 1, 1), (date(2027, 3, 1), date(2027, 4, 30))),
    (RAIN, None, date(2026, 4, 30), (date(2026, 3, 1), date(2026, 4, 30))),
    (RAIN, None, date(2026, 5, 1), (date(2027, 3, 1), date(2027, 4, 30))),
    (NEW_YEAR, date(2025, 11, 15), date(2020, 1, 1), (date(2025, 11, 16), date(2026, 1, 15))),
    (NEW_YEAR, date(2025, 11, 16), date(2020, 1, 1), (date(2026, 11, 16), date(2027, 1, 15))),
    (LEAP, date(2026, 12, 1), date(2020, 1, 1), (date(2026, 12, 30), date(2027, 2, 28))),
    (LEAP, date(2027, 12, 1), date(2020, 1, 1), (date(2027, 12, 31), date(2028, 2, 29))),
]


@pytest.mark.parametrize(("season", "last", "taken_over", "days"), DUE)
def test_the_season_that_is_due(season, last, taken_over, days) -> None:
    assert season.due(last, taken_over) == days


PLANS = [
    # day, last quarterly visit, state of the rain item, next cycle
    (date(2026, 2, 28), date(2026, 2, 1), "later", "half_month"),
    (date(2026, 3, 1), date(2026, 2, 1), "open", "half_month"),
    (date(2026, 4, 14), date(2026, 2, 1), "open", "half_month"),
    (date(2026, 4, 15), date(2026, 2, 1), "open", "quarter"),
    (date(2026, 4, 30), date(2026, 2, 1), "open", "quarter"),
    (date(2026, 5, 1), date(2026, 2, 1), "overdue", "quarter"),
    (date(2026, 5, 1), date(2026, 3, 1), "later", "half_month"),
]


@pytest.mark.parametrize(("on", "quarter", "state", "cycle"), PLANS)
def test_an_escalator_before_the_rain(on, quarter, state, cycle) -> None:
    last = {"half_month": on, "quarter": quarter, "year": date(2025, 12, 1)}
    found = plan("escalator", last, date(2020, 1, 1), on)
    rain = next(due for due in found.seasons if due.season.id == "before_rain")
    assert (rain.item.code, rain.state, found.next_cycle) == ("D-2-05", state, cycle)
    if state != "later":
        assert found.due_on == min(date(2026, 4, 30), *found.due.values())


def test_both_bound_items_belong_to_escalators_and_walks_only() -> None:
    on = date(2026, 6, 1)
    for kind in ("escalator", "moving_walk"):
        assert [d.item.code for d in plan(kind, {"year": on}, on, on).seasons] == ["D-2-05", "D-3-12"]
    assert plan("traction_passenger", {"year": on}, on, on).seasons == ()


def test_the_office_chooses_the_days() -> None:
    on = date(2026, 5, 20)
    known = {**seasons(on), "before_rain": replace(RAIN, month=5, day=25, ask_days=10)}
    found = plan("escalator", {"year": on - timedelta(days=20)}, on, on, (), known)
    assert (found.seasons[0].opens, found.seasons[0].due, found.seasons[0].state) == (
        date(2026, 5, 15),
        date(2026, 5, 25),
        "open",
    )


@pytest.mark.parametrize(("number", "found"), [(430, (4, 30)), (1130, (11, 30)), (229, (2, 29)), (101, (1, 1))])
def test_a_day_of_every_year(number, found) -> None:
    assert month_day(number) == found


@pytest.mark.parametrize("number", [0, 30, 431, 1301, 230, 12])
def test_no_day_of_any_year(number) -> None:
    with pytest.raises(ValueError, match=r"."):
        month_day(number)
