"""/campaign-checks: self-checks that campaigns ordered, and the units' answers."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import campaign_checks as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import campaign_checks as queries
from registry.services import campaign_checks

bp = Blueprint("api_campaign_checks", __name__, url_prefix="/campaign-checks", description="Self-checks of units")


@bp.route("")
@bp.arguments(schemas.CampaignCheckFilter(), location="query")
@bp.response(200, page_out(schemas.CampaignCheckOut))
def index(query: dict[str, Any]) -> Any:
    """The self-checks that concern the caller, newest first; a unit sees its own alone."""
    return queries.page(actor(), query)


@bp.route("/<int:check_id>")
@bp.response(200, schemas.CampaignCheckOut())
def show(check_id: int) -> Any:
    """One with what is asked for and what was answered."""
    return queries.by_id(actor(), check_id)


@bp.route("/<int:check_id>/answer", methods=["POST"])
@bp.arguments(schemas.CampaignCheckIn())
@bp.response(200, schemas.CampaignCheckOut())
def answer(data: dict[str, Any], check_id: int) -> Any:
    """Answer, or bring the answer up to date until the campaign ends. `photos` are ids of stored files."""
    campaign_checks.answer(actor(), check_id, data, data.get("version"))
    return queries.by_id(actor(), check_id)
