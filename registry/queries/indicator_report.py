"""The month report: every indicator of an area with its comparisons, and the county tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from registry import clock
from registry.actor import Actor
from registry.errors import Invalid
from registry.messages import T
from registry.queries import indicator_months
from registry.queries.areas import AreaName
from registry.queries.indicator_months import Line, Months, Table


@dataclass(frozen=True)
class Report:
    """What page, spreadsheet and paper say. `tables` only where the caller sees more than one county, or its own."""

    end: date
    area: str
    name: AreaName
    lines: list[Line]
    tables: list[Table]


def last_month() -> date:
    """The end of the last month that is over."""
    return clock.today().replace(day=1) - timedelta(days=1)


def report(actor: Actor, end: date | None = None, area: str | None = None) -> Report:
    """The report of a month that is over, of the city or a county.

    Raises:
        Invalid: the month runs still. Missing: no such area for the caller.
    """
    end = end or last_month()
    if end >= clock.today():
        raise Invalid.field("month", T("这个月还没有结束，没有月报"))
    months = Months(actor)
    code = indicator_months.place_of(actor, area, months)
    row = months.areas[code]
    lines = indicator_months.overview(actor, end, code, months)
    whole = code == months.city or not actor.sees_city
    tables = indicator_months.tables(actor, end, months) if whole else []
    return Report(end, code, AreaName(row.name, row.name_en), lines, tables)
