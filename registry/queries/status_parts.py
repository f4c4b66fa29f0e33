"""What the indicators of the safety-status report count: for each a set of rows, by area, with the list behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from registry.db import Base
from registry.models import (
    Accident,
    Contract,
    Drill,
    Elevator,
    ElevatorStatus,
    FaultReport,
    FillCycle,
    Filling,
    Hazard,
    KeyUnit,
    SafetyAppointment,
    SupervisionCheck,
    Unit,
)
from registry.queries import accidents, inspection_cover
from registry.queries.hazard_months import Period
from registry.queries.indicator_definitions import elevators_in_use, in_status
from registry.queries.periods import holds
from registry.rules import tables
from registry.rules.accident_case import NO_ACCIDENT
from registry.rules.dates import add_months

Where = Any  # a condition on rows
STOCK = ("in_use", "in_use_unregistered", "temporarily_stopped", "stopped")
RUNNING = ("in_use", "in_use_unregistered", "temporarily_stopped")
DRILL_MONTHS, KEY_YEARS = 12, 2


@dataclass(frozen=True)
class Part:
    """Rows of `model` that match; `area` their area, over `joins`. `amount`: a column to add up, else rows count.

    `weigh(columns)`: what a row counts where a database cannot say it, over `columns`.
    """

    model: type[Base]
    area: Any
    where: tuple[Where, ...]
    joins: tuple[tuple[Any, Any], ...] = ()
    amount: Any = None
    columns: tuple[Any, ...] = ()
    weigh: Callable[..., int] | None = None


@dataclass(frozen=True)
class Made:
    """Numerator and denominator of an indicator; `ready` names one of the dashboard's that says the same."""

    numerator: Part | None = None
    denominator: Part | None = None
    ready: str = ""
    behind: bool = False  # of `ready`: those not counted are the figure


def accidents_in(period: Period) -> Part:
    """The accidents of a period; events that are none are left out."""
    return Part(Accident, Accident.area_code, happened(period))


def happened(period: Period) -> tuple[Where, ...]:
    """The condition of an accident that counts in a period."""
    return (
        Accident.happened_on.between(period.since, period.until),
        Accident.state != "excluded",
        Accident.grade != NO_ACCIDENT,
    )


def stock(on: date, choice: int) -> Part:
    """The devices that rates are taken of: 1 all there are, 2 those in use."""
    where = in_status(ElevatorStatus.elevator_id, STOCK if choice == 1 else RUNNING, on)
    return Part(Elevator, Elevator.area_code, (where,))


def made(key: str, period: Period, choice: int) -> Made:
    """What an indicator counts in a period. `choice`: the denominator of rates per 10,000 devices."""
    return _MAKERS[key](period, choice)


def _elevators(*where: Where) -> Part:
    return Part(Elevator, Elevator.area_code, where)


def _deaths(period: Period, choice: int) -> Made:
    part = Part(Accident, Accident.area_code, happened(period), amount=Accident.deaths)
    return Made(part, stock(period.until, choice))


def _registered(period: Period, _choice: int) -> Made:
    statuses = tuple(status for status in RUNNING if status != "in_use_unregistered")
    return Made(
        _elevators(in_status(ElevatorStatus.elevator_id, statuses, period.until)),
        _elevators(in_status(ElevatorStatus.elevator_id, RUNNING, period.until)),
    )


def _inspected(period: Period, _choice: int) -> Made:
    before = inspection_cover.covers(period.since)
    after = inspection_cover.covers(period.until)
    due = (
        elevators_in_use(period.until),
        Elevator.id.in_(select(before.c.elevator_id).where(before.c.due_by.between(period.since, period.until))),
    )
    done = Elevator.id.in_(select(after.c.elevator_id).where(after.c.due_by > period.until))
    return Made(_elevators(*due, done), _elevators(*due))


def _reports(period: Period, entrapment: bool) -> Made:
    kind = FaultReport.kind == "entrapment" if entrapment else FaultReport.kind != "entrapment"
    where = (FaultReport.reported_on.between(period.since, period.until), FaultReport.state != "dismissed", kind)
    joins = ((Elevator, Elevator.id == FaultReport.elevator_id),)
    return Made(
        Part(FaultReport, Elevator.area_code, where, joins),
        _elevators(elevators_in_use(period.until)),
    )


def _traced(period: Period, _choice: int) -> Made:
    joins = ((Unit, Unit.id == Filling.station_id),)
    every = (Filling.filled_on.between(period.since, period.until),)
    both = select(FillCycle.filling_id).where(FillCycle.filling_id.is_not(None), FillCycle.postchecked_at.is_not(None))
    return Made(
        Part(Filling, Unit.area_code, (*every, Filling.scanned, Filling.id.in_(both)), joins),
        Part(Filling, Unit.area_code, every, joins),
    )


def _planned(period: Period, _choice: int) -> Made:
    planned = (
        SupervisionCheck.plan_id.is_not(None),
        SupervisionCheck.planned_on.between(period.since, period.until),
    )
    return Made(
        Part(SupervisionCheck, SupervisionCheck.area_code, (*planned, SupervisionCheck.recorded_at.is_not(None))),
        Part(SupervisionCheck, SupervisionCheck.area_code, planned),
    )


def _key_units(period: Period, _choice: int) -> Made:
    """Use units in public places, those responsible for an accident within two years, and those added by hand."""
    on = period.until
    public = [row["place"] for row in tables.rows("risk_places", on) if row["exposure"] == "public"]
    key = Unit.id.in_(
        select(Elevator.use_unit_id).where(
            Elevator.use_unit_id.is_not(None), Elevator.place_type.in_(public), elevators_in_use(on)
        )
    )
    responsible = accidents.responsible_units(add_months(on, -12 * KEY_YEARS))
    where = or_(key, Unit.id.in_(responsible), Unit.id.in_(select(KeyUnit.unit_id).where(holds(KeyUnit, on))))
    seen = select(SupervisionCheck.unit_id).where(
        SupervisionCheck.recorded_at.is_not(None),
        SupervisionCheck.planned_on.between(date(on.year, 1, 1), on),
    )
    return Made(
        Part(Unit, Unit.area_code, (where, Unit.id.in_(seen))),
        Part(Unit, Unit.area_code, (where,)),
    )


def _hazards(*where: Where) -> Part:
    return Part(Hazard, Hazard.area_code, (Hazard.listed_on.is_not(None), Hazard.is_major, *where))


def _fixed(period: Period, _choice: int) -> Made:
    first = date(period.until.year, 1, 1)
    found = (
        Hazard.listed_on <= period.until,
        Hazard.state != "VOID",
        or_(Hazard.closed_on.is_(None), Hazard.closed_on >= first),
    )
    return Made(_hazards(*found, Hazard.closed_on.between(first, period.until)), _hazards(*found))


def _fixed_in_time(period: Period, _choice: int) -> Made:
    due = (Hazard.due_on.between(period.since, period.until), Hazard.state != "VOID")
    return Made(_hazards(*due, Hazard.closed_on <= Hazard.due_on), _hazards(*due))


def still_open(on: date) -> tuple[Where, ...]:
    """The condition of a major hazard that is open at the end of a day."""
    return (
        Hazard.listed_on <= on,
        Hazard.state != "VOID",
        or_(Hazard.closed_on.is_(None), Hazard.closed_on > on),
    )


def _close_days(period: Period, _choice: int) -> Made:
    closed = (Hazard.closed_on.between(period.since, period.until),)
    days = Part(
        Hazard,
        Hazard.area_code,
        (Hazard.listed_on.is_not(None), Hazard.is_major, *closed),
        columns=(Hazard.listed_on, Hazard.closed_on),
        weigh=lambda listed, ended: (ended - listed).days,
    )
    return Made(days, _hazards(*closed))


def _drills(period: Period, _choice: int) -> Made:
    on = period.until
    companies = Unit.id.in_(select(Contract.company_id).where(holds(Contract, on)))
    held = select(Drill.company_id).where(Drill.held_on > add_months(on, -DRILL_MONTHS), Drill.held_on <= on)
    return Made(
        Part(Unit, Unit.area_code, (companies, Unit.id.in_(held))),
        Part(Unit, Unit.area_code, (companies,)),
    )


def _officers(period: Period, _choice: int) -> Made:
    on = period.until
    users = Unit.id.in_(select(Elevator.use_unit_id).where(Elevator.use_unit_id.is_not(None), elevators_in_use(on)))

    def appointed(role: str) -> Where:
        return Unit.id.in_(
            select(SafetyAppointment.unit_id).where(
                SafetyAppointment.subject == "elevator",
                SafetyAppointment.role == role,
                holds(SafetyAppointment, on),
            )
        )

    return Made(
        Part(Unit, Unit.area_code, (users, appointed("director"), appointed("officer"))),
        Part(Unit, Unit.area_code, (users,)),
    )


_MAKERS: dict[str, Callable[[Period, int], Made]] = {
    "death_rate": _deaths,
    "accident_rate": lambda period, choice: Made(accidents_in(period), stock(period.until, choice)),
    "registration_rate": _registered,
    "inspection_rate": lambda _p, _c: Made(ready="inspection_in_date"),
    "inspection_done_rate": _inspected,
    "inspection_overdue": lambda _p, _c: Made(ready="inspection_in_date", behind=True),
    "maintenance_rate": lambda _p, _c: Made(ready="maintenance_on_time"),
    "entrapment_rate": lambda period, _c: _reports(period, True),
    "fault_rate": lambda period, _c: _reports(period, False),
    "fill_trace_rate": _traced,
    "code_rate": lambda _p, _c: Made(ready="cylinder_traceability"),
    "check_plan_rate": _planned,
    "key_cover": _key_units,
    "hazard_fix": _fixed,
    "hazard_fix_due": _fixed_in_time,
    "major_open": lambda period, _c: Made(_hazards(*still_open(period.until))),
    "major_overdue": lambda period, _c: Made(_hazards(*still_open(period.until), Hazard.due_on < period.until)),
    "close_days": _close_days,
    "drill_rate": _drills,
    "insured_rate": lambda _p, _c: Made(ready="liability_insurance"),
    "officer_rate": _officers,
}
KEYS = tuple(_MAKERS)
