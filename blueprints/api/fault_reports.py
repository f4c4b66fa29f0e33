"""/fault-reports: what riders have reported, and the answers to it."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import fault_reports as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import fault_reports as queries
from registry.services import fault_reports

bp = Blueprint("api_fault_reports", __name__, url_prefix="/fault-reports", description="Fault reports of riders")


@bp.route("")
@bp.arguments(schemas.ReportFilter(), location="query")
@bp.response(200, page_out(schemas.FaultReportOut))
def index(query: dict[str, Any]) -> Any:
    """The reports that concern the caller, newest first; phones are not in the list."""
    return queries.page(actor(), query)


@bp.route("/<string:no>")
@bp.response(200, schemas.FaultReportDetailOut())
def show(no: str) -> Any:
    """One report; the phone only for those who handle it."""
    return queries.show(actor(), no)


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.FaultReportMoveIn())
@bp.response(200, schemas.FaultReportDetailOut())
def move(data: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move: take, answer, close, dismiss, reopen."""
    fault_reports.move(actor(), no, verb, data.get("note") or "", data.get("version"))
    return queries.show(actor(), no)
