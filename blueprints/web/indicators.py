"""One indicator: its figures by area, its trend, and the list behind the number with the reasons."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas.indicators import BehindIn
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas, indicators
from registry.rules.dates import add_months

bp = Blueprint("indicators", __name__, url_prefix="/indicators")


@bp.route("/<string:key>")
def show(key: str) -> Any:
    """Figures, trend and the rows not counted."""
    indicator = indicators.find(key)
    form = Form(BehindIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on, area = query.get("on") or clock.today(), query.get("area")
    return form.page(
        "indicators/show.html",
        indicator_=indicator,
        on=on,
        area=area,
        figures=indicators.table(actor(), key, on),
        trend=indicators.trend(actor(), key, add_months(on, -11), on, area),
        behind=indicators.behind(actor(), key, on, area, query.get("limit", 50), query.get("cursor")),
    )
