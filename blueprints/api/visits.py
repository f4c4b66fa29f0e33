"""POST /visits, GET /visits, and the use unit's confirmation."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import visits as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import visits as queries
from registry.services import visit_joins, visits

bp = Blueprint("api_visits", __name__, url_prefix="/visits", description="Maintenance visits")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.VisitIn())
@bp.response(201, schemas.RecordedOut())
def record(data: dict[str, Any]) -> Any:
    """Record a visit: it is kept whatever it lacks, and told why it does not count as paperless."""
    visit, again = visits.record(actor(), data)
    return once(visit, again)


@bp.route("")
@bp.arguments(schemas.VisitFilter(), location="query")
@bp.response(200, page_out(schemas.VisitOut))
def index(query: dict[str, Any]) -> Any:
    """The visits that concern the caller, the latest day first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/joins", methods=["POST"])
@bp.arguments(schemas.JoinIn())
@bp.response(201, schemas.JoinOut())
def join(data: dict[str, Any]) -> Any:
    """Check in as the second worker, on his own phone; it finds its visit, or waits for it."""
    row, again = visit_joins.join(actor(), data)
    return once(row, again)


@bp.route("/<int:visit_id>")
@bp.response(200, schemas.VisitDetailOut())
def show(visit_id: int) -> Any:
    """One visit with its evidence."""
    return queries.one(actor(), visit_id)


@bp.route("/<int:visit_id>/confirmation", methods=["POST"])
@bp.arguments(schemas.ConfirmationIn())
@bp.response(200, schemas.RecordedOut())
def confirmation(data: dict[str, Any], visit_id: int) -> Any:
    """The use unit's word: `accepted` true confirms, false sends the visit back with a `reason`."""
    if data.pop("accepted"):
        return visits.confirm(actor(), visit_id, data)
    return visits.decline(actor(), visit_id, data.get("reason") or "")


@bp.route("/<int:visit_id>/correction", methods=["POST"])
@bp.arguments(schemas.VisitCorrectionIn())
@bp.response(201, schemas.RecordedOut())
def correction(data: dict[str, Any], visit_id: int) -> Any:
    """Record the visit anew because what was written was wrong; the old record is kept and void from today on."""
    reason = data.pop("reason")
    visit, again = visits.correct(actor(), visit_id, data, reason)
    return once(visit, again)
