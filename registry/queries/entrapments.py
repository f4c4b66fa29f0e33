"""How often people were trapped in an elevator, counted from what is on record.

Today that is what riders reported. A further source (the calls of 96366) joins `recorded` as one more SELECT of
(elevator_id, day); everything that ranks or shows entrapments reads only this file.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, Subquery, func, select

from registry.db import db
from registry.models import FaultReport
from registry.rules.fault_reports import ENTRAPMENT

NOT_ONE = ("dismissed",)


def recorded(since: date, until: date) -> Select[int]:
    """The elevator of every entrapment on record with `since < day <= until`; a dismissed report was none."""
    return select(FaultReport.elevator_id).where(
        FaultReport.kind == ENTRAPMENT,
        FaultReport.state.not_in(NOT_ONE),
        FaultReport.reported_on > since,
        FaultReport.reported_on <= until,
    )


def counts(since: date, until: date) -> Subquery:
    """(elevator_id, count) of the elevators that had any."""
    rows = recorded(since, until).subquery()
    return select(rows.c.elevator_id, func.count().label("count")).group_by(rows.c.elevator_id).subquery()


def count(elevator_id: int, since: date, until: date) -> int:
    """The entrapments of one elevator."""
    rows = recorded(since, until).where(FaultReport.elevator_id == elevator_id).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0
