"""Who stands at an elevator of a running guarded event, for the 96366 desk (重大活动保障, elevators.md §6.2).

These functions ask for no permission: they serve queries and verbs of calls that have asked for their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry.db import db
from registry.models import Capacity, GuardedDevice, GuardedEvent, GuardedPlace, GuardedShift

RUNNING = "running"
RESCUES = ("maintenance", "rescue_station")


@dataclass(frozen=True, slots=True)
class OnTheSpot:
    """Somebody who stands there now. `rescues`: his unit frees people; the others only say what they see."""

    event: str
    event_id: int
    place: str
    name: str
    phone: str
    unit_id: int
    unit: str
    until: datetime
    rescues: bool


def at_elevator(elevator_id: int | None, at: datetime) -> list[OnTheSpot]:
    """Who is on the spot at an elevator's place at a moment, those who can free people first."""
    if elevator_id is None:
        return []
    rows = db.session.execute(_shifts(elevator_id, at)).all()
    able = set(
        db.session.scalars(
            select(Capacity.unit_id).where(
                Capacity.unit_id.in_({shift.unit_id for shift, _ in rows}), Capacity.capacity.in_(RESCUES)
            )
        )
    )
    found = [
        OnTheSpot(
            event=event.name,
            event_id=event.id,
            place=shift.place.name,
            name=shift.person.name,
            phone=shift.person.phone or shift.unit.phone,
            unit_id=shift.unit_id,
            unit=shift.unit.name,
            until=shift.ends_at,
            rescues=shift.unit_id in able,
        )
        for shift, event in rows
    ]
    return sorted(found, key=lambda one: not one.rescues)


def of_unit(elevator_id: int | None, unit_id: int, at: datetime) -> OnTheSpot | None:
    """The first of a unit's people on the spot."""
    return next((one for one in at_elevator(elevator_id, at) if one.unit_id == unit_id), None)


def _shifts(elevator_id: int, at: datetime) -> Any:
    return (
        select(GuardedShift, GuardedEvent)
        .join(GuardedEvent, GuardedEvent.id == GuardedShift.event_id)
        .join(GuardedPlace, GuardedPlace.id == GuardedShift.place_id)
        .join(GuardedDevice, GuardedDevice.place_id == GuardedPlace.id)
        .where(
            GuardedDevice.elevator_id == elevator_id,
            GuardedEvent.state == RUNNING,
            GuardedShift.starts_at <= at,
            GuardedShift.ends_at > at,
        )
        .options(joinedload(GuardedShift.person), joinedload(GuardedShift.unit), joinedload(GuardedShift.place))
        .order_by(GuardedShift.starts_at, GuardedShift.id)
    )
