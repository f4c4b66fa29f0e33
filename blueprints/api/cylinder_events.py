"""/cylinder-events/batch: what was recorded on the road without a network arrives at once."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import cylinder_events as schemas
from blueprints.sessions import actor
from registry.services import cylinder_events

bp = Blueprint("api_cylinder_events", __name__, url_prefix="/cylinder-events", description="Steps of cylinders")


@bp.route("/batch", methods=["POST"])
@bp.arguments(schemas.EventBatchIn())
@bp.response(200, schemas.EventBatchOut())
def record_batch(data: dict[str, Any]) -> Any:
    """Record each row for itself; one bad row never loses a good one. Late arrivals are kept."""
    good, results = schemas.load_rows(data["events"])
    outcomes = cylinder_events.record_events(actor(), [row for _, row in good])
    results.update({at: schemas.result(outcome) for (at, _), outcome in zip(good, outcomes, strict=True)})
    return {"results": [results[position] for position in sorted(results)]}
