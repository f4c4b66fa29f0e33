"""The indicators: what is counted out of what, for any day, and why a row is not counted.

To add one, add one `Indicator(...)` to `INDICATORS`: number, list, page, API, export, trend and contract test follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from registry.db import Base
from registry.messages import T
from registry.models import (
    Cylinder,
    CylinderStatus,
    Elevator,
    ElevatorStatus,
    Filling,
    Hazard,
    HazardStep,
    LabelCode,
    Policy,
    PolicyItem,
    RescueEnrolment,
    Unit,
    Visit,
)
from registry.queries import fill_clips, fill_covers, inspection_cover, parameters, then
from registry.queries import indicator_reasons as reasons
from registry.queries import indicator_ways as ways
from registry.queries.periods import Span, holds, within
from registry.queries.visit_standing import held_back
from registry.rules.cylinder_lifecycle import STATUSES as CYLINDER_STATUSES
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import STATUSES

Where = ColumnElement[bool]
Parameters = Mapping[str, Decimal]
Reasons = Callable[[Sequence[Any], date, Parameters], Mapping[int, T]]

IN_USE = tuple(key for key, status in STATUSES.items() if status.counts_in_use)
CYLINDERS_IN_USE = tuple(key for key, status in CYLINDER_STATUSES.items() if status.counts_in_use)
RESCUE_SCOPE = "rescue.scope_all"
CODE_IN_CAR = tuple(key for key, kind in ELEVATOR_KINDS.items() if kind.code_in_car)
MAINTENANCE_DAYS = 15  # TSG T5002-2017: at least once every 15 days
FILLING_WINDOW_DAYS = 30
# The table of status periods -> whose status it is.
STATUS_OF: dict[Any, tuple[Any, InstrumentedAttribute[int]]] = {
    ElevatorStatus: (Elevator, Elevator.id),
    CylinderStatus: (Cylinder, Cylinder.id),
}


@dataclass(frozen=True)
class Indicator:
    """One ratio. `population(on)` and `counted(on, parameters)` are conditions on the rows of `model`; `area(on)` is
    where a row was on a day, `holder(on)` the id of the unit that could change it; `ways` are how a row that is not
    counted can be won soon. Of cylinders both conditions take a span of ids too, and look at nothing outside it."""

    key: str
    name: T
    counts: T
    model: type[Base]
    area: Callable[[date], Any]
    population: Callable[..., Where]
    counted: Callable[..., Where]
    reasons: Reasons
    holder: Callable[[date], Any]
    ways: tuple[ways.Way, ...] = ()


def there_is(*where: Where) -> Where:
    """Whether any row matches. It asks for no columns, so that an index alone can answer."""
    return select(literal_column("1")).where(*where).exists()


def in_status(key: InstrumentedAttribute[Any], statuses: tuple[str, ...], on: date, ids: Span = None) -> Where:
    """Whether a row of `key`'s table had one of the statuses at the end of a day, by its periods.

    The column `status` mirrors the open period, so it says the same for every row but the few whose open period began
    after the day, and those that have left since: with the day near today hardly a period has to be read.
    """
    period = key.class_
    model, row_id = STATUS_OF[period]
    here = within(key, ids)
    began_later = select(key).where(period.status.in_(statuses), period.until.is_(None), period.since > on, *here)
    left_since = select(key).where(period.status.in_(statuses), period.until > on, period.since <= on, *here)
    return or_(and_(model.status.in_(statuses), row_id.not_in(began_later)), row_id.in_(left_since))


def elevators_in_use(on: date) -> Where:
    """In use at the end of the day by the status periods (elevators.md §3.4)."""
    return in_status(ElevatorStatus.elevator_id, IN_USE, on)


def elevators_with_a_car(on: date) -> Where:
    """In use, of the kinds that carry the 96366 code in the car, or of all where the office counts all (§6.4)."""
    if parameters.values((RESCUE_SCOPE,), on)[RESCUE_SCOPE]:
        return elevators_in_use(on)
    return and_(Elevator.kind.in_(CODE_IN_CAR), elevators_in_use(on))


def paperless(on: date, parameters: Parameters) -> Where:
    """A visit in the window that counted on that day. The window is read from one index, whatever lies before it."""
    since = on - timedelta(days=int(parameters["paperless.window_days"]))
    counted = select(Visit.elevator_id).where(
        Visit.done_on > since,
        Visit.done_on <= on,
        Visit.counts_from <= on,
        or_(Visit.counts_until.is_(None), Visit.counts_until > on),
        *held_back(on),
    )
    return Elevator.id.in_(counted)


def maintained(on: date, _parameters: Parameters) -> Where:
    """Any visit within the 15 days that the rule allows between two, unless it was found invalid or declined."""
    since = on - timedelta(days=MAINTENANCE_DAYS)
    done = select(Visit.elevator_id).where(
        Visit.done_on >= since,
        Visit.done_on <= on,
        or_(Visit.invalid_from.is_(None), Visit.invalid_from > on),
        *held_back(on),
    )
    return Elevator.id.in_(done)


def insured(column: InstrumentedAttribute[Any], target: InstrumentedAttribute[Any], on: date) -> Where:
    """Under a policy that is valid on the day; a second policy does not count twice."""
    return target.in_(
        select(column)
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(
            column.is_not(None),
            holds(PolicyItem, on),
            Policy.starts_on <= on,
            Policy.ends_on >= on,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
        )
    )


def enrolled(on: date, _parameters: Parameters) -> Where:
    """An active rescue code whose plate somebody saw in the car."""
    return there_is(
        RescueEnrolment.elevator_id == Elevator.id,
        holds(RescueEnrolment, on),
        RescueEnrolment.plate_verified_on <= on,
    )


def inspected(on: date, _parameters: Parameters) -> Where:
    """A passed inspection that is still valid (as orders of the province have moved it), and no failed one after it."""
    return inspection_cover.covered(on)


def cylinders_in_use(on: date, ids: Span = None) -> Where:
    """In use at the end of the day by the status periods (cylinders.md §3); one at its inspection is."""
    return in_status(CylinderStatus.cylinder_id, CYLINDERS_IN_USE, on, ids)


def coded(on: date, _parameters: Parameters, ids: Span = None) -> Where:
    """Carries a code that was bound and not ended.

    `Cylinder.label_code` mirrors the own code that is bound now: only where that does not answer for the day are the
    codes themselves read.
    """
    of = LabelCode.cylinder_id
    bound_later = select(of).where(
        of.is_not(None), LabelCode.bound_on > on, LabelCode.ended_on.is_(None), *within(of, ids)
    )
    # One code of one cylinder at a time: PostgreSQL would as soon read all the codes for EXISTS.
    read = (
        select(of)
        .where(of == Cylinder.id, LabelCode.bound_on <= on, or_(LabelCode.ended_on.is_(None), LabelCode.ended_on > on))
        .limit(1)
        .correlate(Cylinder)
        .scalar_subquery()
    )
    return or_(and_(Cylinder.label_code.is_not(None), Cylinder.id.not_in(bound_later)), read.is_not(None))


def recent_fills(on: date) -> Where:
    """Fills of the last thirty days."""
    return and_(Filling.filled_on > on - timedelta(days=FILLING_WINDOW_DAYS), Filling.filled_on <= on)


def step_on(column: InstrumentedAttribute[Any], on: date) -> Any:
    """A value of the latest step of a hazard up to a day."""
    step = aliased(HazardStep)
    latest = (
        select(func.max(step.id))
        .where(step.hazard_id == Hazard.id, step.done_on <= on)
        .correlate(Hazard)
        .scalar_subquery()
    )
    statement: Select[Any] = select(column).where(HazardStep.id == latest)
    return statement.correlate(Hazard).scalar_subquery()


def hazards_due(on: date) -> Where:
    """Major hazards whose deadline, as it stood on the day, fell in this year up to the day."""
    due = step_on(HazardStep.due_on, on)
    return and_(Hazard.is_major, Hazard.listed_on <= on, due <= on, due >= date(on.year, 1, 1))


def closed_in_time(on: date, _parameters: Parameters) -> Where:
    """Closed on the day, and closed no later than the deadline."""
    closing = (
        select(func.max(HazardStep.done_on))
        .where(HazardStep.hazard_id == Hazard.id, HazardStep.verb == "close", HazardStep.done_on <= on)
        .correlate(Hazard)
        .scalar_subquery()
    )
    return and_(step_on(HazardStep.target, on) == "CLOSED", closing <= step_on(HazardStep.due_on, on))


STATION_AREA = select(Unit.area_code).where(Unit.id == Filling.station_id).correlate(Filling).scalar_subquery()

INDICATORS: dict[str, Indicator] = {
    indicator.key: indicator
    for indicator in (
        Indicator(
            "paperless_maintenance",
            T("电梯无纸化维保覆盖率"),
            T("台电梯"),
            Elevator,
            then.elevator_area,
            elevators_in_use,
            paperless,
            reasons.not_paperless,
            ways.maintenance_company,
            (ways.UNCONFIRMED, ways.DUE_THIS_MONTH),
        ),
        Indicator(
            "liability_insurance",
            T("电梯安全责任保险覆盖率"),
            T("台电梯"),
            Elevator,
            then.elevator_area,
            elevators_in_use,
            lambda on, _: insured(PolicyItem.elevator_id, Elevator.id, on),
            reasons.elevators_not_insured,
            then.use_unit,
            (ways.POLICY_BEGINS, ways.POLICY_LAPSED),
        ),
        Indicator(
            "rescue_platform",
            T("96366应急服务平台覆盖率"),
            T("台电梯"),
            Elevator,
            then.elevator_area,
            elevators_with_a_car,
            enrolled,
            reasons.not_enrolled,
            then.use_unit,
            (ways.PLATE_NOT_SEEN,),
        ),
        Indicator(
            "inspection_in_date",
            T("电梯检验有效率"),
            T("台电梯"),
            Elevator,
            then.elevator_area,
            elevators_in_use,
            inspected,
            reasons.not_inspected,
            then.use_unit,
            (ways.JUST_EXPIRED,),
        ),
        Indicator(
            "maintenance_on_time",
            T("电梯维保按期率"),
            T("台电梯"),
            Elevator,
            then.elevator_area,
            elevators_in_use,
            maintained,
            reasons.not_maintained,
            ways.maintenance_company,
            (ways.UNDER_CONTRACT,),
        ),
        Indicator(
            "cylinder_traceability",
            T("气瓶追溯赋码率"),
            T("只气瓶"),
            Cylinder,
            then.cylinder_area,
            cylinders_in_use,
            coded,
            reasons.not_coded,
            then.cylinder_owner,
            (ways.BINDING_WAITS,),
        ),
        Indicator(
            "cylinder_insurance",
            T("气瓶保险覆盖率"),
            T("只气瓶"),
            Cylinder,
            then.cylinder_area,
            cylinders_in_use,
            lambda on, _, ids=None: fill_covers.insured(on, ids),
            reasons.cylinders_not_insured,
            then.cylinder_owner,
            (ways.CYLINDERS_LAPSED,),
        ),
        Indicator(
            "sunshine_filling",
            T("阳光充装率"),
            T("次充装"),
            Filling,
            lambda _on: STATION_AREA,
            recent_fills,
            lambda on, _: fill_clips.filmed(on),
            reasons.not_filmed,
            ways.filling_station,
        ),
        Indicator(
            "major_hazards_closed_on_time",
            T("重大隐患按期销号率"),
            T("件重大隐患"),
            Hazard,
            lambda _on: Hazard.area_code,
            hazards_due,
            closed_in_time,
            reasons.not_closed,
            ways.hazard_unit,
        ),
    )
}
