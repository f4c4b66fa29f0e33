"""Guarded events (重大活动保障): planned, made ready, run, ended, and closed with a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import GuardedDevice, GuardedEvent, GuardedEventStep, GuardedPlace, GuardedRound, GuardedShift
from registry.queries import enforcement_steps, guarded_checks, guarded_facts, legal_moves, papers
from registry.queries import guarded_events as queries
from registry.rules import guarded_events as rules
from registry.rules.verdict import Finding
from registry.services import papers as paper_services
from registry.services.papers import About

Data = Mapping[str, Any]
NUMBERS = "BZ"
PAPER = "guarded_event_report"
LONGEST_DAYS = 90
FIELDS = ("name", "organiser", "starts_at", "ends_at", "document", "note")
REFUSALS = {
    "too_early": T("活动开始前{hours}小时内才能启动保障"),
    "over": T("活动已经结束，不能再启动保障"),
}


def plan(actor: Actor, data: Data) -> GuardedEvent:
    """Plan the guarding of an event: `name, organiser, starts_at, ends_at, document?, note?`.

    Raises:
        Invalid: an end before the beginning or in the past, a period above 90 days.
    """
    policy.require(actor, "guarded_event.plan")
    _check_period(data["starts_at"], data["ends_at"])
    today = clock.today()
    with transaction() as session:
        row = GuardedEvent(
            no=f"{NUMBERS}-{today.year}-{next_number(session, NUMBERS, '', today.year):03d}",
            area_code=papers.body_of(actor),
            issuer_id=actor.unit_id,
            person_id=actor.person_id,
            made_at=clock.now(),
            version=1,
        )
        _write(row, data)
        _enter(row, rules.FIRST_STATE)
        session.add(row)
        session.flush()
        session.add(_step(actor, row, "plan", "", ""))
        names = ("no", "name", "starts_at", "ends_at")
        audit.record(actor, "guarded_event.planned", row, **{name: getattr(row, name) for name in names})
        return row


def amend(actor: Actor, event_id: int, data: Data, version: int | None = None) -> GuardedEvent:
    """Correct an event that is not over: the fields of `plan`, all of them.

    Raises:
        Conflict: it is over, another office's, or somebody else was faster.
        Invalid: as `plan`; the end may be moved, not into the past.
    """
    policy.require(actor, "guarded_event.plan")
    _check_period(data["starts_at"], data["ends_at"])
    with transaction():
        row = queries.changeable(actor, event_id, rules.PLANS_CHANGE_IN)
        enforcement_steps.refuse_stale(version, row.version)
        before = {name: getattr(row, name) for name in FIELDS}
        _write(row, data)
        row.version += 1
        changed = [name for name in FIELDS if getattr(row, name) != before[name]]
        audit.record(actor, "guarded_event.amended", row, no=row.no, changes=changed)
        return row


def move(actor: Actor, event_id: int, verb: str, data: Data, version: int | None = None) -> GuardedEvent:
    """Make one of the moves of `guarded_event_moves`: `note?, summary?`. Closing issues the report.

    Raises:
        Missing: no such move, or no such event for this caller.
        Forbidden: another office's.
        Conflict: not legal now, too early or too late, or somebody else was faster.
        Refused: made ready with red checks, without places, rounds or people.
        Invalid: what the move needs is missing; ended before its end without a reason.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"guarded_event.{verb}")
    with transaction() as session:
        row = policy.get(actor, GuardedEvent, GuardedEvent.id == event_id, lock=True)
        queries.require_own(actor, row)
        enforcement_steps.refuse_stale(version, row.version)
        found = legal_moves.find(rules.NAME, row.state, verb)
        given = enforcement_steps.complete(actor, found, data)
        _guard(actor, session, row, verb, given)
        before = row.state
        _enter(row, found.target)
        row.summary = given.get("summary", row.summary)
        row.version += 1
        session.add(_step(actor, row, verb, before, given.get("note") or given.get("summary") or ""))
        session.flush()
        if verb == "close":
            _report(actor, row)
        audit.record(actor, "guarded_event.moved", row, no=row.no, verb=verb, **{"from": before, "to": row.state})
        return row


def _guard(actor: Actor, session: Session, row: GuardedEvent, verb: str, given: Data) -> None:
    now = clock.now()
    if verb == "make_ready":
        _require_ready(actor, session, row)
    elif verb == "start":
        refusal = rules.start_refusal(row.starts_at, row.ends_at, now, clock.today())
        if refusal == "over":
            raise Conflict(REFUSALS["over"])
        if refusal == "too_early":
            hours = rules.number("start_lead_hours", clock.today())
            raise Conflict(T(REFUSALS["too_early"].template, hours=hours))
    elif verb == "end" and now < row.ends_at and not given.get("note"):
        raise Invalid.field("note", T("活动还没有到结束时间，请说明提前结束的原因"))


def _require_ready(actor: Actor, session: Session, row: GuardedEvent) -> None:
    lacking: dict[str, tuple[Any, str, str]] = {
        "places": (GuardedPlace, "还没有保障地点", "There is no place yet"),
        "devices": (GuardedDevice, "还没有选定保障的设备", "No equipment has been chosen yet"),
        "rounds": (GuardedRound, "还没有安排巡查", "No round has been planned yet"),
        "shifts": (GuardedShift, "还没有安排现场值守人员", "Nobody is on the spot yet"),
    }
    findings = [
        Finding(f"guarded_{name}", "block", zh, en, "重大活动保障流程建议", "G")
        for name, (model, zh, en) in lacking.items()
        if not session.scalar(select(func.count()).select_from(model).where(model.event_id == row.id))
    ]
    red = sum(one.red for one in guarded_checks.judge(row, queries.devices_of(actor, row.id)))
    if red:
        zh = f"还有{red}项检查既没有整改也没有接受"
        en = f"{red} checks are neither mended nor accepted"
        findings.append(Finding("guarded_checks", "block", zh, en, "重大活动保障流程建议", "G"))
    if findings:
        raise Refused(findings)


def _report(actor: Actor, row: GuardedEvent) -> None:
    facts = guarded_facts.of(actor, queries.show(actor, row.id))
    about = About(queries.SUBJECT, row.id, row.area_code)
    paper_services.issue(actor, PAPER, facts["title"], about, facts)


def _check_period(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid.field("ends_at", T("结束时间应晚于开始时间"))
    if (ends_at - starts_at).days >= LONGEST_DAYS:
        raise Invalid.field("ends_at", T("一次保障最长{days}天", days=LONGEST_DAYS))
    if ends_at <= clock.now():
        raise Invalid.field("ends_at", T("不能早于现在"))


def _write(row: GuardedEvent, data: Data) -> None:
    for name in FIELDS:
        value = data.get(name)
        setattr(row, name, value if value is not None else "")


def _enter(row: GuardedEvent, state: str) -> None:
    """The only place that sets the state."""
    row.state = state


def _step(actor: Actor, row: GuardedEvent, verb: str, source: str, note: str) -> GuardedEventStep:
    return GuardedEventStep(
        event_id=row.id,
        verb=verb,
        source=source,
        target=row.state,
        at=clock.now(),
        note=note,
        person_id=actor.person_id,
        unit_id=actor.unit_id,
    )
