"""Which visits stood on a past day, where a decision against them was overturned later."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select

from registry import clock
from registry.db import db
from registry.models import Visit, VisitGap


def held_back(on: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions beside `counts_until` and `invalid_from` that leave out the visits which were held back on that day.

    Nothing on most days, so that the indexes still answer alone.
    """
    if on >= clock.today():
        return ()
    ids = db.session.scalars(select(VisitGap.visit_id).where(VisitGap.since <= on, VisitGap.until > on)).all()
    return (Visit.id.not_in(ids),) if ids else ()
