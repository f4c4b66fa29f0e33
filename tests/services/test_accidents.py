"""Accidents: graded at once and again, moved in order, late where they are late, and what follows from them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import AccidentGrading, AccidentStep, ElevatorRisk, TrailEntry
from registry.queries import accidents as queries
from registry.queries import risk_facts
from registry.queries.todo import waiting
from registry.services import accidents, risk
from seeds import cast
from tests.accidents_factory import ROAD, move, reported, values, walk
from tests.elevators_factory import in_use
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


GRADES = [
    ({"serious_injuries": 0}, "event"),
    ({"serious_injuries": 0, "loss_yuan": 9_999}, "event"),
    ({"serious_injuries": 0, "loss_yuan": 10_000}, "general"),
    ({"serious_injuries": 0, "elevator_trapped_hours": 2}, "general"),
    ({"serious_injuries": 0, "elevator_trapped_hours": 1}, "event"),
    ({"deaths": 2}, "general"),
    ({"deaths": 3}, "larger"),
    ({"serious_injuries": 10}, "larger"),
    ({"vessel_exploded": True}, "larger"),
    ({"deaths": 10}, "major"),
    ({"deaths": 30}, "extra_major"),
]


@pytest.mark.parametrize(("figures", "grade"), GRADES)
def test_it_is_graded_when_it_is_reported(figures: dict, grade: str) -> None:
    row = reported(**figures)
    assert row.grade == grade
    kept = db.session.scalars(select(AccidentGrading).where(AccidentGrading.accident_id == row.id)).all()
    assert [one.grade for one in kept] == [grade]
    assert all(reason["basis"] for reason in kept[0].reasons)


def test_a_follow_up_grades_again_and_leaves_the_first_grade_as_it_was(time: Clock) -> None:
    row = reported()
    time.forward(hours=5)
    row = move("county", row, "follow_up", changed_at=clock.now() - timedelta(hours=1), deaths=3)
    assert (row.grade, row.deaths, row.serious_injuries) == ("larger", 3, 1)
    kept = db.session.scalars(select(AccidentGrading).order_by(AccidentGrading.id)).all()
    assert [one.grade for one in kept] == ["general", "larger"]
    assert kept[0].measures["deaths"] == 0
    case = queries.show(cast.actor("county"), row.no)
    assert [one.late for one in case.follow_ups] == [False]
    assert case.investigator[0] == "安徽省市场监督管理局"


def test_a_follow_up_without_a_change_is_no_new_grade() -> None:
    row = reported()
    move("county", row, "follow_up", changed_at=clock.now(), note="伤者病情稳定")
    assert len(db.session.scalars(select(AccidentGrading)).all()) == 1


def test_the_whole_road_and_its_trail() -> None:
    row = walk(reported())
    assert row.state == "closed"
    verbs = db.session.scalars(select(AccidentStep.verb).order_by(AccidentStep.id)).all()
    assert verbs == ["report", *(verb for _login, verb, _data in ROAD)]
    entries = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "accident")).all()
    assert entries.count("accident.moved") == len(ROAD)
    assert row.responsible_id == cast.unit("property").id


def test_its_ledger_and_grades_can_only_grow() -> None:
    reported()
    for model in (AccidentStep, AccidentGrading):
        with pytest.raises(DBAPIError, match="can only grow"), transaction() as session, session.begin_nested():
            session.execute(update(model).values(at=clock.now()))


REFUSED = [
    ("county", "report_county", {}, Invalid),
    ("section", "report_city", {"addressee": "省局"}, Conflict),  # the county comes first
    ("county", "form_team", {"document": "1", "note": "2"}, Forbidden),
    ("section", "form_team", {"document": "1", "note": "2"}, Conflict),  # not verified
    ("county", "exclude", {"exclusion": "nature", "note": "x"}, Forbidden),
    ("county-leader", "exclude", {"note": "x"}, Invalid),
    ("county", "verify", {"note": "x", "done_at": "future"}, Invalid),
    ("dangshan", "verify", {"note": "x"}, Missing),
    ("property", "verify", {"note": "x"}, Forbidden),
    ("property2", "follow_up", {}, Missing),
    ("filler", "follow_up", {}, Forbidden),
    ("section", "no_such", {}, Missing),
]


@pytest.mark.parametrize(("login", "verb", "data", "error"), REFUSED)
def test_what_is_refused(login: str, verb: str, data: dict, error: type[Exception]) -> None:
    row = reported()
    if data.get("done_at"):
        data = {**data, "done_at": clock.now() + timedelta(minutes=1)}
    with pytest.raises(error):
        move(login, row, verb, **data)


def test_a_report_upwards_is_made_once() -> None:
    row = walk(reported(), "report_county")
    with pytest.raises(Conflict):
        move("county", row, "report_county", addressee="区政府")
    assert "report_county" not in [m.verb for m in queries.show(cast.actor("county"), row.no).moves]


def test_an_investigation_is_extended_by_sixty_days_at_most() -> None:
    row = walk(reported(), "form_team")
    due = clock_of(row, "file_report").due
    move("section", row, "extend", days=40, document="批准文件")
    move("section", row, "leave_out", days=10, note="技术鉴定")
    assert clock_of(row, "file_report").due >= due + timedelta(days=48)
    with pytest.raises(Invalid):
        move("section", row, "extend", days=21, document="批准文件")
    move("section", row, "extend", days=20, document="批准文件")


def clock_of(row, step: str):
    return next(one for one in queries.show(cast.actor("section"), row.no).clocks if one.step == step)


def test_a_responsible_unit_is_named_where_somebody_is_responsible() -> None:
    row = walk(reported(), "form_team")
    found = {"document": "报告", "cause_class": "management", "cause": "违章"}
    with pytest.raises(Invalid):
        move("section", row, "file_report", **found, responsibility="full")
    assert move("section", row, "file_report", **found, responsibility="none").responsible_id is None


def test_what_is_no_accident_is_closed_as_an_event_without_clocks() -> None:
    row = walk(reported(serious_injuries=0), "verify")
    assert queries.show(cast.actor("county"), row.no).clocks == []
    with pytest.raises(Conflict):
        move("section", row, "form_team", document="1", note="2")
    assert move("county", row, "close_event", note="乘客已解救").state == "closed"
    grave = walk(reported(), "verify")
    with pytest.raises(Conflict):
        move("county", grave, "close_event", note="x")


def test_late_steps_stand_on_the_first_page_of_those_who_make_them(time: Clock) -> None:
    reported()
    assert todo("county") == {"accidents_due": 1}
    time.forward(hours=3)
    assert todo("county") == {"accidents_late": 1}
    assert todo("dangshan") == {}
    assert [line.late[0].step for line in queries.page(cast.actor("county"), {"state": "late"}).items] == [
        "report_county"
    ]


def todo(login: str) -> dict[str, int]:
    found = {one.todo.key: one.count for one in waiting(cast.actor(login), clock.today())}
    return {key: count for key, count in found.items() if key.startswith("accidents_")}


MOMENTS = [
    ({"happened_at": 60}, "happened_at"),
    ({"told_at": -7200}, "told_at"),
    ({"told_at": -1800, "received_at": -2000}, "received_at"),
    ({"received_at": 60}, "received_at"),
]


@pytest.mark.parametrize(("seconds", "field"), MOMENTS)
def test_moments_stand_in_their_order(seconds: dict[str, int], field: str) -> None:
    moments = {name: clock.now() + timedelta(seconds=after) for name, after in seconds.items()}
    with pytest.raises(Invalid) as error:
        reported(**moments)
    assert field in error.value.errors


def test_a_unit_reports_its_own_accidents_and_an_office_those_of_its_area() -> None:
    row = reported("property", unit=None)
    assert row.unit_id == cast.unit("property").id
    for login in ("property2", "dangshan"):
        with pytest.raises(Invalid):
            reported(login)
    with pytest.raises(Forbidden):
        reported("insurer")


def test_a_repeat_is_answered_like_the_first() -> None:
    data = values()
    actor = cast.actor("county")
    first, known = accidents.report_once(actor, "r-1", data)
    again, repeated = accidents.report_once(actor, "r-1", data)
    assert (known, repeated, again.id) == (False, True, first.id)
    with pytest.raises(Conflict):
        accidents.report_once(actor, "r-1", {**data, "deaths": 1})


def responsible(since: date, until: date) -> dict[int, int]:
    return dict(db.session.execute(queries.responsible(since, until)).all())


def test_a_responsible_accident_makes_its_elevator_orange_for_a_year_and_the_unit_a_key_unit() -> None:
    elevator = in_use(cast.actor("section"))
    row = reported(elevator=elevator.label_code, unit=None)
    today = row.happened_on  # an hour ago, which just after midnight is the day before

    def fact(on: date) -> bool:
        return risk_facts.of_elevators([elevator.id], on)[elevator.id]["responsible_accident_in_year"]

    walk(row, "file_report")
    assert not fact(today)  # until the report is approved nobody is responsible
    assert responsible(today - timedelta(days=730), today) == {}
    move("leader", row, "approve", document="批复")
    assert fact(today)
    assert not fact(today + timedelta(days=366))
    assert responsible(today, today) == {cast.unit("property").id: 1}
    assert responsible(today + timedelta(days=1), today + timedelta(days=1)) == {}
    assert responsible(today - timedelta(days=9), today - timedelta(days=1)) == {}
    risk.refresh(SYSTEM, today, [elevator.id])
    graded = db.session.scalars(select(ElevatorRisk).where(ElevatorRisk.elevator_id == elevator.id)).one()
    assert "responsible_accident_in_year" in [floor["fact"] for floor in graded.floors]
    assert graded.level in ("orange", "red")
