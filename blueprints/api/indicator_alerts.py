"""/indicator-alerts: what an office has to look at, and that it did."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import indicator_alerts as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import indicator_alerts as queries
from registry.services import indicator_alerts

bp = Blueprint("api_indicator_alerts", __name__, url_prefix="/indicator-alerts", description="Alerts of indicators")


@bp.route("")
@bp.arguments(schemas.AlertFilter(), location="query")
@bp.response(200, page_out(schemas.AlertOut))
def index(query: dict[str, Any]) -> Any:
    """Alerts that stand (or with `over` those that are cleared), newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/<int:alert_id>")
@bp.response(200, schemas.AlertOut())
def show(alert_id: int) -> Any:
    """One alert."""
    return queries.one(actor(), alert_id)


@bp.route("/<int:alert_id>/acknowledge", methods=["POST"])
@bp.arguments(schemas.AcknowledgeIn())
@bp.response(200, schemas.AlertOut())
def acknowledge(data: dict[str, Any], alert_id: int) -> Any:
    """Somebody has seen to it; it stands until it is over."""
    return indicator_alerts.acknowledge(actor(), alert_id, data["note"])
