"""A past day answers by the area and the holder of that day, and says how much came in after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import ElevatorUse
from registry.queries import indicator_late, indicator_units, indicators
from registry.queries.indicator_definitions import INDICATORS
from registry.services import cylinders, elevators, indicator_figures
from seeds import cast
from tests import cylinder_factory, elevators_factory
from tests.hazards_factory import Clock
from tests.queries.test_indicators import visit

CITY, YONGQIAO, DANGSHAN = "341300", "341302", "341321"
KEY = "paperless_maintenance"


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def lift(time):
    return elevators_factory.maintained(cast.actor("section"), 1)


def population(key: str, on, area: str) -> int:
    return indicators.in_area(SYSTEM, key, on, area).denominator


def holders(key: str, on) -> dict[str, int]:
    return {unit.name: unit.population for unit in indicator_units.by_unit(SYSTEM, key, on).items}


def test_an_elevator_that_was_moved_stays_where_it_was(time, lift) -> None:
    first = clock.today()
    time.forward(days=1)
    elevators.correct(cast.actor("section"), lift.id, {"area_code": DANGSHAN, "division_code": DANGSHAN})
    moved = clock.today()
    time.forward(days=30)
    elevators.correct(cast.actor("section"), lift.id, {"area_code": YONGQIAO, "division_code": YONGQIAO})
    for on, here, there in ((first, 1, 0), (moved, 0, 1), (clock.today() - timedelta(days=1), 0, 1)):
        assert (population(KEY, on, YONGQIAO), population(KEY, on, DANGSHAN)) == (here, there)
        assert population(KEY, on, CITY) == 1
    assert population(KEY, clock.today(), YONGQIAO) == 1
    (behind,) = indicators.behind(SYSTEM, KEY, moved, DANGSHAN).items
    assert behind.row.id == lift.id
    assert not indicators.behind(SYSTEM, KEY, moved, YONGQIAO).items


@pytest.mark.parametrize("key", list(INDICATORS))
def test_several_days_say_what_each_says(time, lift, key) -> None:
    """Also where an elevator was moved between them."""
    days = [clock.today() + timedelta(days=ahead) for ahead in (0, 9, 16, 40)]
    with transaction() as session:
        session.add(visit(lift, days[0], days[0]))
    time.forward(days=40)
    tables = {on: indicators.table(SYSTEM, key, on) for on in days}
    assert indicators.tables(SYSTEM, key, days[::-1]) == tables
    assert indicators.trend(SYSTEM, key, days[0], days[-1])[-1] == tables[days[-1]][0]
    elevators.correct(cast.actor("section"), lift.id, {"area_code": DANGSHAN, "division_code": DANGSHAN})
    assert indicators.tables(SYSTEM, key, days) == {on: indicators.table(SYSTEM, key, on) for on in days}


def test_an_elevator_that_was_handed_over_belongs_to_its_user_of_then(time, lift) -> None:
    before = clock.today()
    time.forward(days=10)
    data = {"use_unit_id": cast.unit("property2").id, "since": clock.today(), "document": "移交协议"}
    elevators.transfer(cast.actor("section"), lift.id, data)
    old, new = cast.unit("property").name, cast.unit("property2").name
    assert holders("liability_insurance", before) == {old: 1}
    assert holders("liability_insurance", clock.today()) == {new: 1}
    with transaction() as session:  # what was on file before there were periods
        for period in session.scalars(select(ElevatorUse)):
            session.delete(period)
    assert holders("liability_insurance", before) == {new: 1}


def test_a_cylinder_that_was_sold_belongs_to_its_owner_of_then(time) -> None:
    row = cylinder_factory.cylinder()
    before = clock.today()
    time.forward(days=10)
    station2 = cast.unit("station2").id
    cylinders.transfer(cast.actor("section"), row.label_code, {"owner_id": station2, "document": "过户协议"})
    assert holders("cylinder_insurance", before) == {cast.unit("station").name: 1}
    assert holders("cylinder_insurance", clock.today()) == {cast.unit("station2").name: 1}
    assert population("cylinder_insurance", before, YONGQIAO) == 1
    assert population("cylinder_insurance", clock.today(), "341323") == 1
    assert population("cylinder_insurance", clock.today(), YONGQIAO) == 0


def test_what_came_in_later_is_counted_and_the_frozen_month_holds(time, lift, api_of, browser_of) -> None:
    time.forward(days=30)
    end = clock.today().replace(day=1) - timedelta(days=1)
    indicator_figures.freeze(SYSTEM, end)
    assert indicator_late.recorded_after(SYSTEM, KEY, end) == 0
    with transaction() as session:
        row = visit(lift, end - timedelta(days=2), end - timedelta(days=1), received_at=clock.now())
        session.add(row)
    standing = indicator_late.standing(SYSTEM, KEY, end, YONGQIAO)
    assert standing.recorded_after == 1
    assert indicator_late.recorded_after(SYSTEM, KEY, end, DANGSHAN) == 0
    assert indicator_late.recorded_after(SYSTEM, KEY, clock.today()) is None
    assert indicator_late.recorded_after(SYSTEM, "major_hazards_closed_on_time", end) is None
    assert (standing.frozen.numerator, standing.figure.numerator, standing.differs) == (0, 1, True)
    said = api_of("section").get(f"/indicators/{KEY}/standing", on=end.isoformat()).json
    assert (said["recorded_after"], said["frozen"]["numerator"], said["figure"]["numerator"]) == (1, 0, 1)
    page = browser_of("section").get(f"/indicators/{KEY}?on={end}").text
    assert "又收到1条" in page
    assert "月末冻结数" in page
    assert api_of("property").get(f"/indicators/{KEY}/standing", on=end.isoformat()).json["frozen"] is None


@pytest.mark.parametrize("key", sorted(indicator_late.LATE))
def test_every_question_can_be_asked_in_every_area(time, lift, key) -> None:
    before = clock.today() - timedelta(days=3)
    for area in (None, CITY, YONGQIAO):
        assert indicator_late.recorded_after(SYSTEM, key, before, area) >= 0
    db.session.rollback()
