"""Guarded events: their places are seen by whoever is on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base
from registry.models import (
    Elevator,
    GuardedAcceptance,
    GuardedDevice,
    GuardedEvent,
    GuardedEventStep,
    GuardedPlace,
    GuardedRound,
    GuardedShift,
)
from registry.scopes.common import Where
from registry.scopes.elevators import elevators


def _guarded_places(actor: Actor) -> Where:
    """Offices: those of their own events and in their areas; a unit those where its people walk or stand, and where its
    equipment is guarded."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        own = select(GuardedEvent.id).where(GuardedEvent.area_code.in_(actor.areas))
        return or_(GuardedPlace.area_code.in_(actor.areas), GuardedPlace.event_id.in_(own))
    return or_(
        GuardedPlace.id.in_(select(GuardedRound.place_id).where(_guarded_rounds(actor))),
        GuardedPlace.id.in_(select(GuardedShift.place_id).where(_guarded_shifts(actor))),
        GuardedPlace.id.in_(select(GuardedDevice.place_id).where(_guarded_equipment(actor))),
    )


def _announced(column: InstrumentedAttribute[Any]) -> Where:
    """A unit is told of an event when it is ready; what is only planned is the office's own."""
    return column.in_(select(GuardedEvent.id).where(GuardedEvent.state != "planned"))


def _guarded_equipment(actor: Actor) -> Where:
    """What is guarded of a unit's own: its elevators, or the unit itself."""
    of_elevators = GuardedDevice.elevator_id.in_(select(Elevator.id).where(elevators(actor)))
    return and_(or_(of_elevators, GuardedDevice.unit_id == actor.unit_id), _announced(GuardedDevice.event_id))


def _guarded_events(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    there = GuardedEvent.id.in_(select(GuardedPlace.event_id).where(_guarded_places(actor)))
    if actor.role in COUNTY_ROLES:
        return or_(GuardedEvent.area_code.in_(actor.areas), there)
    return there


def _at_guarded_places(column: InstrumentedAttribute[Any]) -> Callable[[Actor], Where]:
    return lambda actor: column.in_(select(GuardedPlace.id).where(_guarded_places(actor)))


def _guarded_devices(actor: Actor) -> Where:
    """A unit sees its own equipment alone."""
    if actor.role in OFFICE_ROLES:
        return _at_guarded_places(GuardedDevice.place_id)(actor)
    return _guarded_equipment(actor)


def _guarded_rounds(actor: Actor) -> Where:
    """A unit sees the rounds of its own people and those where its equipment is guarded."""
    if actor.role in OFFICE_ROLES:
        return _at_guarded_places(GuardedRound.place_id)(actor)
    where_own = select(GuardedDevice.place_id).where(_guarded_equipment(actor))
    own = or_(GuardedRound.unit_id == actor.unit_id, GuardedRound.place_id.in_(where_own))
    return and_(own, _announced(GuardedRound.event_id))


def _guarded_shifts(actor: Actor) -> Where:
    """A unit sees its own people alone."""
    if actor.role in OFFICE_ROLES:
        return _at_guarded_places(GuardedShift.place_id)(actor)
    return and_(GuardedShift.unit_id == actor.unit_id, _announced(GuardedShift.event_id))


def _guarded_acceptances(actor: Actor) -> Where:
    return GuardedAcceptance.device_id.in_(select(GuardedDevice.id).where(_guarded_devices(actor)))


def _guarded_steps(actor: Actor) -> Where:
    """The ledger is the offices'."""
    if actor.role not in OFFICE_ROLES:
        return false()
    return GuardedEventStep.event_id.in_(select(GuardedEvent.id).where(_guarded_events(actor)))


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    GuardedAcceptance: _guarded_acceptances,
    GuardedDevice: _guarded_devices,
    GuardedEvent: _guarded_events,
    GuardedEventStep: _guarded_steps,
    GuardedPlace: _guarded_places,
    GuardedRound: _guarded_rounds,
    GuardedShift: _guarded_shifts,
}
