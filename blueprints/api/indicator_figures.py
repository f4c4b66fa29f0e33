"""/indicator-figures: frozen month-ends, reported figures, their steps, and the month report."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import indicator_figures as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import indicator_figures as queries
from registry.queries import indicator_report
from registry.rules.dates import end_of_month
from registry.services import indicator_figures

bp = Blueprint(
    "api_indicator_figures", __name__, url_prefix="/indicator-figures", description="Frozen and reported figures"
)


def _end(month: date | None) -> date | None:
    return end_of_month(month.year, month.month) if month else None


@bp.route("")
@bp.arguments(schemas.FigureFilter(), location="query")
@bp.response(200, page_out(schemas.FigureOut))
def index(query: dict[str, Any]) -> Any:
    """Figures in the revision that is read, newest first."""
    return queries.page(actor(), {**query, "month": _end(query["month"])}, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.FigureReportIn())
@bp.response(201, schemas.FigureOut())
def report(data: dict[str, Any]) -> Any:
    """Hand in a figure that the registry does not compute; one that is there already needs a reason."""
    return indicator_figures.report(actor(), data)


@bp.route("/freeze", methods=["POST"])
@bp.arguments(schemas.FreezeIn())
@bp.response(200, schemas.FrozenOut())
def freeze(data: dict[str, Any]) -> Any:
    """Freeze a month that is over; what is frozen already stays."""
    end = end_of_month(data["month"].year, data["month"].month)
    return {"count": indicator_figures.freeze(actor(), end), "left": 0}


@bp.route("/month/<string:verb>", methods=["POST"])
@bp.arguments(schemas.MonthMoveIn())
@bp.response(200, schemas.FrozenOut())
def move_month(data: dict[str, Any], verb: str) -> Any:
    """`submit`, `approve`, `lock` or `return` every figure of a month that can take the step."""
    end = end_of_month(data["month"].year, data["month"].month)
    done, left = indicator_figures.move_month(actor(), end, verb, data["note"] or "")
    return {"count": done, "left": left}


@bp.route("/month-report")
@bp.arguments(schemas.MonthReportFilter(), location="query")
@bp.response(200, schemas.MonthReportOut())
def month_report(query: dict[str, Any]) -> Any:
    """Every indicator compared, ranked and held against its target at the end of a month."""
    return indicator_report.report(actor(), _end(query["month"]), query["area"])


@bp.route("/<int:figure_id>")
@bp.response(200, schemas.FigureShownOut())
def show(figure_id: int) -> Any:
    """One with its revisions, and what its day comes to now."""
    return queries.show(actor(), figure_id)


@bp.route("/<int:figure_id>/revise", methods=["POST"])
@bp.arguments(schemas.ReviseIn())
@bp.response(201, schemas.FigureOut())
def revise(data: dict[str, Any], figure_id: int) -> Any:
    """Correct a frozen figure: computed anew, the next revision, with a reason."""
    return indicator_figures.revise(actor(), figure_id, data["reason"])


@bp.route("/<int:figure_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.FigureMoveIn())
@bp.response(200, schemas.FigureShownOut())
def move(data: dict[str, Any], figure_id: int, verb: str) -> Any:
    """`submit`, `return`, `approve` or `lock` one."""
    indicator_figures.move(actor(), figure_id, verb, data["note"] or "", data["version"])
    return queries.show(actor(), figure_id)
