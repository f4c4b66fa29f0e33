"""What becomes of an anomaly: the company explains, the office decides; a confirmed one takes the count away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import AnomalyStep, Elevator, Person, Visit, VisitAnomaly
from registry.queries import anomaly_facts
from registry.rules import anomalies as rules
from registry.rules.workflow import Move, find_move, moves, states
from registry.services import hazards, visit_settling

SOURCE = "maintenance_record"
MISSING = {"explanation": T("请写明情况说明"), "reason": T("请写明理由")}
DECIDING = ("confirm", "dismiss", "ask_again")
LONGEST = 4000


def move(actor: Actor, anomaly_id: int, verb: str, data: Mapping[str, Any], version: int | None = None) -> VisitAnomaly:
    """Make one move of the table `anomaly_moves`; `data`: `{explanation}` to explain, `{reason}` to decide.

    Confirming takes the visit's count away from today on and opens a hazard clue; overturning gives it back from that
    later day on. Without an explanation a confirmation waits for the explanation's last day.

    Raises:
        Forbidden: the role never makes this move.
        Missing: no such move, or no such anomaly for this caller to see.
        Conflict: it stands where this move is not possible, has moved on since `version`, is in another officer's
            hands, or still waits for the company.
        Invalid: the text is missing.
    """
    policy.require(actor, _permission(verb))
    with transaction() as session:
        row = policy.get(actor, VisitAnomaly, VisitAnomaly.id == anomaly_id, lock=True)
        found = _legal(session, actor, row, verb, version)
        text = _text(found, data)
        _enter(session, actor, row, found, text)
        if verb == "confirm":
            _open_clue(session, actor, row, text)
        if found.target != found.source and rules.CONFIRMED in (found.source, found.target):
            _settle(session, row)
        audit.record(
            actor,
            "anomaly.moved",
            row,
            **{"code": row.code, "visit_id": row.visit_id, "verb": verb, "from": found.source, "to": found.target},
            due_on=row.due_on,
        )
        return row


def _permission(verb: str) -> str:
    if verb not in {known.verb for known in moves(rules.WORKFLOW)}:
        raise Missing(T("没有这个办理步骤"))
    return f"anomaly.{verb}"


def _legal(session: Session, actor: Actor, row: VisitAnomaly, verb: str, version: int | None) -> Move:
    state = states(rules.WORKFLOW)[row.state]
    found = find_move(rules.WORKFLOW, row.state, verb)
    if found is None or (version is not None and version != row.version):
        raise Conflict(T("这条异常现在是“{state}”，请刷新后再办理", state=state.zh))
    if verb in DECIDING and row.owner_id not in (None, actor.person_id):
        name = session.scalar(select(Person.name).where(Person.id == row.owner_id))
        raise Conflict(T("由{who}承办，请先接办", who=name))
    if verb == "take_over" and row.owner_id == actor.person_id:
        raise Conflict(T("您已经在承办"))
    if verb == "confirm" and row.state == rules.FOUND and row.due_on is not None and row.due_on >= clock.today():
        raise Conflict(T("维保单位可说明到{day}，期满后或收到说明后再认定", day=row.due_on))
    return found


def _text(found: Move, data: Mapping[str, Any]) -> str:
    for need in found.needs:
        text = str(data.get(need) or "").strip()
        if not text:
            raise Invalid.field(need, MISSING[need])
        return text[:LONGEST]
    return ""


def _enter(session: Session, actor: Actor, row: VisitAnomaly, found: Move, text: str) -> None:
    """Bring an anomaly into the state a move leads to: the one place where a state is assigned."""
    if found.verb in (*DECIDING, "take_over"):
        row.owner_id, row.owner_unit_id = actor.person_id, actor.unit_id
    if found.target != found.source:
        row.due_on = _due(found.target, clock.today())
    row.state = found.target
    row.version += 1
    session.add(
        AnomalyStep(
            anomaly_id=row.id,
            verb=found.verb,
            source=found.source,
            target=found.target,
            at=clock.now(),
            person_id=actor.person_id,
            unit_id=actor.unit_id,
            role=actor.role,
            text=text,
        )
    )
    session.flush()


def _due(state: str, today: date) -> date | None:
    """The last day of the step that begins; nothing runs once it is decided."""
    limits = anomaly_facts.limits_of(today)
    days = {rules.FOUND: limits["explain_days"], rules.EXPLAINED: limits["decide_days"]}.get(state)
    return None if days is None else today + timedelta(days=days)


def _settle(session: Session, row: VisitAnomaly) -> None:
    visit = policy.get(SYSTEM, Visit, Visit.id == row.visit_id, lock=True, options=visit_settling.EVIDENCE)
    visit_settling.settle(visit)
    session.flush()


def _open_clue(session: Session, actor: Actor, row: VisitAnomaly, reason: str) -> None:
    """One clue a visit, never a major hazard by itself: an office recognises it or not."""
    known = session.scalar(
        select(VisitAnomaly.hazard_id)
        .where(VisitAnomaly.visit_id == row.visit_id, VisitAnomaly.hazard_id.is_not(None))
        .limit(1)
    )
    if known is None:
        pattern = rules.patterns(clock.today())[row.code, row.key]
        day = session.scalar(select(Visit.done_on).where(Visit.id == row.visit_id))
        code = session.scalar(select(Elevator.label_code).where(Elevator.id == row.elevator_id))
        clue = {
            "title": T("维保记录异常：{name}", name=pattern.zh),
            "description": T(
                "{day}的维保记录（编号{number}）被认定异常{code}：{reason}",
                day=day,
                number=row.visit_id,
                code=row.code,
                reason=reason,
            ),
            "source": SOURCE,
            "unit": str(row.company_id),
            "elevator": code,
        }
        known = hazards.report(actor, clue).id
    row.hazard_id = known
    session.flush()
