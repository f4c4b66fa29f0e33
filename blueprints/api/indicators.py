"""GET /indicators: the figures, the rows behind them, the trend."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas.base import page_out
from blueprints.schemas.follow_ups import EffortIn, EffortOut
from blueprints.schemas.indicators import (
    BehindIn,
    BehindOut,
    FigureStandingOut,
    IndicatorsOut,
    TrendIn,
    UnitsIn,
    UnitsOut,
    WhenWhereIn,
)
from blueprints.sessions import actor
from registry import clock
from registry.queries import indicator_efforts, indicator_late, indicator_units, indicators

bp = Blueprint("api_indicators", __name__, url_prefix="/indicators", description="Coverage indicators on any day")


@bp.route("")
@bp.arguments(WhenWhereIn(), location="query")
@bp.response(200, IndicatorsOut())
def figures(query: dict[str, Any]) -> Any:
    """Every indicator for an area on a day."""
    return {"items": indicators.figures(actor(), query["on"] or clock.today(), query["area"])}


@bp.route("/<string:key>")
@bp.arguments(WhenWhereIn(), location="query")
@bp.response(200, IndicatorsOut())
def one(query: dict[str, Any], key: str) -> Any:
    """One indicator on a day: the city, then every area; with `area` that area alone."""
    found = indicators.table(actor(), key, query["on"] or clock.today())
    return {"items": [figure for figure in found if query["area"] in (None, figure.area)]}


@bp.route("/<string:key>/standing")
@bp.arguments(WhenWhereIn(), location="query")
@bp.response(200, FigureStandingOut())
def standing(query: dict[str, Any], key: str) -> Any:
    """One figure of a day, what was frozen for it, and how much came in after it."""
    return indicator_late.standing(actor(), key, query["on"] or clock.today(), query["area"])


@bp.route("/<string:key>/behind")
@bp.arguments(BehindIn(), location="query")
@bp.response(200, page_out(BehindOut))
def behind(query: dict[str, Any], key: str) -> Any:
    """The rows that are not counted, each with its reason."""
    on = query["on"] or clock.today()
    return indicators.behind(actor(), key, on, query["area"], query["limit"], query["cursor"], query["unit"])


@bp.route("/<string:key>/units")
@bp.arguments(UnitsIn(), location="query")
@bp.response(200, UnitsOut())
def units(query: dict[str, Any], key: str) -> Any:
    """The units that hold the rows behind a figure: counted, behind and value of each."""
    return indicator_units.by_unit(actor(), key, query["on"] or clock.today(), query["area"], query["start"])


@bp.route("/<string:key>/trend")
@bp.arguments(TrendIn(), location="query")
@bp.response(200, IndicatorsOut())
def trend(query: dict[str, Any], key: str) -> Any:
    """Month-ends and the last day."""
    return {"items": indicators.trend(actor(), key, query["first"], query["last"], query["area"])}


@bp.route("/<string:key>/effort")
@bp.arguments(EffortIn(), location="query")
@bp.response(200, EffortOut())
def effort(query: dict[str, Any], key: str) -> Any:
    """What it takes today: how many more, which units hold them, which can be won soon, what falls out next."""
    return indicator_efforts.effort(actor(), key, query["area"])


@bp.route("/<string:key>/forecast")
@bp.arguments(EffortIn(), location="query")
@bp.response(200, IndicatorsOut())
def forecast(query: dict[str, Any], key: str) -> Any:
    """Today, each week and the end of next month, if nothing is done."""
    return {"items": indicator_efforts.forecast(actor(), key, query["area"])}
