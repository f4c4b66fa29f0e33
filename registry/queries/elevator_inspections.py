"""What the inspections on record say of an elevator: where it stands and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from registry.db import db
from registry.models import Elevator, Inspection
from registry.rules.inspection import Duty
from registry.rules.inspection_standing import PASSED, Origin, Record, Standing, standing


@dataclass(frozen=True)
class State:
    """`valid_until`: the last day covered by the newest passed inspection, None when nobody stated one; `in_date`
    whether the day asked for is covered; `standing` and `duty` None when the years cannot be counted."""

    valid_until: date | None
    in_date: bool
    standing: Standing | None
    duty: Duty | None


def origin(elevator: Elevator) -> Origin:
    """The days from which the years of an elevator may be counted."""
    return Origin(elevator.installation_inspected_on, elevator.registered_on, elevator.in_use_since, elevator.made_on)


def of(elevator_id: int) -> list[Inspection]:
    """The inspections on record, newest first."""
    statement = select(Inspection).where(Inspection.elevator_id == elevator_id)
    return list(db.session.scalars(statement.order_by(Inspection.done_on.desc(), Inspection.id.desc()).limit(200)))


def records(elevator_id: int) -> list[Record]:
    """The inspections on record as the rule of years reads them."""
    return [Record(row.kind, row.done_on, row.conclusion) for row in of(elevator_id) if row.done_on]


def same(elevator_id: int, kind: str, done_on: date) -> Inspection | None:
    """An inspection of that kind and day."""
    return db.session.scalars(
        select(Inspection).where(
            Inspection.elevator_id == elevator_id, Inspection.kind == kind, Inspection.done_on == done_on
        )
    ).first()


def state(elevator: Elevator, rows: list[Inspection], on: date) -> State:
    """The state of inspection on a day, from the rows of `of`."""
    days = [row.valid_until for row in rows if row.conclusion in PASSED and row.valid_until]
    until = max(days, default=None)
    found = standing(origin(elevator), [Record(row.kind, row.done_on, row.conclusion) for row in rows if row.done_on])
    return State(until, until is not None and until >= on, found, found.duty(on) if found else None)
