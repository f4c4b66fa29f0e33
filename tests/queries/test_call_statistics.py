"""The figures of calls: against a slow count by hand, with exercises, other areas and other days left out."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.db import transaction
from registry.models import Call
from registry.queries import call_statistics, status_figures
from registry.queries.hazard_months import Period
from registry.rules import call_figures
from registry.services import calls
from seeds import cast, past
from tests.calls_factory import lift, move, taken, values, walk

COUNTED = [
    ([], None, None),
    ([7], 7, 7),
    ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 6, 9),
    ([1] * 9 + [100], 11, 1),
    ([1] * 8 + [100, 100], 21, 100),
]


@pytest.mark.parametrize(("seconds", "mean", "p90"), COUNTED)
def test_mean_and_ninth_decile(seconds: list[int], mean: int | None, p90: int | None) -> None:
    assert (call_figures.mean(seconds), call_figures.p90(seconds)) == (mean, p90)


MONTHS = [
    (date(2026, 11, 1), date(2026, 11, 30), Fraction(1)),
    (date(2026, 2, 1), date(2026, 2, 28), Fraction(1)),
    (date(2026, 11, 16), date(2026, 11, 30), Fraction(1, 2)),
    (date(2026, 11, 16), date(2026, 12, 31), Fraction(3, 2)),
    (date(2025, 12, 1), date(2026, 11, 30), Fraction(12)),
]


@pytest.mark.parametrize(("since", "until", "months"), MONTHS)
def test_how_many_months_a_period_is(since: date, until: date, months: Fraction) -> None:
    assert call_figures.months(since, until) == months


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800), st.integers(1, 800))
def test_months_add_up(first: date, days: int, more: int) -> None:
    middle = first + timedelta(days=days)
    last = middle + timedelta(days=more)
    halves = call_figures.months(first, middle) + call_figures.months(middle + timedelta(days=1), last)
    assert halves == call_figures.months(first, last)


@pytest.mark.parametrize(
    ("age", "band"), [(0, "0-5"), (4, "0-5"), (5, "5-10"), (19, "15-20"), (20, "20+"), (None, "unknown")]
)
def test_bands_of_age(age: int | None, band: str) -> None:
    assert call_figures.age_band(age) == band


def entrapment(elevator, day: date, minutes: int, hour: int = 9, **changes) -> Call:
    """An entrapment of a day, with rescuers there after so many minutes, and the people free two minutes later."""
    received = past.moment(day, hour)
    with past.at(received):
        row = taken(elevator, **changes)
    for after, verb, data in (
        (1, "answer", {}),
        (minutes, "arrive", {}),
        (minutes + 2, "release", {"result": "rescued"}),
    ):
        with past.at(received + timedelta(minutes=after)):
            move("tech1", row, verb, **data)
    with past.at(received + timedelta(minutes=minutes + 60)):
        return move("tech1", row, "repair", cause="misuse_debris")


@pytest.mark.usefixtures("app")
def test_figures_equal_a_count_by_hand() -> None:
    chance, today = random.Random(4), clock.today()
    lifts = [lift(1), lift(2, "030002", area_code="341321", division_code="341321")]
    made = []
    for _ in range(14):
        number, minutes = chance.randrange(2), chance.choice((8, 12, 25, 31, 61))
        day, hour = today - timedelta(days=chance.randrange(1, 500)), chance.randrange(6, 20)
        drill = chance.random() < 0.2
        entrapment(lifts[number], day, minutes, hour, drill=drill)
        made.append((number, day, minutes, hour, drill))
    since, until = today - timedelta(days=400), today - timedelta(days=3)
    rows = [row for row in made if since <= row[1] <= until and not row[4]]
    found = call_statistics.of(cast.actor("section"), since, until)
    arrivals = [60 * row[2] for row in rows]
    assert found.whole.entrapments == len(rows) == sum(found.hours) == sum(found.months.values())
    assert found.whole.arrival_mean == round(sum(arrivals) / len(arrivals))
    assert found.whole.on_time == sum(1 for row in rows if row[2] <= (30, 60)[row[0]])
    assert (found.whole.rescue_mean, found.response_time, found.whole.lifts) == (120, 60, 2)
    assert found.hours == [sum(1 for row in rows if row[3] == hour) for hour in range(24)]
    assert found.causes == {"misuse_debris": len(rows)}
    assert found.places == {"residential": len(rows)}
    by_area = {one.area: one for one in found.by_area}
    for number, code in enumerate(("341302", "341321")):
        own = [row for row in rows if row[0] == number]
        assert by_area[code].entrapments == len(own)
        alone = call_statistics.of(cast.actor("section"), since, until, code)
        assert (alone.whole.entrapments, alone.whole.lifts, alone.by_area) == (len(own), 1, [])
    dangshan = call_statistics.of(cast.actor("dangshan"), since, until)
    assert dangshan.whole.entrapments == by_area["341321"].entrapments
    # The status report says the same.
    figure = status_figures.by_area(cast.actor("section"), "arrival_mean", Period(since, until))["341300"]
    assert round(figure.value * 60) == found.whole.arrival_mean


@pytest.mark.usefixtures("app")
def test_three_in_twelve_months_are_a_repeat() -> None:
    elevator, today = lift(), clock.today()
    for days in (500, 100, 50):
        entrapment(elevator, today - timedelta(days=days), 10)
    assert call_statistics.repeat_lifts(cast.actor("section"), today) == []
    entrapment(elevator, today - timedelta(days=2), 10, drill=True)
    assert call_statistics.repeat_lifts(cast.actor("section"), today) == []
    entrapment(elevator, today - timedelta(days=1), 10)
    (one,) = call_statistics.repeat_lifts(cast.actor("section"), today)
    assert (one.elevator.id, one.count) == (elevator.id, 3)
    assert call_statistics.repeat_lifts(cast.actor("dangshan"), today) == []
    assert call_statistics.repeat_lifts(cast.actor("section"), today, "341321") == []


@pytest.mark.usefixtures("app")
def test_stations_that_set_out() -> None:
    row = taken(lift())
    units = [str(cast.unit(key).id) for key in ("company2", "station")]
    row = calls.move(cast.actor("desk"), row.no, "upgrade", {"units": units})[0]
    move("desk", row, "depart", unit="company2")
    found = call_statistics.of(cast.actor("section"))
    assert (found.stations_asked, found.stations_went, found.station_success) == (2, 1, 0.5)
    assert found.levels == {2: 1}


@pytest.mark.usefixtures("app")
def test_an_empty_register_has_no_figures_and_no_error() -> None:
    found = call_statistics.of(cast.actor("section"))
    whole = found.whole
    assert (whole.arrival_mean, whole.on_time_rate, whole.rate_month, found.station_success) == (None,) * 4
    assert len(found.months) in (12, 13)


@pytest.mark.usefixtures("app")
def test_a_call_without_its_elevator_is_counted_in_the_city(actor) -> None:
    row = calls.take(actor("desk"), values(place="某小区"))
    assert call_statistics.of(actor("section")).whole.entrapments == 1
    assert call_statistics.of(actor("county")).whole.entrapments == 0
    walked = walk(taken(lift()))
    with transaction():
        assert walked.id != row.id
