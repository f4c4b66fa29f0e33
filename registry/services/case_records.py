"""What the moves of a case leave in its records: statements of the party, the hearing, discussions of the heads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry import clock
from registry.actor import Actor
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import CaseDiscussion, CaseHearing, CaseStatement, EnforcementCase
from registry.queries import case_records as queries
from registry.queries import hazard_inputs
from registry.rules import cases as rules
from registry.rules.limits import limit
from registry.services import case_clocks

Data = Mapping[str, Any]
WAITS = {
    "service": T("告知书还没有登记送达"),
    "statement": T("当事人的陈述申辩期还没有满，也没有记录陈述申辩或者放弃"),
    "answer": T("当事人的陈述申辩还没有复核"),
    "hearing": T("当事人要求听证的期限还没有满，也没有记录放弃"),
    "investigation": T("听证意见是补充调查，须先退回补充调查、重新告知"),
    "discussion": T("情节复杂或者重大的案件，须先记录负责人集体讨论同意处罚"),
}
CHOICES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "spoken": rules.SPOKEN,
    "adopted": rules.ADOPTED,
    "result": rules.RESULTS,
    "about": rules.ABOUT,
}


def judge(session: Session, row: EnforcementCase, verb: str, given: Data) -> None:
    """What stands against a move in what was said before.

    Raises:
        Invalid: a choice, a person or a day that cannot be, beside its field.
        Conflict: the party has still to be heard, or the heads to discuss.
    """
    today = clock.today()
    for name, choices in CHOICES.items():
        if name in given and given[name] not in choices:
            raise Invalid.field(name, T("请从列表中选择"))
    for name in ("held_on", "discussed_on"):
        if name in given and given[name] > today:
            raise Invalid.field(name, T("不能晚于今天"))
    match verb:
        case "decide":
            waits = rules.waits_for(queries.said(session, row), today)
            if waits:
                raise Conflict(WAITS[waits])
            if row.told_yuan is not None and given["fine_yuan"] > row.told_yuan:
                most = row.told_yuan
                raise Invalid.field("fine_yuan", T("不得因陈述申辩、听证加重处罚，告知的罚款是{most}元", most=most))
        case "hear" | "request_hearing":
            _judge_term(session, row, verb)
        case "answer":
            if not queries.unanswered(session, row):
                raise Conflict(T("没有待复核的陈述申辩"))
        case "notify_hearing":
            _judge_notice(row, given)
        case "hold_hearing":
            _judge_held(queries.hearing(session, row), given)
        case "report_hearing":
            found = queries.hearing(session, row)
            if found is None or found.held_on is None:
                raise Conflict(T("听证还没有举行"))
        case "discuss":
            least = rules.people_of_discussion(today)
            if len(set(given["attendees"])) < least:
                raise Invalid.field("attendees", T("集体讨论至少{least}人参加", least=least))
        case "extend_again":
            agreed = queries.agreed(session, row, "extension")
            if agreed is None:
                raise Conflict(T("须先记录负责人集体讨论同意继续延期"))


def _judge_term(session: Session, row: EnforcementCase, verb: str) -> None:
    """The party speaks within its days; what came late the office may still take, the party cannot insist."""
    if not queries.notice_served(session, row):
        raise Conflict(WAITS["service"])
    if verb == "hear":
        return
    if not row.hearing_right:
        raise Conflict(T("这起案件拟作的处罚不属于可以要求听证的范围"))
    due = case_clocks.newest(session, row, "hearing_request")
    if due is None or clock.today() > due.due_on:
        raise Conflict(T("要求听证的期限已满"))


def _judge_notice(row: EnforcementCase, given: Data) -> None:
    first = rules.earliest_hearing(clock.today(), case_clocks.calendar())
    if clock.day_of(given["meets_at"]) <= first:
        raise Invalid.field("meets_at", T("应在通知以后满7个工作日举行，最早为{day}的次日", day=first.isoformat()))
    host = int(given["host"]) if str(given["host"]).isdecimal() else 0
    if host == row.handler_id:
        raise Invalid.field("host", T("听证由不是本案调查人员的人主持"))
    if host not in hazard_inputs.officers([host]):
        raise Invalid.field("host", T("请从列表中选择"))


def _judge_held(found: CaseHearing | None, given: Data) -> None:
    if found is None or found.meets_at is None:
        raise Conflict(T("还没有通知听证"))
    served = found.notice_served_on
    if served is None:
        raise Conflict(T("听证通知书还没有登记送达"))
    if clock.day_of(found.meets_at) <= rules.earliest_hearing(served, case_clocks.calendar()):
        days = limit(rules.LIMITS, "hearing_notice_days", served)
        raise Conflict(
            T(
                "听证通知书{day}才送达，到听证之日不满{days}个工作日，请另定时间、重新通知",
                day=served.isoformat(),
                days=days,
            )
        )
    if given["held_on"] < clock.day_of(found.meets_at):
        raise Invalid.field("held_on", T("不能早于通知的听证日期"))


def enter(session: Session, actor: Actor, row: EnforcementCase, verb: str, given: Data) -> None:
    """Keep what a move brought; hearings that end give their days back to the time to decide."""
    today = clock.today()
    found = queries.hearing(session, row)
    match verb:
        case "hear":
            session.add(_statement(actor, row, given))
        case "answer":
            for one in queries.unanswered(session, row):
                one.adopted, one.answer, one.answered_on = given["adopted"], given["note"], today
        case "request_hearing":
            session.add(CaseHearing(case_id=row.id, requested_on=today, request=given["note"]))
        case "discuss":
            session.add(
                CaseDiscussion(
                    case_id=row.id,
                    about=given["about"],
                    discussed_on=given["discussed_on"],
                    at=clock.now(),
                    attendees=given["attendees"],
                    agreed=given["agreed"],
                    opinion=given["note"],
                )
            )
    if found is None:
        return
    match verb:
        case "notify_hearing":
            found.notified_on, found.meets_at, found.place = today, given["meets_at"], given["place"]
            found.host_id, found.notice_served_on = int(given["host"]), None
        case "hold_hearing":
            found.held_on, found.attendees, found.minutes = given["held_on"], given["attendees"], given["note"]
        case "report_hearing":
            found.result, found.opinion, found.reported_on = given["result"], given["note"], today
            case_clocks.leave_out(session, row, found.requested_on, today)
        case "withdraw_hearing":
            found.withdrawn_on = today
            case_clocks.leave_out(session, row, found.requested_on, today)


def announced(session: Session, row: EnforcementCase, day: date) -> None:
    """The notice of the hearing in hand reached the party on a day."""
    found = queries.hearing(session, row)
    if found is not None:
        found.notice_served_on = day


def _statement(actor: Actor, row: EnforcementCase, given: Data) -> CaseStatement:
    return CaseStatement(
        case_id=row.id,
        spoken=given["spoken"],
        text=given["note"],
        files=given.get("files", []),
        received_on=clock.today(),
        at=clock.now(),
        unit_id=actor.unit_id,
        person_id=actor.person_id,
    )
