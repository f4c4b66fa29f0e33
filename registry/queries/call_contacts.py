"""Whom the desk rings: the person on duty for an elevator at a unit, with his phone (elevators.md §6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from registry.db import db
from registry.models import Assignment, Membership, Person, SafetyCharge, Unit
from registry.queries.periods import holds

MANAGERS = {"maintenance": "maintenance_manager", "use": "use_manager", "station": "maintenance_manager"}


@dataclass(frozen=True)
class Contact:
    """A name and a phone; empty where nobody knows one."""

    name: str
    phone: str


def on_duty(elevator_id: int | None, unit_id: int, role: str, on: date) -> Contact:
    """Who answers for a unit: the technician or the safety officer of the elevator, else its manager, else the unit's
    own phone."""
    unit = db.session.get_one(Unit, unit_id)
    for statement in _ways(elevator_id, unit_id, role, on):
        found = db.session.execute(statement.limit(1)).first()
        if found is not None:
            name, phone = found
            return Contact(name, phone or unit.phone)
    return Contact("", unit.phone)


def _ways(elevator_id: int | None, unit_id: int, role: str, on: date) -> list[Select[Any]]:
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
