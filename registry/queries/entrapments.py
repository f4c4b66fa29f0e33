"""How often people were trapped in an elevator, counted from what is on record: the calls of 96366, and what riders
reported. A rider's report of a day on which the desk had a call from the same elevator is the same event, counted once.

Everything that ranks or shows entrapments reads only this file.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Subquery, exists, func, select, union_all

from registry.db import db
from registry.models import Call, FaultReport
from registry.rules import calls
from registry.rules.dates import add_months
from registry.rules.fault_reports import ENTRAPMENT
from registry.rules.limits import limit

NOT_ONE = ("dismissed",)
# Exercises are no events, and what was taken twice is one.
EVENT = (Call.drill.is_(False), Call.merged_into_id.is_(None))


def by_call(since: date, until: date) -> tuple[Any, ...]:
    """The condition of a call that was an entrapment with `since < day <= until`; exercises are none."""
    return (
        Call.kind == calls.ENTRAPMENT,
        *EVENT,
        Call.elevator_id.is_not(None),
        Call.received_on > since,
        Call.received_on <= until,
    )


def by_report(since: date, until: date) -> tuple[Any, ...]:
    """The condition of a rider's report of an entrapment that the desk had no call of, with `since < day <= until`; a
    dismissed one was none."""
    called = exists().where(
        Call.elevator_id == FaultReport.elevator_id,
        Call.received_on == FaultReport.reported_on,
        Call.kind == calls.ENTRAPMENT,
        *EVENT,
    )
    return (
        FaultReport.kind == ENTRAPMENT,
        FaultReport.state.not_in(NOT_ONE),
        FaultReport.reported_on > since,
        FaultReport.reported_on <= until,
        ~called,
    )


def recorded(since: date, until: date) -> CompoundSelect[int]:
    """The elevator of every entrapment on record with `since < day <= until`."""
    reports = select(FaultReport.elevator_id).where(*by_report(since, until))
    return union_all(reports, select(Call.elevator_id).where(*by_call(since, until)))


def counts(since: date, until: date) -> Subquery:
    """(elevator_id, count) of the elevators that had any."""
    rows = recorded(since, until).subquery()
    return select(rows.c.elevator_id, func.count().label("count")).group_by(rows.c.elevator_id).subquery()


def count(elevator_id: int, since: date, until: date) -> int:
    """The entrapments of one elevator."""
    rows = recorded(since, until).subquery()
    statement = select(func.count()).select_from(rows).where(rows.c.elevator_id == elevator_id)
    return db.session.scalar(statement) or 0


def repeat_since(on: date) -> date:
    """The day after which entrapments make a repeat elevator on a day."""
    return add_months(on, -limit("call_limits", "repeat_months", on))
