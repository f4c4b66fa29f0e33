"""Units, for choices and for finding one by what a clerk knows of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Capacity, Contract, Cylinder, Elevator, Unit
from registry.queries.paging import Page, paginate

MOST_CHOICES = 500


def choices(actor: Actor, capacity: str, most: int = MOST_CHOICES) -> list[tuple[int, str]]:
    """(id, name) of the first `most` units with a capacity, by name."""
    statement = (
        policy.scope(actor, Unit, Unit.id, Unit.name)
        .where(Unit.id.in_(select(Capacity.unit_id).where(Capacity.capacity == capacity)))
        .order_by(Unit.name, Unit.id)
        .limit(most)
    )
    return list(db.session.execute(statement))


def find(actor: Actor, text: str, capacity: str | None = None) -> Unit:
    """The one unit with this credit code, number (id) or exact name, with a capacity when that is asked.

    Raises:
        Missing: none, or more than one of that name.
    """
    wanted = text.strip()
    same = [Unit.name == wanted, Unit.credit_code == wanted.upper().replace(" ", "")]
    if wanted.isdecimal() and len(wanted) < 10:
        same.append(Unit.id == int(wanted))
    statement = policy.scope(actor, Unit).where(or_(*same))
    if capacity:
        statement = statement.where(Unit.id.in_(select(Capacity.unit_id).where(Capacity.capacity == capacity)))
    found = db.session.scalars(statement.limit(2)).all()
    if not found:
        raise Missing(T("没有这个单位，请填写登记过的全称或统一社会信用代码"))
    if len(found) > 1:
        raise Missing(T("有多个单位叫这个名称，请改填统一社会信用代码"))
    unit: Unit = found[0]
    return unit


def licensed(actor: Actor, unit_id: int, capacity: str, on: date) -> Capacity | None:
    """A unit's capacity when it holds on a day: a licence in date, not suspended; None otherwise."""
    return db.session.scalars(
        policy.scope(actor, Capacity).where(
            Capacity.unit_id == unit_id,
            Capacity.capacity == capacity,
            Capacity.since <= on,
            Capacity.licence_until >= on,
            or_(Capacity.suspended_since.is_(None), Capacity.suspended_since > on),
        )
    ).first()


def page(actor: Actor, filters: dict[str, Any]) -> Page:
    """Units by `q` (name, credit code), `area`, `capacity`."""
    policy.require(actor, "unit.read")
    statement = policy.scope(actor, Unit).options(selectinload(Unit.capacities), joinedload(Unit.area))
    if text := filters.get("q"):
        statement = statement.where(
            or_(Unit.name.contains(text, autoescape=True), Unit.credit_code.startswith(text.upper(), autoescape=True))
        )
    if area := filters.get("area"):
        statement = statement.where(Unit.area_code == area)
    if capacity := filters.get("capacity"):
        statement = statement.where(Unit.id.in_(select(Capacity.unit_id).where(Capacity.capacity == capacity)))
    return paginate(statement, Unit.id, filters.get("limit") or 50, filters.get("cursor"))


def show(actor: Actor, unit_id: int) -> Unit:
    """One unit with its capacities."""
    policy.require(actor, "unit.read")
    return policy.get(actor, Unit, Unit.id == unit_id, options=(selectinload(Unit.capacities), joinedload(Unit.area)))


def equipment(actor: Actor, unit_id: int) -> dict[str, int]:
    """How many elevators it uses, elevators it maintains, cylinders it owns — of those the caller sees."""
    today = clock.today()
    maintained = select(Contract.elevator_id).where(
        Contract.company_id == unit_id,
        Contract.since <= today,
        or_(Contract.until.is_(None), Contract.until > today),
    )
    counts = {
        "used": (Elevator, Elevator.use_unit_id == unit_id),
        "maintained": (Elevator, Elevator.id.in_(maintained)),
        "owned": (Cylinder, Cylinder.owner_id == unit_id),
    }
    return {
        name: db.session.scalar(policy.scope(actor, model, func.count()).where(condition)) or 0
        for name, (model, condition) in counts.items()
    }
