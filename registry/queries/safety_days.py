"""On which days a unit was in use, by subject: set-based, for one unit or a whole city."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Capacity, Elevator, ElevatorStatus, ElevatorUse, Unit
from registry.queries import parameters
from registry.rules import safety as rules
from registry.rules.dates import is_working_day
from registry.rules.safety import Span

IN_USE = "in_use"
Spans = frozenset[Span]
Days = frozenset[date]


def used_by(unit: Any, on: Any) -> Select[Any]:
    """Ids of the elevators that a unit (an id or a column) uses on a day and that run on it."""
    column, running = using(on)
    return running.where(column == unit)


def using(on: Any) -> tuple[Any, Select[Any]]:
    """The unit that uses an elevator on a day, and the elevators that run on it."""
    unit = func.coalesce(ElevatorUse.unit_id, Elevator.use_unit_id)
    return unit, _running(on, on, Elevator.id)


def of_units(actor: Actor, subject: str, window: Span, units: Iterable[int] | None = None) -> Mapping[int, Days]:
    """The days of use in a window by unit, for those units whose officers the caller may see."""
    found = _SOURCES[rules.subjects()[subject].days](actor, window, units)
    if rules.subjects()[subject].days == "licence":
        off, extra = parameters.holidays()
        return {unit: _working(spans, off, extra) for unit, spans in found.items()}
    return {unit: _days(spans) for unit, spans in found.items()}


@lru_cache(maxsize=4096)
def _days(spans: Spans) -> Days:
    return frozenset(day for span in spans for day in span.days())


@lru_cache(maxsize=1024)
def _working(spans: Spans, off: frozenset[date], extra: frozenset[date]) -> Days:
    return frozenset(day for day in _days(spans) if is_working_day(day, off, extra))


def _running(first: Any, last: Any, *columns: Any) -> Select[Any]:
    """Elevators in use at some time in a window, with the unit that used them then."""
    return (
        select(*columns)
        .select_from(Elevator)
        .join(ElevatorStatus, ElevatorStatus.elevator_id == Elevator.id)
        .outerjoin(
            ElevatorUse,
            and_(
                ElevatorUse.elevator_id == Elevator.id,
                ElevatorUse.since <= last,
                or_(ElevatorUse.until.is_(None), ElevatorUse.until > first),
            ),
        )
        .where(
            ElevatorStatus.status == IN_USE,
            ElevatorStatus.since <= last,
            or_(ElevatorStatus.until.is_(None), ElevatorStatus.until > first),
        )
    )


def _of_elevators(actor: Actor, window: Span, units: Iterable[int] | None) -> Mapping[int, Spans]:
    unit_column = func.coalesce(ElevatorUse.unit_id, Elevator.use_unit_id)
    statement = _running(
        window.first,
        window.last,
        unit_column,
        ElevatorStatus.since,
        ElevatorStatus.until,
        ElevatorUse.since,
        ElevatorUse.until,
    ).where(unit_column.in_(_seen(actor, units)))
    found: dict[int, set[Span]] = {}
    for unit, *ends in db.session.execute(statement.distinct()):
        if (span := _clipped(window, *ends)) is not None:
            found.setdefault(unit, set()).add(span)
    return {unit: frozenset(spans) for unit, spans in found.items()}


def _of_licences(actor: Actor, window: Span, units: Iterable[int] | None) -> Mapping[int, Spans]:
    statement = select(Capacity.unit_id, Capacity.since, Capacity.suspended_since).where(
        Capacity.capacity == "filling", Capacity.since <= window.last, Capacity.unit_id.in_(_seen(actor, units))
    )
    found: dict[int, set[Span]] = {}
    for unit, since, until in db.session.execute(statement):
        if (span := _clipped(window, since, until)) is not None:
            found.setdefault(unit, set()).add(span)
    return {unit: frozenset(spans) for unit, spans in found.items()}


def _clipped(window: Span, *ends: date | None) -> Span | None:
    """What `[since, until)` periods, given one after the other, have in common with a window."""
    first = max([window.first, *(since for since in ends[::2] if since)])
    last = min([window.last, *(until - timedelta(days=1) for until in ends[1::2] if until)])
    return Span(first, last) if first <= last else None


def _seen(actor: Actor, units: Iterable[int] | None) -> Select[Any]:
    """Ids of the units: an office those of its areas, anybody else his own."""
    statement = select(Unit.id)
    if units is not None:
        statement = statement.where(Unit.id.in_(list(units)))
    if actor.sees_city:
        return statement
    if actor.areas or policy.may(actor, "parameter.read"):
        return statement.where(Unit.area_code.in_(actor.areas))
    return statement.where(Unit.id == actor.unit_id)


Source = Callable[[Actor, Span, Iterable[int] | None], Mapping[int, Spans]]
_SOURCES: Mapping[str, Source] = MappingProxyType({"elevators": _of_elevators, "licence": _of_licences})
