"""What the conditions of all trades share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from registry import clock
from registry.actor import COUNTY_ROLES, Actor
from registry.models import Policy, PolicyItem, PolicyShare, Unit

Where = ColumnElement[bool]


def insured(actor: Actor, column: Any) -> Select[Any]:
    """Ids of what the insurer answers for today or later; what it answered for before is no longer its business."""
    today = clock.today()
    return (
        select(column)
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(
            insures(actor),
            column.is_not(None),
            or_(PolicyItem.until.is_(None), PolicyItem.until > today),
            Policy.ends_on >= today,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > today),
        )
    )


def insures(actor: Actor) -> Where:
    """Policies that the caller's unit leads or has a share in."""
    shared = select(PolicyShare.policy_id).where(PolicyShare.insurer_id == actor.unit_id)
    return or_(Policy.insurer_id == actor.unit_id, Policy.id.in_(shared))


def of_unit(column: InstrumentedAttribute[Any]) -> Callable[[Actor], Where]:
    """Own rows; offices see those of the units in their areas."""

    def rule(actor: Actor) -> Where:
        if actor.sees_city:
            return true()
        if actor.role in COUNTY_ROLES:
            return column.in_(select(Unit.id).where(Unit.area_code.in_(actor.areas)))
        return column == actor.unit_id

    return rule


def everything(_actor: Actor) -> Where:
    return true()
