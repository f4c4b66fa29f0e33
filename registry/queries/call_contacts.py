"""Whom the desk rings: the team on duty of a unit, else its person for the elevator, else its manager (§6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from registry import clock
from registry.db import db
from registry.models import Assignment, Membership, Person, SafetyCharge, Unit
from registry.queries import guarded_presence
from registry.queries.nearest_responders import Proposal, nearest_for
from registry.queries.periods import holds
from registry.rules.nearest import Place

MANAGERS = {"maintenance": "maintenance_manager", "use": "use_manager", "station": "maintenance_manager"}


@dataclass(frozen=True)
class Contact:
    """A name and a phone, empty where nobody knows one; the team they are of, and how far it is."""

    name: str
    phone: str
    responder_id: int | None = None
    distance_m: int | None = None


def on_duty(elevator_id: int | None, place: Place | None, unit_id: int, role: str, level: int, at: datetime) -> Contact:
    """Who answers for a unit at a moment: who stands at the elevator of a guarded event; else its nearest team on duty;
    else the technician or the safety officer of the elevator, its manager, or the unit's own phone."""
    unit = db.session.get_one(Unit, unit_id)
    spot = guarded_presence.of_unit(elevator_id, unit_id, at)
    if spot is not None:
        return Contact(f"{spot.name}（{spot.place}）", spot.phone, distance_m=0)
    teams = nearest_for(place, level, at, 1, units=[unit_id])
    if teams:
        return of_team(teams[0])
    for statement in _ways(elevator_id, unit_id, role, at):
        found = db.session.execute(statement.limit(1)).first()
        if found is not None:
            name, phone = found
            return Contact(name, phone or unit.phone)
    return Contact("", unit.phone)


def of_team(team: Proposal) -> Contact:
    """A team's line, with whoever is on duty."""
    number = team.on_duty.person_id
    person = db.session.get(Person, number) if number else None
    name = f"{team.name} {person.name}" if person else team.name
    return Contact(name, team.phone or (person.phone if person else ""), team.responder_id, team.distance_m)


def _ways(elevator_id: int | None, unit_id: int, role: str, at: datetime) -> list[Select[Any]]:
    on = clock.day_of(at)
    person: Any = select(Person.name, Person.phone).where(Person.disabled.is_(False))
    found: list[Select[Any]] = []
    if elevator_id is not None and role == "maintenance":
        found.append(
            person.join(Assignment, Assignment.person_id == Person.id)
            .where(Assignment.elevator_id == elevator_id, Assignment.company_id == unit_id, holds(Assignment, on))
            .order_by(Assignment.id)
        )
    if elevator_id is not None and role == "use":
        found.append(
            person.join(SafetyCharge, SafetyCharge.person_id == Person.id)
            .where(SafetyCharge.elevator_id == elevator_id, SafetyCharge.unit_id == unit_id, holds(SafetyCharge, on))
            .order_by(SafetyCharge.id)
        )
    found.append(
        person.join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == unit_id, Membership.role == MANAGERS[role], holds(Membership, on))
        .order_by(Membership.id)
    )
    return found
