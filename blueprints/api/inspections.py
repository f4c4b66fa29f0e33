"""POST /inspections: finished inspections and self-tests of elevators."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas.elevator_outputs import ElevatorInspectionOut
from blueprints.schemas.elevators import ElevatorInspectionIn
from blueprints.sessions import actor
from registry.queries import elevators as queries
from registry.services import inspections

bp = Blueprint("api_inspections", __name__, url_prefix="/inspections", description="Inspections of elevators")


@bp.route("", methods=["POST"])
@bp.arguments(ElevatorInspectionIn())
@bp.response(201, ElevatorInspectionOut())
def record(data: dict[str, Any]) -> Any:
    """Record an inspection of the elevator with the label code `elevator`. With `ref`, a repeat answers with the first
    result."""
    elevator_id = queries.by_code(actor(), data.pop("elevator")).id
    ref = data.pop("ref", None)
    if ref is None:
        return inspections.record(actor(), elevator_id, data)
    row, known = inspections.record_once(actor(), ref, elevator_id, data)
    return (row, 200, {"Idempotent-Replay": "true"}) if known else row
