"""/old-elevators: the ranking with its points, and the age bands."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import old_elevators as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import elevator_ages
from registry.queries import old_elevators as queries

bp = Blueprint("api_old_elevators", __name__, url_prefix="/old-elevators", description="Old elevators")


@bp.route("")
@bp.arguments(schemas.RankFilter(), location="query")
@bp.response(200, schemas.RankingOut())
def index(query: dict[str, Any]) -> Any:
    """Old elevators in use, the most points first; `band` asks for another age."""
    return queries.page(actor(), query, clock.today(), query["limit"], query["cursor"])


@bp.route("/ages")
@bp.arguments(schemas.AgesIn(), location="query")
@bp.response(200, schemas.AgesOut())
def ages(query: dict[str, Any]) -> Any:
    """How many elevators in use are how old, by area, place or unit."""
    return elevator_ages.table(actor(), query["by"], clock.today(), query.get("area"))


@bp.route("/unknown-age")
@bp.arguments(schemas.UnknownFilter(), location="query")
@bp.response(200, page_out(schemas.UnknownAgeElevatorOut))
def unknown(query: dict[str, Any]) -> Any:
    """Elevators in use whose age nobody knows."""
    return elevator_ages.unknown(actor(), query, query["cursor"], query["limit"])


@bp.route("/<string:code>")
@bp.response(200, schemas.RankedOut())
def show(code: str) -> Any:
    """One elevator of any age with its points."""
    return queries.one(actor(), code, clock.today())
