"""The definition of every indicator (hazards.md §6.2): unit, direction, nature, parts, source, owner, frequency.

`computed` ones are counted from the registry's records, `reported` ones are rows of the plan's table 2 that other
offices answer for. The plan names no responsible unit; owners and frequencies are proposals (G) the office may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType

from registry.rules.dates import add_months, end_of_month
from registry.rules.limits import edition

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
FREQUENCIES = {
    "month": ("每月", "monthly"),
    "quarter": ("每季", "quarterly"),
    "half": ("每半年", "half-yearly"),
    "year": ("每年", "yearly"),
}
NATURES = {
    "binding": ("约束性", "binding"),
    "expected": ("预期性", "expected"),
    "watch": ("监测", "watched"),
}
DIRECTIONS = {
    "up": ("越高越好", "higher is better"),
    "down": ("越低越好", "lower is better"),
    "range": ("保持在区间内", "inside a range"),
    "none": ("不评价", "not judged"),
}
AGGREGATIONS = {
    "ratio_of_sums": ("分子之和÷分母之和", "sum of numerators ÷ sum of denominators"),
    "sum": ("各期相加", "sum of the periods"),
    "last": ("取期末数", "the last period"),
    "avg": ("各期平均", "mean of the periods"),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator. Values of a rate are shares (0.8), shown as percentages."""

    key: str
    formula: str
    section: str
    zh: str
    en: str
    unit: tuple[str, str]
    kind: str
    direction: str
    nature: str
    decimals: int
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    source: tuple[str, str]
    owner: tuple[str, str]
    frequency: str
    scope: tuple[str, ...]
    aggregation: str
    note: tuple[str, str]
    version: str
    basis: str
    certainty: str

    @property
    def is_rate(self) -> bool:
        """Whether values are shares."""
        return self.kind == "rate"

    @property
    def computed(self) -> bool:
        """Whether the registry counts it itself."""
        return self.formula == "computed"

    def shown(self, value: Decimal | None) -> Decimal | None:
        """A value in the indicator's unit, rounded half up to its decimals; None stays None."""
        if value is None:
            return None
        scaled = value * 100 if self.is_rate else value
        return scaled.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def written(self, value: Decimal | None) -> str:
        """The same as text; a dash for what is not known, never 0."""
        shown = self.shown(value)
        return "—" if shown is None else f"{shown:,f}"

    def written_target(self, value: Decimal) -> str:
        """A target as the plan writes it: without needless zeros."""
        return f"{(value * 100 if self.is_rate else value).normalize():,f}"


@cache
def definitions(on: date = date.max) -> Mapping[str, Definition]:
    """The indicators of a day by key: the computed ones first, then the plan's in its order."""
    return MappingProxyType(
        {
            row["key"]: Definition(
                row["key"],
                row["formula"],
                row["section"],
                row["zh"],
                row["en"],
                (row["unit"], row["unit_en"]),
                row["kind"],
                row["direction"],
                row["nature"],
                int(row["decimals"]),
                (row["numerator_zh"], row["numerator_en"]),
                (row["denominator_zh"], row["denominator_en"]),
                (row["source_zh"], row["source_en"]),
                (row["owner_zh"], row["owner_en"]),
                row["frequency"],
                tuple(row["scope"].split()),
                row["aggregation"],
                (row["note_zh"], row["note_en"]),
                row["since"],
                row["basis"],
                row["certainty"],
            )
            for row in edition("indicator_definitions", on)
        }
    )


def is_period_end(frequency: str, day: date) -> bool:
    """Whether a day ends a period of this frequency."""
    return day == end_of_month(day.year, day.month) and day.month % MONTHS[frequency] == 0


def period_before(frequency: str, end: date, periods: int = 1) -> date:
    """The end of the period before (环比): the month for monthly series, the quarter for quarterly ones."""
    first = add_months(end.replace(day=1), -MONTHS[frequency] * periods)
    return end_of_month(first.year, first.month)


def year_before(end: date) -> date:
    """The same period's end a year ago (同比)."""
    return end_of_month(end.year - 1, end.month)


def december_before(end: date) -> date:
    """The end of last year (较上年末)."""
    return date(end.year - 1, 12, 31)


def due_on(end: date, days: int) -> date:
    """Until when a period's figure is to be handed in."""
    return end + timedelta(days=days)


def ends_of_year(frequency: str, end: date) -> list[date]:
    """The ends of the year's periods up to one of them (累计)."""
    step = MONTHS[frequency]
    return [end_of_month(end.year, month) for month in range(step, end.month + 1, step)]
