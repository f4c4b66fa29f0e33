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
from registry.messages import T
from registry.models import AnomalyStep, Elevator, Visit, VisitAnomaly
from registry.queries import anomaly_facts
from registry.rules import anomalies as rules
from registry.services import anomaly_moves, hazards, visit_settling

SOURCE = "maintenance_record"


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
        waits = T("维保单位可说明到{day}，期满后或收到说明后再认定", day=row.due_on)
        found = anomaly_moves.legal(actor, row, verb, version, waits)
        text = anomaly_moves.text_of(found, data)
        step = anomaly_moves.enter(actor, row, found, text, _due(found.target, clock.today()))
        session.add(AnomalyStep(anomaly_id=row.id, **step))
        session.flush()
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
    return anomaly_moves.permission("anomaly", verb)


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
