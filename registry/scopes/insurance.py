"""Policies of both trades: who insures sees what it answers for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from registry.actor import COUNTY_ROLES, Actor
from registry.db import Base
from registry.models import (
    Claim,
    Cylinder,
    Elevator,
    Endorsement,
    FillSettlement,
    Policy,
    PolicyItem,
    PolicyShare,
    Unit,
)
from registry.scopes.common import Where, insures
from registry.scopes.cylinders import cylinders
from registry.scopes.elevators import elevators


def _policies(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        covered = select(PolicyItem.policy_id)
        return or_(
            Policy.holder_id.in_(select(Unit.id).where(Unit.area_code.in_(actor.areas))),
            Policy.id.in_(covered.join(Elevator, Elevator.id == PolicyItem.elevator_id).where(elevators(actor))),
            Policy.id.in_(covered.join(Cylinder, Cylinder.id == PolicyItem.cylinder_id).where(cylinders(actor))),
        )
    return or_(insures(actor), Policy.holder_id == actor.unit_id)


def _of_policy(column: InstrumentedAttribute[Any]) -> Callable[[Actor], Where]:
    return lambda actor: column.in_(select(Policy.id).where(_policies(actor)))


def _claims(actor: Actor) -> Where:
    """Of the policies one sees; a county sees of them what happened to its own equipment."""
    seen = _of_policy(Claim.policy_id)(actor)
    if actor.role not in COUNTY_ROLES:
        return seen
    return or_(
        Claim.elevator_id.in_(select(Elevator.id).where(elevators(actor))),
        Claim.cylinder_id.in_(select(Cylinder.id).where(cylinders(actor))),
    )


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    Claim: _claims,
    Endorsement: _of_policy(Endorsement.policy_id),
    FillSettlement: _of_policy(FillSettlement.policy_id),
    Policy: _policies,
    PolicyItem: _of_policy(PolicyItem.policy_id),
    PolicyShare: _of_policy(PolicyShare.policy_id),
}
