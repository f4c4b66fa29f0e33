"""/campaigns: campaigns with their totals, and what was done under them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import campaigns as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import campaign_offers
from registry.queries import campaigns as queries
from registry.services import campaign_checks, campaigns

bp = Blueprint("api_campaigns", __name__, url_prefix="/campaigns", description="Campaigns")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.CampaignIn())
@bp.response(201, schemas.CampaignDetailOut())
def plan(data: dict[str, Any]) -> Any:
    """Plan a campaign."""
    return queries.show(actor(), campaigns.plan(actor(), data).id)


@bp.route("")
@bp.arguments(schemas.CampaignFilter(), location="query")
@bp.response(200, page_out(schemas.CampaignOut))
def index(query: dict[str, Any]) -> Any:
    """The campaigns that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("/<int:campaign_id>")
@bp.response(200, schemas.CampaignDetailOut())
def show(campaign_id: int) -> Any:
    """One campaign with its totals."""
    return queries.show(actor(), campaign_id)


@bp.route("/<int:campaign_id>/offers")
@bp.arguments(schemas.OfferFilter(), location="query")
@bp.response(200, schemas.CampaignOffersOut())
def offers(query: dict[str, Any], campaign_id: int) -> Any:
    """By kind what lies in its scope and period and is not linked yet, newest first, at most 200 a kind."""
    return campaign_offers.offers(actor(), queries.by_id(actor(), campaign_id), query.get("q") or "")


@bp.route("/<int:campaign_id>/self-checks", methods=["POST"])
@bp.response(200, schemas.CampaignDetailOut())
def order(campaign_id: int) -> Any:
    """Order the units that came into the scope meanwhile to check themselves; those ordered before stay."""
    campaign_checks.order(actor(), campaign_id)
    return queries.show(actor(), campaign_id)


@bp.route("/<int:campaign_id>/links", methods=["POST"])
@bp.arguments(schemas.CampaignLinkIn())
@bp.response(200, schemas.CampaignDetailOut())
def link(data: dict[str, Any], campaign_id: int) -> Any:
    """Link what was done under it; what is linked already stays."""
    campaigns.link(actor(), campaign_id, data)
    return queries.show(actor(), campaign_id)


@bp.route("/<int:campaign_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.CampaignMoveIn())
@bp.response(200, schemas.CampaignDetailOut())
def move(data: dict[str, Any], campaign_id: int, verb: str) -> Any:
    """Make one move: start, end."""
    campaigns.move(actor(), campaign_id, verb, data, data.get("version"))
    return queries.show(actor(), campaign_id)
