"""Names and credit codes of all units at once, for lists that name many."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Capacity, Unit


def all_of(actor: Actor, capacity: str | None = None) -> list[tuple[int, str, str | None]]:
    """(id, name, credit code) of every unit the caller sees, of those with a capacity when one is asked."""
    policy.require(actor, "unit.read")
    statement = policy.scope(actor, Unit, Unit.id, Unit.name, Unit.credit_code)
    if capacity:
        statement = statement.where(Unit.id.in_(select(Capacity.unit_id).where(Capacity.capacity == capacity)))
    return [(number, name, code) for number, name, code in db.session.execute(statement)]


def by_id(ids: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """Id -> (name, credit code) of units that other rows name."""
    if not ids:
        return {}
    statement = select(Unit.id, Unit.name, Unit.credit_code).where(Unit.id.in_(ids))
    return {number: (name, code) for number, name, code in db.session.execute(statement)}
