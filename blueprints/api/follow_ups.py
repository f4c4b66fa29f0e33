"""/follow-ups: lists of what an indicator does not count, sent to units and followed."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import follow_ups as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import follow_ups as queries
from registry.services import follow_ups

bp = Blueprint("api_follow_ups", __name__, url_prefix="/follow-ups", description="Follow-up lists of indicators")


@bp.route("")
@bp.arguments(schemas.FollowUpFilter(), location="query")
@bp.response(200, page_out(schemas.FollowUpOut))
def index(query: dict[str, Any]) -> Any:
    """The lists that concern the caller, newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.FollowUpIn())
@bp.response(201, schemas.FollowUpsOut())
def send(data: dict[str, Any]) -> Any:
    """Send each unit its own list; all or none."""
    rows = follow_ups.send(actor(), data)
    return {"items": queries.sent(actor(), [row.id for row in rows])}


@bp.route("/<int:follow_up_id>")
@bp.response(200, schemas.FollowUpDetailOut())
def show(follow_up_id: int) -> Any:
    """One with its rows: why each was not counted then, and why it still is not."""
    return queries.show(actor(), follow_up_id)


@bp.route("/<int:follow_up_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.FollowUpMoveIn())
@bp.response(200, schemas.FollowUpDetailOut())
def move(data: dict[str, Any], follow_up_id: int, verb: str) -> Any:
    """`answer` by the unit, `close` or `withdraw` by the office."""
    follow_ups.move(actor(), follow_up_id, verb, data)
    return queries.show(actor(), follow_up_id)
