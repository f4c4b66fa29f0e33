"""/circulars: circulars, the month table behind them, and what the ladder of escalation proposes."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import circulars as schemas
from blueprints.schemas.papers import PAPERS, PaperOut
from blueprints.sessions import actor
from registry import clock
from registry.queries import circulars as queries
from registry.queries import escalations, hazard_months
from registry.queries import papers as paper_queries
from registry.services import circulars

bp = Blueprint("api_circulars", __name__, url_prefix="/circulars", description="Circulars on major hazards")


@bp.route("")
@bp.arguments(schemas.CircularPage(), location="query")
@bp.response(200, PAPERS)
def index(query: dict[str, Any]) -> Any:
    """The circulars, newest first."""
    return queries.page(actor(), query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.CircularIn())
@bp.response(201, PaperOut())
def issue(data: dict[str, Any]) -> Any:
    """Issue a circular over a period: frozen, with the overdue items named. 409 where the stock does not add up."""
    return paper_queries.show(actor(), circulars.issue(actor(), data).id)


@bp.route("/month")
@bp.arguments(schemas.PeriodIn(), location="query")
@bp.response(200, schemas.MonthTableOut())
def month(query: dict[str, Any]) -> Any:
    """The month table over any period."""
    return hazard_months.table(actor(), hazard_months.asked(query, clock.today()))


@bp.route("/escalations")
@bp.response(200, schemas.EscalationsOut())
def proposals() -> Any:
    """What the rules propose for the open hazards of the caller, the highest rung first."""
    return {"items": escalations.proposals(actor(), clock.today())}
