"""Guarded events: checks that are red until mended or accepted, moves, rounds, people on the spot for the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.documents.office import issued
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.messages import T
from registry.models import FaultReport, GuardedRound, Hazard, TrailEntry
from registry.queries import call_responders, guarded_checks, guarded_presence, guarded_rounds
from registry.queries import calls as call_queries
from registry.queries import guarded_events as queries
from registry.rules import guarded_events as rules
from registry.rules.hazards import OPEN_STATES
from registry.services import guarded_events, guarded_plans, hazards, inspections
from registry.services import guarded_rounds as walking
from seeds import cast
from tests import calls_factory
from tests import guarded_factory as make

pytestmark = pytest.mark.usefixtures("app")


def found(event) -> dict[str, str]:
    section = cast.actor("section")
    (judged,) = guarded_checks.judge(event, queries.devices_of(section, event.id))
    return {one.check.id: str(one.reason) for one in judged.findings if one.red}


def inspect(elevator, until) -> None:
    given = {
        "kind": "periodic_inspection",
        "conclusion": "pass",
        "done_on": clock.today(),
        "valid_until": until,
        "report_no": f"JD-{until}",
    }
    inspections.record(cast.actor("inspector"), elevator.id, given)


def test_what_stands_against_an_elevator_until_it_is_mended() -> None:
    elevator = make.lift()
    event = make.planned()
    make.place(event, elevator)
    assert set(found(event)) >= {"inspection", "maintenance", "insurance"}
    assert "标牌" in found(event)["rescue"]
    clue = {
        "title": "门锁失效",
        "description": "层门可以扒开",
        "source": "other_inspection",
        "elevator": elevator.label_code,
    }
    hazard = hazards.report(cast.actor("county"), clue)
    assert "hazard" not in found(event)  # a clue that nobody has recognised yet
    with transaction():
        hazard.state = OPEN_STATES[0]
    assert hazard.no in found(event)["hazard"]


@pytest.mark.parametrize(("short", "red"), [(1, True), (0, False), (-1, False)])
def test_an_inspection_must_hold_until_the_last_day(short: int, red: bool) -> None:
    elevator = make.lift()
    event = make.planned()
    make.place(event, elevator)
    last = guarded_checks.days_of(event).last
    inspect(elevator, last - timedelta(days=short))
    assert ("inspection" in found(event)) is red


def test_an_end_at_midnight_belongs_to_the_day_before() -> None:
    midnight = clock.start_of(clock.today() + timedelta(days=3))
    event = make.planned(ends_at=midnight)
    assert guarded_checks.days_of(event).last == clock.today() + timedelta(days=2)


def test_an_acceptance_holds_for_its_reason_alone() -> None:
    elevator = make.lift()
    event = make.planned()
    make.place(event, elevator)
    make.accept_all(event)
    assert found(event) == {}
    inspect(elevator, guarded_checks.days_of(event).last - timedelta(days=1))
    assert set(found(event)) == {"inspection"}  # another reason than "no inspection"
    (device,) = queries.devices_of(cast.actor("section"), event.id)
    with pytest.raises(Conflict):
        guarded_plans.accept(cast.actor("section"), event.id, device.id, {"check": "insurance", "reason": "…"})


def test_what_passes_with_the_days_is_the_same_reason() -> None:
    text = "检验已于{day}到期，超期{days}天"
    assert guarded_checks.mark_of(T(text, day="2026-01-01", days=3)) == guarded_checks.mark_of(
        T(text, day="2026-01-01", days=4)
    )
    assert guarded_checks.mark_of(T(text, day="2026-01-01", days=3)) != guarded_checks.mark_of(
        T(text, day="2026-01-02", days=3)
    )


def test_ready_needs_places_people_rounds_and_no_red_check() -> None:
    section = cast.actor("section")
    event = make.planned()
    with pytest.raises(Refused) as refused:
        guarded_events.move(section, event.id, "make_ready", {})
    said = {one.rule for one in refused.value.verdict.findings}
    assert said == {"guarded_places", "guarded_devices", "guarded_rounds", "guarded_shifts"}
    where = make.place(event, make.lift())
    make.rounds(event, where, "tech1")
    make.shift(event, where, "tech1")
    with pytest.raises(Refused) as refused:
        guarded_events.move(section, event.id, "make_ready", {})
    assert {one.rule for one in refused.value.verdict.findings} == {"guarded_checks"}
    make.accept_all(event)
    assert guarded_events.move(section, event.id, "make_ready", {}).state == "ready"
    with pytest.raises(Conflict):
        make.place(event, name="另一处")


def test_starting_and_ending_by_the_clock(monkeypatch) -> None:
    section = cast.actor("section")
    event, _where = make.ready()
    starts, ends, real = event.starts_at, event.ends_at, clock.now
    for at in (starts - timedelta(hours=24, seconds=1), ends):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        with pytest.raises(Conflict):
            guarded_events.move(section, event.id, "start", {})
    monkeypatch.setattr(clock, "now", lambda: ends - timedelta(seconds=1))
    guarded_events.move(section, event.id, "start", {})
    with pytest.raises(Invalid):
        guarded_events.move(section, event.id, "end", {})
    monkeypatch.setattr(clock, "now", lambda: ends)
    assert guarded_events.move(section, event.id, "end", {}).state == "ended"
    monkeypatch.setattr(clock, "now", real)
    with pytest.raises(Conflict):
        guarded_events.move(section, event.id, "start", {})


def test_closing_issues_the_report() -> None:
    section = cast.actor("section")
    event, _where = make.running()
    make.walk(make.round_of(event))
    guarded_events.move(section, event.id, "end", {"note": "活动提前结束"})
    with pytest.raises(Invalid):
        guarded_events.move(section, event.id, "close", {})
    guarded_events.move(section, event.id, "close", {"summary": "保障平稳有序"})
    (paper,) = queries.show(section, event.id).papers
    assert paper.facts["totals"]["walked"] == "1"
    assert paper.facts["event"]["summary"] == "保障平稳有序"
    for form in ("docx", "pdf"):
        path, _mime, _name = issued.file(section, paper.id, form)
        assert path.stat().st_size > 5000
    acts = set(db.session.scalars(select(TrailEntry.act).where(TrailEntry.act.like("guarded_event.%"))))
    assert {"guarded_event.planned", "guarded_event.round_walked", "guarded_event.moved"} <= acts


def test_a_round_is_walked_once_by_the_unit_that_has_to() -> None:
    event, _where = make.running()
    row = make.round_of(event)
    with pytest.raises(Missing):
        make.walk(row, "company2")
    with pytest.raises(Forbidden):
        make.walk(row, "property")  # sees it, because its elevator is guarded there
    ref = "0b5f3c1e-7f55-4f4e-9a3e-2f1a6f0d9a01"
    position = {"lat": 33.6402, "lon": 116.9780, "accuracy_m": 8.0}
    data = {"ref": ref, "answers": make.answers(), "photos": [make.photo()], "position": position}
    done, again = walking.walk(cast.actor("tech1"), row.id, data)
    assert (again, done.distance_m) == (False, 0)
    assert walking.walk(cast.actor("tech1"), row.id, data)[1]
    with pytest.raises(Conflict):
        walking.walk(cast.actor("tech1"), row.id, {**data, "note": "别的内容"})
    with pytest.raises(Conflict):
        make.walk(row, "tech2")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"photos": []}, "photos"),
        ({"photos": [999999]}, "photos"),
        ({"answers": {}}, "item_alarm"),
        ({"answers": make.answers(light="maybe")}, "item_light"),
        ({"answers": make.answers(light="abnormal")}, "note"),
        ({"answers": make.answers(light="abnormal"), "note": "不亮"}, "device"),
        ({"answers": make.answers(light="abnormal"), "note": "不亮"}, "becomes"),
        ({"answers": make.answers(light="abnormal"), "note": "不亮", "becomes": "hazard"}, "becomes"),
    ],
)
def test_what_a_round_needs(changes, field) -> None:
    event, _where = make.running()
    with pytest.raises(Invalid) as wrong:
        make.walk(make.round_of(event), **changes)
    assert field in wrong.value.errors


def test_walking_by_the_clock(monkeypatch) -> None:
    event, _where = make.running()
    row = make.round_of(event)
    planned, number = row.planned_at, row.id
    first, late, stated = (planned + timedelta(minutes=m) for m in (-30, 16, 15))
    monkeypatch.setattr(clock, "now", lambda: first - timedelta(minutes=2, seconds=1))
    with pytest.raises(Conflict):
        make.walk(row)
    monkeypatch.setattr(clock, "now", lambda: first)
    with pytest.raises(Invalid):
        make.walk(row, done_at=first - timedelta(seconds=1))
    with pytest.raises(Invalid):
        make.walk(row, done_at=first + timedelta(minutes=2, seconds=1))
    monkeypatch.setattr(clock, "now", lambda: late)
    assert guarded_rounds.one(cast.actor("tech1"), number).state == "late"
    assert guarded_rounds.tally(cast.actor("tech1"), clock.today()) == {"due": 0, "late": 1, "late_all": 1}
    done = make.walk(row, done_at=stated)
    assert guarded_rounds.one(cast.actor("tech1"), number).state == "walked"
    assert done.received_at == late


@pytest.mark.parametrize(
    ("walker", "becomes"), [("tech1", "fault_report"), ("officer", "hazard"), ("company", "hazard")]
)
def test_what_is_found_becomes_a_report_or_a_clue(walker: str, becomes: str) -> None:
    elevator = make.lift()
    event, _where = make.running(elevator, walker)
    (device,) = queries.devices_of(cast.actor("section"), event.id)
    said = {"answers": make.answers(light="abnormal"), "note": "应急照明不亮", "device": device.id, "becomes": becomes}
    row = make.walk(make.round_of(event), walker, **said)
    if becomes == "hazard":
        made = db.session.get_one(Hazard, row.hazard_id)
        assert "应急照明" in made.title
    else:
        made = db.session.get_one(FaultReport, row.fault_report_id)
        assert made.kind == "light"
    assert made.elevator_id == elevator.id
    (line,) = queries.show(cast.actor("section"), event.id).places[0].rounds
    assert line.found


def test_the_desk_sees_and_rings_who_stands_there(monkeypatch) -> None:
    elevator = make.lift()
    event, where = make.running(elevator)
    assert guarded_presence.at_elevator(elevator.id, event.starts_at - timedelta(seconds=1)) == []
    (one,) = guarded_presence.at_elevator(elevator.id, event.ends_at - timedelta(seconds=1))
    assert (one.name, one.place, one.rescues) == ("马超", where.name, True)
    assert guarded_presence.at_elevator(elevator.id, event.ends_at) == []
    assert guarded_presence.at_elevator(make.lift(2, "030002").id, event.starts_at) == []
    at = event.starts_at + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: at)
    call = calls_factory.taken(elevator)
    asked = calls_factory.asked(call, "company")
    assert "马超" in asked.contact
    assert asked.distance_m == 0
    assert [spot.name for spot in call_queries.show(cast.actor("desk"), call.no).on_the_spot] == ["马超"]
    assert call_queries.show(cast.actor("property"), call.no).on_the_spot == []
    assert call_responders.offer(cast.actor("desk"), call.no).on_the_spot == []  # asked already
    calls_factory.move("desk", call, "decline", unit="company", reason="在忙")
    assert [spot.name for spot in call_responders.offer(cast.actor("desk"), call.no).on_the_spot] == ["马超"]


def test_nobody_stands_at_two_places() -> None:
    event = make.planned()
    where = make.place(event, make.lift())
    first = make.shift(event, where, "tech1", ends_at=event.starts_at + timedelta(hours=8))
    with pytest.raises(Invalid):
        make.shift(event, where, "tech1", starts_at=first.ends_at - timedelta(seconds=1))
    make.shift(event, where, "tech1", starts_at=first.ends_at)


def test_who_sees_what() -> None:
    event, where = make.ready()
    row = make.round_of(event)
    hidden = make.planned(name="未公布")
    make.place(hidden, make.lift(3, "030003"))

    def seen(login: str) -> list[int]:
        return [one.id for one in queries.page(cast.actor(login), {}).items]

    assert seen("section") == [hidden.id, event.id]
    assert seen("county") == [hidden.id, event.id]  # its area
    assert seen("dangshan") == []
    assert seen("tech1") == seen("property") == [event.id]
    assert seen("company2") == seen("property2") == []
    for login in ("dangshan", "company2", "property2"):
        with pytest.raises(Missing):
            queries.show(cast.actor(login), event.id)
        with pytest.raises(Missing):
            guarded_rounds.one(cast.actor(login), row.id)
    own = queries.show(cast.actor("property"), event.id)
    assert [line.names for line in own.places[0].rounds] == [False]
    assert own.places[0].shifts == []
    assert own.moves == ()
    assert own.steps == []
    with pytest.raises(Forbidden):
        guarded_events.move(cast.actor("county"), event.id, "start", {})
    assert where.name == own.places[0].place.name
    assert db.session.scalars(policy.scope(cast.actor("property"), GuardedRound)).all() != []


def test_a_unit_sees_nothing_of_what_is_only_planned() -> None:
    event = make.planned()
    where = make.place(event, make.lift())
    make.rounds(event, where, "tech1")
    row = make.round_of(event)
    for login in ("tech1", "property"):
        with pytest.raises(Missing):
            guarded_rounds.one(cast.actor(login), row.id)
        assert queries.devices_of(cast.actor(login), event.id) == []


def test_a_round_whose_time_has_come_stays(monkeypatch) -> None:
    event, _where = make.running()
    row = make.round_of(event)
    at, number = row.planned_at, row.id
    monkeypatch.setattr(clock, "now", lambda: at)
    with pytest.raises(Conflict):
        guarded_plans.remove_round(cast.actor("section"), event.id, number)
    monkeypatch.setattr(clock, "now", lambda: at - timedelta(seconds=1))
    guarded_plans.remove_round(cast.actor("section"), event.id, number)


VERBS = sorted({move.verb for move in rules.MOVES})


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(VERBS), min_size=1, max_size=8))
def test_only_the_table_moves_an_event(app, verbs: list[str]) -> None:
    section: Actor = cast.actor("section")
    event = make.planned()
    where = make.place(event)
    state = "planned"
    for verb in verbs:
        legal = next((one for one in rules.moves_from(state) if one.verb == verb), None)
        try:
            state = guarded_events.move(section, event.id, verb, {"note": "说明", "summary": "总结"}).state
            assert legal is not None
            assert legal.target == state
        except Conflict:
            assert legal is None
        except Refused:
            assert verb == "make_ready"
    assert queries.by_id(section, event.id).state == state
    assert where.event_id == event.id
