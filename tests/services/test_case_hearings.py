"""The party's say in a case: service, statement, hearing, what the heads decide together, terms extended twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import CaseClock, CasePaper, EnforcementCase, Paper
from registry.queries import cases as queries
from registry.queries import own_cases as own_queries
from registry.queries import papers as paper_queries
from registry.services import own_cases
from seeds import cast
from tests.enforcement_factory import clue, discussed, notified, served, step, stored, told
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")
HEAVY = 200_000
DECIDED: dict[str, Any] = {"fine_yuan": HEAVY, "measures": "停止使用"}


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def heavy() -> EnforcementCase:
    """A case whose party was told of a fine that gives the right to a hearing."""
    return served(told(HEAVY))


def running(row: EnforcementCase, key: str) -> CaseClock:
    asked = select(CaseClock).where(CaseClock.case_id == row.id, CaseClock.key == key).order_by(CaseClock.id.desc())
    return db.session.scalars(asked).first()


def speak(row: EnforcementCase, verb: str, login: str = "property", **data: Any) -> EnforcementCase:
    return own_cases.speak(cast.actor(login), row.id, verb, data)


def announced(time: Clock) -> EnforcementCase:
    """Asked for by the party, announced by the office."""
    row = speak(heavy(), "request_hearing", note="罚款过重，要求听证")
    at = clock.now() + timedelta(days=14)
    step(row, "county", "notify_hearing", meets_at=at, place="县局二楼会议室", host=cast.person("section").id)
    return served(row, "serve_hearing_notice")


def held(time: Clock) -> EnforcementCase:
    row = announced(time)
    time.forward(days=14)
    people = ["主持人", "当事人代理人", "调查人员"]
    return step(row, "county", "hold_hearing", held_on=clock.today(), attendees=people, note="双方质证")


def test_a_hearing_from_the_request_to_the_decision(time: Clock) -> None:
    row = held(time)
    assert row.state == "hearing"
    assert running(row, "hearing_notice").done_on is not None
    with pytest.raises(Conflict):
        step(row, "county-leader", "decide", **DECIDED)
    due = running(row, "decision").due_on
    row = step(row, "county", "report_hearing", result="keep", note="事实清楚，维持")
    assert (row.state, running(row, "decision").left_out) == ("notified", 14)
    assert running(row, "decision").due_on == due + timedelta(days=14)
    with pytest.raises(Conflict, match="集体讨论"):
        step(row, "county-leader", "decide", **DECIDED)
    row = step(discussed(row), "county-leader", "decide", **DECIDED)
    assert row.state == "decided"
    facts = db.session.scalars(select(Paper).where(Paper.kind == "penalty_decision")).one().facts
    assert facts["hearing"]["held"]
    assert facts["discussion"]["people"] == "赵主任、钱副局长、孙科长"
    assert facts["case"]["fine_words"] == "贰拾万元整"


def test_a_statement_is_examined_before_the_decision(time: Clock) -> None:
    row = speak(notified(), "hear", spoken="written", note="已整改，请从轻", files=[stored("property")])
    with pytest.raises(Conflict, match="复核"):
        step(row, "county-leader", "decide", fine_yuan=50_000, measures="x")
    row = step(row, "county", "answer", adopted="partly", note="已主动整改，从轻")
    with pytest.raises(Conflict, match="没有待复核"):
        step(row, "county", "answer", adopted="no", note="再复核")
    with pytest.raises(Invalid) as raised:
        step(row, "county-leader", "decide", fine_yuan=50_001, measures="x")
    assert "fine_yuan" in raised.value.errors
    assert step(row, "county-leader", "decide", fine_yuan=40_000, measures="x").state == "decided"


@pytest.mark.parametrize(("days", "may"), [(7, True), (8, False)])
def test_the_party_speaks_within_its_days(time: Clock, days: int, may: bool) -> None:
    row = heavy()
    time.forward(days=days)
    for verb, data in (("hear", {"spoken": "written"}), ("request_hearing", {})):
        if may:
            speak(row, verb, note="x", **data)
            continue
        with pytest.raises(Conflict):
            speak(row, verb, note="x", **data)


def test_without_the_right_there_is_no_hearing(time: Clock) -> None:
    row = notified()
    with pytest.raises(Conflict):
        speak(row, "request_hearing", note="要求听证")
    assert "request_hearing" not in [one.verb for one in own_queries.show(cast.actor("property"), row.id).moves]


@pytest.mark.parametrize(("days", "field"), [(9, "meets_at"), (10, None)])
def test_notice_comes_seven_working_days_before(time: Clock, days: int, field: str | None) -> None:
    row = speak(heavy(), "request_hearing", note="x")
    host = cast.person("section").id
    given = {"meets_at": clock.now() + timedelta(days=days), "place": "县局", "host": host}
    if field is None:
        assert step(row, "county", "notify_hearing", **given).state == "hearing"
        return
    with pytest.raises(Invalid) as raised:
        step(row, "county", "notify_hearing", **given)
    assert set(raised.value.errors) == {field}


@pytest.mark.parametrize("login", ["county", "property"])
def test_who_investigated_or_is_no_officer_leads_no_hearing(time: Clock, login: str) -> None:
    row = speak(heavy(), "request_hearing", note="x")
    given = {"meets_at": clock.now() + timedelta(days=20), "place": "县局", "host": cast.person(login).id}
    with pytest.raises(Invalid) as raised:
        step(row, "county", "notify_hearing", **given)
    assert set(raised.value.errors) == {"host"}


HELD: dict[str, Any] = {"attendees": ["甲", "乙"], "note": "质证"}


def test_the_notice_of_a_hearing_is_served_with_proof(time: Clock) -> None:
    row = speak(heavy(), "request_hearing", note="x")
    at = clock.now() + timedelta(days=14)
    step(row, "county", "notify_hearing", meets_at=at, place="县局", host=cast.person("section").id)
    own = own_queries.show(cast.actor("property"), row.id)
    assert (own.hearings[0].meets_at, own.hearings[0].place, own.hearings[0].host) == (None, "", None)
    assert "hearing_notice" not in [one.paper.kind for one in own.papers]
    assert running(row, "hearing_notice").done_on is None
    with pytest.raises(Invalid) as raised:
        served(row, "serve_hearing_notice", delivery="mail")
    assert set(raised.value.errors) == {"mail_no"}
    served(row, "serve_hearing_notice")
    assert running(row, "hearing_notice").done_on == clock.today()
    own = own_queries.show(cast.actor("property"), row.id)
    assert (own.hearings[0].meets_at, own.hearings[0].place) == (at, "县局")
    assert "hearing_notice" in [one.paper.kind for one in own.papers]
    with pytest.raises(Conflict):
        served(row, "serve_hearing_notice")


@pytest.mark.parametrize(("late", "may"), [(None, False), (2, True), (3, False)])
def test_a_hearing_waits_seven_working_days_from_the_service(time: Clock, late: int | None, may: bool) -> None:
    row = speak(heavy(), "request_hearing", note="x")
    at = clock.now() + timedelta(days=14)
    step(row, "county", "notify_hearing", meets_at=at, place="县局", host=cast.person("section").id)
    if late is not None:
        time.forward(days=late)
        served(row, "serve_hearing_notice")
    time.forward(days=14 - (late or 0))
    if may:
        assert step(row, "county", "hold_hearing", held_on=clock.today(), **HELD).state == "hearing"
        return
    with pytest.raises(Conflict, match="登记送达" if late is None else "重新通知"):
        step(row, "county", "hold_hearing", held_on=clock.today(), **HELD)
    again = clock.now() + timedelta(days=14)
    step(row, "county", "notify_hearing", meets_at=again, place="县局", host=cast.person("section").id)
    with pytest.raises(Conflict, match="还没有登记送达"):
        step(row, "county", "hold_hearing", held_on=clock.today(), **HELD)
    served(row, "serve_hearing_notice")
    time.forward(days=14)
    assert step(row, "county", "hold_hearing", held_on=clock.today(), **HELD).state == "hearing"


def test_after_a_hearing_the_case_is_investigated_further_and_told_anew(time: Clock) -> None:
    row = discussed(step(held(time), "county", "report_hearing", result="investigate", note="证据不足"))
    assert queries.show(cast.actor("county-leader"), row.id).waits == "investigation"
    with pytest.raises(Conflict, match="补充调查"):
        step(row, "county-leader", "decide", **DECIDED)
    time.forward(hours=1)
    row = step(row, "county-leader", "reinvestigate", note="补充现场勘验和检验")
    assert (row.state, running(row, "decision").done_on) == ("filed", None)
    assert own_queries.show(cast.actor("property"), row.id).fine_yuan == HEAVY, "the party keeps what it was told"
    step(row, "county", "submit_review", note="补充调查报告")
    step(row, "county-leader", "notify", fine_yuan=120_000, measures="停止使用")
    party = own_queries.show(cast.actor("property"), row.id)
    assert (party.fine_yuan, party.moves) == (None, ()), "the new notice has not reached it"
    assert queries.show(cast.actor("county-leader"), row.id).waits == "service"
    with pytest.raises(Conflict, match="告知书还没有登记送达"):
        speak(row, "request_hearing", note="x")
    time.forward(days=1)
    served(row)
    assert queries.show(cast.actor("county-leader"), row.id).waits == "statement"
    assert own_queries.show(cast.actor("property"), row.id).fine_yuan == 120_000
    speak(row, "hear", spoken="written", note="再次陈述")
    step(row, "county", "answer", adopted="no", note="不采纳")
    assert queries.show(cast.actor("county-leader"), row.id).waits == "hearing", "the first hearing does not count"
    with pytest.raises(Conflict, match="听证"):
        step(row, "county-leader", "decide", fine_yuan=120_000, measures="停止使用")
    time.forward(days=8)
    with pytest.raises(Conflict, match="集体讨论"):
        step(row, "county-leader", "decide", fine_yuan=120_000, measures="停止使用")
    row = step(discussed(row), "county-leader", "decide", fine_yuan=120_000, measures="停止使用")
    assert row.state == "decided"
    kinds = db.session.scalars(
        select(Paper.kind).join(CasePaper, CasePaper.paper_id == Paper.id).where(CasePaper.case_id == row.id)
    ).all()
    assert kinds.count("penalty_notice") == 2


def test_what_was_said_before_binds_no_later_decision(time: Clock) -> None:
    row = notified()
    step(row, "county", "hear", spoken="waived", note="放弃")
    time.forward(hours=1)
    step(row, "county-leader", "reinvestigate", note="事实有变")
    step(row, "county", "submit_review", note="补充调查报告")
    step(row, "county-leader", "notify", fine_yuan=60_000, measures="停止使用")
    served(row)
    with pytest.raises(Conflict, match="陈述申辩期"):
        step(row, "county-leader", "decide", fine_yuan=60_000, measures="停止使用")


def test_a_withdrawn_hearing_lets_the_case_go_on(time: Clock) -> None:
    row = announced(time)
    time.forward(days=5)
    row = speak(row, "withdraw_hearing", note="不再要求")
    assert (row.state, running(row, "decision").left_out) == ("notified", 5)
    time.forward(days=5)
    assert step(discussed(row), "county-leader", "decide", **DECIDED).state == "decided"


def test_the_heads_extend_again_and_only_once(time: Clock) -> None:
    row = clue()
    step(row, "county-leader", "file", note="立案")
    until = date(2027, 4, 30)
    with pytest.raises(Conflict):
        step(row, "county-leader", "extend_again", extended_until=until, note="x")
    step(row, "county-leader", "extend", note="案情复杂")
    with pytest.raises(Conflict, match="集体讨论"):
        step(row, "county-leader", "extend_again", extended_until=until, note="x")
    discussed(row, "extension", agreed=False)
    with pytest.raises(Conflict, match="集体讨论"):
        step(row, "county-leader", "extend_again", extended_until=until, note="x")
    discussed(row, "extension")
    with pytest.raises(Invalid):
        step(row, "county-leader", "extend_again", extended_until=date(2027, 3, 3), note="不晚于现在的届满日")
    step(row, "county-leader", "extend_again", extended_until=until, note="继续延期")
    assert (running(row, "decision").due_on, running(row, "decision").extensions) == (until, 2)
    with pytest.raises(Conflict):
        step(row, "county-leader", "extend_again", extended_until=until + timedelta(days=9), note="再延")


def test_a_discussion_needs_three_people(time: Clock) -> None:
    row = notified()
    with pytest.raises(Invalid) as raised:
        discussed(row, attendees=["甲", "乙", "乙"])
    assert set(raised.value.errors) == {"attendees"}
    with pytest.raises(Invalid):
        discussed(row, discussed_on=clock.today() + timedelta(days=1))


def test_a_serious_case_is_discussed(time: Clock) -> None:
    row = notified(serious=True)
    step(row, "county", "hear", spoken="waived", note="放弃")
    assert queries.show(cast.actor("county-leader"), row.id).waits == "discussion"
    with pytest.raises(Conflict, match="集体讨论"):
        step(row, "county-leader", "decide", fine_yuan=50_000, measures="x")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"receiver": ""}, "receiver"),
        ({"delivery": "pigeon"}, "delivery"),
        ({"delivery": "mail", "receiver": ""}, "mail_no"),
        ({"served_on": date(2026, 11, 2)}, "served_on"),
        ({"served_on": date(2026, 11, 4)}, "served_on"),
        ({"delivery": "notice"}, "served_on"),
    ],
)
def test_service_is_proved(time: Clock, given: dict[str, Any], field: str) -> None:
    row = told()
    with pytest.raises(Invalid) as raised:
        served(row, **given)
    assert set(raised.value.errors) == {field}
    assert row.told_on is None


def test_a_public_notice_counts_after_thirty_days(time: Clock) -> None:
    row, begun = told(), clock.today()
    time.forward(days=30)
    row = served(row, delivery="notice", served_on=begun)
    assert row.told_on == begun + timedelta(days=30)
    assert running(row, "statement").starts_on == row.told_on
    with pytest.raises(Conflict):
        served(row)


def test_the_party_sees_what_was_served_and_nothing_before(time: Clock) -> None:
    row, party = told(), cast.actor("property")
    with pytest.raises(Missing):
        own_queries.show(party, row.id)
    assert paper_queries.page(party, {"kind": "penalty_notice"}).items == []
    served(row)
    seen = own_queries.show(party, row.id)
    assert [one.paper.kind for one in seen.papers] == ["penalty_notice"]
    assert [one.row.key for one in seen.deadlines] == ["statement"]
    assert {one.kind for one in paper_queries.page(party, {}).items} == {"penalty_notice"}
    with pytest.raises(Missing):
        own_queries.show(cast.actor("company"), row.id)
    with pytest.raises(Forbidden):
        queries.show(party, row.id)
    with pytest.raises(Missing):
        speak(row, "hear", login="company", spoken="written", note="不是当事人")


def test_numbers_have_no_gaps_in_kind_body_and_year(time: Clock) -> None:
    rows = [notified() for _ in range(3)]
    with pytest.raises(Invalid):
        step(rows[0], "county-leader", "decide", measures="没有罚款数")
    kept = db.session.scalars(select(Paper).join(CasePaper, CasePaper.paper_id == Paper.id).order_by(Paper.id)).all()
    for kind in ("case_filing", "penalty_notice"):
        numbers = [one.number for one in kept if one.kind == kind]
        mark = {"case_filing": "立", "penalty_notice": "罚告"}[kind]
        assert numbers == [f"埇市监{mark}〔2026〕{n}号" for n in (1, 2, 3)]
    assert all(one.unit_id is None for one in kept if one.kind == "case_filing")


def test_the_remedies_run_after_the_file_is_closed(time: Clock) -> None:
    row = notified()
    step(row, "county", "hear", spoken="waived", note="放弃")
    step(row, "county-leader", "decide", fine_yuan=50_000, measures="停止使用")
    with pytest.raises(Conflict, match="送达"):
        step(row, "county", "pay", paid_on=clock.today(), paid_yuan=50_000)
    served(row, "serve_decision")
    step(row, "county", "pay", paid_on=clock.today(), paid_yuan=50_000)
    step(row, "county", "close", note="已缴")
    seen = own_queries.show(cast.actor("property"), row.id)
    assert {one.row.key for one in seen.deadlines if one.open} == {"reconsideration", "suit"}
    time.forward(days=400)
    assert queries.tally(cast.actor("county-leader"), clock.today())["late"] == 0


def test_a_transfer_goes_to_somebody(time: Clock) -> None:
    row = clue()
    step(row, "county-leader", "file", note="立案")
    with pytest.raises(Invalid):
        step(row, "county-leader", "transfer", note="涉嫌犯罪")
    step(row, "county-leader", "transfer", receiver="宿州市公安局埇桥分局", note="涉嫌犯罪")
    paper = db.session.scalars(select(Paper).where(Paper.kind == "case_transfer")).one()
    assert (paper.unit_id, paper.facts["move"]["receiver"]) == (None, "宿州市公安局埇桥分局")
