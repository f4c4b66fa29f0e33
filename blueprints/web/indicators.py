"""One indicator: its figures by area, its trend, and the list behind the number with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas.indicators import BehindIn, UnitsIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import (
    areas,
    indicator_figures,
    indicator_late,
    indicator_months,
    indicator_units,
    indicator_words,
    indicators,
)
from registry.rules import indicator_book
from registry.rules import indicator_figures as indicator_rules
from registry.rules.dates import add_months, end_of_month

UNITS_SHOWN = 10

bp = Blueprint("indicators", __name__, url_prefix="/indicators")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of what a definition says."""
    return {
        "book": indicator_book,
        "words": indicator_words,
        "figure_states": indicator_rules.states(indicator_rules.WORKFLOW),
    }


@bp.route("/<string:key>")
def show(key: str) -> Any:
    """Figures, trend and the rows not counted."""
    indicator = indicators.find(key)
    form = Form(BehindIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on, area, unit = query.get("on") or clock.today(), query.get("area"), query.get("unit")
    units = indicator_units.by_unit(actor(), key, on, area, limit=UNITS_SHOWN, unit=unit)
    year, end = add_months(on, -11), _last_over(on)
    known = indicators.tables(
        actor(),
        key,
        [*indicators.trend_days(year, on), *indicator_months.compared_days(indicator_book.definitions(end)[key], end)],
    )
    figures = known[on]
    shown = next((figure for figure in figures if figure.area == area), figures[0])
    frozen = indicator_figures.frozen(actor(), [on], key, shown.area).get((on, key, shown.area))
    return form.page(
        "indicators/show.html",
        indicator_=indicator,
        frozen=frozen,
        recorded_after=indicator_late.recorded_after(actor(), key, on, area),
        frozen_differs=frozen is not None and indicator_figures.differs(frozen, shown),
        line=_compared(key, end, shown.area, known),
        on=on,
        area=area,
        figures=figures,
        trend=indicators.trend(actor(), key, year, on, area, known),
        unit=units.items[0] if unit is not None else None,
        units=units,
        definition=indicator_book.definitions()[key],
        behind=indicators.behind(actor(), key, on, area, query.get("limit", 50), query.get("cursor"), unit),
    )


def _last_over(on: date) -> date:
    """The end of the last month that was over on a day."""
    return on if on == end_of_month(on.year, on.month) else on.replace(day=1) - timedelta(days=1)


def _compared(
    key: str, end: date, area: str, known: Mapping[date, Sequence[indicators.Figure]]
) -> indicator_months.Line | None:
    """A month compared; None for who sees no reports, or not of this area."""
    if not policy.may(actor(), "indicator_figure.read") or not (actor().sees_city or area in actor().areas):
        return None
    months = indicator_months.Months(actor(), key, known)
    return months.line(indicator_book.definitions(end)[key], area, end)


@bp.route("/<string:key>/units")
def units(key: str) -> Any:
    """Every unit that holds rows, most behind first."""
    indicator = indicators.find(key)
    form = Form(UnitsIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on, area = query.get("on") or clock.today(), query.get("area")
    found = indicator_units.by_unit(actor(), key, on, area, query.get("start", 0))
    return form.page("indicators/units.html", indicator_=indicator, on=on, area=area, units=found)
