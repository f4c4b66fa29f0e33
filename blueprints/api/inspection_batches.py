"""/inspection-batches: deliveries of cylinders to inspection bodies, their results and moves."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import cylinder_batches as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import inspection_batches as queries
from registry.services import inspection_batches

bp = Blueprint(
    "api_inspection_batches", __name__, url_prefix="/inspection-batches", description="Deliveries to be inspected"
)


@bp.route("")
@bp.arguments(schemas.BatchFilter(), location="query")
@bp.response(200, page_out(schemas.InspectionBatchOut))
def index(query: dict[str, Any]) -> Any:
    """The deliveries that concern the caller, newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.SendIn())
@bp.response(201, schemas.InspectionBatchDetailOut())
@bp.alt_response(200, schema=schemas.InspectionBatchDetailOut(), description="This `ref` was recorded before.")
def send(data: dict[str, Any]) -> Any:
    """Send cylinders of the caller's station to an inspection body; unknown and unfit ones are named line by line."""
    who = actor()
    row, known = inspection_batches.send(who, data)
    shown = queries.show(who, row.id)
    return once(shown, known)


@bp.route("/<int:batch_id>")
@bp.response(200, schemas.InspectionBatchDetailOut())
def show(batch_id: int) -> Any:
    """One delivery with its cylinders, their results, and what the caller may do."""
    return queries.show(actor(), batch_id)


@bp.route("/<int:batch_id>/results", methods=["POST"])
@bp.arguments(schemas.ResultsIn())
@bp.response(207, schemas.ResultsOut())
def results(data: dict[str, Any], batch_id: int) -> Any:
    """Record results of a delivery, each answered by itself: a bad one never loses a good one."""
    done = inspection_batches.record_results(actor(), batch_id, data["results"])
    return {"results": [schemas.outcome(row) for row in done]}


@bp.route("/<int:batch_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.InspectionBatchMoveIn())
@bp.response(200, schemas.InspectionBatchDetailOut())
def move(data: dict[str, Any], batch_id: int, verb: str) -> Any:
    """Make one move: `receive`, `withdraw`, `finish`, `hand-back`, `take-back`."""
    who, version = actor(), data.pop("version", None)
    inspection_batches.make(who, batch_id, verb.replace("-", "_"), data, version)
    return queries.show(who, batch_id)
