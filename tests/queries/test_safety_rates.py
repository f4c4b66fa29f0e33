"""Rates of safety officers: equal to a slow count by hand, the same for ever, and every gap with its reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from registry import clock
from registry.db import db, transaction
from registry.models import ElevatorStatus
from registry.queries import safety_days, safety_rates, safety_todo
from registry.rules.safety import Span
from registry.services import safety, safety_records
from seeds import cast, past
from tests import safety_factory as make

DAY = timedelta(days=1)
WINDOW = {"since": date(2026, 11, 9), "until": date(2026, 11, 22)}  # two weeks, Monday to Sunday
DONE = [date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 16), date(2026, 11, 20)]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def unit(app: Any) -> int:
    """A unit with one elevator, in use but for 12-13 November, and four records; the first week reported in time."""
    make.staffed(since=date(2026, 11, 10))
    lift = make.lift()
    with transaction() as session:
        row = session.query(ElevatorStatus).filter_by(elevator_id=lift.id).one()
        row.until = date(2026, 11, 12)
        stopped = ElevatorStatus(
            elevator_id=lift.id, status="temporarily_stopped", since=row.until, until=date(2026, 11, 14)
        )
        session.add(stopped)
        session.add(ElevatorStatus(elevator_id=lift.id, status="in_use", since=date(2026, 11, 14)))
    make.charged(lift, since=date(2026, 11, 10))
    with past.at(past.moment(make.SINCE)):
        safety.list_risks(cast.actor("property"), "elevator")
    for day in DONE[1:]:
        with past.at(past.moment(day, 17)):
            safety_records.daily(cast.actor("property"), make.daily(lift.label_code, day=day, opened_at=clock.now()))
    with past.at(past.moment(date(2026, 11, 16))):
        safety_records.weekly(cast.actor("property-director"), make.weekly(day=date(2026, 11, 9)))
    db.session.rollback()
    return cast.unit("property").id


def line(login: str, **filters: Any) -> safety_rates.Rate:
    board = safety_rates.board(cast.actor(login), {**WINDOW, **filters}, make.TODAY)
    return next(line.rate for line in board.units if line.id == cast.unit("property").id)


def test_the_rates_equal_a_count_by_hand(unit: int) -> None:
    rate = line("property")
    used = [
        day for n in range(14) if (day := WINDOW["since"] + n * DAY) not in (date(2026, 11, 12), date(2026, 11, 13))
    ]
    made = [day for day in DONE[1:] if day in used]
    assert (rate.made["daily"], rate.owed["daily"]) == (len(made), len(used)) == (3, 12)
    # Due on a Monday: those of 2-8 and of 9-15 November; 16-22 is due on the 23rd.
    assert (rate.made["weekly"], rate.owed["weekly"]) == (1, 2)
    assert (rate.made["monthly"], rate.owed["monthly"]) == (0, 0)
    assert (rate.assigned, rate.lifts) == (1, 1)
    assert rate.share("daily") == Decimal("0.25")
    assert rate.share("monthly") is None


def test_a_figure_of_a_past_window_does_not_change_when_a_day_is_made_up(unit: int) -> None:
    before = line("property")
    lift = db.session.query(safety_days.Elevator).order_by(safety_days.Elevator.id.desc()).first()
    late = make.daily(lift.label_code, day=date(2026, 11, 21))
    safety_records.daily(cast.actor("property"), late)
    assert line("property").made == before.made
    later = line("property", until=make.TODAY)
    assert later.made["daily"] == 4


def test_each_gap_has_its_reason(unit: int) -> None:
    gaps = safety_rates.gaps(cast.actor("section"), {**WINDOW, "unit": unit}, make.TODAY)
    daily = {gap.span.first: gap.key for gap in gaps if gap.duty.cycle == "daily"}
    assert len(daily) == 9
    assert daily[date(2026, 11, 9)] == "nobody"
    assert daily[date(2026, 11, 11)] == "missing"
    assert [gap.key for gap in gaps if gap.duty.cycle == "weekly"] == ["nobody"]
    only = safety_rates.gaps(cast.actor("section"), {**WINDOW, "unit": unit, "cycle": "weekly"}, make.TODAY)
    assert [gap.duty.cycle for gap in only] == ["weekly"]


def test_an_office_sees_its_own_areas_and_a_unit_itself(unit: int) -> None:
    def seen(login: str) -> set[int]:
        return {line.id for line in safety_rates.board(cast.actor(login), WINDOW, make.TODAY).units}

    make.lift(use_unit="property2", area_code="341321")
    other = cast.unit("property2").id
    assert seen("section") == {unit, other}
    assert seen("county") == {unit}
    assert seen("dangshan") == {other}
    assert seen("property") == {unit}
    board = safety_rates.board(cast.actor("section"), WINDOW, make.TODAY)
    assert board.total.owed["daily"] == sum(each.rate.owed["daily"] for each in board.areas) == 12 + 14
    narrowed = safety_rates.board(cast.actor("section"), {**WINDOW, "area": "341321"}, make.TODAY)
    assert [each.id for each in narrowed.units] == [other]


@pytest.mark.parametrize("wrong", [{"since": make.TODAY, "until": WINDOW["since"]}, {"since": date(2024, 1, 1)}])
def test_an_impossible_window_is_said(app: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(safety_rates.Invalid):
        safety_rates.board(cast.actor("section"), wrong, make.TODAY)


def test_a_station_works_on_working_days(app: Any) -> None:
    window = Span(date(2026, 11, 23), date(2026, 11, 29))
    days = safety_days.of_units(cast.actor("filling"), "filling", window)[cast.unit("station").id]
    assert days == {date(2026, 11, 23) + n * DAY for n in range(5)}


def test_what_waits_until_it_is_done(unit: int) -> None:
    officer, director, head = (cast.actor(login) for login in ("property", "property-director", "property-head"))
    assert safety_todo.due("daily")(officer, make.TODAY) == 1
    assert safety_todo.due("daily")(director, make.TODAY) == 0
    assert safety_todo.due("weekly")(director, make.TODAY) == 0  # a week that may be reported from Thursday on
    assert safety_todo.due("weekly")(director, date(2026, 11, 26)) == 1
    assert safety_todo.due("monthly")(head, date(2026, 11, 23)) == 1
    assert safety_todo.due("daily")(cast.actor("property2"), make.TODAY) == 0
    lift = db.session.query(safety_days.Elevator).order_by(safety_days.Elevator.id.desc()).first()
    safety_records.daily(officer, make.daily(lift.label_code))
    assert safety_todo.due("daily")(officer, make.TODAY) == 0
    assert safety_todo.without_officer(officer, make.TODAY) == 0
    make.lift()
    assert safety_todo.without_officer(officer, make.TODAY) == 1
