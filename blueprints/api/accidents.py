"""/accidents: accidents, their grades, clocks and moves."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import accidents as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import accidents as queries
from registry.services import accidents

bp = Blueprint("api_accidents", __name__, url_prefix="/accidents", description="Accidents of special equipment")


def _shown(no: str) -> dict[str, Any]:
    return schemas.shown(queries.show(actor(), no), clock.now())


@bp.route("", methods=["POST"])
@bp.arguments(schemas.ReportIn())
@bp.response(201, schemas.AccidentDetailOut())
def report(data: dict[str, Any]) -> Any:
    """Report an accident; it is graded at once. With `ref`, a repeat answers with the first result."""
    ref = data.pop("ref", None)
    row, known = accidents.report_once(actor(), ref, data) if ref else (accidents.report(actor(), data), False)
    return once(_shown(row.no), known)


@bp.route("")
@bp.arguments(schemas.AccidentFilter(), location="query")
@bp.response(200, page_out(schemas.AccidentLineOut))
def index(query: dict[str, Any]) -> Any:
    """The accidents that concern the caller, newest first."""
    page = queries.page(actor(), query)
    return {"items": [schemas.shown_line(line) for line in page.items], "next": page.next}


@bp.route("/<string:no>")
@bp.response(200, schemas.AccidentDetailOut())
def show(no: str) -> Any:
    """One accident."""
    return _shown(no)


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.MoveIn())
@bp.response(200, schemas.AccidentDetailOut())
def move(data: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move: verify, exclude, the reports upwards, follow up, the investigation, close."""
    version = data.pop("version", None)
    accidents.move(actor(), no, verb.replace("-", "_"), data, version)
    return _shown(no)
