"""Hazards through the verbs: the whole road, the wrong turns, the numbers, two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import Counter, Hazard, HazardStep, TrailEntry
from registry.queries import indicators
from registry.services import hazards, parameters
from seeds import cast
from tests import elevators_factory
from tests.conftest import POSTGRES
from tests.hazards_factory import ROADS, Clock, clue, data_for, move, person, reported, stored, walk


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


def rules(caught) -> set[str]:
    return {finding.rule for finding in caught.value.verdict.findings}


def steps(hazard: Hazard) -> list[HazardStep]:
    return list(db.session.scalars(select(HazardStep).where(HazardStep.hazard_id == hazard.id).order_by(HazardStep.id)))


@pytest.mark.parametrize("road", ROADS)
def test_the_whole_road_from_clue_to_closing(time, road) -> None:
    hazard = reported()
    assert (hazard.state, hazard.no, hazard.level) == ("DRAFT", "ZDYH-341300-2026-0001", "general")
    for login, verb in ROADS[road]:
        if verb == "close":
            time.forward(days=8)
        hazard = move(login, hazard, verb, version=hazard.version)
    assert (hazard.state, hazard.list_level, hazard.level, hazard.is_major) == ("CLOSED", road, "major", True)
    assert (hazard.listed_on, hazard.closed_on) == (date(2026, 11, 3), date(2026, 11, 11))
    assert (hazard.due_on, hazard.original_due_on, hazard.stop_use) == (date(2026, 12, 3), date(2026, 12, 3), False)
    ledger = steps(hazard)
    assert [step.verb for step in ledger] == ["report", *(verb for _, verb in ROADS[road])]
    assert [step.due_on for step in ledger[:4]] == [None, None, None, date(2026, 12, 3)]
    assert ledger[-1].due_on == date(2026, 12, 3)
    acts = db.session.scalars(
        select(TrailEntry).where(TrailEntry.subject == "hazard", TrailEntry.subject_id == hazard.id)
    ).all()
    assert [entry.act for entry in acts] == ["hazard.reported"] + ["hazard.moved"] * 13
    assert acts[-1].data["from"] == "NOTICE"


def test_closing_in_time_is_what_the_indicator_counts(time) -> None:
    walk(reported(), "NOTICE")
    late = walk(reported(), "LISTED")
    move("county-leader", late, "assign", due=date(2026, 11, 5))
    time.forward(days=8)
    move("county2", db.session.scalars(select(Hazard).order_by(Hazard.id)).first(), "close")
    time.forward(days=30)
    key = "major_hazards_closed_on_time"
    for on, counted, population in ((date(2026, 12, 2), 0, 1), (date(2026, 12, 3), 1, 2)):
        value = next(f for f in indicators.figures(cast.actor("section"), on) if f.key == key)
        assert (value.numerator, value.denominator) == (counted, population)


NEVER = [
    # how far, who, verb, what is changed, the finding
    ("PENDING_RECOGNITION", "county-leader", "recognise", {"clauses": None}, "need.clauses"),
    ("PENDING_RECOGNITION", "county-leader", "recognise", {"interim_measures": None}, "M2.interim_missing"),
    ("PENDING_RECOGNITION", "county-leader", "recognise", {"clauses": ["9.9"]}, "I16.clause_unknown"),
    ("LISTED", "county-leader", "assign", {"due": date(2026, 11, 2)}, "I6.past_date"),
    ("ASSIGNED", "county", "sign_for", {"refused": True}, "M5.refusal_evidence"),
    ("PLAN_DUE", "property", "file_plan", {"plan_due": date(2026, 12, 4)}, "M6.plan_after_due"),
    ("PLAN_DUE", "property", "file_plan", {"emergency_plan": None}, "need.emergency_plan"),
    ("RECTIFYING", "county-leader", "extend", {"applied_on": date(2026, 11, 4)}, "I4.future_date"),
    ("RECTIFYING", "section", "extend", {}, "M10.not_date_setter"),
    ("RECTIFYING", "property", "request_closing", {"test_report": None}, "I13.test_report_missing"),
    ("CLOSE_REQUESTED", "county2", "accept_request", {"verifiers": "county"}, "I3.too_few_verifiers"),
    ("CLOSE_REQUESTED", "county2", "accept_request", {"verifiers": "county county-leader"}, "I3.certificate_invalid"),
    ("CLOSE_REQUESTED", "county2", "accept_request", {"verifiers": "county property"}, "I2.verifier_conflict"),
    ("VERIFYING", "county2", "pass_verification", {}, "I2.not_a_verifier"),
    ("VERIFYING", "county", "pass_verification", {"checklist": None}, "need.checklist"),
    ("VERIFYING", "county", "pass_verification", {"verifier_signatures": "county"}, "I3.signatures_missing"),
    ("VERIFYING", "county", "pass_verification", {"unit_signature": None}, "M13.unit_signature_missing"),
    ("NOTICE", "county2", "close", {"notice_published_on": date(2026, 11, 3)}, "M19.notice_running"),
]


@pytest.mark.parametrize(("state", "login", "verb", "changes", "finding"), NEVER)
def test_wrong_turns_are_refused(time, state, login, verb, changes, finding) -> None:
    hazard = walk(reported(), state)
    for name in ("verifiers", "verifier_signatures"):
        if name in changes:
            changes = {**changes, name: [person(one) for one in changes[name].split()]}
    with pytest.raises(Refused) as caught:
        move(login, hazard, verb, **changes)
    assert finding in rules(caught)
    db.session.refresh(hazard)
    assert (hazard.state, len(steps(hazard))) == (state, hazard.version)


def test_one_point_of_acceptance_left_open_stops_the_verification(time) -> None:
    hazard = walk(reported(), "VERIFYING")
    good = data_for("pass_verification", "county")["checklist"]
    for item, answer, finding in (
        ("measures_done", {"answer": "not_applicable", "reason": "无"}, "M13.checklist_open"),
        ("root_cause", {"answer": "no"}, "M13.checklist_open"),
        ("root_cause", {"answer": "not_applicable"}, "M13.checklist_no_reason"),
    ):
        with pytest.raises(Refused) as caught:
            move("county", hazard, "pass_verification", checklist={**good, item: answer})
        assert rules(caught) == {finding}
    reason = {"answer": "not_applicable", "reason": "仅此一台"}
    assert move("county", hazard, "pass_verification", checklist={**good, "similar_checked": reason}).state


def test_the_same_person_never_signs_twice(time) -> None:
    hazard = walk(reported(), "COUNTY_REVIEW")
    with pytest.raises(Refused) as caught:
        move("county-leader2", hazard, "sign_county_second")
    assert rules(caught) == {"I1.not_signed_county"}
    hazard = move("county-leader", hazard, "sign_county")
    for login, verb, finding in (
        ("county-leader", "sign_county_second", "I2.signer_conflict"),
        ("county-leader2", "sign_county", "I2.already_signed"),
    ):
        with pytest.raises(Refused) as caught:
            move(login, hazard, verb)
        assert finding in rules(caught)


def test_the_finder_does_not_recognise_and_the_author_does_not_approve(time) -> None:
    hazard = move("county", reported("county-leader"), "submit")
    with pytest.raises(Refused) as caught:
        move("county-leader", hazard, "recognise")
    assert rules(caught) == {"M2.sole_finder"}
    hazard = walk(reported(), "PLAN_DUE")
    hazard = move("county", hazard, "file_plan")
    with pytest.raises(Refused) as caught:
        move("county", hazard, "approve_plan")
    assert rules(caught) == {"M7.author_reviews"}


def test_what_was_returned_must_be_verified_and_signed_again(time) -> None:
    hazard = walk(reported(), "CITY_REVIEW", "city")
    hazard = move("leader", hazard, "refuse_city")
    assert hazard.state == "RECTIFYING"
    for login, verb in (
        ("property", "request_closing"),
        ("county2", "accept_request"),
        ("county", "pass_verification"),
    ):
        hazard = move(login, hazard, verb)
    hazard = move("county-leader2", hazard, "sign_county")
    assert move("leader", hazard, "sign_city").state == "NOTICE"


def test_a_county_cannot_act_on_the_citys_list_nor_elsewhere(time) -> None:
    hazard = walk(reported(), "NOTICE", "city")
    time.forward(days=8)
    with pytest.raises(Refused) as caught:
        move("county", hazard, "close")
    assert "I11.office_too_low" in rules(caught)
    with pytest.raises(Missing):
        move("dangshan", hazard, "close")
    with pytest.raises(Invalid) as wrong:
        reported("dangshan")
    assert "unit" in wrong.value.errors


def test_no_step_is_skipped(time) -> None:
    hazard = reported()
    for login, verb in (("county2", "close"), ("county-leader", "sign_county"), ("county", "pass_verification")):
        with pytest.raises(Conflict, match="线索登记"):
            move(login, hazard, verb)
    with pytest.raises(Forbidden):
        move("property", hazard, "submit")
    with pytest.raises(Missing):
        hazards.move(cast.actor("section"), hazard.no, "conjure", {})
    with pytest.raises(Missing):
        hazards.move(cast.actor("section"), "ZDYH-341300-2026-9999", "recognise", {})


def test_the_second_of_two_people_is_told_what_the_first_did(time) -> None:
    hazard = walk(reported(), "PENDING_RECOGNITION")
    seen = hazard.version
    move("county-leader", hazard, "recognise", version=seen)
    with pytest.raises(Conflict, match="周卫东已办理“认定为重大隐患”，现在是“已列入清单（待交办）”"):
        move("section", hazard, "refuse", version=seen)
    assert len(steps(hazard)) == 3


def test_a_deadline_moves_only_by_extension_and_the_first_stays(time) -> None:
    hazard = walk(reported(), "RECTIFYING")
    hazard = move("county-leader", hazard, "extend")
    assert (hazard.due_on, hazard.original_due_on) == (date(2027, 1, 2), date(2026, 12, 3))
    hazard = move("county-leader", hazard, "extend", new_due=date(2027, 2, 1))
    with pytest.raises(Refused) as caught:
        move("county-leader", hazard, "extend", new_due=date(2027, 3, 1))
    assert "M10.too_many_extensions" in rules(caught)
    assert [step.due_on for step in steps(hazard)][-2:] == [date(2027, 1, 2), date(2027, 2, 1)]


def test_while_suspended_the_clock_stands_still(time) -> None:
    hazard = walk(reported(), "RECTIFYING")
    time.forward(days=10)
    hazard = move("county-leader", hazard, "suspend")
    assert (hazard.stop_use, steps(hazard)[-1].due_on) == (True, None)
    time.forward(days=40)
    hazard = move("county-leader", hazard, "resume")
    assert (hazard.state, hazard.due_on) == ("RECTIFYING", date(2026, 12, 3) + timedelta(days=40))
    hazard = move("county-leader", walk(reported(), "LISTED"), "suspend")
    with pytest.raises(Refused) as caught:
        move("county-leader", hazard, "resume")
    assert rules(caught) == {"M22.plan_not_approved"}
    assert move("county-leader", hazard, "relist").state == "LISTED"


def test_a_reopened_hazard_begins_a_new_round_and_keeps_the_old(time) -> None:
    hazard = walk(reported(), "NOTICE")
    time.forward(days=8)
    hazard = move("county2", hazard, "close")
    hazard = move("county-leader", hazard, "reopen")
    assert (hazard.round, hazard.closed_on, hazard.due_on) == (2, None, date(2026, 11, 18))
    assert {step.round for step in steps(hazard)} == {1, 2}
    for login, verb in (("county-leader", "sign_county"), ("county2", "close")):
        with pytest.raises(Conflict):
            move(login, hazard, verb)
    hazard = move("property", hazard, "request_closing")
    assert hazard.state == "CLOSE_REQUESTED"


def test_an_upheld_objection_undoes_both_signatures(time) -> None:
    hazard = move("county2", walk(reported(), "NOTICE"), "uphold_objection")
    hazard = move("county", hazard, "pass_verification")
    with pytest.raises(Refused):
        move("county-leader2", hazard, "sign_county_second")
    assert move("county-leader", hazard, "sign_county").state == "COUNTY_REVIEW"


def test_numbers_have_no_gaps_whatever_fails(time) -> None:
    first = reported()
    with pytest.raises(Invalid):
        hazards.report(cast.actor("county"), clue(unit="没有这个单位"))
    move("county-leader", first, "void")
    second = reported()
    time.forward(days=59)
    assert [first.no[-9:], second.no[-9:], reported().no[-9:]] == ["2026-0001", "2026-0002", "2027-0001"]
    assert sorted(db.session.execute(select(Counter.year, Counter.value)).all()) == [(2026, 2), (2027, 1)]


@pytest.mark.skipif(POSTGRES, reason="on PostgreSQL a test is one transaction")
def test_clues_noted_at_the_same_moment_get_numbers_without_gaps(app) -> None:
    who, values = cast.actor("county"), clue()
    db.session.remove()

    def note(_number: int) -> str:
        with app.app_context():
            return hazards.report(who, values).no

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(no[-4:] for no in pool.map(note, range(24)))
    assert numbers == [f"{number:04d}" for number in range(1, 25)]


@pytest.mark.skipif(POSTGRES, reason="on PostgreSQL a test is one transaction")
def test_of_two_moves_at_the_same_moment_one_wins(app) -> None:
    hazard = walk(reported(), "PENDING_RECOGNITION")
    who, no, seen = [cast.actor(login) for login in ("county-leader", "county-leader2")], hazard.no, hazard.version
    db.session.remove()

    def refuse(one: Actor) -> str:
        with app.app_context():
            try:
                return hazards.move(one, no, "refuse", {"reason": one.name}, seen).state
            except Conflict as error:
                return error.detail

    with ThreadPoolExecutor(2) as pool:
        won, lost = sorted(pool.map(refuse, who), key=len)
    assert won == "REJECTED"
    assert "已办理“不予认定”" in lost


BAD_CLUES = [
    ({"unit": "91341300000000000X"}, "unit"),
    ({"unit": None}, "unit"),
    ({"elevator": "SZ00012345678A11"}, "elevator"),
    ({"cylinder": "nothing"}, "cylinder"),
    ({"source": "hearsay"}, "source"),
    ({"suggested_clause": "5.6a"}, "suggested_clause"),
    ({"found_on": date(2026, 11, 4)}, "found_on"),
    ({"evidence": [999999]}, "evidence"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_CLUES)
def test_bad_clues_are_refused_beside_their_field(time, changes, field) -> None:
    with pytest.raises(Invalid) as caught:
        hazards.report(cast.actor("county"), clue(**changes))
    assert field in caught.value.errors
    assert db.session.scalars(select(Hazard)).all() == []


def test_a_clue_on_an_elevator_takes_its_unit_and_area(time) -> None:
    elevator = elevators_factory.maintained(cast.actor("section"))
    hazard = hazards.report(cast.actor("company"), clue(unit=None, elevator=elevator.label_code.lower()))
    assert (hazard.unit_id, hazard.area_code, hazard.elevator_id) == (
        cast.unit("property").id,
        "341302",
        elevator.id,
    )
    with pytest.raises(Invalid) as caught:
        hazards.report(cast.actor("company"), clue())
    assert "unit" in caught.value.errors


def test_the_maintenance_company_neither_verifies_nor_is_it_a_stranger(time) -> None:
    elevator = elevators_factory.maintained(cast.actor("section"))
    hazard = walk(reported(elevator=elevator.label_code), "CLOSE_REQUESTED")
    with pytest.raises(Refused) as caught:
        move("county2", hazard, "accept_request", verifiers=[person("county"), person("tech1")])
    assert {"I2.verifier_conflict", "I3.certificate_invalid"} <= rules(caught)
    assert "马超" in str(caught.value)


BAD_DATA = [
    ("LISTED", "county-leader", "assign", {"colour": "red"}, "colour"),
    ("LISTED", "county-leader", "assign", {"coordinating_party": 999999}, "coordinating_party"),
    ("LISTED", "county-leader", "assign", {"deadline_case": "never"}, "deadline_case"),
    ("LISTED", "county-leader", "assign", {"deadline_case": "structural", "due": date(2027, 2, 2)}, "due"),
    ("PENDING_RECOGNITION", "county-leader", "recognise", {"recognition_record": 999999}, "recognition_record"),
    ("PENDING_RECOGNITION", "county-leader", "recognise", {"list_level": "village"}, "list_level"),
    ("CLOSE_REQUESTED", "county2", "accept_request", {"verifiers": [999999]}, "verifiers"),
    ("DRAFT", "county-leader", "void", {"second_person": "property"}, "second_person"),
]


@pytest.mark.parametrize(("state", "login", "verb", "changes", "field"), BAD_DATA)
def test_what_is_not_there_is_refused_beside_its_field(time, state, login, verb, changes, field) -> None:
    if changes.get("second_person"):
        changes = {"second_person": person(changes["second_person"])}
    with pytest.raises(Invalid) as caught:
        move(login, walk(reported(), state), verb, **changes)
    assert set(caught.value.errors) == {field}


def test_files_of_other_units_are_not_there(time) -> None:
    hazard = walk(reported(), "RECTIFYING")
    with pytest.raises(Invalid) as caught:
        move("property", hazard, "request_closing", photos_after=[stored("property2")])
    assert set(caught.value.errors) == {"photos_after"}


def test_a_class_of_deadlines_may_stop_the_device(time) -> None:
    hazard = walk(reported(), "PENDING_RECOGNITION")
    hazard = move("county-leader", hazard, "recognise", stop_use=None)
    assert not hazard.stop_use
    assert move("county-leader", hazard, "assign", deadline_case="safety_device", due=date(2026, 11, 10)).stop_use


def test_a_severe_clause_alone_is_not_a_major_hazard(time) -> None:
    hazard = move("county-leader", walk(reported(), "PENDING_RECOGNITION"), "recognise", clauses=["s2"])
    assert (hazard.level, hazard.is_major, hazard.is_severe) == ("severe", False, True)


def test_the_office_sets_the_days_of_the_public_notice(time) -> None:
    parameters.set_parameter(cast.actor("section"), "hazard.notice_days", "7", clock.today())
    hazard = walk(reported(), "NOTICE")
    time.forward(days=8)
    with pytest.raises(Refused) as caught:
        move("county2", hazard, "close")
    assert rules(caught) == {"M19.notice_running"}
    time.forward(days=2)
    assert move("county2", hazard, "close", notice_published_on=date(2026, 11, 3)).state == "CLOSED"


def test_sending_twice_changes_nothing(time) -> None:
    values = clue()
    first, there = hazards.report_once(cast.actor("county"), "r-1", values)
    again, known = hazards.report_once(cast.actor("county"), "r-1", values)
    assert (first.id, there, known) == (again.id, False, True)
    with pytest.raises(Conflict):
        hazards.report_once(cast.actor("county"), "r-1", {**values, "title": "另一条"})
    with pytest.raises(Missing):
        hazards.report_once(cast.actor("dangshan"), "r-1", values)
    evidence = {"evidence": [stored("county")]}
    _, made = hazards.move_once(cast.actor("county"), "m-1", first.no, "submit", evidence)
    moved, known = hazards.move_once(cast.actor("county"), "m-1", first.no, "submit", evidence)
    assert (made, known, moved.state, len(steps(first))) == (False, True, "PENDING_RECOGNITION", 2)
    with pytest.raises(Conflict):
        hazards.move_once(cast.actor("county"), "m-1", first.no, "submit", {})
