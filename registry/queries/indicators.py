"""The figures of the indicators on any day: by area, the rows behind them, the trend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any

from sqlalchemy import and_, case, func, not_, select
from sqlalchemy.orm import InstrumentedAttribute

from registry import policy
from registry.actor import Actor
from registry.db import db, make_room
from registry.errors import Missing
from registry.messages import T
from registry.models import Area, Cylinder
from registry.queries import cylinder_tallies, indicator_counts, indicator_targets, parameters
from registry.queries.indicator_definitions import INDICATORS, Indicator, Parameters, Where
from registry.queries.indicator_targets import Goals
from registry.queries.paging import Page, paginate
from registry.rules import comparisons
from registry.rules.comparisons import Target
from registry.rules.dates import add_months, end_of_month
from registry.settings import current

PARAMETERS = ("paperless.window_days",)
MOST_TREND_POINTS = 60

Counts = Mapping[str, tuple[int, int]]
"""area -> (counted, population)."""


@dataclass(frozen=True)
class Figure:
    """One indicator in one area on one day. `value` is numerator / denominator, None when nothing is counted."""

    key: str
    name: T
    on: date
    area: str
    area_name: str
    area_name_en: str
    numerator: int
    denominator: int
    goal: Target | None

    @property
    def value(self) -> Decimal | None:
        return Decimal(self.numerator) / Decimal(self.denominator) if self.denominator else None

    @property
    def behind(self) -> int:
        """How many of the population are not counted."""
        return self.denominator - self.numerator

    @property
    def target(self) -> Decimal | None:
        return self.goal.value if self.goal else None

    @property
    def comparator(self) -> str | None:
        return self.goal.comparator if self.goal else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or without a value."""
        return comparisons.is_met(self.value, self.goal)

    @property
    def missing(self) -> int:
        """How many more are needed to reach the target."""
        if self.goal is None or self.met or self.goal.comparator not in (">=", "=", "between"):
            return 0
        return max(ceil(self.goal.value * self.denominator) - self.numerator, 0)


@dataclass(frozen=True)
class Board:
    """All figures of one area, and key -> area -> figure. `counted_at`: when, where that was a while ago."""

    figures: list[Figure]
    by_area: dict[str, dict[str, Figure]]
    counted_at: datetime | None = None


@dataclass(frozen=True)
class Behind:
    """A row that is not counted, and why."""

    row: Any
    reason: T


def find(key: str) -> Indicator:
    """The indicator of a key; Missing when there is none."""
    if key not in INDICATORS:
        raise Missing(T("没有这个指标"))
    return INDICATORS[key]


def areas() -> dict[str, Area]:
    """The city's areas by code, in their order."""
    return {area.code: area for area in db.session.scalars(select(Area).order_by(Area.position))}


def table(actor: Actor, key: str, on: date) -> list[Figure]:
    """The city first, then every area: city = sum of numerators / sum of denominators."""
    policy.require(actor, "indicator.read")
    indicator = find(key)
    return _table(actor, key, on, areas(), indicator_targets.in_force(on), _counts(actor, [indicator], on)[key])


def tables(actor: Actor, key: str, days: Collection[date]) -> dict[date, list[Figure]]:
    """The same of several days."""
    policy.require(actor, "indicator.read")
    known, counts = areas(), _counts_of_days(actor, find(key), sorted(set(days)))
    return {on: _table(actor, key, on, known, indicator_targets.in_force(on), said) for on, said in counts.items()}


def in_area(actor: Actor, key: str, on: date, area: str | None = None) -> Figure:
    """One indicator in one area on a day, or for everything the caller sees.

    Raises:
        Missing: no such indicator, or no such area for the caller.
    """
    return _of_area(table(actor, key, on), area)


def _of_area(figures: Sequence[Figure], area: str | None) -> Figure:
    code = area or current().city_code
    found = next((figure for figure in figures if figure.area == code), None)
    if found is None:
        raise Missing(T("没有这个辖区"))
    return found


def _table(
    actor: Actor,
    key: str,
    on: date,
    known: dict[str, Area],
    targets: Goals,
    counts: Counts,
) -> list[Figure]:
    city = current().city_code
    goal = indicator_targets.goal(targets, key, city, city)
    total = (sum(n for n, _ in counts.values()), sum(d for _, d in counts.values()))
    figures = [_figure(key, on, known.get(city), city, total, goal)]
    for code, area in known.items():
        if code != city and (not actor.areas or code in actor.areas or code in counts):
            own = indicator_targets.goal(targets, key, code, city)
            figures.append(_figure(key, on, area, code, counts.get(code, (0, 0)), own))
    return figures


def board(actor: Actor, on: date, area: str | None = None, *, kept: bool = False) -> Board:
    """Every indicator: for one area (or for everything the caller sees), and by area.

    With `kept` it may be of some minutes ago, see `indicator_counts`.

    Raises:
        Missing: no such area, or not one the caller sees.
    """
    policy.require(actor, "indicator.read")
    code, known, targets = area or current().city_code, areas(), indicator_targets.in_force(on)
    before = indicator_counts.fresh(actor, on) if kept else None
    found: dict[str, Counts] = {} if before is None else {**before[0]}
    found |= _counts(actor, [one for key, one in INDICATORS.items() if key not in found], on)
    by_area = {
        key: {figure.area: figure for figure in _table(actor, key, on, known, targets, found[key])}
        for key in INDICATORS
    }
    if any(code not in rows for rows in by_area.values()):
        raise Missing(T("没有这个辖区"))
    return Board([rows[code] for rows in by_area.values()], by_area, before[1] if before else None)


def figures(actor: Actor, on: date, area: str | None = None) -> list[Figure]:
    """Every indicator for one area, or for everything the caller sees when none is named."""
    return board(actor, on, area).figures


def behind(
    actor: Actor,
    key: str,
    on: date,
    area: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
    unit: int | None = None,
) -> Page:
    """The rows not counted, each with its reason: `counted + behind = population`; with `unit` those it holds, 0 for
    those that nobody holds."""
    policy.require(actor, "indicator.read")
    indicator = find(key)
    values = parameters.values(PARAMETERS, on)
    statement = policy.scope(actor, indicator.model).where(
        *left_out(indicator, on, values), *inside(indicator, area, on)
    )
    if unit is not None:
        statement = statement.where(held_by(indicator, unit, on))
    identity: InstrumentedAttribute[int] = indicator.model.id  # type: ignore[attr-defined]
    page = paginate(statement, identity, limit, cursor)
    why = indicator.reasons(page.items, on, values) if page.items else {}
    return Page([Behind(row, why[row.id]) for row in page.items], page.next)


def left_out(indicator: Indicator, on: date, values: Parameters) -> tuple[Where, ...]:
    """Rows of the population that are not counted, as conditions."""
    return indicator.population(on), not_(func.coalesce(indicator.counted(on, values), False))


def inside(indicator: Indicator, area: str | None, on: date) -> tuple[Where, ...]:
    """Rows that were in one area on a day; all of them for the city and without an area."""
    return (indicator.area(on) == area,) if area and area != current().city_code else ()


def held_by(indicator: Indicator, unit: int, on: date) -> Where:
    """Rows that a unit holds on a day; with 0 those of nobody."""
    holder = indicator.holder(on)
    return holder == unit if unit else holder.is_(None)  # type: ignore[no-any-return]


def trend(
    actor: Actor,
    key: str,
    first: date,
    last: date,
    area: str | None = None,
    known: Mapping[date, Sequence[Figure]] | None = None,
) -> list[Figure]:
    """The figures of `trend_days`; `known`: the tables of those days, where the caller has them."""
    days = trend_days(first, last)
    found = tables(actor, key, days) if known is None else known
    return [_of_area(found[day], area) for day in days]


def trend_days(first: date, last: date) -> list[date]:
    """Month-ends from `first` to `last`, and `last` itself."""
    days = [day for day in _month_ends(first, last) if day < last]
    return [*days[-MOST_TREND_POINTS:], last]


def _month_ends(first: date, last: date) -> Sequence[date]:
    days, day = [], first.replace(day=1)
    while day <= last:
        days.append(end_of_month(day.year, day.month))
        day = add_months(day, 1)
    return days


def count_all(actor: Actor, on: date) -> dict[str, Counts]:
    """Every indicator as the records say, each of them read: key -> area -> (counted, population)."""
    policy.require(actor, "indicator.read")
    return _counts(actor, list(INDICATORS.values()), on, kept=False)


def _counts(actor: Actor, asked: Sequence[Indicator], on: date, *, kept: bool = True) -> dict[str, Counts]:
    """key -> area -> (counted, population); indicators of one population are counted in one walk over it. Cylinders of
    a past day come from `cylinder_tallies`, which says the same as the records."""
    found: dict[str, Counts] = {}
    if kept and any(indicator.model is Cylinder for indicator in asked):
        past = cylinder_tallies.counts(actor, on) or {}
        found |= {indicator.key: past[indicator.key] for indicator in asked if indicator.key in past}
        asked = [indicator for indicator in asked if indicator.key not in past]
    together: dict[Any, list[Indicator]] = {}
    for indicator in asked:
        together.setdefault((indicator.model, indicator.population), []).append(indicator)
    for same in together.values():
        found |= _counted_together(actor, same, on)
    return found


def _counts_of_days(actor: Actor, indicator: Indicator, days: Sequence[date]) -> dict[date, Counts]:
    """Day -> area -> (counted, population). PostgreSQL walks once for all days, where rows were in one area throughout;
    for SQLite each day is a walk over an index that holds just what is asked for, which is quicker."""
    places = [indicator.area(on) for on in days]
    one_walk = all(place is places[0] for place in places) and indicator.model is not Cylinder
    if db.engine.dialect.name != "postgresql" or not one_walk:
        return {on: _counts(actor, [indicator], on)[indicator.key] for on in days}
    sums = []
    for on in days:
        there, values = indicator.population(on), parameters.values(PARAMETERS, on)
        counted = case((and_(there, indicator.counted(on, values)), 1), else_=0)
        sums += [func.sum(case((there, 1), else_=0)), func.sum(counted)]
    rows = db.session.execute(
        select(places[0], *sums)
        .select_from(indicator.model)
        .where(policy.visible(actor, indicator.model))
        .group_by(places[0])
    ).all()
    return {
        on: {row[0]: (int(row[at + 1]), int(row[at])) for row in rows if row[at]}
        for at, on in zip(range(1, 2 * len(days) + 1, 2), days, strict=True)
    }


def _counted_together(actor: Actor, same: Sequence[Indicator], on: date) -> dict[str, Counts]:
    values = parameters.values(PARAMETERS, on)
    first = same[0]
    if first.model is Cylinder:
        make_room()
    sums = [func.sum(case((indicator.counted(on, values), 1), else_=0)) for indicator in same]
    area = first.area(on).label("area")
    rows = db.session.execute(
        select(area, func.count(), *sums)
        .select_from(first.model)
        .where(policy.visible(actor, first.model), first.population(on))
        .group_by(area)
    ).all()
    return {
        indicator.key: {area: (int(counts[place] or 0), population) for area, population, *counts in rows}
        for place, indicator in enumerate(same)
    }


def _figure(
    key: str,
    on: date,
    area: Area | None,
    code: str,
    counts: tuple[int, int],
    goal: Target | None,
) -> Figure:
    return Figure(
        key=key,
        name=INDICATORS[key].name,
        on=on,
        area=code,
        area_name=area.name if area else code,
        area_name_en=area.name_en if area else code,
        numerator=counts[0],
        denominator=counts[1],
        goal=goal,
    )
