"""From an area to the units that hold its rows: counted, behind and value of each, on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from registry import policy
from registry.actor import Actor
from registry.db import among, db, make_room
from registry.errors import Missing
from registry.messages import T
from registry.models import Cylinder, Unit
from registry.queries import indicator_targets, indicators, parameters
from registry.rules import comparisons
from registry.rules.comparisons import Target
from registry.settings import current

PAGE = 50


@dataclass(frozen=True)
class UnitFigure:
    """One unit's part of a figure. `unit_id` 0 holds what nobody holds; `name` is empty where the caller may not see
    the unit."""

    unit_id: int
    name: str
    counted: int
    population: int
    goal: Target | None

    @property
    def behind(self) -> int:
        return self.population - self.counted

    @property
    def value(self) -> Decimal | None:
        return Decimal(self.counted) / self.population if self.population else None

    @property
    def met(self) -> bool | None:
        return comparisons.is_met(self.value, self.goal)


@dataclass(frozen=True)
class Units:
    """A page of them, most behind first; `total` units in all, `start` where this page begins."""

    items: list[UnitFigure]
    total: int
    start: int

    @property
    def next(self) -> int | None:
        """Where the next page begins."""
        after = self.start + len(self.items)
        return after if after < self.total else None


def by_unit(
    actor: Actor,
    key: str,
    on: date,
    area: str | None = None,
    start: int = 0,
    limit: int = PAGE,
    unit: int | None = None,
) -> Units:
    """The units behind a figure, those with most rows not counted first; only one when `unit` is given.

    Raises:
        Missing: no such indicator; with `unit`, it holds nothing that the caller sees.
    """
    policy.require(actor, "indicator.read")
    indicator = indicators.find(key)
    if indicator.model is Cylinder:
        make_room()
    values = parameters.values(indicators.PARAMETERS, on)
    holder = func.coalesce(indicator.holder(on), 0).label("unit_id")
    counted = func.sum(case((func.coalesce(indicator.counted(on, values), False), 1), else_=0)).label("counted")
    grouped = (
        select(holder, func.count().label("population"), counted)
        .select_from(indicator.model)
        .where(
            policy.visible(actor, indicator.model), indicator.population(on), *indicators.inside(indicator, area, on)
        )
        .group_by(holder)
    )
    if unit is not None:
        grouped = grouped.where(indicators.held_by(indicator, unit, on))
    table = grouped.subquery()
    rows = db.session.execute(
        select(table, func.count().over().label("total"))
        .order_by((table.c.population - table.c.counted).desc(), table.c.population.desc(), table.c.unit_id)
        .offset(start)
        .limit(limit)
    ).all()
    total = rows[0].total if rows else _beyond(table, start)
    if unit is not None and not total:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    city = current().city_code
    goal = indicator_targets.goal(indicator_targets.in_force(on), key, area or city, city)
    names = _names(actor, [row.unit_id for row in rows])
    found = [
        UnitFigure(row.unit_id, names.get(row.unit_id, ""), int(row.counted), row.population, goal) for row in rows
    ]
    return Units(found, total, start)


def _beyond(table: Any, start: int) -> int:
    """How many units there are, where a page begins after the last."""
    return db.session.scalar(select(func.count()).select_from(table)) or 0 if start else 0


def _names(actor: Actor, ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(policy.scope(actor, Unit, Unit.id, Unit.name).where(among(Unit.id, ids)))
    return {row[0]: row[1] for row in rows}
