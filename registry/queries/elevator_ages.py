"""How old the elevators in use are: counts by age band, and those whose age nobody knows (elevators.md §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Elevator, Unit
from registry.queries import areas, elevators
from registry.queries.paging import Page, paginate
from registry.rules.lifecycle import STATUSES
from registry.rules.limits import limit
from registry.rules.old_elevators import Band, bands, made_by

UNKNOWN = "unknown"
IN_USE = tuple(key for key, status in STATUSES.items() if status.counts_in_use)
BY: dict[str, Any] = {"area": Elevator.area_code, "place": Elevator.place_type, "unit": Elevator.use_unit_id}
PAGE = 100


@dataclass
class Line:
    """The elevators of one county, place type or use unit: `counts` by band and `unknown`."""

    key: str
    label: Any
    counts: dict[str, int] = field(default_factory=dict)
    old: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Ages:
    """The table by one dimension, the most old ones first; `total` over all of it."""

    by: str
    bands: tuple[Band, ...]
    lines: list[Line]
    total: Line


def old_by(on: date) -> date:
    """The last day of manufacture of what counts as old on a day."""
    return made_by(limit("old_elevator_limits", "old_years", on), on)


def is_old(on: date) -> ColumnElement[bool]:
    """Elevators that count as old on a day; those of unknown age do not."""
    return Elevator.made_on <= old_by(on)


def in_band(band: Band, on: date) -> list[ColumnElement[bool]]:
    """The conditions on elevators of a band; `from_years <= age < below_years`."""
    found: list[ColumnElement[bool]] = [Elevator.made_on <= made_by(band.from_years, on)]
    if band.below_years is not None:
        found.append(Elevator.made_on > made_by(band.below_years, on))
    return found if band.from_years else found[1:]


def table(actor: Actor, by: str, on: date, area: str | None = None) -> Ages:
    """Elevators in use by age band and `area`, `place` or `unit`.

    Raises:
        Invalid: another dimension.
    """
    policy.require(actor, "old_elevator.read")
    if by not in BY:
        raise Invalid.field("by", T("请从列表中选择"))
    column = BY[by]
    band = _band(on)
    matching = elevators.found(actor, {"area": area}).where(Elevator.status.in_(IN_USE))
    counted = matching.with_only_columns(column, band, func.count()).group_by(column, band).order_by(None)
    lines: dict[Any, Line] = {}
    total = Line("", T("合计"))
    old = {each.id for each in bands(on) if each.from_years >= limit("old_elevator_limits", "old_years", on)}
    for key, found, count in db.session.execute(counted):
        line = lines.setdefault(key, Line("" if key is None else str(key), None))
        for each in (line, total):
            each.counts[found] = each.counts.get(found, 0) + count
            each.old += count if found in old else 0
    _label(by, lines)
    ordered = sorted(lines.values(), key=lambda line: (-line.old, -line.total, line.key))
    return Ages(by, bands(on), ordered, total)


def unknown(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, most: int = 50) -> Page:
    """The elevators in use whose age nobody knows."""
    policy.require(actor, "old_elevator.read")
    return paginate(_unknown(actor, filters).options(*elevators.UNITS), Elevator.id, most, cursor)


def count_unknown(actor: Actor, filters: Mapping[str, Any]) -> int:
    """How many."""
    return db.session.scalar(select(func.count()).select_from(_unknown(actor, filters).subquery())) or 0


def _unknown(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    statement = elevators.found(actor, filters).where(Elevator.status.in_(IN_USE), Elevator.made_on.is_(None))
    same = {"office": Elevator.area_code, "place": Elevator.place_type, "use_unit": Elevator.use_unit_id}
    return statement.where(*(column == filters[name] for name, column in same.items() if filters.get(name)))


def _band(on: date) -> ColumnElement[str]:
    """The band of an elevator, the oldest first: a day of manufacture belongs to the first it reaches."""
    whens = [(Elevator.made_on <= made_by(band.from_years, on), band.id) for band in reversed(bands(on))]
    youngest = bands(on)[0].id
    return case((Elevator.made_on.is_(None), UNKNOWN), *whens[:-1], else_=youngest)


def _label(by: str, lines: Mapping[Any, Line]) -> None:
    """The names of areas and units; those of place types are the door's."""
    if by == "area":
        known: Mapping[Any, Any] = areas.names()
    elif by == "unit":
        known = dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_([k for k in lines if k]))).all())
    else:
        known = {}
    for key, line in lines.items():
        line.label = known.get(key)
