"""/cylinder-reports: what citizens have reported about cylinders, and what was done about it."""

from __future__ import annotations

from typing import Any

from flask import send_file
from flask_smorest import Blueprint

from blueprints.schemas import cylinder_reports as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import cylinder_reports as queries
from registry.services import cylinder_reports

bp = Blueprint(
    "api_cylinder_reports", __name__, url_prefix="/cylinder-reports", description="Reports of citizens on cylinders"
)


@bp.route("")
@bp.arguments(schemas.CylinderReportFilter(), location="query")
@bp.response(200, page_out(schemas.CylinderReportOut))
def index(query: dict[str, Any]) -> Any:
    """The reports that concern the caller, newest first; a station sees those that were passed on to it."""
    return queries.page(actor(), query)


@bp.route("/<string:no>")
@bp.response(200, schemas.CylinderReportDetailOut())
def show(no: str) -> Any:
    """One report; the citizen's words only for offices."""
    return queries.show(actor(), no)


@bp.route("/<string:no>/photo")
def photo(no: str) -> Any:
    """The picture of a report, for offices."""
    path, mime = queries.photo(actor(), no)
    return send_file(path, mimetype=mime)


@bp.route("/<string:no>/clue", methods=["POST"])
@bp.arguments(schemas.ClueIn())
@bp.response(200, schemas.CylinderReportDetailOut())
def open_clue(data: dict[str, Any], no: str) -> Any:
    """Make a hazard clue of a report that was looked into."""
    cylinder_reports.open_clue(actor(), no, data)
    return queries.show(actor(), no)


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.CylinderReportMoveIn())
@bp.response(200, schemas.CylinderReportDetailOut())
def move(data: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move: pass-on, explain, ask-again, answer, close, dismiss, reopen."""
    cylinder_reports.move(actor(), no, verb.replace("-", "_"), data, data.get("version"))
    return queries.show(actor(), no)
