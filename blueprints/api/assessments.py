"""/assessments: safety assessments of elevators in use."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import old_elevators as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from blueprints.web.old_elevators import keep
from registry.queries import assessments as queries
from registry.queries import elevators
from registry.services import assessments

bp = Blueprint("api_assessments", __name__, url_prefix="/assessments", description="Safety assessments of elevators")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.RecordedAssessmentIn())
@bp.response(201, schemas.AssessmentOut())
def record(data: dict[str, Any]) -> Any:
    """Record a finished assessment. With `ref`, a repeat answers with the first result."""
    ref, number = data.pop("ref", None), elevators.by_code(actor(), data.pop("elevator")).id
    if ref is None:
        return queries.show(actor(), assessments.record(actor(), number, data).id)[0]
    row, known = assessments.record_once(actor(), ref, number, data)
    found = queries.show(actor(), row.id)[0]
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.AssessmentFilter(), location="query")
@bp.response(200, page_out(schemas.AssessmentOut))
def index(query: dict[str, Any]) -> Any:
    """The assessments that stand, newest on record first."""
    return queries.page(actor(), query)


@bp.route("/files", methods=["POST"])
@bp.arguments(schemas.AssessmentFileIn(), location="files")
@bp.response(201, schemas.AssessmentFileOut())
def store(data: dict[str, Any]) -> Any:
    """Store a report, to be named by its id."""
    return keep(data["file"].filename or "", data["file"].read())


@bp.route("/<int:assessment_id>")
@bp.response(200, schemas.AssessmentOut())
def show(assessment_id: int) -> Any:
    """One assessment."""
    return queries.show(actor(), assessment_id)[0]


@bp.route("/<int:assessment_id>/corrections", methods=["POST"])
@bp.arguments(schemas.AssessmentCorrectionIn())
@bp.response(201, schemas.AssessmentOut())
def correct(data: dict[str, Any], assessment_id: int) -> Any:
    """Put a corrected assessment in the place of this one, which stays on record."""
    row = assessments.correct(actor(), assessment_id, data, data.pop("reason"))
    return queries.show(actor(), row.id)[0]
