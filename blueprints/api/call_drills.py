"""/call-drills: exercises of the 96366 rescue desk."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import call_drills as schemas
from blueprints.schemas.base import PageIn, page_out
from blueprints.sessions import actor
from registry.queries import call_drills as queries
from registry.services import call_drills

bp = Blueprint("api_call_drills", __name__, url_prefix="/call-drills", description="Exercises of the rescue desk")


@bp.route("")
@bp.arguments(PageIn(), location="query")
@bp.response(200, page_out(schemas.DrillOut))
def index(query: dict[str, Any]) -> Any:
    """The exercises, newest first, with their times against the limits."""
    return queries.page(actor(), query.get("cursor"))


@bp.route("", methods=["POST"])
@bp.arguments(schemas.DrillIn())
@bp.response(201, schemas.DrillOut())
def start(data: dict[str, Any]) -> Any:
    """Start an exercise: a call that is marked and counts in no statistic."""
    return queries.show(actor(), call_drills.start(actor(), data).call.no)


@bp.route("/<string:no>")
@bp.response(200, schemas.DrillOut())
def show(no: str) -> Any:
    """One exercise, by the number of its call."""
    return queries.show(actor(), no)


@bp.route("/<string:no>/evaluate", methods=["POST"])
@bp.arguments(schemas.DrillEvaluationIn())
@bp.response(200, schemas.DrillOut())
def evaluate(data: dict[str, Any], no: str) -> Any:
    """Record what came of it, once it is over; with a plan it is that plan's drill of the year."""
    call_drills.evaluate(actor(), no, data)
    return queries.show(actor(), no)


@bp.route("/<string:no>/mended", methods=["POST"])
@bp.arguments(schemas.DrillMendedIn())
@bp.response(200, schemas.DrillOut())
def mended(data: dict[str, Any], no: str) -> Any:
    """Record that what it showed has been mended."""
    call_drills.mend(actor(), no, data["note"])
    return queries.show(actor(), no)
