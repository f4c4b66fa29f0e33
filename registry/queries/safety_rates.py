"""How many of the records owed were made (elevators.md §5), by unit, county and city, and why each other was not.

A period counts on the day it falls due, a record from the day it came: a figure of a past window never changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Elevator, SafetyAppointment, SafetyCharge, SafetyRecord, Unit
from registry.queries import areas, safety_days
from registry.queries.paging import Page
from registry.rules import safety as rules
from registry.rules.safety import Duty, Span

LONGEST = 366
BEFORE = timedelta(days=45)  # a month that falls due in the window began so long before it
REASONS: dict[str, T] = {
    "nobody": T("没有任命应当记录的人员"),
    "late": T("期末之后才补记"),
    "missing": T("没有记录"),
}


@dataclass
class Rate:
    """Records made and owed by cycle, and elevators with a named officer."""

    made: dict[str, int] = field(default_factory=lambda: dict.fromkeys(rules.CYCLES, 0))
    owed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(rules.CYCLES, 0))
    assigned: int = 0
    lifts: int = 0

    def add(self, other: Rate) -> None:
        """Sum of numerators over sum of denominators."""
        for cycle in rules.CYCLES:
            self.made[cycle] += other.made[cycle]
            self.owed[cycle] += other.owed[cycle]
        self.assigned += other.assigned
        self.lifts += other.lifts

    def share(self, cycle: str) -> Decimal | None:
        """Made of owed; None where nothing was owed."""
        return _share(self.made[cycle], self.owed[cycle])

    @property
    def assigned_share(self) -> Decimal | None:
        """Elevators with a named officer of those in use."""
        return _share(self.assigned, self.lifts)

    @property
    def behind(self) -> int:
        """How many records are missing."""
        return sum(self.owed.values()) - sum(self.made.values())


@dataclass(frozen=True)
class UnitLine:
    """A unit and its rates."""

    id: int
    name: str
    area_code: str | None
    area: T | None
    rate: Rate


@dataclass(frozen=True)
class AreaLine:
    """An area and its rates."""

    area: T | None
    code: str | None
    units: int
    rate: Rate


@dataclass(frozen=True)
class Board:
    """Rates of a window: the whole, by area, by unit (the worst first)."""

    window: Span
    total: Rate
    areas: Sequence[AreaLine]
    units: Sequence[UnitLine]


@dataclass(frozen=True)
class Gap:
    """A record that was owed and not made in time."""

    unit_id: int
    unit: str
    area_code: str | None
    duty: Duty
    span: Span
    reason: T
    key: str


def window_of(filters: Mapping[str, Any], today: date) -> Span:
    """`since`..`until` of a filter; the four weeks up to yesterday when nothing is asked.

    Raises:
        Invalid: the end before the start, or more than a year.
    """
    last = filters.get("until") or today - timedelta(days=1)
    first = filters.get("since") or last - timedelta(days=27)
    if first > last:
        raise Invalid.field("until", T("不能早于开始日期"))
    if (last - first).days >= LONGEST:
        raise Invalid.field("since", T("最多统计{days}天", days=LONGEST))
    return Span(first, last)


def board(actor: Actor, filters: Mapping[str, Any], today: date) -> Board:
    """The rates by `subject`, `since`, `until`, `area`, `unit`."""
    policy.require(actor, "safety.read")
    window = window_of(filters, today)
    subject = filters.get("subject") or "elevator"
    used = _used(actor, subject, window, filters)
    names = _units(used, filters.get("area"))
    made = _made(actor, subject, window, filters)
    assigned = _assigned(subject, window.last)
    rates = {
        unit: _rate(rules.duties(subject, window.last), window, used[unit], made.get(unit, {}), assigned.get(unit))
        for unit in names
    }
    labels = areas.names()
    lines = [UnitLine(unit, name, area, labels.get(area or ""), rates[unit]) for unit, (name, area) in names.items()]
    lines.sort(key=lambda line: (-line.rate.behind, line.name))
    by_area: dict[str | None, AreaLine] = {}
    total = Rate()
    for line in lines:
        known = by_area.get(line.area_code) or AreaLine(line.area, line.area_code, 0, Rate())
        known.rate.add(line.rate)
        total.add(line.rate)
        by_area[line.area_code] = AreaLine(known.area, known.code, known.units + 1, known.rate)
    return Board(window, total, sorted(by_area.values(), key=lambda line: line.code or ""), lines)


def gaps(actor: Actor, filters: Mapping[str, Any], today: date) -> list[Gap]:
    """What is owed and was not made by the last day of the window, the latest first; `cycle` narrows it."""
    policy.require(actor, "safety.read")
    window = window_of(filters, today)
    subject = filters.get("subject") or "elevator"
    used = _used(actor, subject, window, filters)
    names = _units(used, filters.get("area"))
    made = _made(actor, subject, window, filters, ever=True)
    appointed = _appointed(actor, subject, window)
    found = []
    for cycle, duty in rules.duties(subject, window.last).items():
        if filters.get("cycle") not in (None, cycle):
            continue
        for unit, (name, area) in names.items():
            received = made.get(unit, {}).get(cycle, {})
            for span in _owed(duty, window, used[unit]):
                came = received.get(span.first)
                if came is not None and came <= window.last:
                    continue
                key = _why(came, appointed.get((unit, duty.role), ()), span)
                found.append(Gap(unit, name, area, duty, span, REASONS[key], key))
    return sorted(found, key=lambda gap: (gap.span.last, gap.unit), reverse=True)


def gap_page(actor: Actor, filters: Mapping[str, Any], cursor: str | None, limit: int = 200) -> Page:
    """A page of `gaps`."""
    found = gaps(actor, filters, clock.today())
    start = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 10 else 0
    rest = len(found) > start + limit
    return Page(found[start : start + limit], str(start + limit) if rest else None)


def _why(came: date | None, appointed: Iterable[tuple[date, date | None]], span: Span) -> str:
    if came is not None:
        return "late"
    there = any(since <= span.last and (until is None or until > span.first) for since, until in appointed)
    return "missing" if there else "nobody"


def _rate(
    duties: Mapping[str, Duty],
    window: Span,
    used: Collection[date],
    made: Mapping[str, Mapping[date, date]],
    assigned: tuple[int, int] | None,
) -> Rate:
    rate = Rate()
    rate.assigned, rate.lifts = assigned or (0, 0)
    for cycle, duty in duties.items():
        owed = _owed(duty, window, used)
        received = made.get(cycle, {})
        rate.owed[cycle] = len(owed)
        rate.made[cycle] = sum(1 for span in owed if span.first in received)
    return rate


_KNOWN: dict[tuple[Any, ...], list[Span]] = {}


def _owed(duty: Duty, window: Span, used: Collection[date]) -> list[Span]:
    """What is owed; nearly all units of a city have the same days of use, so that it is worked out once for them."""
    key = (duty, window, used)
    found = _KNOWN.get(key)
    if found is None:
        if len(_KNOWN) > 5000:
            _KNOWN.clear()
        found = _KNOWN[key] = rules.owed(duty, window, used)
    return found


def _used(actor: Actor, subject: str, window: Span, filters: Mapping[str, Any]) -> Mapping[int, frozenset[date]]:
    units = [filters["unit"]] if filters.get("unit") else None
    return safety_days.of_units(actor, subject, Span(window.first - BEFORE, window.last), units)


def _units(ids: Iterable[int], area: str | None) -> dict[int, tuple[str, str | None]]:
    statement = select(Unit.id, Unit.name, Unit.area_code)
    if area:
        statement = statement.where(Unit.area_code == area)
    wanted = set(ids)
    return {unit: (name, code) for unit, name, code in db.session.execute(statement) if unit in wanted}


def _made(
    actor: Actor, subject: str, window: Span, filters: Mapping[str, Any], ever: bool = False
) -> dict[int, dict[str, dict[date, date]]]:
    """Unit -> cycle -> first day of the period -> the day its first record came."""
    columns = (SafetyRecord.unit_id, SafetyRecord.cycle, SafetyRecord.starts_on, func.min(SafetyRecord.counts_from))
    statement = (
        policy.scope(actor, SafetyRecord, *columns)
        .where(
            SafetyRecord.subject == subject,
            SafetyRecord.cycle.in_(rules.CYCLES),
            SafetyRecord.starts_on.between(window.first - BEFORE, window.last),
        )
        .group_by(SafetyRecord.unit_id, SafetyRecord.cycle, SafetyRecord.starts_on)
    )
    if not ever:
        statement = statement.where(SafetyRecord.counts_from <= window.last)
    if filters.get("unit"):
        statement = statement.where(SafetyRecord.unit_id == filters["unit"])
    found: dict[int, dict[str, dict[date, date]]] = {}
    for unit, cycle, first, came in db.session.execute(statement):
        found.setdefault(unit, {}).setdefault(cycle, {})[first] = came
    return found


def _appointed(actor: Actor, subject: str, window: Span) -> dict[tuple[int, str], list[tuple[date, date | None]]]:
    row = SafetyAppointment
    found: dict[tuple[int, str], list[tuple[date, date | None]]] = {}
    statement = policy.scope(actor, row, row.unit_id, row.role, row.since, row.until).where(
        row.subject == subject, row.since <= window.last
    )
    for unit, role, since, until in db.session.execute(statement):
        found.setdefault((unit, role), []).append((since, until))
    return found


def _assigned(subject: str, on: date) -> dict[int, tuple[int, int]]:
    """Unit -> elevators with a named officer, elevators in use, on a day."""
    if rules.subjects()[subject].things != "elevators":
        return {}
    unit, running = safety_days.using(on)
    charged = and_(
        SafetyCharge.elevator_id == Elevator.id,
        SafetyCharge.unit_id == unit,
        SafetyCharge.since <= on,
        or_(SafetyCharge.until.is_(None), SafetyCharge.until > on),
    )
    statement = running.with_only_columns(
        unit, func.count(func.distinct(SafetyCharge.elevator_id)), func.count(func.distinct(Elevator.id))
    ).outerjoin(SafetyCharge, charged)
    return {key: (some, every) for key, some, every in db.session.execute(statement.group_by(unit)) if key}


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None
