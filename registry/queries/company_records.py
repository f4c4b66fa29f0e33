"""Drills and spot checks of maintenance companies: the records, and which category lacks its half-yearly drill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Contract, Drill, Elevator, QualityCheck, Unit
from registry.queries.indicator_definitions import IN_USE
from registry.queries.paging import Page, paginate
from registry.queries.periods import holds
from registry.rules.dates import add_months
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.limits import limit

SOON_DAYS = 30


@dataclass(frozen=True)
class Cover:
    """A category of elevators that a company maintains: how many, its latest drill, the last day for the next one."""

    company: Unit
    category: str
    elevators: int
    held_on: date | None
    next_on: date | None
    state: str


def covers(actor: Actor, on: date) -> list[Cover]:
    """Each company and category under contract on a day, those without a drill first (T5002 art. 5 (3))."""
    policy.require(actor, "drill.read")
    statement = (
        policy.scope(actor, Elevator, Contract.company_id, Elevator.kind, func.count())
        .join(Contract, Contract.elevator_id == Elevator.id)
        .where(holds(Contract, on), Elevator.status.in_(IN_USE))
        .group_by(Contract.company_id, Elevator.kind)
    )
    if actor.role in policy.MAINTENANCE:
        statement = statement.where(Contract.company_id == actor.unit_id)
    numbers: dict[tuple[int, str], int] = {}
    for company_id, kind, count in db.session.execute(statement):
        key = (company_id, ELEVATOR_KINDS[kind].category)
        numbers[key] = numbers.get(key, 0) + count
    companies = {company_id for company_id, _category in numbers}
    units = {row.id: row for row in db.session.scalars(select(Unit).where(Unit.id.in_(companies)))}
    held = _latest(companies, on)
    found = [_cover(units[key[0]], key[1], count, held.get(key), on) for key, count in numbers.items()]
    return sorted(found, key=lambda each: (each.next_on or date.min, each.company.name, each.category))


def _latest(companies: set[int], on: date) -> dict[tuple[int, str], date]:
    statement = (
        select(Drill.company_id, Drill.category, func.max(Drill.held_on))
        .where(Drill.company_id.in_(companies), Drill.held_on <= on)
        .group_by(Drill.company_id, Drill.category)
    )
    return {(company_id, category): day for company_id, category, day in db.session.execute(statement)}


def _cover(company: Unit, category: str, count: int, held_on: date | None, on: date) -> Cover:
    next_on = add_months(held_on, limit("inspection_limits", "drill_months", on)) if held_on else None
    state = "overdue" if next_on is None or next_on < on else "soon" if (next_on - on).days <= SOON_DAYS else "valid"
    return Cover(company, category, count, held_on, next_on, state)


def count_overdue(actor: Actor, on: date) -> int:
    """How many categories lack their half-yearly drill."""
    return sum(each.state == "overdue" for each in covers(actor, on))


def drills(actor: Actor, cursor: str | None = None) -> Page:
    """Drills, the newest first."""
    policy.require(actor, "drill.read")
    statement = policy.scope(actor, Drill).options(joinedload(Drill.company))
    return paginate(statement, Drill.id, 50, cursor, newest=True)


def checks(actor: Actor, cursor: str | None = None) -> Page:
    """Spot checks of quality, the newest first."""
    policy.require(actor, "drill.read")
    options = (joinedload(QualityCheck.company), joinedload(QualityCheck.elevator), joinedload(QualityCheck.checker))
    return paginate(policy.scope(actor, QualityCheck).options(*options), QualityCheck.id, 50, cursor, newest=True)
