"""96366: calls, riders' reports, responders and plans."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import false, or_, select, true

from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base
from registry.models import (
    Call,
    CallCaller,
    CallDispatch,
    CallDrill,
    EmergencyPlan,
    FaultReport,
    RescueCodeRange,
    Responder,
    ResponderArea,
)
from registry.permissions import MAINTENANCE
from registry.scopes.common import Where, everything, of_unit
from registry.scopes.elevators import of_elevators
from registry.settings import current


def _fault_reports(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return FaultReport.company_id == actor.unit_id
    if actor.role == "use_manager":
        return FaultReport.use_unit_id == actor.unit_id
    return of_elevators(actor, FaultReport.elevator_id) if actor.role in OFFICE_ROLES else false()


def _calls(actor: Actor) -> Where:
    """Offices by area and elevator; everybody else the calls he was asked to come to."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Call.area_code.in_(actor.areas), of_elevators(actor, Call.elevator_id))
    return Call.id.in_(select(CallDispatch.call_id).where(CallDispatch.unit_id == actor.unit_id))


def _responders(actor: Actor) -> Where:
    """A county sees who serves one of its areas, or the whole city, and the teams of its own units."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        serving = select(ResponderArea.responder_id).where(
            ResponderArea.area_code.in_((*actor.areas, current().city_code))
        )
        return or_(Responder.id.in_(serving), of_unit(Responder.unit_id)(actor))
    return Responder.unit_id == actor.unit_id


def _emergency_plans(actor: Actor) -> Where:
    """Offices: those of their areas and their own; a unit its own."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(EmergencyPlan.area_code.in_(actor.areas), EmergencyPlan.unit_id == actor.unit_id)
    return EmergencyPlan.unit_id == actor.unit_id


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    Call: _calls,
    CallCaller: lambda actor: CallCaller.call_id.in_(select(Call.id).where(_calls(actor))),
    CallDispatch: lambda actor: CallDispatch.call_id.in_(select(Call.id).where(_calls(actor))),
    CallDrill: lambda actor: CallDrill.call_id.in_(select(Call.id).where(_calls(actor))),
    EmergencyPlan: _emergency_plans,
    FaultReport: _fault_reports,
    RescueCodeRange: everything,
    Responder: _responders,
}
