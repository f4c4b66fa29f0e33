"""The colours of the city's elevators: how many of each by area, the list behind, one elevator's grade now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Area, Elevator, ElevatorRisk
from registry.queries import elevators, risk_facts
from registry.queries.paging import Page, paginate
from registry.rules import risk
from registry.rules.risk import Risk

WORST_FIRST = tuple(reversed(risk.LEVELS))


@dataclass(frozen=True)
class AreaColours:
    """How many elevators of an area have which colour."""

    area: Area
    counts: dict[str, int]

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def grave(self) -> float | None:
        """The share of red and orange; None where there is nothing."""
        return (self.counts["red"] + self.counts["orange"]) / self.all if self.all else None


def of_elevator(actor: Actor, code: str, on: date) -> Risk | None:
    """The grade of an elevator from today's facts; None where it is not graded (停用).

    Raises:
        Missing: no such elevator for this caller.
    """
    policy.require(actor, "risk.read")
    row = elevators.detail(actor, code).elevator
    facts = risk_facts.of_elevators([row.id], on).get(row.id)
    return risk.grade("elevator", facts, on) if facts else None


def in_force(on: date) -> Any:
    """The condition of a period that holds on a day."""
    return (ElevatorRisk.since <= on) & or_(ElevatorRisk.until.is_(None), ElevatorRisk.until > on)


def by_area(actor: Actor, on: date) -> list[AreaColours]:
    """The colours by area on a day, in the areas' order; areas without elevators left out."""
    policy.require(actor, "risk.read")
    rows = db.session.execute(
        policy.scope(actor, ElevatorRisk, Elevator.area_code, ElevatorRisk.level, func.count())
        .join(Elevator, Elevator.id == ElevatorRisk.elevator_id)
        .where(in_force(on))
        .group_by(Elevator.area_code, ElevatorRisk.level)
    )
    counts: dict[str, dict[str, int]] = {}
    for area, level, count in rows:
        counts.setdefault(area, dict.fromkeys(WORST_FIRST, 0))[level] = count
    areas = db.session.scalars(select(Area).where(Area.code.in_(counts)).order_by(Area.position))
    return [AreaColours(area, counts[area.code]) for area in areas]


def page(actor: Actor, asked: Mapping[str, Any], on: date) -> Page:
    """Graded elevators on a day, newest grades first: `level?, area?, cursor?, limit?`."""
    policy.require(actor, "risk.read")
    found = (
        policy.scope(actor, ElevatorRisk)
        .where(in_force(on))
        .options(joinedload(ElevatorRisk.elevator).joinedload(Elevator.use_unit))
    )
    if asked.get("level"):
        found = found.where(ElevatorRisk.level == asked["level"])
    if asked.get("area"):
        found = found.join(Elevator, Elevator.id == ElevatorRisk.elevator_id).where(Elevator.area_code == asked["area"])
    return paginate(found, ElevatorRisk.id, asked.get("limit") or 50, asked.get("cursor"), newest=True)
