"""The register's risk: facts gathered for many at once, periods that change only with the grade."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.errors import Forbidden, Missing
from registry.models import Elevator, ElevatorRisk
from registry.queries import risk_facts, risk_levels
from registry.rules import risk as rules
from registry.services import elevators, risk
from seeds import cast
from tests import elevators_factory
from tests.hazards_factory import Clock, reported, walk

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def elevator() -> Elevator:
    return elevators_factory.maintained(cast.actor("section"))


def periods(elevator: Elevator) -> list[ElevatorRisk]:
    db.session.expire_all()
    return list(
        db.session.scalars(
            select(ElevatorRisk).where(ElevatorRisk.elevator_id == elevator.id).order_by(ElevatorRisk.id)
        )
    )


def test_one_period_until_something_changes(elevator: Elevator, monkeypatch) -> None:
    time = Clock(monkeypatch, clock.now())
    assert risk.refresh(SYSTEM, clock.today()) >= 1
    assert risk.refresh(SYSTEM, clock.today()) == 0
    first = periods(elevator)
    assert len(first) == 1
    time.forward(days=3)
    hazard = reported("company", unit=None, elevator=elevator.label_code)
    walk(hazard, "LISTED")
    since = clock.now() - timedelta(hours=1)
    assert risk.refresh_touched(SYSTEM, since, clock.today()) == 1
    before, now = periods(elevator)
    assert (before.until, now.since, now.level) == (clock.today(), clock.today(), "red")
    assert [floor["fact"] for floor in now.floors] == ["open_major_hazard"]
    assert before.floors == []
    for day, row in ((clock.today(), now), (clock.today() - timedelta(days=1), before)):
        assert risk_levels.page(cast.actor("section"), {}, day).items == [row]


def test_what_is_live_is_what_is_kept(elevator: Elevator) -> None:
    risk.refresh(SYSTEM, clock.today())
    found = risk_levels.of_elevator(cast.actor("property"), elevator.label_code, clock.today())
    row = periods(elevator)[0]
    assert (found.level, found.points, found.score) == (row.level, row.points, row.score)
    assert {factor.factor for factor in found.factors} == {factor["factor"] for factor in row.factors}


def test_an_elevator_out_of_use_is_graded_no_longer(elevator: Elevator) -> None:
    risk.refresh(SYSTEM, clock.today())
    papers = elevators_factory.STOP_PAPERS
    elevators.change_status(
        cast.actor("county"), elevator.id, "suspend", clock.today(), "长期不用", "停用告知", papers=papers
    )
    assert risk.refresh_touched(SYSTEM, clock.now() - timedelta(hours=1), clock.today()) == 1
    assert periods(elevator)[0].until == clock.today()
    assert risk_levels.of_elevator(cast.actor("section"), elevator.label_code, clock.today()) is None


def test_facts_of_one_equal_facts_of_all(elevator: Elevator) -> None:
    every = risk_facts.of_elevators(None, clock.today())
    assert every[elevator.id] == risk_facts.of_elevators([elevator.id], clock.today())[elevator.id]
    known = {row["fact"] for row in rules.tables.rows("risk_facts", clock.today()) if row["scope"] == "elevator"}
    assert set(every[elevator.id]) - {"exposure", "consequence"} <= known


def test_who_sees_which_colours(elevator: Elevator) -> None:
    risk.refresh(SYSTEM, clock.today())
    assert sum(row.all for row in risk_levels.by_area(cast.actor("section"), clock.today())) >= 1
    assert {row.area.code for row in risk_levels.by_area(cast.actor("county"), clock.today())} <= {"341302"}
    with pytest.raises(Missing):
        risk_levels.of_elevator(cast.actor("property2"), elevator.label_code, clock.today())
    with pytest.raises(Forbidden):
        risk_levels.by_area(cast.actor("filler"), clock.today())
    with pytest.raises(Forbidden):
        risk.refresh(cast.actor("section"), clock.today())
