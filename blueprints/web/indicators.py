"""One indicator: its figures by area, its trend, and the list behind the number with the reasons."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas.indicators import BehindIn, UnitsIn
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas, indicator_units, indicators
from registry.rules import indicator_book
from registry.rules.dates import add_months

UNITS_SHOWN = 10

bp = Blueprint("indicators", __name__, url_prefix="/indicators")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of what a definition says."""
    return {"book": indicator_book}


@bp.route("/<string:key>")
def show(key: str) -> Any:
    """Figures, trend and the rows not counted."""
    indicator = indicators.find(key)
    form = Form(BehindIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on, area, unit = query.get("on") or clock.today(), query.get("area"), query.get("unit")
    units = indicator_units.by_unit(actor(), key, on, area, limit=UNITS_SHOWN, unit=unit)
    return form.page(
        "indicators/show.html",
        indicator_=indicator,
        on=on,
        area=area,
        figures=indicators.table(actor(), key, on),
        trend=indicators.trend(actor(), key, add_months(on, -11), on, area),
        unit=units.items[0] if unit is not None else None,
        units=units,
        definition=indicator_book.definitions()[key],
        behind=indicators.behind(actor(), key, on, area, query.get("limit", 50), query.get("cursor"), unit),
    )


@bp.route("/<string:key>/units")
def units(key: str) -> Any:
    """Every unit that holds rows, most behind first."""
    indicator = indicators.find(key)
    form = Form(UnitsIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on, area = query.get("on") or clock.today(), query.get("area")
    found = indicator_units.by_unit(actor(), key, on, area, query.get("start", 0))
    return form.page("indicators/units.html", indicator_=indicator, on=on, area=area, units=found)
