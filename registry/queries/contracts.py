"""Maintenance contracts as lists: all of them, those that end soon, and the elevators that have none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from registry import clock, codes, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Contract, CreditGrade, Elevator, Unit
from registry.queries.paging import Page, paginate
from registry.rules.lifecycle import statuses

ENDING_DAYS = (90, 60, 30)
STATES: dict[str, T] = {
    "running": T("履行中"),
    **{f"ending_{days}": T("{days}天内到期", days=days) for days in ENDING_DAYS},
    "ended": T("已终止"),
    "future": T("未开始"),
}
LOADED = (selectinload(Contract.elevator).selectinload(Elevator.use_unit), joinedload(Contract.company))


def state(row: Contract, on: date) -> str:
    """`future`, `ended`, `running`, or the shortest `ending_…` it falls under while no contract follows."""
    if row.since > on:
        return "future"
    if row.until is None:
        return "running"
    if row.until <= on:
        return "ended"
    left = (row.until - on).days
    return next((f"ending_{days}" for days in sorted(ENDING_DAYS) if left <= days), "running")


def page(actor: Actor, filters: Mapping[str, Any], on: date | None = None) -> Page:
    """The contracts the caller may see, the newest first.

    `filters`, each optional: `state` (STATES), `company` (unit id), `area`, `mode`, `q` (number, label code, or part of
    the address or use unit), `limit`, `cursor`.
    """
    policy.require(actor, "contract.read")
    statement = _found(actor, filters, on or clock.today()).options(*LOADED)
    return paginate(statement, Contract.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def ids(actor: Actor, filters: Mapping[str, Any], on: date, most: int) -> list[int]:
    """The numbers of the contracts of the same list, at most so many: for renewing all that was found."""
    policy.require(actor, "contract.read")
    return list(db.session.scalars(_found(actor, filters, on).with_only_columns(Contract.id).limit(most)))


def chosen(actor: Actor, contract_ids: list[int]) -> list[Contract]:
    """Some contracts with their elevators, those the caller may see."""
    policy.require(actor, "contract.read")
    rows = policy.scope(actor, Contract).where(Contract.id.in_(contract_ids)).options(*LOADED).order_by(Contract.id)
    return list(db.session.scalars(rows))


def count(actor: Actor, filters: Mapping[str, Any], on: date) -> int:
    """How many contracts match."""
    return db.session.scalar(select(func.count()).select_from(_found(actor, filters, on).subquery())) or 0


def count_ending(actor: Actor, on: date) -> int:
    """How many end within 30 days with nothing to follow."""
    return count(actor, {"state": "ending_30"}, on)


def _found(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    statement = policy.scope(actor, Contract)
    if asked := filters.get("state"):
        statement = statement.where(_in_state(asked, on))
    if filters.get("company"):
        statement = statement.where(Contract.company_id == filters["company"])
    if filters.get("mode"):
        statement = statement.where(Contract.mode == filters["mode"])
    if area := filters.get("area"):
        inside = select(Elevator.id).where(or_(Elevator.area_code == area, Elevator.division_code == area))
        statement = statement.where(Contract.elevator_id.in_(inside))
    if text := filters.get("q"):
        statement = statement.where(_matching(text))
    return statement


def _in_state(asked: str, on: date) -> ColumnElement[bool]:
    begun = Contract.since <= on
    if asked == "future":
        return Contract.since > on
    if asked == "ended":
        return and_(begun, Contract.until <= on)
    if asked == "running":
        return and_(begun, or_(Contract.until.is_(None), Contract.until > on))
    days = int(asked.removeprefix("ending_"))
    after = aliased(Contract)
    followed = (
        select(after.id)
        .where(after.elevator_id == Contract.elevator_id, after.since >= Contract.until, after.id != Contract.id)
        .exists()
    )
    return and_(begun, Contract.until > on, Contract.until <= on + timedelta(days=days), not_(followed))


def _matching(text: str) -> ColumnElement[bool]:
    named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
    elevators = select(Elevator.id).where(
        or_(
            Elevator.label_code == codes.split(text).code,
            Elevator.address.contains(text, autoescape=True),
            Elevator.use_unit_id.in_(named),
        )
    )
    return or_(Contract.number == text, Contract.elevator_id.in_(elevators), Contract.company_id.in_(named))


def uncontracted(actor: Actor, filters: Mapping[str, Any], on: date | None = None) -> Page:
    """Elevators that must be maintained and have no contract that runs: `q`, `area`, `unit`, `limit`, `cursor`."""
    policy.require(actor, "contract.read")
    statement = _uncontracted(actor, filters, on or clock.today()).options(
        selectinload(Elevator.use_unit), selectinload(Elevator.contracts).joinedload(Contract.company)
    )
    return paginate(statement, Elevator.id, filters.get("limit") or 50, filters.get("cursor"))


def count_uncontracted(actor: Actor, on: date, filters: Mapping[str, Any] | None = None) -> int:
    """How many elevators have none."""
    return db.session.scalar(select(func.count()).select_from(_uncontracted(actor, filters or {}, on).subquery())) or 0


def _uncontracted(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    maintained = [status.id for status in statuses(on).values() if status.maintained]
    running = select(Contract.elevator_id).where(
        Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on)
    )
    statement = policy.scope(actor, Elevator).where(Elevator.status.in_(maintained), Elevator.id.not_in(running))
    if area := filters.get("area"):
        statement = statement.where(or_(Elevator.area_code == area, Elevator.division_code == area))
    if filters.get("unit"):
        statement = statement.where(Elevator.use_unit_id == filters["unit"])
    if text := filters.get("q"):
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        statement = statement.where(
            or_(Elevator.address.contains(text, autoescape=True), Elevator.use_unit_id.in_(named))
        )
    return statement


def last_contract(elevator: Elevator) -> Contract | None:
    """The contract that ended last, of an elevator whose contracts are loaded."""
    return max(elevator.contracts, key=lambda row: row.since, default=None)


def grades(unit_ids: list[int], on: date) -> dict[int, str]:
    """The credit class of companies on a day."""
    rows = db.session.execute(
        select(CreditGrade.unit_id, CreditGrade.grade)
        .where(
            CreditGrade.unit_id.in_(unit_ids),
            CreditGrade.since <= on,
            or_(CreditGrade.until.is_(None), CreditGrade.until > on),
        )
        .order_by(CreditGrade.since)
    ).all()
    return dict(rows)
