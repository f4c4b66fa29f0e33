"""What becomes of a cylinder's anomaly: the station explains, the office decides; a confirmed copy is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.messages import T
from registry.models import Cylinder, CylinderAnomaly, CylinderAnomalyStep
from registry.queries import cylinder_anomaly_facts
from registry.rules import anomalies as states
from registry.rules import cylinder_anomalies as rules
from registry.services import anomaly_moves, cylinders, hazards

SOURCE = "monitoring"


def move(
    actor: Actor, anomaly_id: int, verb: str, data: Mapping[str, Any], version: int | None = None
) -> CylinderAnomaly:
    """Make one move of the table `anomaly_moves`; `data`: `{explanation}` to explain, `{reason}` to decide.

    Confirming opens a hazard clue, never a major hazard by itself; where the code is a copy it also takes the cylinder
    out of service. Overturning does not put it back: an office resumes it by hand, when the bottle was looked at.

    Raises:
        Forbidden: the role never makes this move. Missing: no such move or anomaly for this caller.
        Conflict: not possible where it stands, moved on since `version`, in another officer's hands, or too early.
        Invalid: the text is missing.
    """
    policy.require(actor, anomaly_moves.permission("cylinder_anomaly", verb))
    with transaction() as session:
        row = policy.get(actor, CylinderAnomaly, CylinderAnomaly.id == anomaly_id, lock=True)
        waits = T("充装单位可说明到{day}，期满后或收到说明后再认定", day=row.due_on)
        found = anomaly_moves.legal(actor, row, verb, version, waits)
        text = anomaly_moves.text_of(found, data)
        step = anomaly_moves.enter(actor, row, found, text, _due(found.target, clock.today()))
        session.add(CylinderAnomalyStep(anomaly_id=row.id, **step))
        ended = found.target in (states.CONFIRMED, states.DISMISSED)
        row.decided_on = clock.today() if ended else None
        session.flush()
        if verb == "confirm":
            _confirmed(session, actor, row, text)
        audit.record(
            actor,
            "cylinder_anomaly.moved",
            row,
            **{"code": row.code, "verb": verb, "from": found.source, "to": found.target},
            station_id=row.station_id,
            cylinder_id=row.cylinder_id,
            due_on=row.due_on,
        )
        return row


def _due(state: str, today: date) -> date | None:
    """The last day of the step that begins; nothing runs once it is decided."""
    limits = cylinder_anomaly_facts.limits_of(today)
    days = {states.FOUND: limits["explain_days"], states.EXPLAINED: limits["decide_days"]}.get(state)
    return None if days is None else today + timedelta(days=days)


def _confirmed(session: Session, actor: Actor, row: CylinderAnomaly, reason: str) -> None:
    pattern = rules.patterns(clock.today())[row.code, row.key]
    cylinder = session.get_one(Cylinder, row.cylinder_id) if row.cylinder_id is not None else None
    if row.hazard_id is None:
        clue = {
            "title": T("气瓶充装异常：{name}", name=pattern.zh),
            "description": T("充装异常{number}（{code}）被认定：{reason}", number=row.id, code=row.code, reason=reason),
            "source": SOURCE,
            "unit": str(row.station_id),
        }
        row.hazard_id = hazards.report(actor, clue).id
    if cylinder is not None and pattern.clone and cylinder.status == "in_use":
        grounds = T("疑似套码，充装异常{number}已认定", number=row.id)
        cylinders.change_status(actor, cylinder.handle, "suspend", {"reason": grounds})
    session.flush()
