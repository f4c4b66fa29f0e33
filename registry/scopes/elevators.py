"""Elevators, their upkeep, inspection and safety records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from registry import clock
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base
from registry.models import (
    Assessment,
    Assignment,
    Contract,
    CreditGrade,
    Drill,
    Elevator,
    ElevatorRisk,
    ElevatorUse,
    Inspection,
    InspectionOrder,
    IotPeriod,
    MaintenanceState,
    MakerItems,
    PartTest,
    PlateCheck,
    PolicyItem,
    QualityCheck,
    Registration,
    RenewalProject,
    SafetyAppointment,
    SafetyCharge,
    SafetyPaper,
    SafetyPart,
    SafetyProblem,
    SafetyRecord,
    SafetyRisk,
    SafetyTraining,
    SelfCheck,
    Visit,
    VisitAnomaly,
    VisitJoin,
)
from registry.permissions import MAINTENANCE
from registry.scopes.common import Where, everything, insured, of_unit


def elevators(actor: Actor) -> Where:
    if actor.sees_city or actor.role == "inspection_body":
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Elevator.area_code.in_(actor.areas), Elevator.division_code.in_(actor.areas))
    if actor.role == "use_manager":
        return or_(Elevator.use_unit_id == actor.unit_id, Elevator.owner_unit_id == actor.unit_id)
    if actor.role in MAINTENANCE:
        return Elevator.id.in_(contracted(actor))
    if actor.role == "insurer":
        return Elevator.id.in_(insured(actor, PolicyItem.elevator_id))
    return false()


def contracted(actor: Actor) -> Select[Any]:
    """Ids of the elevators that the caller's company maintains today."""
    today = clock.today()
    return select(Contract.elevator_id).where(
        Contract.company_id == actor.unit_id,
        Contract.since <= today,
        or_(Contract.until.is_(None), Contract.until > today),
    )


def of_elevators(actor: Actor, column: InstrumentedAttribute[Any]) -> Where:
    if actor.sees_city:
        return true()
    return column.in_(select(Elevator.id).where(elevators(actor)))


def _contracts(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return Contract.company_id == actor.unit_id
    return of_elevators(actor, Contract.elevator_id)


def _assignments(actor: Actor) -> Where:
    """Who goes where is the company's own affair."""
    return Assignment.company_id == actor.unit_id


def _maker_items(actor: Actor) -> Where:
    """Lists of models that hold for everybody or were entered by the caller's unit, and those of visible elevators."""
    if actor.role in OFFICE_ROLES:
        return true()
    of_models = and_(
        MakerItems.elevator_id.is_(None), or_(MakerItems.unit_id.is_(None), MakerItems.unit_id == actor.unit_id)
    )
    return or_(of_models, of_elevators(actor, MakerItems.elevator_id))


def _inspections(actor: Actor) -> Where:
    """An inspection body sees what it recorded itself; others what concerns the elevators they see."""
    if actor.role == "inspection_body":
        return Inspection.body_id == actor.unit_id
    return of_elevators(actor, Inspection.elevator_id)


def _self_checks(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return SelfCheck.company_id == actor.unit_id
    return of_elevators(actor, SelfCheck.elevator_id)


def _visits(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return Visit.company_id == actor.unit_id
    return of_elevators(actor, Visit.elevator_id)


def _visit_joins(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return VisitJoin.company_id == actor.unit_id
    return of_elevators(actor, VisitJoin.elevator_id)


def _visit_anomalies(actor: Actor) -> Where:
    """What is held against a company is for its manager and the offices, not for workers or use units."""
    if actor.role == "maintenance_manager":
        return VisitAnomaly.company_id == actor.unit_id
    if actor.role in COUNTY_ROLES:
        return of_elevators(actor, VisitAnomaly.elevator_id)
    return true() if actor.sees_city else false()


def _registrations(actor: Actor) -> Where:
    """Offices by elevator; a use unit its own applications and those that make it the user."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return of_elevators(actor, Registration.elevator_id)
    if actor.role == "use_manager":
        return or_(Registration.unit_id == actor.unit_id, Registration.new_unit_id == actor.unit_id)
    return false()


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    Assessment: lambda actor: of_elevators(actor, Assessment.elevator_id),
    Assignment: _assignments,
    Contract: _contracts,
    CreditGrade: everything,
    Drill: of_unit(Drill.company_id),
    Elevator: elevators,
    ElevatorRisk: lambda actor: of_elevators(actor, ElevatorRisk.elevator_id),
    ElevatorUse: lambda actor: of_elevators(actor, ElevatorUse.elevator_id),
    Inspection: _inspections,
    InspectionOrder: everything,
    IotPeriod: lambda actor: of_elevators(actor, IotPeriod.elevator_id),
    MaintenanceState: lambda actor: of_elevators(actor, MaintenanceState.elevator_id),
    MakerItems: _maker_items,
    PartTest: lambda actor: of_elevators(actor, PartTest.elevator_id),
    PlateCheck: lambda actor: of_elevators(actor, PlateCheck.elevator_id),
    QualityCheck: of_unit(QualityCheck.company_id),
    Registration: _registrations,
    RenewalProject: lambda actor: of_elevators(actor, RenewalProject.elevator_id),
    SafetyAppointment: of_unit(SafetyAppointment.unit_id),
    SafetyCharge: of_unit(SafetyCharge.unit_id),
    SafetyPaper: of_unit(SafetyPaper.unit_id),
    SafetyPart: lambda actor: of_elevators(actor, SafetyPart.elevator_id),
    SafetyProblem: of_unit(SafetyProblem.unit_id),
    SafetyRecord: of_unit(SafetyRecord.unit_id),
    SafetyRisk: of_unit(SafetyRisk.unit_id),
    SafetyTraining: of_unit(SafetyTraining.unit_id),
    SelfCheck: _self_checks,
    Visit: _visits,
    VisitAnomaly: _visit_anomalies,
    VisitJoin: _visit_joins,
}
