"""/notices: what the caller is told, how he wants to be told, and what was sent."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import notices as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import notices as queries
from registry.services import notices

bp = Blueprint("api_notices", __name__, url_prefix="/notices", description="Notices")


@bp.route("")
@bp.arguments(schemas.NoticeFilter(), location="query")
@bp.response(200, page_out(schemas.NoticeOut))
def index(query: dict[str, Any]) -> Any:
    """The caller's notices in his present role, newest first."""
    return queries.page(actor(), query)


@bp.route("/<int:notice_id>/read", methods=["POST"])
@bp.response(200, schemas.NoticeOut())
def read(notice_id: int) -> Any:
    """The caller has read it; again is harmless. 404 for everybody else's."""
    notices.mark_read(actor(), notice_id)
    return queries.show(actor(), notice_id)


@bp.route("/read", methods=["POST"])
@bp.response(200, schemas.MarkedOut())
def read_all() -> Any:
    """The caller has read all of his."""
    return {"count": notices.mark_all_read(actor())}


@bp.route("/settings")
@bp.response(200, schemas.NoticeSettingsOut())
def settings() -> Any:
    """How the caller is told, and the switches of all kinds."""
    return queries.settings(actor())


@bp.route("/settings", methods=["PATCH"])
@bp.arguments(schemas.NoticeSettingsBody())
@bp.response(200, schemas.NoticeSettingsOut())
def set_up(data: dict[str, Any]) -> Any:
    """Change it; what is left out stays."""
    switches = data.pop("switches", [])
    notices.switch(actor(), {(one["kind"], one["channel"]): one["on"] for one in switches})
    notices.set_up(actor(), data)
    return queries.settings(actor())


@bp.route("/deliveries")
@bp.arguments(schemas.DeliveryFilter(), location="query")
@bp.response(200, page_out(schemas.DeliveryOut))
def deliveries(query: dict[str, Any]) -> Any:
    """What was sent: one's own, a head's unit, for the city's office everything."""
    return queries.log(actor(), query)
