"""POST /policies and claims against them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import policies as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import policies as queries
from registry.services import policies

bp = Blueprint("api_policies", __name__, url_prefix="/policies", description="Insurance policies")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.PolicyIn())
@bp.response(201, schemas.PolicyOut())
def record(data: dict[str, Any]) -> Any:
    """Record a policy over a list of label codes."""
    return policies.record(actor(), data)


@bp.route("")
@bp.arguments(schemas.PolicyFilter(), location="query")
@bp.response(200, page_out(schemas.PolicyOut))
def index(query: dict[str, Any]) -> Any:
    """The policies that concern the caller."""
    return queries.page(actor(), query, clock.today())


@bp.route("/<string:number>")
@bp.response(200, schemas.PolicyOut())
def show(number: str) -> Any:
    """One policy by its number."""
    return queries.by_number(actor(), number)


@bp.route("/<string:number>/claims", methods=["POST"])
@bp.arguments(schemas.ClaimIn())
@bp.response(201, schemas.ClaimOut())
def claim(data: dict[str, Any], number: str) -> Any:
    """Record a claim."""
    return policies.claim(actor(), queries.by_number(actor(), number).id, data)
