"""Indicators at the end of a period as reports say them (hazards.md §6.3): frozen figures where there are any, compared
with last year, the period before and December, ranked, and held against target and calendar.

Where nothing is frozen a computed indicator is worked out from the records, and the line says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from registry import policy
from registry.actor import Actor
from registry.errors import Missing
from registry.messages import T
from registry.models import Area, IndicatorSnapshot
from registry.queries import indicator_figures, indicator_targets, indicators
from registry.queries.areas import AreaName
from registry.queries.indicators import Figure
from registry.rules import comparisons, indicator_book
from registry.rules.comparisons import Change, Target
from registry.rules.indicator_book import Definition
from registry.settings import current


@dataclass(frozen=True)
class Monthly:
    """A figure at the end of a period; `row` the frozen one, None where it was worked out from the records."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    row: IndicatorSnapshot | None


NOTHING = Monthly(None, None, None, None)


@dataclass(frozen=True)
class Line:
    """One area (or one indicator) in a table. `total` and `total_ago`: the year so far where periods are summed."""

    definition: Definition
    area: str
    name: AreaName
    end: date
    now: Monthly
    year_ago: Monthly
    before: Monthly
    december: Monthly
    goal: Target | None
    total: Decimal | None = None
    total_ago: Decimal | None = None
    rank: int | None = None
    tied: bool = False
    climbed: int | None = None

    def _change(self, earlier: Monthly) -> Change:
        return comparisons.change(self.definition.is_rate, earlier.value, self.now.value)

    @property
    def year_on_year(self) -> Change:
        """同比."""
        return self._change(self.year_ago)

    @property
    def period_on_period(self) -> Change:
        """环比: of the month, or of the quarter for quarterly series."""
        return self._change(self.before)

    @property
    def since_december(self) -> Change:
        """较上年末."""
        return self._change(self.december)

    @property
    def year_so_far(self) -> Change:
        """累计同比, for what is summed over the year."""
        return comparisons.change(self.definition.is_rate, self.total_ago, self.total)

    @property
    def judged(self) -> Decimal | None:
        """What is held against the target: the year so far where periods are summed."""
        return self.total if self.definition.aggregation == "sum" else self.now.value

    @property
    def progress(self) -> Decimal | None:
        """完成率."""
        return comparisons.progress(self.judged, self.goal)

    @property
    def met(self) -> bool | None:
        return comparisons.is_met(self.judged, self.goal)

    @property
    def expected(self) -> Decimal:
        """The share that the calendar expects."""
        return comparisons.expected_share(self.end, self.goal)

    @property
    def lamp(self) -> str | None:
        """序时进度."""
        return comparisons.lamp(self.progress, self.expected)

    @cached_property
    def remarks(self) -> list[T]:
        """What a reader has to know of the figure."""
        row = self.now.row
        if row is None:
            return [] if self.now.value is None else [T("未冻结，按现有记录计算")]
        said = []
        if row.state in ("draft", "submitted"):
            said.append(T("未审定"))
        if row.revision:
            said.append(T("第{revision}次更正：{reason}", revision=row.revision, reason=row.reason))
        if row.late:
            said.append(T("逾期填报") if row.origin == "reported" else T("逾期冻结"))
        return said


@dataclass(frozen=True)
class Table:
    """One indicator by area: the counties in their order, then the city where the caller sees it."""

    definition: Definition
    end: date
    lines: list[Line]
    total: Line | None


class Months:
    """Figures at the ends of periods, each read or worked out once; of one indicator when `key` names it, with the
    tables of some days where the caller has them (`known`)."""

    def __init__(
        self, actor: Actor, key: str | None = None, known: Mapping[date, Sequence[Figure]] | None = None
    ) -> None:
        policy.require(actor, "indicator_figure.read")
        self.actor, self.key, self.known = actor, key, known or {}
        self.city = current().city_code
        self.areas = indicators.areas()
        self._frozen: dict[tuple[date, str, str], IndicatorSnapshot] = {}
        self._read: set[date] = set()
        self._boards: dict[date, Mapping[str, Mapping[str, Figure]]] = {}
        self._goals: dict[date, indicator_targets.Goals] = {}

    def visible(self) -> list[tuple[str, Area]]:
        """The counties the caller sees, in their order."""
        mine = [(code, area) for code, area in self.areas.items() if code != self.city]
        return [(code, area) for code, area in mine if self.actor.sees_city or code in self.actor.areas]

    def at(self, definition: Definition, area: str, end: date) -> Monthly:
        """One figure at the end of a period."""
        if end not in self._read:
            self._frozen.update(indicator_figures.frozen(self.actor, [end], self.key))
            self._read.add(end)
        row = self._frozen.get((end, definition.key, area))
        if row is not None:
            value = row.numerator / row.denominator if row.numerator is not None and row.denominator else row.value
            return Monthly(value, row.numerator, row.denominator, row)
        if not definition.computed:
            return NOTHING
        if end not in self._boards:
            self._boards[end] = self._computed(end)
        figure = self._boards[end][definition.key].get(area)
        if figure is None:
            return NOTHING
        return Monthly(figure.value, Decimal(figure.numerator), Decimal(figure.denominator), None)

    def _computed(self, end: date) -> Mapping[str, Mapping[str, Figure]]:
        if self.key is None:
            return indicators.board(self.actor, end).by_area
        figures = self.known.get(end) or indicators.table(self.actor, self.key, end)
        return {self.key: {figure.area: figure for figure in figures}}

    def line(self, definition: Definition, area: str, end: date) -> Line:
        """One area's line, without its rank."""
        row = self.areas[area]
        if end not in self._goals:
            self._goals[end] = indicator_targets.in_force(end)
        ago = indicator_book.year_before(end)
        summed = definition.aggregation == "sum"
        return Line(
            definition,
            area,
            AreaName(row.name, row.name_en),
            end,
            now=self.at(definition, area, end),
            year_ago=self.at(definition, area, ago),
            before=self.at(definition, area, indicator_book.period_before(definition.frequency, end)),
            december=self.at(definition, area, indicator_book.december_before(end)),
            goal=indicator_targets.goal(self._goals[end], definition.key, area, self.city),
            total=self._so_far(definition, area, end) if summed else None,
            total_ago=self._so_far(definition, area, ago) if summed else None,
        )

    def _so_far(self, definition: Definition, area: str, end: date) -> Decimal | None:
        ends = indicator_book.ends_of_year(definition.frequency, end)
        return comparisons.cumulated([self.at(definition, area, each).value for each in ends])


def compared_days(definition: Definition, end: date) -> list[date]:
    """A period's end and those that its line is compared with."""
    before = indicator_book.period_before(definition.frequency, end)
    return [end, before, indicator_book.year_before(end), indicator_book.december_before(end)]


def table(actor: Actor, key: str, end: date, months: Months | None = None) -> Table:
    """One indicator by county with ranks: 并列 for ties, none for what is not known.

    Raises:
        Missing: no such indicator.
    """
    definition = indicator_book.definitions(end).get(key)
    if definition is None:
        raise Missing(T("没有这个指标"))
    months = months or Months(actor)
    lines = [months.line(definition, code, end) for code, _area in months.visible()]
    total = months.line(definition, months.city, end) if actor.sees_city else None
    return Table(definition, end, _ranked(definition, lines), total)


def _ranked(definition: Definition, lines: Sequence[Line]) -> list[Line]:
    if definition.direction not in ("up", "down") or len(lines) < 2:
        return list(lines)
    up = definition.direction == "up"
    now = comparisons.rank([line.now.value for line in lines], high_is_good=up)
    before = comparisons.rank([line.before.value for line in lines], high_is_good=up)
    return [
        _with_rank(line, place, now.count(place) > 1, comparisons.climbed(earlier, place))
        for line, place, earlier in zip(lines, now, before, strict=True)
    ]


def _with_rank(line: Line, rank: int | None, tied: bool, climbed: int | None) -> Line:
    values = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    return Line(**values | {"rank": rank, "tied": tied and rank is not None, "climbed": climbed})


def overview(actor: Actor, end: date, area: str | None = None, months: Months | None = None) -> list[Line]:
    """Every indicator of one area (the caller's county, or the city) that has a figure for the period, is computed, or
    is due then.

    Raises:
        Missing: no such area for the caller.
    """
    months = months or Months(actor)
    code = place_of(actor, area, months)
    return [
        months.line(definition, code, end)
        for definition in indicator_book.definitions(end).values()
        if definition.computed or indicator_book.is_period_end(definition.frequency, end)
    ]


def place_of(actor: Actor, area: str | None, months: Months) -> str:
    """The area a report is of: the one asked for, else the caller's county, else the city; Missing when not theirs."""
    code = area or (months.city if actor.sees_city else actor.areas[0])
    if code not in months.areas or not (actor.sees_city or code in actor.areas):
        raise Missing(T("没有这个辖区"))
    return code


def tables(actor: Actor, end: date, months: Months | None = None) -> list[Table]:
    """The county tables of a report: every computed indicator, and those reported that a county has a figure of."""
    months = months or Months(actor)
    found = [
        table(actor, key, end, months)
        for key, definition in indicator_book.definitions(end).items()
        if definition.computed or indicator_book.is_period_end(definition.frequency, end)
    ]
    return [
        each for each in found if each.definition.computed or any(line.now.value is not None for line in each.lines)
    ]
