"""Cylinders due to be inspected or at the end of their service life: by station and month, with reminders ahead.

Reminders 60, 30 and 7 days ahead: the law asks for the application a month before (cylinders.md §2.1, Law art. 40).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Cylinder, Unit
from registry.queries.paging import LARGEST, Page
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.dates import add_months

# Every cylinder in use is in one band; the last open end is "later".
BANDS: dict[str, tuple[int | None, int | None]] = {
    "overdue": (None, -1),
    "7": (0, 7),
    "30": (8, 30),
    "60": (31, 60),
    "later": (61, None),
}
MONTHS = 12
IN_USE = tuple(status.id for status in STATUSES.values() if status.counts_in_use)
# The day a cylinder must not be filled any more: whichever ends first.
DUE: Any = case(
    (Cylinder.next_inspection_on.is_(None), Cylinder.service_end_on),
    (Cylinder.service_end_on.is_(None), Cylinder.next_inspection_on),
    (Cylinder.next_inspection_on <= Cylinder.service_end_on, Cylinder.next_inspection_on),
    else_=Cylinder.service_end_on,
)


@dataclass(frozen=True)
class Due:
    """A cylinder with its day, the days left (negative when past), and whether it is its life that ends."""

    cylinder: Cylinder
    due_on: date
    days: int
    life_ends: bool


@dataclass(frozen=True)
class Station:
    """How many cylinders of a station are overdue and due in each of the next twelve months."""

    id: int
    name: str
    overdue: int
    months: tuple[int, ...]


def months(on: date) -> list[date]:
    """The first days of this month and the eleven after it."""
    return [add_months(on.replace(day=1), number) for number in range(MONTHS)]


def found(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    """Cylinders in use by `band`, `month` (its first day), `owner_id`, `medium`, `area`, `away` (at inspection)."""
    policy.require(actor, "cylinder.read")
    statement = policy.scope(actor, Cylinder).where(_in_use(filters), DUE.is_not(None))
    if band := filters.get("band"):
        statement = statement.where(_within(band, on))
    if first := filters.get("month"):
        statement = statement.where(_in_month(first, on))
    for name in ("owner_id", "medium"):
        if filters.get(name):
            statement = statement.where(getattr(Cylinder, name) == filters[name])
    if filters.get("area"):
        statement = statement.where(Cylinder.area_code == filters["area"])
    return statement


def page(actor: Actor, filters: Mapping[str, Any], on: date, limit: int = 50, cursor: str | None = None) -> Page:
    """A page of `Due`, the most urgent first. The cursor is the day and id of the last one.

    Raises:
        Invalid: the cursor is not one of ours.
    """
    statement = found(actor, filters, on).options(joinedload(Cylinder.owner))
    if cursor:
        day, number = _place(cursor)
        statement = statement.where(or_(day < DUE, and_(day == DUE, Cylinder.id > number)))
    limit = max(1, min(limit, LARGEST))
    rows = db.session.scalars(statement.order_by(DUE, Cylinder.id).limit(limit + 1)).unique().all()
    items = [_due(row, on) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return Page(items, f"{last.due_on:%Y%m%d}-{last.cylinder.id}" if last else None)


def counts(actor: Actor, filters: Mapping[str, Any], on: date) -> dict[str, int]:
    """How many are in each band, in one walk, whatever band or month is asked for."""
    wanted = {name: value for name, value in filters.items() if name not in ("band", "month")}
    sums = [func.sum(case((_within(band, on), 1), else_=0)) for band in BANDS]
    row = db.session.execute(found(actor, wanted, on).with_only_columns(*sums, maintain_column_froms=True)).one()
    return {band: number or 0 for band, number in zip(BANDS, row, strict=True)}


def stations(actor: Actor, filters: Mapping[str, Any], on: date, limit: int = 200) -> list[Station]:
    """The stations with cylinders due within twelve months, those with most overdue first."""
    wanted = {name: value for name, value in filters.items() if name not in ("band", "month")}
    overdue = func.sum(case((_within("overdue", on), 1), else_=0))
    sums = [func.sum(case((_in_month(first, on), 1), else_=0)) for first in months(on)]
    last = add_months(on.replace(day=1), MONTHS)
    statement = (
        found(actor, wanted, on)
        .join(Unit, Unit.id == Cylinder.owner_id)
        .where(last > DUE)
        .with_only_columns(Unit.id, Unit.name, overdue, *sums)
        .group_by(Unit.id, Unit.name)
        .order_by(overdue.desc(), Unit.name)
        .limit(limit)
    )
    return [Station(row[0], row[1], row[2], tuple(row[3:])) for row in db.session.execute(statement)]


def _in_use(filters: Mapping[str, Any]) -> ColumnElement[bool]:
    """Those at an inspection body are dealt with already, and listed only when asked for."""
    return Cylinder.status == "inspection" if filters.get("away") else Cylinder.status == "in_use"


def _within(band: str, on: date) -> ColumnElement[bool]:
    first, last = BANDS[band]
    if band == "overdue":
        # Either day alone decides, so that an index may be used.
        return or_(Cylinder.next_inspection_on < on, Cylinder.service_end_on < on)
    bounds = []
    if first is not None:
        bounds.append(on + timedelta(days=first) <= DUE)
    if last is not None:
        bounds.append(on + timedelta(days=last) >= DUE)
    return and_(*bounds)


def _in_month(first: date, on: date) -> ColumnElement[bool]:
    """Due in a month; what is past already is overdue and no longer due in this one."""
    return and_(max(first, on) <= DUE, add_months(first.replace(day=1), 1) > DUE)


def _due(row: Cylinder, on: date) -> Due:
    days = [day for day in (row.next_inspection_on, row.service_end_on) if day is not None]
    due = min(days)
    return Due(row, due, (due - on).days, due == row.service_end_on)


def _place(cursor: str) -> tuple[date, int]:
    day, _dash, number = cursor.partition("-")
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])), int(number)
    except ValueError:
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询")) from None
