"""Assignments, remote monitoring, credit classes and what they do to a day's plan; the round."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Assignment, Capacity, Contract, CreditGrade, Inspection
from registry.queries import assignments as assignment_queries
from registry.queries import days, elevator_plans, rounds, todo, visit_plans
from registry.queries.due_lines import Narrow
from registry.services import assignments, credit, iot, maintenance_state, parameters, policies
from seeds import cast
from tests import visits_factory as make
from tests.services.test_visits_plans import done

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def mine(actor, login: str) -> list[int]:
    narrow = days.narrow(actor(login), {}, TODAY)
    return [line.elevator.id for line in visit_plans.due_today(actor(login), TODAY, narrow=narrow).items]


def test_a_technician_begins_with_his_own_elevators(actor):
    first, second = make.elevator(), make.elevator()
    assert mine(actor, "tech1") == [first.id, second.id]
    assert assignments.assign(actor("company"), [first.id], ["tech1", "tech2"], TODAY) == 1
    assert assignments.assign(actor("company"), [first.id], ["tech2", "tech1"], TODAY) == 0
    assert assignments.assign(actor("company"), [second.id], ["tech2"], TODAY) == 1
    assert mine(actor, "tech1") == [first.id]
    assert mine(actor, "tech2") == mine(actor, "company") == [first.id, second.id]
    everything = days.narrow(actor("tech1"), {"whose": "all"}, TODAY)
    assert len(visit_plans.due_today(actor("tech1"), TODAY, narrow=everything).items) == 2
    assert days.tally(actor("tech1"), TODAY)["overdue"] == 1
    assert assignment_queries.names(actor("company"), [first.id, second.id], TODAY) == {
        first.id: ["朱军", "马超"],
        second.id: ["朱军"],
    }
    assert assignment_queries.names(actor("section"), [first.id], TODAY) == {}


def test_assignments_are_periods(actor):
    row = make.elevator()
    assignments.assign(actor("company"), [row.id], ["tech1"], TODAY)
    assignments.assign(actor("company"), [row.id], ["tech2"], TODAY + 5 * DAY)
    spans = [(a.since, a.until) for a in db.session.scalars(select(Assignment).order_by(Assignment.id))]
    assert spans == [(TODAY, TODAY + 5 * DAY), (TODAY + 5 * DAY, None)]
    assignments.assign(actor("company"), [row.id], [], TODAY + 9 * DAY)
    assert assignment_queries.names(actor("company"), [row.id], TODAY + 9 * DAY) == {}


def test_a_whole_use_unit_at_once(actor):
    rows = [make.elevator() for _ in range(3)]
    assert assignments.assign_unit(actor("company"), cast.unit("property").id, ["tech1"], TODAY) == 3
    loads = {load.person.login: load.count for load in assignment_queries.loads(actor("company"), TODAY)}
    assert (loads["tech1"], loads["tech2"]) == (len(rows), 0)
    with pytest.raises(Invalid):
        assignments.assign_unit(actor("company"), cast.unit("property2").id, ["tech1"], TODAY)


BAD_ASSIGNMENTS = [
    ({"logins": ["company2"]}, "technicians"),
    ({"logins": ["nobody"]}, "technicians"),
    ({"ids": []}, "elevators"),
    ({"ids": [999_999]}, "elevators"),
    ({"since": TODAY - DAY}, "since"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_ASSIGNMENTS)
def test_bad_assignments(actor, changes, field):
    given: dict[str, Any] = {"ids": [make.elevator().id], "logins": ["tech1"], "since": TODAY, **changes}
    with pytest.raises(Invalid) as raised:
        assignments.assign(actor("company"), given["ids"], given["logins"], given["since"])
    assert set(raised.value.errors) == {field}


def test_only_the_manager_assigns(actor):
    row = make.elevator()
    for login in ("tech1", "section", "property"):
        with pytest.raises(Forbidden):
            assignments.assign(actor(login), [row.id], ["tech1"], TODAY)
    with pytest.raises(Invalid):
        assignments.assign(actor("company2"), [row.id], ["company2"], TODAY)


def report(actor, row, online: bool, at=None, login: str = "desk", **changes: Any):
    data = {"elevator": row.label_code, "online": online, "at": at or make.NOW, "ref": str(uuid.uuid4()), **changes}
    return iot.report(actor(login), data)


def test_monitoring_is_kept_as_periods(actor):
    row = make.elevator()
    first, again = report(actor, row, True, make.NOW - 9 * DAY, platform="皖梯云")
    assert (first.since, first.until, again) == (TODAY - 9 * DAY, None, False)
    report(actor, row, True, make.NOW - 8 * DAY)
    report(actor, row, False, make.NOW - 2 * DAY, reason="断网")
    second, _ = report(actor, row, True)
    shown = elevator_plans.background(actor("section"), elevator_plans.of(actor("section"), row.label_code)).iot
    assert [(p.since, p.until) for p in shown] == [(TODAY, None), (TODAY - 9 * DAY, TODAY - 2 * DAY)]
    assert shown[0].id == second.id


def test_a_repeated_report_is_answered_like_the_first(actor):
    row = make.elevator()
    data = {"elevator": row.label_code, "online": True, "at": make.NOW - DAY, "ref": str(uuid.uuid4())}
    first, _ = iot.report(actor("desk"), data)
    again, known = iot.report(actor("desk"), data)
    assert (again.id, known) == (first.id, True)
    with pytest.raises(Conflict):
        iot.report(actor("desk"), {**data, "online": False})


BAD_REPORTS = [({"at": make.NOW + timedelta(minutes=1)}, Invalid), ({"at": make.NOW - 3 * DAY}, Invalid)]


@pytest.mark.parametrize(("changes", "error"), BAD_REPORTS)
def test_reports_come_in_their_order(actor, changes, error):
    row = make.elevator()
    report(actor, row, True, make.NOW - 2 * DAY)
    with pytest.raises(error):
        report(actor, row, False, **changes)


def test_who_may_report(actor):
    row = make.elevator()
    with pytest.raises(Missing):
        report(actor, row, True, login="company2")
    with pytest.raises(Forbidden):
        report(actor, row, True, login="tech1")


def on_demand(actor, days_agreed: int = 60):
    """An elevator under an on-demand contract with every condition met, visited ten days ago."""
    row = make.elevator(since=TODAY - 200 * DAY)
    with transaction() as session:
        contract = session.scalars(select(Contract).where(Contract.elevator_id == row.id)).one()
        contract.mode, contract.onsite_days = "on_demand", days_agreed
        session.add(
            Inspection(
                elevator_id=row.id,
                kind="periodic_inspection",
                conclusion="pass",
                done_on=TODAY - 100 * DAY,
                valid_until=TODAY + 200 * DAY,
            )
        )
    report(actor, row, True, make.NOW - 150 * DAY)
    credit.grade(actor("section"), cast.unit("company").id, "A", TODAY - 190 * DAY)
    policies.record(
        actor("insurer"),
        {
            "subject": "elevator",
            "policy_no": f"P-{row.id}",
            "holder_id": cast.unit("property").id,
            "holder_type": "use_unit",
            "starts_on": TODAY - 100 * DAY,
            "ends_on": TODAY + 200 * DAY,
            "premium_fen": 9300,
            "limit_per_accident_fen": 500_000_000,
            "codes": [row.label_code],
        },
    )
    done(row, TODAY - 10 * DAY, "year")
    maintenance_state.catch_up(SYSTEM)
    return row


def due(actor, row) -> tuple[int, list[str]]:
    plan = visit_plans.plan_of(row, TODAY)
    line = visit_plans.due_today(actor("section"), TODAY).items[0]
    assert line.due_on == plan.due_on
    return (plan.due_on - TODAY).days, [condition.key for condition in plan.on_demand.failed]


def test_on_demand_while_every_condition_is_met(actor):
    assert due(actor, on_demand(actor)) == (50, [])


def test_off_line_falls_back_from_that_day(actor):
    row = on_demand(actor)
    report(actor, row, False, make.NOW - 2 * DAY)
    assert due(actor, row) == (13, ["iot"])
    plan = elevator_plans.of(actor("section"), row.label_code).plan
    assert plan.on_demand.fell_back_on == TODAY - 2 * DAY


def test_a_lower_credit_class_falls_back(actor):
    row = on_demand(actor)
    credit.grade(actor("section"), cast.unit("company").id, "C", TODAY - 4 * DAY)
    assert due(actor, row) == (11, ["credit"])


def test_a_licence_that_ran_out_falls_back(actor):
    row = on_demand(actor)
    with transaction() as session:
        session.scalars(
            select(Capacity).where(Capacity.unit_id == cast.unit("company").id, Capacity.capacity == "maintenance")
        ).one().licence_until = TODAY - DAY
    assert due(actor, row) == (15, ["licence"])


def test_a_failed_inspection_and_a_cancelled_policy_fall_back(actor):
    row = on_demand(actor)
    with transaction() as session:
        failed = Inspection(
            elevator_id=row.id, kind="periodic_inspection", conclusion="fail", done_on=TODAY - 3 * DAY, valid_until=None
        )
        session.add(failed)
    assert due(actor, row) == (12, ["inspection"])


def test_no_use_unit_falls_back(actor):
    row = on_demand(actor)
    with transaction() as session:
        found = session.get_one(type(row), row.id)
        found.use_unit_id = None
    db.session.expire_all()
    assert due(actor, row)[1] == ["use_unit"]


BAD_GRADES = [("E", Invalid), ("A", Conflict)]


@pytest.mark.parametrize(("grade", "error"), BAD_GRADES)
def test_bad_grades(actor, grade, error):
    company = cast.unit("company").id
    credit.grade(actor("county"), company, "B", TODAY)
    with pytest.raises(error):
        credit.grade(actor("county"), company, grade, TODAY)


def test_grades_are_periods_of_maintenance_companies(actor):
    company = cast.unit("company").id
    credit.grade(actor("section"), company, "B", TODAY - 9 * DAY)
    credit.grade(actor("section"), company, "A", TODAY)
    rows = db.session.scalars(select(CreditGrade).order_by(CreditGrade.since))
    assert [(row.grade, row.until) for row in rows] == [("B", TODAY), ("A", None)]
    with pytest.raises(Missing):
        credit.grade(actor("section"), cast.unit("station").id, "A", TODAY)
    with pytest.raises(Forbidden):
        credit.grade(actor("company"), company, "A", TODAY)


def test_the_office_chooses_the_day_of_a_season(actor):
    row = make.elevator(kind="escalator", since=TODAY - 400 * DAY)
    done(row, TODAY - 100 * DAY, "year")
    done(row, TODAY - 10 * DAY)
    maintenance_state.catch_up(SYSTEM)
    before = visit_plans.due_today(actor("tech1"), TODAY).items[0]
    winter = {season.season.id: season for season in before.plan.seasons}["before_winter"]
    assert (winter.due, winter.state) == (date(2026, 11, 30), "open")
    assert before.plan.next_cycle == "half_year"
    parameters.set_parameter(actor("section"), "season.before_winter_by", "1119", TODAY)
    line = visit_plans.due_today(actor("tech1"), TODAY, ("overdue",)).items[0]
    assert line.due_on == min(date(2026, 11, 19), line.plan.due["quarter"])
    for wrong in ("431", "1301", "0"):
        with pytest.raises(Invalid):
            parameters.set_parameter(actor("section"), "season.before_rain_by", wrong, TODAY)


def test_a_round_begins_at_the_company_and_keeps_apart_what_has_no_place(actor):
    near = make.elevator(lat=33.66, lon=116.95)
    far = make.elevator(lat=33.99, lon=116.5)
    lost = make.elevator(lat=None, lon=None)
    found = rounds.round_of(actor("tech1"), TODAY)
    assert [stop.point.code for stop in found.stops] == [near.label_code, far.label_code]
    assert [point.code for point in found.unplaced] == [lost.label_code]
    assert found.start == (cast.unit("company").lat, cast.unit("company").lon)
    assert found.metres == sum(stop.metres for stop in found.stops) > 40_000
    from_there = rounds.round_of(actor("tech1"), TODAY, (34.0, 116.5))
    assert [stop.point.code for stop in from_there.stops] == [far.label_code, near.label_code]
    assert len(rounds.points(actor("section"), TODAY)) == 3


def test_alerts_stand_on_the_first_page(actor):
    for days_ago in (13, 14, 15, 16, 18, 22):
        make.elevator(since=TODAY - days_ago * DAY)
    found = {w.todo.key: w.count for w in todo.waiting(actor("company"), TODAY)}
    expected = {"visits_soon": 2, "visits_due": 1, "visits_overdue": 3, "visits_late_3": 2, "visits_late_7": 1}
    assert {key: found.get(key) for key in expected} == expected
    for login, keys in (("property", {"visits_late_3", "visits_late_7"}), ("county", {"visits_late_7"})):
        shown = {w.todo.key for w in todo.waiting(actor(login), TODAY) if w.todo.key.startswith("visits_late")}
        assert shown == keys
    late = visit_plans.due_today(actor("company"), TODAY, ("overdue",), narrow=Narrow(late=3))
    assert len(late.items) == 2
