"""Cylinders through the API."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import cylinder_events as events
from blueprints.schemas import cylinders as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.cylinder_batches import CylinderInspectionCorrectionIn, CylinderResultIn
from blueprints.schemas.timeline import TimelineEntryOut, TimelineFilter
from blueprints.sessions import actor
from registry import clock
from registry.queries import cylinder_timeline as timeline
from registry.queries import cylinders as queries
from registry.services import cylinder_events, cylinder_inspections, cylinders

bp = Blueprint("api_cylinders", __name__, url_prefix="/cylinders", description="Gas cylinders")


@bp.route("")
@bp.arguments(schemas.CylinderFilter(), location="query")
@bp.response(200, schemas.CYLINDER_PAGE)
def index(query: dict[str, Any]) -> Any:
    """The cylinders the caller may see."""
    return queries.listing(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.CylinderIn())
@bp.response(201, schemas.CylinderOut())
def register(data: dict[str, Any]) -> Any:
    """Put a cylinder on file."""
    return cylinders.register(actor(), {**data, "source": "api"})


@bp.route("/<string:code>")
@bp.response(200, schemas.CylinderDetailOut())
def show(code: str) -> Any:
    """One cylinder by any writing of its label code."""
    return queries.by_code(actor(), code)


@bp.route("/<string:code>", methods=["PATCH"])
@bp.arguments(schemas.CORRECTION)
@bp.response(200, schemas.CylinderOut())
def correct(data: dict[str, Any], code: str) -> Any:
    """Correct the marks that are given; `version` is the one the caller saw."""
    return cylinders.correct(actor(), code, {**data, "source": "api"}, data["version"])


@bp.route("/<string:code>/timeline")
@bp.arguments(TimelineFilter(), location="query")
@bp.response(200, page_out(TimelineEntryOut))
def show_timeline(query: dict[str, Any], code: str) -> Any:
    """The life of a cylinder, newest first; `kind` filters."""
    return timeline.page(actor(), code, query, query["cursor"])[1]


@bp.route("/<string:code>/events", methods=["POST"])
@bp.arguments(events.EventIn())
@bp.response(201, events.EventOut())
@bp.alt_response(200, schema=events.EventOut(), description="This `ref` was recorded before.")
def record_event(data: dict[str, Any], code: str) -> Any:
    """Record a step in a cylinder's life."""
    recorded = cylinder_events.record_event(actor(), code, data)
    return once(recorded, recorded.replayed)


@bp.route("/<string:code>/transfer", methods=["POST"])
@bp.arguments(schemas.TransferIn())
@bp.response(200, schemas.CylinderOut())
def transfer(data: dict[str, Any], code: str) -> Any:
    """Write a cylinder over to another owner."""
    return cylinders.transfer(actor(), code, data)


@bp.route("/<string:code>/inspections", methods=["POST"])
@bp.arguments(CylinderResultIn())
@bp.response(201, schemas.CylinderDetailOut())
def inspect(data: dict[str, Any], code: str) -> Any:
    """Record a periodic inspection; answers with the cylinder and its new dates."""
    cylinder_inspections.record(actor(), code, data)
    return queries.by_code(actor(), code)


@bp.route("/inspections/<int:inspection_id>/correct", methods=["POST"])
@bp.arguments(CylinderInspectionCorrectionIn())
@bp.response(201, schemas.CylinderInspectionOut())
def correct_inspection(data: dict[str, Any], inspection_id: int) -> Any:
    """Record what an inspection should have said, with the reason: a new record that names the wrong one."""
    return cylinder_inspections.correct(actor(), inspection_id, data)


@bp.route("/<string:code>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.MoveIn())
@bp.response(200, schemas.CylinderOut())
def change_status(data: dict[str, Any], code: str, verb: str) -> Any:
    """Change the status: register, suspend, resume, order-scrap, destroy, cancel, ..."""
    given = {**data, "since": data.get("since") or clock.today()}
    return cylinders.change_status(actor(), code, verb.replace("-", "_"), given)
