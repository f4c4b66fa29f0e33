"""Until when an elevator's inspections cover it, as conditions for a database: the one source of indicator and lists.

An inspection covers the days up to `valid_until`, moved by the orders in force, unless a failed one came after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import aliased, selectinload

from registry.db import db
from registry.models import Area, Elevator, Inspection, InspectionOrder, InspectionOrderItem
from registry.rules.inspection import new_base_since
from registry.rules.inspection_orders import Order, shifted

Where = ColumnElement[bool]


@dataclass(frozen=True)
class OrderInForce:
    """An order of the rules, and where it holds: an area with those below it, elevators by id, or all (both empty)."""

    order: Order
    areas: frozenset[str]
    elevators: frozenset[int]
    id: int

    def reaches(self, elevator: Elevator) -> bool:
        """Whether the order speaks of this elevator."""
        if self.elevators:
            return elevator.id in self.elevators
        return not self.areas or bool({elevator.area_code, elevator.division_code} & self.areas)


def orders(on: date) -> list[OrderInForce]:
    """The orders in force on a day, the newest first."""
    rows = db.session.scalars(
        select(InspectionOrder)
        .where(InspectionOrder.since <= on, or_(InspectionOrder.until.is_(None), InspectionOrder.until > on))
        .order_by(InspectionOrder.since.desc(), InspectionOrder.id.desc())
        .options(selectinload(InspectionOrder.items))
    ).all()
    if not rows:
        return []
    children: dict[str | None, set[str]] = {}
    for code, parent in db.session.execute(select(Area.code, Area.parent_code)):
        children.setdefault(parent, set()).add(code)
    return [
        OrderInForce(
            Order(row.due_from, row.due_to, row.shift_months, row.since, row.until, row.document),
            frozenset(_below(row.area_code, children)) if row.area_code else frozenset(),
            frozenset(item.elevator_id for item in row.items),
            row.id,
        )
        for row in rows
    ]


def _below(code: str, children: dict[str | None, set[str]]) -> set[str]:
    found = {code}
    for child in children.get(code, ()):
        found |= _below(child, children)
    return found


def covers_until(found: Sequence[OrderInForce]) -> ColumnElement[Any]:
    """The last day an inspection covers, moved by orders."""
    column = Inspection.valid_until
    whens: list[tuple[Where, ColumnElement[Any]]] = []
    for each in found:
        scope = _scope(each)
        whens += [
            (and_(column >= first, column <= last, scope), literal(moved, Date))
            for first, last, moved in each.order.months()
        ]
    return case(*whens, else_=column) if whens else column  # type: ignore[return-value]


def _scope(each: OrderInForce) -> Where:
    if each.elevators:
        named = select(InspectionOrderItem.elevator_id).where(InspectionOrderItem.order_id == each.id)
        return Inspection.elevator_id.in_(named)
    if not each.areas:
        return true()
    inside = select(Elevator.id).where(or_(Elevator.area_code.in_(each.areas), Elevator.division_code.in_(each.areas)))
    return Inspection.elevator_id.in_(inside)


def stands(row: Any, on: date) -> Where:
    """A record of a day or before that had not been corrected by another one then."""
    return and_(
        or_(row.done_on.is_(None), row.done_on <= on),
        or_(row.replaced_on.is_(None), row.replaced_on > on),
    )


def in_effect(on: date) -> Where:
    """A passed inspection with a validity, and no failed one after it."""
    failed = aliased(Inspection)
    ever = select(failed.elevator_id).where(failed.conclusion == "fail", failed.done_on <= on)
    after = (
        select(literal(1))
        .where(
            failed.elevator_id == Inspection.elevator_id,
            failed.conclusion == "fail",
            failed.done_on > Inspection.done_on,
            stands(failed, on),
        )
        .exists()
    )
    return and_(
        Inspection.conclusion != "fail",
        Inspection.valid_until.is_not(None),
        stands(Inspection, on),
        or_(Inspection.elevator_id.not_in(ever), ~after),
    )


def covered(on: date) -> Where:
    """Whether an elevator is covered on a day: what the indicator counts."""
    found = orders(on)
    latest = covers_until(found) >= on
    if not found:
        latest = Inspection.valid_until >= on
    return select(literal(1)).where(Inspection.elevator_id == Elevator.id, in_effect(on), latest).exists()


def covers(on: date, *where: Where) -> Any:
    """A table of (elevator_id, due_by): the last day covered, for those with an inspection in effect."""
    return (
        select(Inspection.elevator_id, func.max(covers_until(orders(on))).label("due_by"))
        .where(in_effect(on), *where)
        .group_by(Inspection.elevator_id)
        .subquery()
    )


def altered(on: date) -> Any:
    """A table of (elevator_id, day): the latest passed alteration that began the years anew."""
    return (
        select(Inspection.elevator_id, func.max(Inspection.done_on).label("day"))
        .where(
            Inspection.kind == "alteration_supervision",
            Inspection.conclusion != "fail",
            Inspection.done_on >= new_base_since(),
            stands(Inspection, on),
        )
        .group_by(Inspection.elevator_id)
        .subquery()
    )


def covered_until(elevator: Elevator, rows: Iterable[Inspection], on: date) -> tuple[date | None, Order | None]:
    """The same of one elevator from its records: the last day covered and the order that moved it, if one did."""
    kept = [
        row
        for row in rows
        if (row.done_on is None or row.done_on <= on) and (row.replaced_on is None or row.replaced_on > on)
    ]
    failed = max((row.done_on for row in kept if row.conclusion == "fail" and row.done_on), default=None)
    days = [
        row.valid_until
        for row in kept
        if row.conclusion != "fail"
        and row.valid_until
        and (row.done_on is None or failed is None or failed <= row.done_on)
    ]
    reaching = [each.order for each in orders(on) if each.reaches(elevator)]
    moved = [shifted(day, reaching, on) for day in days]
    return max(moved, key=lambda pair: pair[0], default=(None, None))
