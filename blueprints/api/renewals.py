"""/renewals: projects that renew elevators, their moves and totals."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import renewals as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import renewals as queries
from registry.services import renewals

bp = Blueprint("api_renewals", __name__, url_prefix="/renewals", description="Renewal of elevators")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.ApplyIn())
@bp.response(201, schemas.RenewalDetailOut())
def apply(data: dict[str, Any]) -> Any:
    """Apply for a renewal. With `ref`, a repeat answers with the first result."""
    ref = data.pop("ref", None)
    row, known = renewals.apply_once(actor(), ref, data) if ref else (renewals.apply(actor(), data), False)
    found = queries.by_no(actor(), row.no)
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.RenewalFilter(), location="query")
@bp.response(200, page_out(schemas.RenewalOut))
def index(query: dict[str, Any]) -> Any:
    """The projects that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("/totals")
@bp.arguments(schemas.RenewalFilter(), location="query")
@bp.response(200, schemas.TotalsOut())
def totals(query: dict[str, Any]) -> Any:
    """Count and money by year and county."""
    return queries.totals(actor(), query)


@bp.route("/<string:no>")
@bp.response(200, schemas.RenewalDetailOut())
def show(no: str) -> Any:
    """One project with its steps."""
    return queries.by_no(actor(), no)


@bp.route("/<string:no>", methods=["PATCH"])
@bp.arguments(schemas.AmendIn())
@bp.response(200, schemas.RenewalDetailOut())
def amend(data: dict[str, Any], no: str) -> Any:
    """Change year, batch, cost, funds or note."""
    version = data.pop("version", None)
    renewals.amend(actor(), no, data, version)
    return queries.by_no(actor(), no)


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.RenewalMoveIn())
@bp.response(200, schemas.RenewalDetailOut())
def move(data: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move: approve, reject, withdraw, start, accept, register."""
    version = data.pop("version", None)
    renewals.move(actor(), no, verb, data, version)
    return queries.by_no(actor(), no)
