"""Emergency calls: dispatched at once, moved in order, each told what somebody else did before him."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Call, CallDispatch, CallStep, FaultReport, Hazard, TrailEntry
from registry.queries import call_responders, entrapments, risk_facts
from registry.queries import calls as queries
from registry.queries.todo import waiting
from registry.services import assignments, calls, contracts, fault_reports
from seeds import cast
from tests.calls_factory import PHONE, ROAD, asked, lift, move, seen, taken, values, walk
from tests.elevators_factory import in_use
from tests.hazards_factory import Clock
from tests.responders_factory import station

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def timers(row: Call) -> dict[str, str]:
    case = queries.show(cast.actor("desk"), row.no)
    return {one.key: one.state for one in case.timers if one.key in ("level2", "level3", "arrive")}


def test_the_company_and_the_use_unit_are_sent_at_once() -> None:
    row = seen(taken(lift()))
    assert (row.state, row.level) == ("dispatched", 1)
    assert {(one.role, one.unit_id) for one in row.dispatches} == {
        ("maintenance", cast.unit("company").id),
        ("use", cast.unit("property").id),
    }
    assert all(one.contact_phone for one in row.dispatches)
    company = asked(row, "company")
    assert company.contact == "何志强"
    assert company.distance_m > 500


def test_whoever_looks_after_the_elevator_is_rung(actor) -> None:
    elevator = lift()
    assignments.assign(actor("company"), [elevator.id], ["tech2"], clock.today())
    assert asked(taken(elevator), "company").contact == "朱军"


def test_numbers_have_no_gaps_even_after_a_refusal() -> None:
    first = taken(lift())
    with pytest.raises(Invalid):
        taken(elevator=None, place=None, caller_phone=None)
    second = taken()
    assert [int(row.no[-6:]) for row in (first, second)] == [1, 2]


def test_an_unknown_elevator_waits_and_is_sent_when_it_is_named(time: Clock) -> None:
    row = taken(position={"lat": 33.64, "lon": 116.97})
    assert (row.state, row.area_code) == ("received", None)
    elevator = lift()
    time.forward(seconds=90)
    row = move("desk", row, "tie", elevator="030001")
    assert (row.state, row.elevator_id, row.area_code) == ("dispatched", elevator.id, "341302")
    assert (row.dispatched_at - row.received_at).total_seconds() == 90
    with pytest.raises(Conflict):
        move("desk", row, "tie", elevator=elevator.label_code)


def test_the_wrong_elevator_is_put_right_and_its_people_are_called_off(actor) -> None:
    row = taken(lift())
    other = lift(2, "030002", use_unit_id=cast.unit("property2").id)
    row = seen(move("desk", row, "tie", elevator=other.label_code))
    stands = {one.unit_id: one.withdrawn_at is None for one in row.dispatches}
    assert stands == {
        cast.unit("company").id: True,  # maintains both: keeps coming
        cast.unit("property").id: False,
        cast.unit("property2").id: True,
    }


def test_an_elevator_that_nobody_serves_asks_for_level_2_at_once(actor) -> None:
    elevator = in_use(actor("section"))
    with transaction():
        elevator.use_unit_id = None
    row = taken(elevator)
    assert row.state == "received"
    assert timers(row)["level2"] == "proposed"
    row = move("desk", row, "upgrade", units=[cast.unit("company2").credit_code])
    assert (row.state, row.level) == ("dispatched", 2)
    assert asked(row, "company2").role == "station"


def test_the_whole_road_and_its_trail() -> None:
    row = walk(taken(lift()))
    assert row.state == "closed"
    verbs = db.session.scalars(select(CallStep.verb).where(CallStep.call_id == row.id).order_by(CallStep.id)).all()
    assert verbs == ["take", *(verb for _login, verb, _data in ROAD)]
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "call")).all()
    assert (acts.count("call.taken"), acts.count("call.moved")) == (1, len(ROAD))
    own = asked(row, "company")
    assert (own.arrived_distance_m, own.eta_minutes, own.person_id) == (0, 10, cast.person("tech1").id)
    assert (row.cause, row.result, row.satisfaction) == ("equipment_door", "rescued", "satisfied")


def test_escalation_is_proposed_on_its_second_and_issued_by_a_person(time: Clock) -> None:
    row = taken(lift())
    time.forward(seconds=179)
    assert timers(row) == {"level2": "runs", "level3": "runs", "arrive": "runs"}
    time.forward(seconds=1)
    assert timers(row)["level2"] == "proposed"
    assert seen(row).level == 1  # nobody issued it
    row = move("desk", row, "upgrade", units=[str(cast.unit("company2").id)])
    assert timers(row)["level2"] == "done"
    time.forward(seconds=120)
    assert timers(row)["level3"] == "proposed"
    row = move("desk", row, "hand_over", service="119")
    assert (row.level, timers(row)["level3"]) == (3, "done")
    with pytest.raises(Conflict):
        move("desk", row, "hand_over", service="119")


def test_level_2_is_the_nearest_able_team(actor) -> None:
    near = station("城东站", unit="station", capacity=1)
    far = station("城西站", unit="company2", lat=33.70)
    station("维保救援队", unit="company", kind="unit_team", levels=[1, 2], phone="0557-3055555")
    row = taken(lift())
    # The company's own team on the roster answers at level 1, by its line.
    own = asked(row, "company")
    assert (own.contact_phone, own.responder_id is not None) == ("0557-3055555", True)
    found = call_responders.offer(actor("desk"), row.no)
    assert [one.responder_id for one in found.proposals] == [near.id, far.id]
    row = move("desk", row, "upgrade", responders=[str(near.id)])
    sent = asked(row, "station")
    assert (sent.role, sent.contact, sent.contact_phone) == ("station", "城东站", "0557-3012345")
    assert sent.distance_m == found.proposals[0].distance_m
    assert [one.responder_id for one in call_responders.offer(actor("desk"), row.no).proposals] == [far.id]
    # It is busy now, and a second call passes it over.
    second = taken(lift(2, "030002"))
    offered = call_responders.offer(actor("desk"), second.no)
    assert [one.responder_id for one in offered.proposals] == [far.id]
    assert near.id in [one.responder_id for one in offered.left]
    with pytest.raises(Invalid):
        move("desk", second, "upgrade", responders=[str(near.id)])
    move("desk", row, "release", result="self_freed")
    assert near.id not in call_responders.loads()
    with pytest.raises(Forbidden):
        call_responders.offer(actor("tech1"), row.no)


def test_who_accepts_in_time_ends_the_escalation(time: Clock) -> None:
    row = taken(lift())
    time.forward(seconds=100)
    row = move("tech1", row, "answer")
    time.forward(seconds=400)
    assert timers(row) == {"level2": "void", "level3": "void", "arrive": "runs"}
    row = move("tech1", row, "decline", reason="车坏了")
    assert row.state == "dispatched"
    assert timers(row)["level2"] == "proposed"


def test_the_desk_speaks_for_those_whose_phone_is_dead() -> None:
    row = taken(lift())
    for verb in ("answer", "depart", "arrive"):
        row = move("desk", row, verb, unit="company")
    assert row.state == "on_site"
    row = move("desk", row, "hand_over", service="119")
    fire = next(one for one in seen(row).dispatches if one.role == "119")
    row = move("desk", row, "arrive", dispatch=fire.id)
    assert move("desk", row, "release", result="rescued").state == "released"


def test_of_two_operators_one_wins_and_the_other_is_told() -> None:
    row = taken(lift())
    moves = [
        ("desk", "mark_false_alarm", {"note": "误按"}),
        ("desk2", "hand_over", {"service": "119"}),
    ]
    (first, verb, data), (second, other, more) = moves
    calls.move(cast.actor(first), row.no, verb, data, 1)
    with pytest.raises(Conflict) as told:
        calls.move(cast.actor(second), row.no, other, more, 1)
    assert "韩雪" in told.value.detail
    assert "认定误报" in told.value.detail
    with pytest.raises(Conflict, match=r"已办结.*韩雪"):
        calls.move(cast.actor(second), row.no, other, more)


def test_of_two_colleagues_the_second_is_told_who_goes() -> None:
    row = move("tech1", taken(lift()), "answer")
    with pytest.raises(Conflict, match="马超已经接单"):
        move("tech2", row, "answer")


def test_what_is_sent_twice_is_made_once() -> None:
    elevator, ref = lift(), str(uuid4())
    row, known = calls.take_once(cast.actor("desk"), ref, values(elevator=elevator.label_code))
    assert not known
    again, known = calls.take_once(cast.actor("desk"), ref, values(elevator=elevator.label_code))
    assert (again.id, known) == (row.id, True)
    with pytest.raises(Conflict):
        calls.take_once(cast.actor("desk"), ref, values(elevator=elevator.label_code, trapped=3))
    sent = {"ref": str(uuid4()), "eta_minutes": 9}
    assert calls.move(cast.actor("tech1"), row.no, "answer", sent)[1] is False
    assert calls.move(cast.actor("tech1"), row.no, "answer", sent)[1] is True
    with pytest.raises(Conflict):
        calls.move(cast.actor("tech1"), row.no, "answer", {**sent, "eta_minutes": 8})
    assert db.session.scalar(select(func.count()).select_from(CallStep).where(CallStep.verb == "answer")) == 1


def test_a_phone_that_was_offline_keeps_its_own_time(time: Clock) -> None:
    row = taken(lift())
    time.forward(minutes=20)
    row = move("tech1", row, "arrive", done_at=clock.now() - timedelta(minutes=9))
    assert (row.arrived_at - row.received_at) == timedelta(minutes=11)
    step = db.session.scalars(select(CallStep).where(CallStep.verb == "arrive")).one()
    assert step.at - step.done_at == timedelta(minutes=9)
    for wrong in (timedelta(minutes=3), -timedelta(minutes=21)):
        with pytest.raises(Invalid):
            move("desk", row, "hand_over", service="119", done_at=clock.now() + wrong)


REFUSED = [
    ("tech1", "upgrade", {"responders": ["1"]}, Forbidden),
    ("property", "repair", {"cause": "unknown"}, Forbidden),
    ("section", "answer", {}, Forbidden),
    ("company2", "answer", {}, Missing),  # was not asked
    ("insurer", "answer", {}, Forbidden),
    ("desk", "answer", {}, Invalid),  # whose
    ("desk", "answer", {"dispatch": 99_999_999}, Invalid),
    ("desk", "fly", {}, Missing),
    ("tech1", "decline", {}, Invalid),
    ("tech1", "release", {"result": "rescued"}, Conflict),  # not there
    ("desk", "release", {"result": "rescued"}, Invalid),  # nobody is there
    ("desk", "release", {}, Invalid),
    ("desk", "close", {}, Conflict),
    ("desk", "upgrade", {"units": ["没有这个单位"]}, Invalid),
    ("desk", "upgrade", {"responders": ["99999"]}, Invalid),
    ("desk", "upgrade", {"responders": ["甲队"]}, Invalid),
    ("desk", "upgrade", {}, Invalid),
    ("desk", "hand_over", {}, Invalid),
    ("desk", "tie", {"elevator": "999999"}, Invalid),
    ("desk", "dispatch", {}, Conflict),  # both are asked
    ("desk", "amend", {}, Invalid),
    ("desk", "make_clue", {"title": "t", "description": "d"}, Forbidden),
]


@pytest.mark.parametrize(("login", "verb", "data", "error"), REFUSED)
def test_what_is_refused(login: str, verb: str, data: dict, error: type[Exception]) -> None:
    row = taken(lift())
    with pytest.raises(error):
        move(login, row, verb, **data)
    assert seen(row).version == 1


def test_people_who_freed_themselves_need_nobody_on_the_spot() -> None:
    row = taken(lift())
    row = move("desk", row, "upgrade", units=[str(cast.unit("company2").id)])
    row = seen(move("desk", row, "release", result="self_freed"))
    assert (row.state, row.arrived_at) == ("released", None)
    assert asked(row, "company2").withdrawn_at is not None
    assert asked(row, "company").withdrawn_at is None  # still has to look at the elevator


def test_a_false_alarm_turns_everybody_round_and_can_be_taken_back() -> None:
    row = move("desk", taken(lift()), "mark_false_alarm", note="小孩误按")
    assert (row.state, row.kind) == ("closed", "false_alarm")
    assert all(one.withdrawn_at for one in seen(row).dispatches)
    with pytest.raises(Conflict, match="已办结"):
        move("tech1", row, "answer")
    row = move("desk", row, "reopen", note="又有人呼救")
    assert (row.state, row.kind) == ("dispatched", "entrapment")
    row = seen(move("desk", row, "dispatch"))
    assert sum(1 for one in row.dispatches if one.withdrawn_at is None) == 2


def test_a_dispatch_that_was_withdrawn_cannot_be_answered() -> None:
    row = move("desk", taken(lift()), "withdraw", unit="company", reason="离得太远")
    with pytest.raises(Conflict, match="不必前往"):
        move("tech1", row, "answer")


def test_an_enquiry_ends_without_anybody_sent() -> None:
    row = taken(lift(), kind="consult")
    assert (row.state, row.dispatches) == ("received", [])
    with pytest.raises(Conflict):
        move("desk", row, "upgrade", responders=["1"])
    with pytest.raises(Invalid):
        move("desk", row, "close")
    assert move("desk", row, "close", note="已答复如何查看检验日期").state == "closed"


def test_an_enquiry_turns_out_to_be_an_entrapment() -> None:
    row = move("desk", taken(lift(), kind="consult"), "amend", kind="entrapment", trapped=1)
    assert row.state == "dispatched"


def test_a_complaint_becomes_a_fault_report() -> None:
    row = move("desk", taken(lift(), kind="complaint", note="门关不上"), "pass_on", report_kind="door")
    assert row.state == "closed"
    report = db.session.get_one(FaultReport, row.fault_report_id)
    assert (report.kind, report.text, report.company_id) == ("door", "门关不上", cast.unit("company").id)
    with pytest.raises(Conflict):
        move("desk", row, "pass_on")


def test_repeat_calls_become_a_clue_of_the_office() -> None:
    row = taken(lift())
    row = move("county", row, "make_clue", title="反复困人", description="一年内三次困人")
    hazard = db.session.get_one(Hazard, row.hazard_id)
    assert (hazard.source, hazard.elevator_id) == ("monitoring", row.elevator_id)
    with pytest.raises(Conflict):
        move("county", row, "make_clue", title="x", description="y")
    with pytest.raises(Missing):
        move("dangshan", row, "make_clue", title="x", description="y")


def test_a_call_can_be_handled_again_until_the_caller_is_content() -> None:
    row = move("section", walk(taken(lift())), "reopen", note="来电人不满意")
    assert (row.state, row.satisfaction) == ("repaired", None)
    row = move("desk", row, "call_back", satisfaction="dissatisfied")
    assert move("desk", row, "close").state == "closed"


def test_its_log_can_only_grow() -> None:
    taken(lift())
    with pytest.raises(DBAPIError, match="can only grow"), transaction() as session, session.begin_nested():
        session.execute(update(CallStep).values(at=clock.now()))


def test_a_unit_is_asked_once_while_it_is_open() -> None:
    row = taken(lift())
    again = CallDispatch(
        call_id=row.id, level=1, role="use", unit_id=cast.unit("property").id, dispatched_at=clock.now()
    )
    with pytest.raises(DBAPIError), transaction() as session:
        session.add(again)


def test_phones_are_for_the_desk_and_those_on_the_way_while_the_call_is_open(time: Clock) -> None:
    row = taken(lift())

    def phone(login: str) -> str | None:
        return queries.show(cast.actor(login), row.no).phone

    assert [phone(login) for login in ("desk", "tech1", "property")] == [PHONE] * 3
    assert [phone(login) for login in ("section", "county", "auditor")] == ["139****1234"] * 3
    move("property", row, "decline", reason="没有人")
    assert phone("property") == "139****1234"
    walk(row)
    assert [phone("tech1"), phone("desk")] == ["139****1234"] * 2  # closed: nobody needs it for the work at hand
    assert PHONE not in str(db.session.scalars(select(CallStep.data)).all())
    assert PHONE not in str(db.session.scalars(select(TrailEntry.data)).all())
    moment = clock.now() + timedelta(seconds=1)
    assert calls.blacken(SYSTEM, moment - timedelta(days=1)) == 0
    assert calls.blacken(SYSTEM, moment) == 1
    assert calls.blacken(SYSTEM, moment) == 0
    assert (phone("desk"), seen(row).caller) == (None, "")
    with pytest.raises(Forbidden):
        calls.blacken(cast.actor("section"), moment)


def test_who_sees_a_call() -> None:
    row = taken(lift())
    for login in ("desk", "section", "county", "company", "tech1", "property"):
        assert [line.call.no for line in queries.page(cast.actor(login), {}).items] == [row.no], login
    for login in ("dangshan", "company2", "property2"):
        assert queries.page(cast.actor(login), {}).items == [], login
        with pytest.raises(Missing):
            queries.by_no(cast.actor(login), row.no)
    for login in ("filler", "insurer", "inspector"):
        with pytest.raises(Forbidden):
            queries.page(cast.actor(login), {})


def test_only_moves_that_can_be_made_are_offered() -> None:
    row = taken(lift())

    def verbs(login: str) -> set[str]:
        return {one.verb for one in queries.show(cast.actor(login), row.no).moves}

    assert verbs("tech1") == {"answer", "decline", "depart", "arrive"}
    assert verbs("section") == {"make_clue"}
    assert verbs("auditor") == set()
    move("tech1", row, "arrive")
    assert verbs("tech1") == {"release", "record_cause"}
    assert "answer" in verbs("property")
    move("tech1", row, "release", result="rescued")
    assert verbs("tech1") == {"record_cause", "repair"}


def test_calls_feed_risk_and_repeat_and_exercises_do_not() -> None:
    elevator, today = lift(), clock.today()
    taken(elevator, drill=True)
    taken(elevator, kind="fault")
    move("desk", taken(elevator), "mark_false_alarm", note="误按")
    for _ in range(2):
        taken(elevator)
    since = entrapments.repeat_since(today)
    assert entrapments.count(elevator.id, since, today) == 2
    assert risk_facts.of_elevators([elevator.id], today)[elevator.id]["entrapments_in_year"] == 2
    # The rider wrote as well as called: one event. On another day it is another.
    fault_reports.submit(elevator.label_code, {"kind": "entrapment", "ref": str(uuid4())}, "192.0.2.1")
    assert entrapments.count(elevator.id, since, today) == 2
    assert elevator.id in risk_facts.touched(clock.now() - timedelta(hours=1), clock.now())


def test_what_waits_stands_on_the_first_page() -> None:
    row = taken(lift())
    names = {one.todo.key: one.count for one in waiting(cast.actor("tech1"), clock.today())}
    assert names["calls_asked"] == 1
    assert {one.todo.key for one in waiting(cast.actor("desk"), clock.today())} >= {"calls_running"}
    move("tech1", row, "answer")
    assert "calls_asked" not in {one.todo.key for one in waiting(cast.actor("tech1"), clock.today())}


def test_a_contract_that_ended_is_not_called(actor) -> None:
    elevator = lift()
    contracts.end(actor("section"), elevator.id, clock.today())
    assert {one.role for one in taken(elevator).dispatches} == {"use"}
