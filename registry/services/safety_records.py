"""The records of safety officers: daily check, weekly report, monthly minutes. Signed, never edited (order 74).

Who signs is decided by appointment: the daily check an officer, the weekly report the director, the minutes the
principal. A correction is a record of its own that names the one it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Refused
from registry.messages import T
from registry.models import SafetyProblem, SafetyRecord, SafetyRisk
from registry.queries import safety as queries
from registry.queries import safety_sheets
from registry.queries.safety_sheets import Sheet
from registry.replays import OTHER_CONTENT
from registry.rules import safety as rules
from registry.services import hazards, visit_evidence

Data = Mapping[str, Any]
PURPOSE = "safety"
SOURCE = "self_report"
_WITH_ELEVATOR = selectinload(SafetyProblem.elevator)


@dataclass(frozen=True)
class Draft:
    """A record as it will be kept: what the paper says, the problems found, those written on."""

    content: dict[str, Any]
    judged: dict[str, Any]
    found: tuple[SafetyProblem, ...] = ()


def daily(actor: Actor, data: Data) -> tuple[SafetyRecord, bool]:
    """An officer's check of a day; returns it and whether it was here before.

    `data`: `{ref, subject?, day?, opened_at, seen: [codes], zero_risk, problems: [{thing?, risk?, text, actions,
    serious?}], note?, signature, photos?, corrects?, reason?}`.

    Raises:
        Refused: not an officer on that day, a day that has not come or is too long ago, the list not opened, an
            elevator not named, nothing said of a problem, a serious one without stopping and reporting, no signature.
        Conflict: there is one of this day, or `ref` was used for other content.
    """
    return _keep(actor, "daily", data, _daily)


def weekly(actor: Actor, data: Data) -> tuple[SafetyRecord, bool]:
    """The director's report of a week: `{ref, subject?, day?, problems: [{id, measure, owner, deadline, solved_on?}],
    summary, signature, corrects?, reason?}`; `day` is any day of the week. Raises as `daily`."""
    return _keep(actor, "weekly", data, _weekly)


def monthly(actor: Actor, data: Data) -> tuple[SafetyRecord, bool]:
    """The principal's minutes of a month: `{ref, subject?, day?, held_on, attendees: [names], decisions, follow_ups?,
    signature, corrects?, reason?}`. Raises as `daily`."""
    return _keep(actor, "monthly", data, _monthly)


def solve(actor: Actor, problem_id: int, solution: str, solved_on: date | None = None) -> SafetyProblem:
    """Say that a problem is solved, and how.

    Raises:
        Conflict: solved before.
        Invalid: nothing said, or a day in the future or before it was found.
    """
    policy.require(actor, "safety.record")
    if not solution.strip():
        raise Invalid.field("solution", T("请写明处理结果"))
    with transaction():
        row = _problem(actor, problem_id)
        if row.solved_on is not None:
            raise Conflict(T("这个问题已经解决"))
        day = solved_on or clock.today()
        if not row.found_on <= day <= clock.today():
            raise Invalid.field("solved_on", T("应在发现日期和今天之间"))
        row.solved_on, row.solution = day, solution.strip()[:200]
        audit.record(actor, "safety.problem_solved", row, solved_on=day, solution=row.solution)
        return row


def report_hazard(actor: Actor, problem_id: int) -> SafetyProblem:
    """Hand a problem on as a hazard clue of the unit itself.

    Raises:
        Conflict: there is a clue from it already.
        Forbidden: the caller's role may not report hazards.
    """
    policy.require(actor, "hazard.report")
    with transaction():
        row = _problem(actor, problem_id)
        if row.hazard_id is not None:
            raise Conflict(T("这个问题已转为隐患线索"))
        title = f"{row.thing} {row.text}".strip()
        clue = {
            "title": title[:100],
            "description": row.text,
            "source": SOURCE,
            "found_on": row.found_on,
            "elevator": row.elevator.label_code if row.elevator else None,
            "evidence": [],
        }
        hazard = hazards.report(actor, clue)
        row.hazard_id = hazard.id
        audit.record(actor, "safety.hazard_reported", row, hazard_id=hazard.id)
        return row


def _keep(actor: Actor, cycle: str, data: Data, drafting: Any) -> tuple[SafetyRecord, bool]:
    policy.require(actor, "safety.record")
    digest = evidence.digest_of(data)
    subject = data.get("subject") or queries.subject_of(actor.unit_id)
    if subject not in rules.subjects():
        raise Invalid.field("subject", T("请从列表中选择"))
    with transaction() as session:
        first = session.scalar(
            policy.scope(actor, SafetyRecord).where(
                SafetyRecord.unit_id == actor.unit_id, SafetyRecord.ref == data["ref"]
            )
        )
        if first is not None:
            if first.ref_digest != digest:
                raise Conflict(OTHER_CONTENT)
            return first, True
        sheet = safety_sheets.sheet(actor, subject, cycle, data.get("day"))
        draft = drafting(session, actor, data, sheet)
        _judge(sheet, data, draft)
        row = _row(session, actor, data, sheet, draft)
        row.ref_digest = digest
        session.add(row)
        session.flush()
        for problem in draft.found:
            problem.record_id = row.id
        session.add_all(draft.found)
        audit.record(
            actor,
            "safety.recorded",
            row,
            subject=subject,
            cycle=cycle,
            starts_on=row.starts_on,
            late=row.late,
            zero_risk=row.zero_risk,
            problems=row.problem_count,
            corrects=row.corrects_id,
        )
        return row, False


def _judge(sheet: Sheet, data: Data, draft: Draft) -> None:
    """Refuse what must not be kept; the facts of the day are those of the sheet."""
    sent = rules.Sent(
        cycle=sheet.duty.cycle,
        appointed=sheet.appointed,
        signed=bool(data.get("signature")),
        first_day=sheet.span.first,
        due_on=sheet.due_on,
        opens_on=rules.opens_on(sheet.duty, sheet.span),
        late_days=sheet.late_days,
        **draft.judged,
    )
    verdict = rules.judge(sent, clock.today())
    against = [finding for finding in verdict.findings if finding.severity in ("hold", "block")]
    if against:
        raise Refused(against)


def _row(session: Session, actor: Actor, data: Data, sheet: Sheet, draft: Draft) -> SafetyRecord:
    today = clock.today()
    old = _corrected(session, actor, data, sheet)
    if old is None and sheet.done is not None:
        raise Conflict(T("这一期已经有记录；内容有误请用更正记录"))
    if old is not None:
        old.replaced_on = today
    return SafetyRecord(
        ref=data["ref"],
        unit_id=actor.unit_id,
        subject=sheet.duty.subject,
        cycle=sheet.duty.cycle,
        starts_on=sheet.span.first,
        ends_on=sheet.span.last,
        person_id=actor.person_id,
        recorded_at=clock.now(),
        counts_from=old.counts_from if old else today,
        late=old.late if old else today > sheet.due_on,
        zero_risk=bool(data.get("zero_risk")),
        problem_count=len(draft.found) if sheet.duty.cycle == "daily" else len(sheet.problems),
        content=draft.content,
        signature=_picture(actor, data["signature"], "signature", "signature"),
        photos=[_picture(actor, photo, "photo", "photos") for photo in data.get("photos") or () if photo],
        corrects_id=old.id if old else None,
        correction_reason=(data.get("reason") or "").strip(),
    )


def _picture(actor: Actor, sent: Any, purpose: str, field: str) -> dict[str, Any]:
    try:
        return visit_evidence.keep_picture(actor, sent, purpose, field)
    except evidence.PictureError as error:
        texts = {"size": T("照片不能超过2 MB"), "format": T("照片或签名应为 JPEG、PNG 或 WebP 图片")}
        raise Invalid.field(field, texts[str(error)]) from None


def _corrected(session: Session, actor: Actor, data: Data, sheet: Sheet) -> SafetyRecord | None:
    """The record that this one corrects: the one in force of the same period."""
    if not data.get("corrects"):
        return None
    if not (data.get("reason") or "").strip():
        raise Invalid.field("reason", T("请写明更正的原因"))
    row = policy.get(actor, SafetyRecord, SafetyRecord.id == data["corrects"], lock=True)
    if sheet.done is None or row.id != sheet.done.id:
        raise Conflict(T("只能更正本人这一期现行的记录"))
    return row


def _daily(session: Session, actor: Actor, data: Data, sheet: Sheet) -> Draft:
    things = {thing.key: thing for thing in sheet.things}
    listed = {risk.id: risk for risk in sheet.risks}
    seen = set(data.get("seen") or ())
    sent = data.get("problems") or ()
    opened = data.get("opened_at")
    found = tuple(_found(actor, sheet, each, things, listed) for each in sent)
    return Draft(
        content={
            "opened_at": opened.isoformat() if opened else None,
            "things": [
                {"key": thing.key, "label": thing.label, "notes": [str(note) for note in thing.notes]}
                for thing in sheet.things
            ],
            "notes": [str(note) for note in sheet.notes],
            "risks": [
                {"id": risk.id, "code": risk.code, "title": risk.title, "check": risk.check} for risk in sheet.risks
            ],
            "problems": [_printed(problem, listed) for problem in found],
            "note": data.get("note") or "",
        },
        judged={
            "listed": bool(listed),
            "opened": opened is not None,
            "unseen": len(things.keys() - seen),
            "zero_risk": bool(data.get("zero_risk")),
            "problems": tuple(
                rules.Problem(problem.text, frozenset(problem.actions), problem.serious) for problem in found
            ),
        },
        found=found,
    )


def _found(
    actor: Actor,
    sheet: Sheet,
    sent: Data,
    things: Mapping[str, Any],
    listed: Mapping[int, SafetyRisk],
) -> SafetyProblem:
    thing = things.get(sent.get("thing") or "")
    risk = listed.get(sent.get("risk") or 0)
    if (sent.get("thing") and thing is None) or (sent.get("risk") and risk is None):
        raise Invalid.field("problems", T("问题所指的设备或风险点不在本次检查中"))
    if unknown := set(sent.get("actions") or ()) - set(rules.actions()):
        raise Invalid.field("problems", T("没有这种措施：{names}", names="、".join(sorted(unknown))))
    elevators = rules.subjects()[sheet.duty.subject].things == "elevators"
    return SafetyProblem(
        unit_id=actor.unit_id,
        subject=sheet.duty.subject,
        elevator_id=thing.id if thing and elevators else None,
        thing=thing.label if thing else "",
        risk_id=risk.id if risk else None,
        found_on=sheet.span.last,
        text=(sent.get("text") or "").strip(),
        actions=sorted(set(sent.get("actions") or ())),
        serious=bool(sent.get("serious")),
    )


def _weekly(_session: Session, actor: Actor, data: Data, sheet: Sheet) -> Draft:
    """Measures, owners and deadlines are written on to the problems; the report keeps them as they were."""
    open_ones = {problem.id: problem for problem in sheet.problems}
    for sent in data.get("problems") or ():
        problem = open_ones.get(sent["id"])
        if problem is None:
            raise Invalid.field("problems", T("问题不在这一周的报告中"))
        problem.measure = sent.get("measure") or problem.measure
        problem.owner = sent.get("owner") or problem.owner
        problem.deadline = sent.get("deadline") or problem.deadline
        if sent.get("solved_on") and problem.solved_on is None:
            if not problem.found_on <= sent["solved_on"] <= clock.today():
                raise Invalid.field("problems", T("解决日期应在发现日期和今天之间"))
            problem.solved_on, problem.solution = sent["solved_on"], problem.measure
            audit.record(
                actor, "safety.problem_solved", problem, solved_on=problem.solved_on, solution=problem.solution
            )
    unplanned = [
        problem
        for problem in sheet.problems
        if problem.solved_on is None and not (problem.measure and problem.owner and problem.deadline)
    ]
    content = {
        "days": list(sheet.days),
        "notes": [str(note) for note in sheet.notes],
        "problems": [_printed(problem, {}) for problem in sheet.problems],
        "summary": data.get("summary") or "",
    }
    return Draft(content, {"unplanned": len(unplanned)})


def _monthly(_session: Session, _actor: Actor, data: Data, sheet: Sheet) -> Draft:
    attendees = [name.strip() for name in data.get("attendees") or () if name.strip()]
    decisions = (data.get("decisions") or "").strip()
    held_on = data.get("held_on") or clock.today()
    if held_on > clock.today():
        raise Invalid.field("held_on", T("不能晚于今天"))
    content = {
        "days": list(sheet.days),
        "notes": [str(note) for note in sheet.notes],
        "problems": [_printed(problem, {}) for problem in sheet.problems],
        "held_on": held_on.isoformat(),
        "attendees": attendees,
        "decisions": decisions,
        "follow_ups": data.get("follow_ups") or "",
    }
    return Draft(content, {"decided": bool(attendees and decisions)})


def _printed(problem: SafetyProblem, listed: Mapping[int, SafetyRisk]) -> dict[str, Any]:
    """A problem as the paper says it on the day of signing."""
    risk = listed.get(problem.risk_id or 0)
    return {
        "thing": problem.thing,
        "risk": risk.title if risk else "",
        "found_on": problem.found_on.isoformat(),
        "text": problem.text,
        "actions": list(problem.actions),
        "serious": problem.serious,
        "measure": problem.measure or "",
        "owner": problem.owner or "",
        "deadline": problem.deadline.isoformat() if problem.deadline else None,
        "solved_on": problem.solved_on.isoformat() if problem.solved_on else None,
    }


def _problem(actor: Actor, problem_id: int) -> SafetyProblem:
    return policy.get(
        actor,
        SafetyProblem,
        SafetyProblem.id == problem_id,
        SafetyProblem.unit_id == actor.unit_id,
        lock=True,
        options=(_WITH_ELEVATOR,),
    )
