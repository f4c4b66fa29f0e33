"""Safety officers: appointed, charged; their list, papers and records."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import Hazard, SafetyAppointment, SafetyCharge, SafetyProblem, SafetyRecord, TrailEntry
from registry.queries import safety as queries
from registry.queries import safety_sheets
from registry.services import safety, safety_records
from seeds import cast, past
from tests import safety_factory as make

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


@pytest.fixture
def lifts(app: Any) -> list[Any]:
    """Two elevators of an officer, with a list since the start."""
    make.staffed()
    found = [make.lift(), make.lift(address="汴河中路90号")]
    make.charged(*found)
    with past.at(past.moment(make.SINCE)):
        safety.list_risks(cast.actor("property"), "elevator")
    return found


def check(lifts: list[Any], **changes: Any) -> SafetyRecord:
    codes = [lift.label_code for lift in lifts]
    return safety_records.daily(cast.actor("property"), make.daily(*codes, **changes))[0]


def rules_of(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {finding.rule for finding in refused.value.verdict.findings}


def test_only_one_director_at_a_time_but_many_officers(app: Any) -> None:
    make.staffed()
    manager = cast.actor("property")
    other = {"subject": "elevator", "person": make.person("someone"), "since": make.TODAY, "document": "任2"}
    with pytest.raises(Conflict):
        safety.appoint(manager, {**other, "role": "director"})
    safety.appoint(manager, {**other, "role": "officer"})
    with pytest.raises(Conflict):
        safety.appoint(manager, {**other, "role": "officer"})
    with pytest.raises(Invalid):
        safety.appoint(manager, {**other, "role": "king"})
    with pytest.raises(Invalid):
        safety.appoint(manager, {**other, "role": "officer", "person": cast.person("tech1").id})
    with pytest.raises(Forbidden):
        safety.appoint(cast.actor("section"), {**other, "role": "officer"})
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "safety.appointed")).all()[-1]
    assert entry.data["role"] == "officer"


def test_the_end_of_an_appointment_frees_his_elevators(lifts: list[Any]) -> None:
    manager = cast.actor("property")
    row = db.session.scalars(select(SafetyAppointment).where(SafetyAppointment.role == "officer")).one()
    assert queries.unassigned(manager, make.TODAY) == 0
    with pytest.raises(Invalid):
        safety.dismiss(manager, row.id, row.since, "调离")
    with pytest.raises(Missing):
        safety.dismiss(cast.actor("property2"), row.id, make.TODAY, "调离")
    safety.dismiss(manager, row.id, make.TODAY, "调离")
    assert queries.unassigned(manager, make.TODAY) == 2
    assert queries.unassigned(manager, make.TODAY - DAY) == 0
    with pytest.raises(Conflict):
        safety.dismiss(manager, row.id, make.TODAY, "调离")


def test_another_officer_takes_over_from_a_day_on(lifts: list[Any]) -> None:
    manager = cast.actor("property")
    other = make.person("second")
    codes = [lifts[0].label_code]
    with pytest.raises(Invalid):
        safety.charge(manager, other, codes, make.TODAY)
    data = {"subject": "elevator", "role": "officer", "person": other, "since": make.SINCE, "document": "任3"}
    safety.appoint(manager, data)
    assert safety.charge(manager, other, codes, make.TODAY) == 1
    assert safety.charge(manager, other, codes, make.TODAY) == 0
    rows = db.session.scalars(
        select(SafetyCharge).where(SafetyCharge.elevator_id == lifts[0].id).order_by(SafetyCharge.since)
    ).all()
    assert [(row.since, row.until) for row in rows] == [(make.SINCE, make.TODAY), (make.TODAY, None)]
    with pytest.raises(Invalid):
        safety.charge(manager, other, [make.lift(use_unit="property2").label_code])


def test_the_list_follows_the_equipment_and_keeps_its_past(lifts: list[Any]) -> None:
    manager = cast.actor("property")
    listed = queries.risks(manager, manager.unit_id, "elevator", make.TODAY)
    codes = {risk.code for risk in listed}
    assert {"E01", "E02", "E08"} <= codes  # an elevator in a residential building
    assert not codes & {"E10", "E14", "E17"}  # no escalator, no dumbwaiter, no hospital
    with pytest.raises(Conflict):
        safety.list_risks(manager, "elevator")
    first = next(risk for risk in listed if risk.code == "E01")
    safety.set_risk(manager, {"title": "标志", "check": "看标志", "serious": True}, first.id)
    now = {risk.code: risk.title for risk in queries.risks(manager, manager.unit_id, "elevator", make.TODAY)}
    past = {risk.code: risk.title for risk in queries.risks(manager, manager.unit_id, "elevator", make.SINCE)}
    assert (now["E01"], past["E01"]) == ("标志", first.title)
    own = safety.set_risk(manager, {"subject": "elevator", "title": "雨水倒灌", "check": "查看底坑", "serious": False})
    with pytest.raises(Invalid):
        safety.drop_risk(manager, own.id, " ")
    safety.drop_risk(manager, own.id, "已改造排水")
    assert own.id in {risk.id for risk in queries.risks(manager, manager.unit_id, "elevator", make.TODAY)}
    assert own.id not in {risk.id for risk in queries.risks(manager, manager.unit_id, "elevator", make.TODAY + DAY)}
    with pytest.raises(Missing):
        safety.drop_risk(cast.actor("property2"), first.id, "别家的")


def test_papers_are_present_when_something_shows_it(lifts: list[Any]) -> None:
    manager = cast.actor("property")
    papers = {kept.paper.id: kept.present for kept in queries.overview(manager, manager.unit_id, "elevator").papers}
    assert papers == {
        "risk_list": True,
        "director_duties": False,
        "officer_code": False,
        "director_appointed": True,
        "officer_appointed": True,
        "training": False,
        "proposals": False,
    }
    data = {"subject": "elevator", "paper": "officer_code", "title": "守则", "since": make.TODAY}
    with pytest.raises(Invalid):
        safety.keep_paper(manager, {**data, "file": ("a.exe", b"MZ")})
    with pytest.raises(Invalid):
        safety.keep_paper(manager, {**data, "paper": "risk_list", "file": ("a.pdf", b"%PDF-1")})
    safety.keep_paper(manager, {**data, "file": ("a.pdf", b"%PDF-1")})
    for login in ("property-director", "property"):
        person = make.person(login)
        exam = {"subject": "elevator", "person": person, "kind": "examination", "done_on": make.TODAY, "passed": True}
        safety.train(manager, exam)
    with pytest.raises(Invalid):
        safety.train(manager, {**exam, "person": cast.person("tech1").id})
    with pytest.raises(Invalid):
        safety.train(manager, {**exam, "done_on": make.TODAY + DAY})
    papers = {kept.paper.id: kept.present for kept in queries.overview(manager, manager.unit_id, "elevator").papers}
    assert papers["officer_code"]
    assert papers["training"]


def test_a_zero_risk_day(lifts: list[Any]) -> None:
    row = check(lifts)
    assert (row.zero_risk, row.late, row.problem_count) == (True, False, 0)
    assert (row.starts_on, row.counts_from) == (make.TODAY, make.TODAY)
    assert {thing["key"] for thing in row.content["things"]} == {lift.label_code for lift in lifts}
    with pytest.raises(Conflict):
        check(lifts)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"opened_at": None}, "S04"),
    ({"seen": []}, "S05"),
    ({"zero_risk": False}, "S06"),
    ({"zero_risk": True, "problems": [make.problem()]}, "S07"),
    ({"problems": [make.problem(text="")]}, "S08"),
    ({"problems": [make.problem(actions=[])]}, "S08"),
    ({"problems": [make.problem(serious=True)]}, "S09"),
    ({"signature": None}, "S10"),
    ({"day": make.TODAY + DAY}, "S02"),
    ({"day": make.TODAY - 8 * DAY}, "S03"),
]


@pytest.mark.parametrize(("changes", "rule"), REFUSED)
def test_what_is_refused_is_not_kept(lifts: list[Any], changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused) as refused:
        check(lifts, **changes)
    assert rule in rules_of(refused)
    assert db.session.scalar(select(func.count()).select_from(SafetyRecord)) == 0
    assert db.session.scalar(select(func.count()).select_from(SafetyProblem)) == 0


def test_who_signs_is_decided_by_appointment(lifts: list[Any]) -> None:
    director = cast.actor("property-director")
    with pytest.raises(Refused) as refused:
        safety_records.daily(director, make.daily())
    assert rules_of(refused) == {"S01"}
    with pytest.raises(Refused) as refused:
        safety_records.weekly(cast.actor("property"), make.weekly(day=make.TODAY - 7 * DAY))
    assert rules_of(refused) == {"S01"}
    with pytest.raises(Forbidden):
        safety_records.daily(cast.actor("section"), make.daily())


def test_a_day_made_up_is_marked_and_counts_from_today(lifts: list[Any]) -> None:
    row = check(lifts, day=make.TODAY - 7 * DAY)
    assert (row.late, row.counts_from) == (True, make.TODAY)


def test_a_repeat_is_answered_like_the_first(lifts: list[Any]) -> None:
    sent = make.daily(*[lift.label_code for lift in lifts])
    actor = cast.actor("property")
    first, known = safety_records.daily(actor, dict(sent))
    second, again = safety_records.daily(actor, dict(sent))
    assert (known, again, first.id) == (False, True, second.id)
    with pytest.raises(Conflict):
        safety_records.daily(actor, {**sent, "note": "另一份"})


def test_a_correction_replaces_and_keeps_the_first_day(lifts: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = check(lifts)
    monkeypatch.setattr(clock, "now", lambda: make.NOW + DAY)
    changes = {"corrects": first.id, "problems": [make.problem(lifts[0].label_code)]}
    with pytest.raises(Invalid):
        check(lifts, **changes)
    row = check(lifts, **changes, reason="漏写")
    db.session.refresh(first)
    assert first.replaced_on == make.TODAY + DAY
    assert (row.corrects_id, row.counts_from, row.late) == (first.id, make.TODAY, False)
    with pytest.raises(Conflict):
        check(lifts, corrects=first.id, reason="再改一次")


def test_a_serious_problem_becomes_a_clue_of_the_unit_itself(lifts: list[Any]) -> None:
    actor = cast.actor("property")
    found = make.problem(lifts[0].label_code, serious=True, actions=["stopped", "reported"], text="层门不能闭合")
    row = check(lifts, problems=[found])
    problem = db.session.scalars(select(SafetyProblem).where(SafetyProblem.record_id == row.id)).one()
    assert problem.elevator_id == lifts[0].id
    with pytest.raises(Missing):
        safety_records.report_hazard(cast.actor("property2"), problem.id)
    safety_records.report_hazard(actor, problem.id)
    hazard = db.session.scalars(select(Hazard)).all()[-1]
    assert (hazard.source, hazard.elevator_id, hazard.unit_id) == ("self_report", lifts[0].id, actor.unit_id)
    with pytest.raises(Conflict):
        safety_records.report_hazard(actor, problem.id)


def test_a_problem_is_told_again_until_it_is_solved(lifts: list[Any]) -> None:
    actor = cast.actor("property")
    check(lifts, day=make.TODAY - DAY, problems=[make.problem(lifts[0].label_code)])
    sheet = safety_sheets.sheet(actor, "elevator", "daily")
    notes = {thing.key: [str(note) for note in thing.notes] for thing in sheet.things}
    assert any("按钮不亮" in note for note in notes[lifts[0].label_code])
    problem = db.session.scalars(select(SafetyProblem)).one()
    with pytest.raises(Invalid):
        safety_records.solve(actor, problem.id, " ")
    with pytest.raises(Invalid):
        safety_records.solve(actor, problem.id, "已修", make.TODAY + DAY)
    safety_records.solve(actor, problem.id, "已换按钮")
    with pytest.raises(Conflict):
        safety_records.solve(actor, problem.id, "已换按钮")
    sheet = safety_sheets.sheet(actor, "elevator", "daily")
    assert not any("按钮不亮" in note for thing in sheet.things for note in map(str, thing.notes))


def test_the_week_is_filled_in_from_its_days_and_the_month_from_its_weeks(lifts: list[Any]) -> None:
    last_week = make.TODAY - 7 * DAY
    check(lifts, day=last_week, problems=[make.problem(lifts[0].label_code)])
    check(lifts, day=last_week + DAY)
    director = cast.actor("property-director")
    sheet = safety_sheets.sheet(director, "elevator", "weekly", last_week)
    assert [each["records"] for each in sheet.days] == [0, 1, 1, 0, 0, 0, 0]
    assert all(each["used"] for each in sheet.days)
    (problem,) = sheet.problems
    with pytest.raises(Refused) as refused:
        safety_records.weekly(director, make.weekly(day=last_week))
    assert rules_of(refused) == {"S13"}
    plan = {"id": problem.id, "measure": "更换按钮", "owner": "李安", "deadline": make.TODAY + 3 * DAY}
    row, _ = safety_records.weekly(director, make.weekly(day=last_week, problems=[plan]))
    assert (row.starts_on, row.late) == (date(2026, 11, 16), True)
    assert row.content["problems"][0]["owner"] == "李安"
    principal = cast.actor("property-head")
    sheet = safety_sheets.sheet(principal, "elevator", "monthly", make.TODAY)
    assert [each["records"] for each in sheet.days] == [0, 0, 0, 1, 0]  # the weeks from 26 October on
    with pytest.raises(Refused) as refused:
        safety_records.monthly(principal, make.monthly(attendees=[]))
    assert rules_of(refused) == {"S14"}
    row, _ = safety_records.monthly(principal, make.monthly())
    assert (row.starts_on, row.ends_on, row.late) == (date(2026, 11, 1), date(2026, 11, 30), False)
    assert row.content["attendees"] == ["张敏", "李安"]


def test_a_filling_station_uses_the_same_records(app: Any) -> None:
    manager = cast.actor("filling")
    checker = cast.person("checker").id
    for role, person in (("officer", checker), ("director", manager.person_id)):
        data = {"subject": "filling", "role": role, "person": person, "since": make.SINCE, "document": "任1"}
        safety.appoint(manager, data)
    assert queries.subject_of(manager.unit_id) == "filling"
    safety.list_risks(manager, "filling")
    actor = cast.actor("checker")
    sheet = safety_sheets.sheet(actor, "filling", "daily")
    guns = [thing.key for thing in sheet.things]
    row, _ = safety_records.daily(actor, make.daily(*guns, subject="filling"))
    assert (row.subject, row.cycle, row.zero_risk) == ("filling", "daily", True)
