"""/inspections: finished inspections and self-tests of elevators, what is due, part tests, self-checks."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.hazard_forms import keep
from blueprints.repeats import once
from blueprints.schemas import inspections as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.hazards import FileIn, FileOut
from blueprints.sessions import actor
from registry import clock
from registry.queries import elevators as elevator_queries
from registry.queries import inspection_due, inspection_inputs
from registry.queries import inspections as queries
from registry.services import inspections, part_tests, self_checks

bp = Blueprint("api_inspections", __name__, url_prefix="/inspections", description="Inspections of elevators")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.InspectionRecordIn())
@bp.response(201, schemas.InspectionRecordOut())
def record(data: dict[str, Any]) -> Any:
    """Record an inspection of the elevator with the label code `elevator`. With `ref`, a repeat answers with the first
    result. A failed one opens a hazard clue."""
    return _once(inspections, data)


def _once(service: Any, data: dict[str, Any]) -> Any:
    """Record about the elevator with a label code; with a ref, once."""
    elevator_id = elevator_queries.by_code(actor(), data.pop("elevator")).id
    ref = data.pop("ref", None)
    if ref is None:
        return service.record(actor(), elevator_id, data)
    row, known = service.record_once(actor(), ref, elevator_id, data)
    return once(row, known)


@bp.route("")
@bp.arguments(schemas.InspectionFilter(), location="query")
@bp.response(200, page_out(schemas.ListedInspectionOut))
def index(query: dict[str, Any]) -> Any:
    """The records the caller may see, the latest recorded first; an inspection body sees its own."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/due")
@bp.arguments(schemas.DueFilter(), location="query")
@bp.response(200, page_out(schemas.InspectionDueOut))
def due(query: dict[str, Any]) -> Any:
    """What is due, the most urgent first: `state` later, open, due or overdue, or `month` of the due day."""
    return inspection_due.page(actor(), query, clock.today(), query["limit"], query["cursor"])


@bp.route("/files", methods=["POST"])
@bp.arguments(FileIn(), location="files")
@bp.response(201, FileOut())
def store(data: dict[str, Any]) -> Any:
    """Store a report (PDF or photo), to be named by its id in `files` of a record."""
    return keep(data["file"].filename or "", data["file"].read(), inspection_inputs.PURPOSE)


@bp.route("/<int:inspection_id>")
@bp.response(200, schemas.InspectionRecordOut())
def show(inspection_id: int) -> Any:
    """One record."""
    return queries.one(actor(), inspection_id, clock.today()).row


@bp.route("/<int:inspection_id>/corrections", methods=["POST"])
@bp.arguments(schemas.InspectionCorrectionIn())
@bp.response(201, schemas.InspectionRecordOut())
def correct(data: dict[str, Any], inspection_id: int) -> Any:
    """Record it anew, because the record was wrong; the wrong one stays and is linked."""
    return inspections.correct(actor(), inspection_id, data)


@bp.route("/part-tests", methods=["POST"])
@bp.arguments(schemas.PartTestIn())
@bp.response(201, schemas.PartTestOut())
def record_part(data: dict[str, Any]) -> Any:
    """Record a calibration of the governor or a brake test with 125 % load; answers with the day of the next one."""
    return _once(part_tests, data)


@bp.route("/self-checks", methods=["POST"])
@bp.arguments(schemas.SelfCheckIn())
@bp.response(201, schemas.SelfCheckOut())
def record_check(data: dict[str, Any]) -> Any:
    """Record the maintenance company's yearly self-check before the periodic inspection."""
    return _once(self_checks, data)
