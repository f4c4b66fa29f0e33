"""Anomalies for tests of the doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.models import VisitAnomaly
from registry.services import anomalies, visits
from seeds import cast
from tests import visits_factory as make


def too_short(**place: Any) -> VisitAnomaly:
    """A visit of 29 minutes and what was found of it (F5)."""
    out = {"at": make.START + timedelta(minutes=29), "position": make.north(12)}
    visit, _ = visits.record(cast.actor("tech1"), make.visit(make.elevator(**place).label_code, check_out=out))
    return of_visit(visit.id)


def of_visit(visit_id: int) -> VisitAnomaly:
    """The one anomaly of a visit."""
    return db.session.scalars(select(VisitAnomaly).where(VisitAnomaly.visit_id == visit_id)).one()


def same_photo() -> VisitAnomaly:
    """Two visits an hour apart with one check-in photo (F6), the second one's anomaly."""
    photo = make.JPEG + b"again"
    for minutes in (-180, -120):
        start = make.START + timedelta(minutes=minutes)
        body = make.visit(
            make.elevator().label_code,
            check_in={"at": start, "position": make.north(10), "photo": photo},
            check_out={"at": start + timedelta(minutes=40, seconds=minutes + 180), "position": make.north(10)},
            workers=["tech1", {"login": "tech2", "at": start, "position": make.north(20)}],
            answers=make.answers(photo=photo + bytes([minutes + 180])),
        )
        visit, _ = visits.record(cast.actor("tech1"), body)
    return of_visit(visit.id)


def explained(anomaly: VisitAnomaly) -> VisitAnomaly:
    """With the company's word."""
    return anomalies.move(cast.actor("company"), anomaly.id, "explain", {"explanation": "只做了清洁"})
