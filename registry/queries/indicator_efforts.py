"""What it takes to reach a target: how many more, who holds them, which can be won soon, what falls out next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, not_, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import among, db
from registry.models import Unit
from registry.queries import indicators, parameters
from registry.queries.indicator_definitions import Indicator
from registry.queries.indicators import PARAMETERS, Figure
from registry.rules.dates import add_months, end_of_month

STEP_DAYS = 7


@dataclass(frozen=True)
class Holder:
    """A unit with rows that are not counted. `ways`: way -> how many can be won by it (one row may have several);
    `winnable`: rows with any; `falling`: rows that count today and will not at the end of next month."""

    unit_id: int | None
    name: str
    behind: int
    ways: dict[str, int]
    winnable: int
    falling: int


@dataclass(frozen=True)
class Effort:
    """What it takes in one area today. `holders`: most rows behind first; None as unit where nobody holds them."""

    figure: Figure
    horizon: date
    holders: list[Holder]

    @property
    def winnable(self) -> int:
        """How many can be won soon, by all units together."""
        return sum(holder.winnable for holder in self.holders)

    @property
    def falling(self) -> int:
        """How many that count today fall out by the horizon if nothing is done."""
        return sum(holder.falling for holder in self.holders)


def horizon(today: date) -> date:
    """The end of next month."""
    later = add_months(today.replace(day=1), 1)
    return end_of_month(later.year, later.month)


def effort(actor: Actor, key: str, area: str | None = None) -> Effort:
    """Who holds what is not counted today, and what of it can be won.

    Raises:
        Missing: no such indicator, or no such area for the caller.
    """
    policy.require(actor, "indicator.read")
    indicator, today = indicators.find(key), clock.today()
    figure = indicators.in_area(actor, key, today, area)
    last = horizon(today)
    return Effort(figure, last, _holders(actor, indicator, today, last, area))


def _holders(actor: Actor, indicator: Indicator, today: date, last: date, area: str | None) -> list[Holder]:
    values = parameters.values(PARAMETERS, today)
    counted = func.coalesce(indicator.counted(today, values), False)
    behind = not_(counted)
    later = func.coalesce(indicator.counted(last, values), False)
    ways = [way.where(today, values) for way in indicator.ways]
    unit = indicator.holder(today).label("unit_id")
    sums = [
        _number(behind),
        _number(counted & not_(later)),
        *(_number(behind & way) for way in ways),
        _number(behind & or_(*ways)) if ways else func.sum(0),
    ]
    rows = db.session.execute(
        select(unit, *sums)
        .select_from(indicator.model)
        .where(
            policy.visible(actor, indicator.model),
            indicator.population(today),
            *indicators.inside(indicator, area, today),
        )
        .group_by(unit)
    ).all()
    found = [row for row in rows if row[1] or row[2]]
    names = _names([row[0] for row in found])
    holders = [
        Holder(
            row[0],
            names.get(row[0], ""),
            int(row[1]),
            {way.key: int(count) for way, count in zip(indicator.ways, row[3:-1], strict=True)},
            int(row[-1]),
            int(row[2]),
        )
        for row in found
    ]
    return sorted(holders, key=lambda holder: (-holder.behind, -holder.falling, holder.name))


def _number(where: ColumnElement[bool]) -> Any:
    return func.sum(case((where, 1), else_=0))


def _names(ids: Sequence[int | None]) -> dict[int, str]:
    known = [each for each in ids if each is not None]
    rows = db.session.execute(select(Unit.id, Unit.name).where(among(Unit.id, known)))
    return {row[0]: row[1] for row in rows}


def forecast(actor: Actor, key: str, area: str | None = None) -> list[Figure]:
    """The figure of today, of each week and of the end of next month, if nothing is done.

    What is on file today is asked for a day to come; equipment that would come in is not known, so the population is
    that of today's.
    """
    today = clock.today()
    last = horizon(today)
    days = [today, *(today + timedelta(days=n) for n in range(STEP_DAYS, (last - today).days, STEP_DAYS)), last]
    return [indicators.in_area(actor, key, day, area) for day in days]
