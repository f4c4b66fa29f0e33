"""Fills through the API, one by one or up to 1,000 at once."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from blueprints.repeats import REPLAYED
from blueprints.schemas import filling as schemas
from blueprints.sessions import actor, language
from registry.services import filling

bp = Blueprint("api_filling", __name__, url_prefix="/fillings", description="Fills")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.FillingIn())
@bp.response(201, schemas.FillingOut())
@bp.alt_response(200, schema=schemas.FillingOut(), description="Recorded before under this ref")
def record(data: dict[str, Any]) -> Any:
    """Record a fill; a refusal is 422 with findings and is itself kept."""
    recorded = filling.record(actor(), data)
    answer = jsonify(schemas.shown(recorded, language()))
    answer.status_code = 200 if recorded.replay else 201
    if recorded.replay:
        answer.headers.update(REPLAYED)
    return answer


@bp.route("/batch", methods=["POST"])
@bp.arguments(schemas.FillingBatchIn())
@bp.response(200, schemas.BatchOut())
def record_batch(data: dict[str, Any]) -> Any:
    """Record each row for itself; one bad row never loses a good one."""
    good, results = schemas.load_rows(data["fillings"])
    outcomes = filling.record_batch(actor(), [row["data"] for row in good])
    to = language()
    results.update({row["position"]: schemas.result(outcome, to) for row, outcome in zip(good, outcomes, strict=True)})
    return jsonify({"results": [results[position] for position in sorted(results)]})
