"""Who looks after which elevators of a company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Assignment, Elevator, Person, Unit
from registry.queries.due_lines import assigned_to
from registry.queries.paging import Page, paginate
from registry.queries.visit_facts import colleagues


@dataclass(frozen=True)
class Load:
    """A technician and how many elevators he looks after."""

    person: Person
    count: int


def page(actor: Actor, filters: Mapping[str, Any], on: date) -> Page:
    """The company's elevators: `unit` (a use unit), `technician` (login), `unassigned` (bool), `limit`, `cursor`."""
    policy.require(actor, "assignment.set")
    statement = policy.scope(actor, Elevator).options(selectinload(Elevator.use_unit))
    running = _running(on)
    if filters.get("unit"):
        statement = statement.where(Elevator.use_unit_id == filters["unit"])
    if login := filters.get("technician"):
        person = select(Person.id).where(Person.login == login).scalar_subquery()
        statement = statement.where(
            Elevator.id.in_(
                policy.scope(actor, Assignment, Assignment.elevator_id).where(Assignment.person_id == person, running)
            )
        )
    if filters.get("unassigned"):
        taken = policy.scope(actor, Assignment, Assignment.elevator_id).where(running)
        statement = statement.where(Elevator.id.not_in(taken))
    return paginate(statement, Elevator.id, filters.get("limit") or 100, filters.get("cursor"))


def names(actor: Actor, elevator_ids: Iterable[int], on: date) -> dict[int, list[str]]:
    """The names of the technicians of each elevator; only the company itself is told."""
    rows = db.session.execute(
        policy.scope(actor, Assignment, Assignment.elevator_id, Person.name)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.elevator_id.in_(list(elevator_ids)), _running(on))
        .order_by(Person.name)
    )
    found: dict[int, list[str]] = {}
    for elevator_id, name in rows:
        found.setdefault(elevator_id, []).append(name)
    return found


def loads(actor: Actor, on: date) -> list[Load]:
    """The company's people and how many elevators each looks after."""
    policy.require(actor, "assignment.set")
    rows = db.session.execute(
        policy.scope(actor, Assignment, Assignment.person_id, func.count())
        .where(_running(on))
        .group_by(Assignment.person_id)
    ).all()
    counts: dict[int, int] = dict(rows)
    return [Load(person, counts.get(person.id, 0)) for person in colleagues(actor, on)]


def has_any(actor: Actor, on: date) -> bool:
    """Whether the caller himself looks after an elevator."""
    return actor.person_id is not None and db.session.scalar(assigned_to(actor.person_id, on).limit(1)) is not None


def use_units(actor: Actor) -> Sequence[tuple[int, str]]:
    """(id, name) of the use units of the elevators the caller sees, by name."""
    visible = policy.scope(actor, Elevator, Elevator.use_unit_id)
    rows = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(visible)).order_by(Unit.name).limit(1000))
    return [(number, name) for number, name in rows]


def _running(on: date) -> Any:
    return and_(Assignment.since <= on, or_(Assignment.until.is_(None), Assignment.until > on))
