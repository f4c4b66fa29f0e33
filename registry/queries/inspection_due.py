"""What is due to be inspected or self-tested: by month, with the state of each elevator in use (elevators.md §4.2).

A list says "overdue" of exactly the elevators that the indicator `inspection_in_date` does not count on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, or_, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Contract, Elevator, Inspection, SelfCheck, Unit
from registry.queries import areas, inspection_cover
from registry.queries.elevators import found as matching
from registry.queries.indicator_definitions import elevators_in_use
from registry.queries.paging import LARGEST, Page
from registry.queries.periods import holds
from registry.rules.dates import add_months, end_of_month
from registry.rules.inspection import (
    PERIODIC_INSPECTION,
    SELF_TEST,
    STATES,
    apply_by,
    early_months,
    kind_of,
    pattern,
)
from registry.rules.inspection_results import self_check_since

Filters = Mapping[str, Any]
KINDS = (PERIODIC_INSPECTION, SELF_TEST)
CAUSES: dict[str, T] = {
    "lapsed": T("检验或检测已过期"),
    "failed": T("检验不合格，需整改后复检"),
    "none": T("没有检验记录"),
}
MOST_PLACES = 9  # digits of a cursor


@dataclass(frozen=True)
class Due:
    """One elevator of the list. `due_by` None when nothing covers it (`cause` says why: one of CAUSES); `year` counted
    from `base`; `opens_on` the first day it may be done; `self_check_on` the latest self-check that counts for it."""

    elevator: Elevator
    due_by: date | None
    year: int | None
    kind: str | None
    state: str
    opens_on: date | None
    apply_by: date | None
    estimated: bool
    cause: str
    company: str | None
    area: areas.AreaName | None
    self_check_on: date | None
    on: date

    @property
    def days_left(self) -> int | None:
        """Days to the due day; negative when it is past."""
        return (self.due_by - self.on).days if self.due_by else None


@dataclass(frozen=True)
class Counts:
    """How many elevators are in each state, and due in each month (`YYYY-MM`) from this month on."""

    states: Mapping[str, int]
    months: Mapping[str, int]

    @property
    def total(self) -> int:
        """All elevators in use."""
        return sum(self.states.values())


def _lines(actor: Actor, filters: Filters, on: date) -> tuple[Select[Any], Any, Any]:
    """(statement of elevator id, due day, base; the due day; the base) of what the filters leave."""
    inside = () if actor.sees_city or actor.role == "inspection_body" else (_own(actor),)
    covers, altered = inspection_cover.covers(on, *inside), inspection_cover.altered(on)
    base = func.coalesce(
        altered.c.day,
        Elevator.installation_inspected_on,
        Elevator.registered_on,
        Elevator.in_use_since,
        Elevator.made_on,
    )
    wanted = {name: filters.get(name) for name in ("q", "area", "unit")}
    statement = (
        matching(actor, wanted)
        .with_only_columns(Elevator.id, covers.c.due_by, base.label("base"), altered.c.day.label("altered"))
        .join(covers, covers.c.elevator_id == Elevator.id, isouter=True)
        .join(altered, altered.c.elevator_id == Elevator.id, isouter=True)
        .where(elevators_in_use(on))
    )
    if filters.get("use_unit"):
        named = select(Unit.id).where(Unit.name.contains(filters["use_unit"].strip(), autoescape=True))
        statement = statement.where(Elevator.use_unit_id.in_(named))
    if filters.get("kind"):
        statement = statement.where(_is_kind(filters["kind"], covers.c.due_by, base, on))
    return statement, covers.c.due_by, base


def _own(actor: Actor) -> ColumnElement[bool]:
    return Inspection.elevator_id.in_(policy.scope(actor, Elevator, Elevator.id))


def _is_kind(kind: str, due_by: Any, base: Any, on: date) -> ColumnElement[bool]:
    """By the year the due day belongs to; what nothing covers is due in the year of the day."""
    years, every_from = pattern(on)
    year = extract("year", func.coalesce(due_by, on)) - extract("year", base)
    periodic = or_(year.in_(years), year >= every_from, year < 1, base.is_(None))
    return periodic if kind == PERIODIC_INSPECTION else ~periodic


def _in_state(state: str, due_by: Any, base: Any, on: date) -> ColumnElement[bool]:
    this_month = end_of_month(on.year, on.month)
    if state == "overdue":
        return or_(due_by.is_(None), due_by < on)
    if state == "due":
        return and_(due_by >= on, due_by <= this_month)
    opened = or_(
        *(and_(due_by <= _opened(on, kind), _is_kind(kind, due_by, base, on)) for kind in KINDS),
    )
    later = due_by > this_month
    return and_(later, opened) if state == "open" else and_(later, ~opened)


def _opened(on: date, kind: str) -> date:
    """The last due day whose window is open on a day."""
    month = add_months(on.replace(day=1), early_months(kind, on))
    return end_of_month(month.year, month.month)


def state_of(due_by: date | None, kind: str | None, on: date) -> str:
    """later, open, due or overdue, as the lists say it: overdue from the day after the last one covered."""
    if due_by is None or due_by < on:
        return "overdue"
    if due_by <= end_of_month(on.year, on.month):
        return "due"
    return "open" if due_by <= _opened(on, kind or SELF_TEST) else "later"


def counts(actor: Actor, filters: Filters, on: date) -> Counts:
    """How many are in each state and due in each month, under the filters but for state and month."""
    policy.require(actor, "inspection.read")
    lines = _lines(actor, filters, on)[0].subquery()
    year = extract("year", lines.c.base)
    statement = select(lines.c.due_by, year, func.count()).group_by(lines.c.due_by, year)
    states, months = dict.fromkeys(STATES, 0), dict[str, int]()
    for due_by, base_year, number in db.session.execute(statement):
        kind = _kind(due_by, base_year, on)[1]
        states[state_of(due_by, kind, on)] += number
        if due_by is not None and due_by >= on:
            months[f"{due_by:%Y-%m}"] = months.get(f"{due_by:%Y-%m}", 0) + number
    return Counts(states, dict(sorted(months.items())))


WITHIN = (7, 30, 60)


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many are overdue, and due within so many days from now (`WITHIN`): for the first page, in one statement."""
    statement, due_by, base = _lines(actor, {}, on)
    overdue = case((_in_state("overdue", due_by, base, on), 1), else_=0).label("overdue")
    lines = statement.add_columns(overdue).subquery()
    within = [
        func.count().filter(lines.c.due_by.between(on, date.fromordinal(on.toordinal() + days))) for days in WITHIN
    ]
    numbers = db.session.execute(select(func.count().filter(lines.c.overdue == 1), *within)).one()
    return dict(zip(("overdue", *(str(days) for days in WITHIN)), numbers, strict=True))


def page(actor: Actor, filters: Filters, on: date, limit: int = 50, cursor: str | None = None) -> Page:
    """A page of `Due`, the most urgent first: `state`, `month` (YYYY-MM or a first day), `within` (days), `kind`,
    `area`, `unit`, `q`.

    Raises:
        Invalid: the cursor is not one of ours.
    """
    policy.require(actor, "inspection.read")
    statement, due_by, base = _lines(actor, filters, on)
    if filters.get("state"):
        statement = statement.where(_in_state(filters["state"], due_by, base, on))
    if filters.get("month"):
        first = filters["month"]
        statement = statement.where(due_by >= max(first, on), due_by <= end_of_month(first.year, first.month))
    if filters.get("within") is not None:
        last = date.fromordinal(on.toordinal() + filters["within"])
        statement = statement.where(due_by >= on, due_by <= last)
    place = _place(cursor)
    limit = max(1, min(limit, LARGEST))
    ordered = statement.order_by(due_by.is_not(None), due_by, Elevator.id).offset(place).limit(limit + 1)
    rows = db.session.execute(ordered).all()
    return Page(_dues(actor, rows[:limit], on), str(place + limit) if len(rows) > limit else None)


def _place(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not cursor.isdecimal() or len(cursor) > MOST_PLACES:
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询"))
    return int(cursor)


def _dues(actor: Actor, rows: Iterable[Any], on: date) -> list[Due]:
    lines = list(rows)
    ids = [line.id for line in lines]
    units = (joinedload(Elevator.use_unit), joinedload(Elevator.owner_unit))
    statement = policy.scope(actor, Elevator).where(Elevator.id.in_(ids)).options(*units)
    elevators = {row.id: row for row in db.session.scalars(statement)}
    companies, checks, failed, known = _companies(ids, on), _self_checks(ids, on), _failed(ids, on), areas.names()
    return [_due(line, elevators[line.id], companies, checks, failed, known, on) for line in lines]


def _due(
    line: Any,
    elevator: Elevator,
    companies: Mapping[int, str],
    checks: Mapping[int, date],
    failed: Mapping[int, date],
    known: Mapping[str, areas.AreaName],
    on: date,
) -> Due:
    year, kind = _kind(line.due_by, line.base.year if line.base else None, on)
    checked = checks.get(line.id)
    due_by = line.due_by
    return Due(
        elevator=elevator,
        due_by=due_by,
        year=year,
        kind=kind,
        state=state_of(due_by, kind, on),
        opens_on=add_months(due_by.replace(day=1), -early_months(kind, on)) if due_by and kind else None,
        apply_by=apply_by(due_by) if due_by and kind == PERIODIC_INSPECTION else None,
        estimated=line.altered is None and elevator.installation_inspected_on is None,
        cause=_cause(due_by, line.id in failed, on),
        company=companies.get(line.id),
        area=known.get(elevator.area_code),
        self_check_on=checked if checked and checked >= self_check_since(max(due_by or on, on)) else None,
        on=on,
    )


def _cause(due_by: date | None, failed: bool, on: date) -> str:
    if due_by is not None:
        return "lapsed" if due_by < on else ""
    return "failed" if failed else "none"


def _kind(due_by: date | None, base_year: int | None, on: date) -> tuple[int | None, str | None]:
    """The year and kind of a duty: years are counted from that of the base."""
    if base_year is None:
        return None, PERIODIC_INSPECTION
    year = (due_by or on).year - int(base_year)
    return (year, kind_of(year, on)) if year >= 1 else (None, PERIODIC_INSPECTION)


def _companies(ids: list[int], on: date) -> dict[int, str]:
    statement = (
        select(Contract.elevator_id, Unit.name)
        .join(Unit, Unit.id == Contract.company_id)
        .where(Contract.elevator_id.in_(ids), holds(Contract, on))
        .order_by(Contract.since)
    )
    return dict(db.session.execute(statement).all())


def _self_checks(ids: list[int], on: date) -> dict[int, date]:
    """The latest passed self-check of each."""
    statement = (
        select(SelfCheck.elevator_id, func.max(SelfCheck.done_on))
        .where(SelfCheck.elevator_id.in_(ids), SelfCheck.passed, SelfCheck.done_on <= on)
        .group_by(SelfCheck.elevator_id)
    )
    return dict(db.session.execute(statement).all())


def _failed(ids: list[int], on: date) -> dict[int, date]:
    """The latest failed inspection of each."""
    statement = (
        select(Inspection.elevator_id, func.max(Inspection.done_on))
        .where(
            Inspection.elevator_id.in_(ids), Inspection.conclusion == "fail", inspection_cover.stands(Inspection, on)
        )
        .group_by(Inspection.elevator_id)
    )
    return {number: day for number, day in db.session.execute(statement) if day}
