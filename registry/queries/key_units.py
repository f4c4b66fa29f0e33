"""Key units (重点监督检查单位, SAMR order 57 art. 9): which units they are and why, for plans, draws and reports alike.

Each reason is one select of `(unit_id, …)`. Whether a unit is a key unit is a condition over these selects, and why it
is one is read from the same, so that a number and its list can never differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select, union_all

from registry.db import db
from registry.models import Capacity, CylinderReport, Elevator, FaultReport, Hazard, KeyUnit, Unit
from registry.queries import accidents
from registry.queries.indicator_definitions import elevators_in_use
from registry.queries.periods import holds
from registry.rules import supervision_checks as rules
from registry.rules.dates import add_months
from registry.rules.elevator_parameters import PLACE_TYPES

Where = Any
COMPLAINT = "complaint"


def is_key(on: date) -> Where:
    """The condition of a unit that is supervised and is a key unit on a day."""
    wanted = rules.limit_of("complaints", on)
    complained = _complaints(on).subquery()
    often = (
        select(complained.c.unit_id).group_by(complained.c.unit_id).having(func.sum(complained.c.complaints) >= wanted)
    )
    responsible = _accidents(on).subquery()
    public = select(Elevator.use_unit_id).where(*_in_public(on))
    return (Unit.id.in_(_users(on)) | Unit.id.in_(_producers(on))) & or_(
        Unit.id.in_(public),
        Unit.id.in_(select(responsible.c.responsible_id)),
        Unit.id.in_(often),
        Unit.id.in_(select(KeyUnit.unit_id).where(holds(KeyUnit, on))),
    )


def area_of(on: date) -> Any:
    """The one area a unit is counted in: its domicile if it is a producer or has equipment in use there, else the
    first area where it has some. An expression over `Unit`."""
    own = _users(on).where(Elevator.area_code == Unit.area_code).correlate(Unit)
    elsewhere = (
        select(func.min(Elevator.area_code))
        .where(Elevator.use_unit_id == Unit.id, elevators_in_use(on))
        .correlate(Unit)
        .scalar_subquery()
    )
    return case((Unit.id.in_(_producers(on)), Unit.area_code), (Unit.id.in_(own), Unit.area_code), else_=elsewhere)


def reasons(numbers: Collection[int], on: date) -> dict[int, tuple[str, ...]]:
    """Why units are key units on a day, in words; empty for one that is none."""
    return {number: rules.key_reasons(found, on) for number, found in facts(numbers, on).items()}


def facts(numbers: Collection[int], on: date) -> dict[int, rules.KeyFacts]:
    """What makes key units, by unit: over all its equipment, wherever it stands."""
    places: dict[int, set[str]] = defaultdict(set)
    manual: dict[int, list[str]] = defaultdict(list)
    complaints: dict[int, int] = defaultdict(int)
    for number, place in db.session.execute(select(Elevator.use_unit_id, Elevator.place_type).where(*_in_public(on))):
        places[number or 0].add(place or "")
    for number, reason in db.session.execute(
        select(KeyUnit.unit_id, KeyUnit.reason).where(holds(KeyUnit, on)).order_by(KeyUnit.id)
    ):
        manual[number].append(reason)
    for number, count in db.session.execute(_complaints(on)):
        complaints[number] += count
    responsible: dict[int | None, int] = dict(db.session.execute(_accidents(on)).all())
    return {
        number: rules.KeyFacts(
            tuple(PLACE_TYPES[place][0] for place in PLACE_TYPES if place in places.get(number, ())),
            responsible.get(number, 0),
            complaints.get(number, 0),
            tuple(manual.get(number, ())),
        )
        for number in numbers
    }


def _users(on: date) -> Select[Any]:
    return select(Elevator.use_unit_id).where(Elevator.use_unit_id.is_not(None), elevators_in_use(on))


def _producers(on: date) -> Select[Any]:
    wanted = [each.capacity for name, each in rules.lists(on).items() if name != rules.USE]
    return select(Capacity.unit_id).where(Capacity.capacity.in_(wanted))


def _in_public(on: date) -> tuple[Where, ...]:
    """The condition of equipment in use in a public place."""
    public = sorted(rules.public_places(on))
    return (Elevator.use_unit_id.is_not(None), Elevator.place_type.in_(public), elevators_in_use(on))


def _accidents(on: date) -> Select[int | None, int]:
    return accidents.responsible(add_months(on, -12 * rules.limit_of("accident_years", on)), on)


def _complaints(on: date) -> Select[Any]:
    """`(unit_id, complaints)` of complaints that proved true: citizens' reports on cylinders not dismissed when
    settled, riders' reports that became a hazard, and recognised hazards whose source is a complaint; each hazard once.
    A unit may come several times."""
    since = add_months(on, -rules.limit_of("complaint_months", on))
    cylinders = (
        select(CylinderReport.station_id.label("unit_id"), func.count().label("complaints"))
        .where(
            CylinderReport.reported_on.between(since, on),
            CylinderReport.state.in_(("clue", "closed")),
            CylinderReport.station_id.is_not(None),
        )
        .group_by(CylinderReport.station_id)
    )
    riders = (
        select(FaultReport.use_unit_id, func.count())
        .where(
            FaultReport.reported_on.between(since, on),
            FaultReport.hazard_id.is_not(None),
            FaultReport.state != "dismissed",
            FaultReport.use_unit_id.is_not(None),
        )
        .group_by(FaultReport.use_unit_id)
    )
    reported = select(FaultReport.hazard_id).where(FaultReport.hazard_id.is_not(None))
    told = select(CylinderReport.hazard_id).where(CylinderReport.hazard_id.is_not(None))
    hazards = (
        select(Hazard.unit_id, func.count())
        .where(
            Hazard.source == COMPLAINT,
            Hazard.listed_on.between(since, on),
            Hazard.id.not_in(reported),
            Hazard.id.not_in(told),
        )
        .group_by(Hazard.unit_id)
    )
    every = union_all(cylinders, riders, hazards).subquery()
    return select(every.c.unit_id, every.c.complaints)
