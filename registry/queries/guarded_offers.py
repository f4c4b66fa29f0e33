"""What may be chosen for a guarded event: elevators by place or unit, and people who walk or stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, places, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Contract, Elevator, GuardedDevice, GuardedEvent, GuardedPlace, Membership, Person, Unit
from registry.permissions import WALKERS
from registry.queries.elevator_gaps import GONE
from registry.queries.guarded_events import taken
from registry.queries.periods import holds

MOST = 100
NEAR_M = 500
# A degree of latitude is 111 km; half a kilometre, a little more for safety, and twice that across.
BOX = (0.006, 0.012)


@dataclass(frozen=True)
class Offered:
    """An elevator that may be guarded at a place; `distance_m` from it where both are known."""

    elevator: Elevator
    distance_m: int | None


def elevators(actor: Actor, event: GuardedEvent, place: GuardedPlace, text: str = "") -> list[Offered]:
    """Elevators for a place that the event does not have yet: by address, name, code or use unit; with nothing typed
    those within 500 m, and those whose address names the place. The nearest first."""
    policy.require(actor, "guarded_event.plan")
    known, _units = taken(event.id)
    statement = policy.scope(actor, Elevator).where(Elevator.status.not_in(GONE))
    wanted = text.strip()
    if wanted:
        of_units = select(Unit.id).where(Unit.name.contains(wanted, autoescape=True))
        columns = (Elevator.address, Elevator.name)
        same = [column.contains(wanted, autoescape=True) for column in columns]
        statement = statement.where(
            or_(
                *same,
                Elevator.use_unit_id.in_(of_units),
                Elevator.rescue_code == wanted,
                Elevator.label_code == wanted.upper(),
            )
        )
    else:
        near = [Elevator.address.contains(place.name, autoescape=True)]
        if place.lat is not None and place.lon is not None:
            tall, wide = BOX
            near.append(
                and_(
                    Elevator.lat.between(place.lat - tall, place.lat + tall),
                    Elevator.lon.between(place.lon - wide, place.lon + wide),
                )
            )
        statement = statement.where(or_(*near))
    rows = db.session.scalars(
        statement.options(joinedload(Elevator.use_unit))
        .order_by(Elevator.address, Elevator.id)
        .limit(MOST + len(known))
    )
    found = [Offered(row, _distance(place, row)) for row in rows if row.id not in known]
    if not wanted:
        found = [one for one in found if one.distance_m is None or one.distance_m <= NEAR_M]
    return sorted(found, key=lambda one: (one.distance_m is None, one.distance_m or 0))[:MOST]


def _distance(place: GuardedPlace, row: Elevator) -> int | None:
    if None in (place.lat, place.lon, row.lat, row.lon):
        return None
    return places.distance_m((place.lat, place.lon), (row.lat, row.lon))  # type: ignore[arg-type]


def people(actor: Actor, event: GuardedEvent) -> list[tuple[str, str]]:
    """Who can walk rounds or stand at an event, as (number of the membership, name and unit): people of its office, of
    the use units, stations and maintenance companies of its equipment, and of the offices in its places' areas."""
    return [(str(row.id), f"{row.person.name}　{row.unit.name}") for row in members(actor, event)]


def members(actor: Actor, event: GuardedEvent) -> Sequence[Membership]:
    """The memberships behind `people`, by unit and name."""
    policy.require(actor, "guarded_event.plan")
    today = clock.today()
    of_event = select(GuardedDevice.elevator_id).where(GuardedDevice.event_id == event.id)
    lifts = of_event.where(GuardedDevice.elevator_id.is_not(None))
    areas = select(GuardedPlace.area_code).where(GuardedPlace.event_id == event.id)
    offices = select(Unit.id).where(or_(Unit.id == event.issuer_id, Unit.area_code.in_(areas)))
    company = select(Contract.company_id).where(Contract.elevator_id.in_(lifts), holds(Contract, today))
    user = select(Elevator.use_unit_id).where(Elevator.id.in_(lifts), Elevator.use_unit_id.is_not(None))
    own = select(GuardedDevice.unit_id).where(GuardedDevice.event_id == event.id, GuardedDevice.unit_id.is_not(None))
    officers = ("section_city", "inspector_county", "officer_station", "leader_county")
    statement = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(
            holds(Membership, today),
            Person.disabled.is_(False),
            or_(
                and_(Membership.unit_id.in_(offices), Membership.role.in_(officers)),
                and_(
                    or_(Membership.unit_id.in_(company), Membership.unit_id.in_(user), Membership.unit_id.in_(own)),
                    Membership.role.in_(WALKERS),
                ),
            ),
        )
        .options(joinedload(Membership.person), joinedload(Membership.unit))
        .order_by(Unit.id, Person.name, Membership.id)
        .limit(500)
    )
    return db.session.scalars(statement).unique().all()
