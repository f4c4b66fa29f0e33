"""/rescue-codes: the codes of the 96366 platform, given in bulk, and what hangs in the cars."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import rescue_codes as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import elevators
from registry.queries import rescue_codes as queries
from registry.services import rescue_codes

bp = Blueprint("api_rescue_codes", __name__, url_prefix="/rescue-codes", description="Rescue codes and plates")


@bp.route("")
@bp.arguments(schemas.CodeFilter(), location="query")
@bp.response(200, page_out(schemas.CodeLineOut))
def index(query: dict[str, Any]) -> Any:
    """Elevators that belong on the platform, with code and plate; `gap` for those that lack something."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/give", methods=["POST"])
@bp.arguments(schemas.GiveIn())
@bp.response(201, schemas.GivenOut())
def give(data: dict[str, Any]) -> Any:
    """Give the elevators of an area that have none the next free codes; all or none."""
    return {"items": rescue_codes.give(actor(), data["area"], data["most"], data.get("since"))}


@bp.route("/ranges", methods=["POST"])
@bp.arguments(schemas.RangeIn())
@bp.response(200, schemas.RangeOut())
def set_range(data: dict[str, Any]) -> Any:
    """Say which codes elevators of an area are given."""
    return rescue_codes.set_range(actor(), data["area"], data["first"], data["last"])


@bp.route("/plates/<string:code>", methods=["POST"])
@bp.arguments(schemas.PlateIn())
@bp.response(201, schemas.PlateCheckOut())
def check_plate(data: dict[str, Any], code: str) -> Any:
    """Record what somebody read on the plate in a car."""
    return rescue_codes.check_plate(actor(), elevators.by_code(actor(), code).id, data)
