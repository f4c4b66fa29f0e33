"""What the indicators of the safety-status report count: for each a set of rows, by area, with the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from registry.db import Base
from registry.models import (
    Accident,
    Call,
    Elevator,
    ElevatorStatus,
    EmergencyPlan,
    FaultReport,
    FillCycle,
    Filling,
    Hazard,
    HazardStep,
    PlanDrill,
    SafetyAppointment,
    SupervisionAnswer,
    SupervisionCheck,
    SupervisionStep,
    Unit,
)
from registry.queries import emergency_plans, entrapments, hazard_months, inspection_cover, key_units
from registry.queries.hazard_months import Period
from registry.queries.indicator_definitions import elevators_in_use, in_status
from registry.queries.periods import holds
from registry.rules import calls, hazards
from registry.rules.accident_case import NO_ACCIDENT
from registry.rules.dates import add_months
from registry.rules.fault_reports import ENTRAPMENT
from registry.rules.supervision_checks import NOT_OK

Where = Any  # a condition on rows
STOCK = ("in_use", "in_use_unregistered", "temporarily_stopped", "stopped")
RUNNING = ("in_use", "in_use_unregistered", "temporarily_stopped")
DRILL_MONTHS = 12


@dataclass(frozen=True)
class Part:
    """Rows of `model` that match; `area` their area, over `joins`. `amount`: a column to add up, else rows count.

    `weigh(columns)`: what a row counts where a database cannot say it, over `columns`. `seen`: the table through which
    a caller sees the rows, where they have no scope of their own. `more`: rows of other tables that count as well.
    `notes(ids)`: what is said of each row in the list.
    """

    model: type[Base]
    area: Any
    where: tuple[Where, ...]
    joins: tuple[tuple[Any, Any], ...] = ()
    amount: Any = None
    columns: tuple[Any, ...] = ()
    weigh: Callable[..., int | Decimal] | None = None
    seen: type[Base] | None = None
    more: tuple[Part, ...] = ()
    notes: Callable[[Collection[int]], Mapping[int, str]] | None = None

    @property
    def every(self) -> tuple[Part, ...]:
        """The part and what counts with it."""
        return (self, *self.more)


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


def _entrapments(period: Period, _choice: int) -> Made:
    """Those of the desk, and what riders reported of days on which the desk had none from the same elevator."""
    before = period.since - timedelta(days=1)
    called = Part(
        Call,
        Elevator.area_code,
        entrapments.by_call(before, period.until),
        ((Elevator, Elevator.id == Call.elevator_id),),
    )
    told = _faults(entrapments.by_report(before, period.until))
    return Made(replace(called, more=(told,)), _elevators(elevators_in_use(period.until)))


def _reports(period: Period, _choice: int) -> Made:
    where = (
        FaultReport.reported_on.between(period.since, period.until),
        FaultReport.state != "dismissed",
        FaultReport.kind != ENTRAPMENT,
    )
    return Made(_faults(where), _elevators(elevators_in_use(period.until)))


def _faults(where: tuple[Where, ...]) -> Part:
    return Part(FaultReport, Elevator.area_code, where, ((Elevator, Elevator.id == FaultReport.elevator_id),))


def _arrivals(period: Period, _choice: int) -> Made:
    """From the call to the first who can free people; exercises are left out."""
    where = (
        Call.received_on.between(period.since, period.until),
        Call.kind == calls.ENTRAPMENT,
        *entrapments.EVENT,
        Call.arrived_at.is_not(None),
    )
    minutes = Part(
        Call,
        Call.area_code,
        where,
        columns=(Call.received_at, Call.arrived_at),
        weigh=lambda received, arrived: Decimal(round((arrived - received).total_seconds())) / 60,
    )
    return Made(minutes, Part(Call, Call.area_code, where))


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
    """Key units as plans and draws know them, each in one area and with its reasons."""
    on = period.until
    where, area = key_units.is_key(on), key_units.area_of(on)
    seen = select(SupervisionCheck.unit_id).where(
        SupervisionCheck.recorded_at.is_not(None),
        SupervisionCheck.planned_on.between(date(on.year, 1, 1), on),
    )

    def notes(ids: Collection[int]) -> dict[int, str]:
        return {number: "；".join(found) for number, found in key_units.reasons(ids, on).items()}

    return Made(
        Part(Unit, area, (where, Unit.id.in_(seen)), notes=notes),
        Part(Unit, area, (where,), notes=notes),
    )


def _hazards(*where: Where) -> Part:
    return Part(Hazard, Hazard.area_code, (Hazard.listed_on.is_not(None), Hazard.is_major, *where))


def _fixed(period: Period, _choice: int) -> Made:
    """Closed of what was found until the end of the period: what was open on 1 January and what came since.

    On the list by the ledger, so that a past period keeps its figure and a reopened hazard counts anew (as in the month
    table); beside the list by the items of check records that do not conform, corrected on the day of the recheck.
    """
    first, on = date(period.until.year, 1, 1), period.until
    return Made(
        replace(_steps_in(first, on, "close"), more=(_corrected(first, on),)),
        replace(_open_before(first, on), more=(_steps_in(first, on, *hazard_months.ENTERED), _general(first, on))),
    )


def _ledger(on: date, *verbs: str) -> Any:
    return select(HazardStep.hazard_id).where(HazardStep.done_on <= on, HazardStep.verb.in_(verbs))


def _steps_in(first: date, on: date, *verbs: str) -> Part:
    """Lines of the ledger of hazards that were not voided later."""
    where = (
        HazardStep.verb.in_(verbs),
        HazardStep.done_on.between(first, on),
        HazardStep.hazard_id.not_in(_ledger(on, "void")),
    )
    joins = ((Hazard, Hazard.id == HazardStep.hazard_id),)
    return Part(HazardStep, Hazard.area_code, where, joins, seen=Hazard)


def _open_before(first: date, on: date) -> Part:
    """Hazards that stood open at the end of the year before, where their last line left them."""
    last = select(func.max(HazardStep.id)).where(HazardStep.done_on < first).group_by(HazardStep.hazard_id)
    stood = select(HazardStep.hazard_id).where(HazardStep.id.in_(last), HazardStep.target.in_(hazards.OPEN_STATES))
    return Part(Hazard, Hazard.area_code, (Hazard.id.in_(stood), Hazard.id.not_in(_ledger(on, "void"))))


def _general(first: date, on: date, *where: Where) -> Part:
    """Items of check records that do not conform and lead to nothing on the list: found until a day, not corrected
    before the year. Those of a unit that went out of business meanwhile are left out."""
    listed = _ledger(on, *hazard_months.ENTERED)
    return Part(
        SupervisionAnswer,
        SupervisionCheck.area_code,
        (
            SupervisionAnswer.result == NOT_OK,
            or_(SupervisionAnswer.hazard_id.is_(None), SupervisionAnswer.hazard_id.not_in(listed)),
            SupervisionAnswer.check_id.in_(_checks(SupervisionStep.verb == "record", SupervisionStep.done_on <= on)),
            SupervisionAnswer.check_id.not_in(_checks(CORRECTED, SupervisionStep.done_on < first)),
            SupervisionAnswer.check_id.not_in(
                _checks(SupervisionStep.target == "terminated", SupervisionStep.done_on <= on)
            ),
            *where,
        ),
        ((SupervisionCheck, SupervisionCheck.id == SupervisionAnswer.check_id),),
        seen=SupervisionCheck,
    )


def _corrected(first: date, on: date) -> Part:
    """Those of them that a recheck found corrected in the year."""
    passed = _checks(CORRECTED, SupervisionStep.done_on.between(first, on))
    return _general(first, on, SupervisionAnswer.check_id.in_(passed))


CORRECTED = SupervisionStep.target == "rechecked_pass"


def _checks(*where: Where) -> Any:
    return select(SupervisionStep.check_id).where(*where)


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
    in_force = emergency_plans.in_force(on)
    held = select(PlanDrill.plan_id).where(PlanDrill.held_on > add_months(on, -DRILL_MONTHS), PlanDrill.held_on <= on)
    return Made(
        Part(EmergencyPlan, EmergencyPlan.area_code, (*in_force, EmergencyPlan.id.in_(held))),
        Part(EmergencyPlan, EmergencyPlan.area_code, in_force),
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
    "entrapment_rate": _entrapments,
    "fault_rate": _reports,
    "arrival_mean": _arrivals,
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
