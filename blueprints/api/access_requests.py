"""What a security administrator asked for and a second person decides, through the API."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas.people import AccessRequestOut
from blueprints.sessions import actor
from registry.queries import access_requests as queries
from registry.services import access_decisions

bp = Blueprint(
    "api_access_requests", __name__, url_prefix="/access-requests", description="Rights that a second person decides on"
)


@bp.route("")
@bp.response(200, AccessRequestOut(many=True))
def index() -> Any:
    """What waits, the oldest first, and what was decided last."""
    return queries.page(actor())


@bp.route("/<int:request_id>/grant", methods=["POST"])
@bp.response(200, AccessRequestOut())
def grant(request_id: int) -> Any:
    """Grant a request of somebody else for somebody else."""
    return access_decisions.decide(actor(), request_id, True)


@bp.route("/<int:request_id>/refuse", methods=["POST"])
@bp.response(200, AccessRequestOut())
def refuse(request_id: int) -> Any:
    """Refuse a request."""
    return access_decisions.decide(actor(), request_id, False)
