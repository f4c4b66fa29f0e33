"""/safety-units: what a unit arranges about safety: who is appointed, trained and in charge, its risk list, its papers,
and what became of the problems found."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import safety as forms
from blueprints.schemas import safety_units as schemas
from blueprints.schemas.hazards import FileIn
from blueprints.sessions import actor
from registry.services import safety, safety_records

bp = Blueprint(
    "api_safety_units", __name__, url_prefix="/safety-units", description="What a unit arranges for safety (Order 74)"
)


@bp.route("/appointments", methods=["POST"])
@bp.arguments(schemas.AppointIn())
@bp.response(201, schemas.AppointmentOut())
def appoint(data: dict[str, Any]) -> Any:
    """Appoint somebody of the caller's unit."""
    return safety.appoint(actor(), data)


@bp.route("/appointments/<int:appointment_id>/end", methods=["POST"])
@bp.arguments(forms.DismissForm())
@bp.response(200, schemas.AppointmentOut())
def dismiss(data: dict[str, Any], appointment_id: int) -> Any:
    """End an appointment."""
    return safety.dismiss(actor(), appointment_id, data["until"], data["reason"])


@bp.route("/trainings", methods=["POST"])
@bp.arguments(schemas.TrainIn())
@bp.response(201, schemas.TrainingOut())
def train(data: dict[str, Any]) -> Any:
    """Record a training or an examination."""
    return safety.train(actor(), data)


@bp.route("/charges", methods=["POST"])
@bp.arguments(schemas.ChargeIn())
@bp.response(200, schemas.SafetyCountOut())
def charge(data: dict[str, Any]) -> Any:
    """Give elevators to an officer; how many were not his before."""
    return {"count": safety.charge(actor(), data["officer"], data["elevators"], data.get("since"))}


@bp.route("/risks", methods=["POST"])
@bp.arguments(schemas.NewSafetyPointIn())
@bp.response(201, schemas.SafetyPointOut())
def add_risk(data: dict[str, Any]) -> Any:
    """A point of the unit's own."""
    return safety.set_risk(actor(), data)


@bp.route("/risks/take-over", methods=["POST"])
@bp.arguments(schemas.SubjectIn())
@bp.response(200, schemas.SafetyCountOut())
def take_over(data: dict[str, Any]) -> Any:
    """Take the reference points into the unit's list; how many came."""
    return {"count": safety.list_risks(actor(), data["subject"])}


@bp.route("/risks/<int:risk_id>", methods=["PATCH"])
@bp.arguments(schemas.SafetyPointIn())
@bp.response(200, schemas.SafetyPointOut())
def word_risk(data: dict[str, Any], risk_id: int) -> Any:
    """Another wording from today on: a row of its own unless the point is of today."""
    return safety.set_risk(actor(), data, risk_id)


@bp.route("/risks/<int:risk_id>/drop", methods=["POST"])
@bp.arguments(forms.ReasonForm())
@bp.response(200, schemas.SafetyPointOut())
def drop_risk(data: dict[str, Any], risk_id: int) -> Any:
    """Take a point off the list from tomorrow on."""
    return safety.drop_risk(actor(), risk_id, data["reason"])


@bp.route("/papers", methods=["POST"])
@bp.arguments(schemas.SafetyPaperIn(), location="form")
@bp.arguments(FileIn(), location="files")
@bp.response(201, schemas.SafetyPaperOut())
def keep_paper(data: dict[str, Any], sent: dict[str, Any]) -> Any:
    """Keep one of the papers that have to be there, as multipart with its `file`."""
    file = sent["file"]
    return safety.keep_paper(actor(), {**data, "file": (file.filename or "", file.read())})


@bp.route("/problems/<int:problem_id>/solve", methods=["POST"])
@bp.arguments(forms.SolveForm())
@bp.response(200, schemas.ProblemOut())
def solve(data: dict[str, Any], problem_id: int) -> Any:
    """Say that a problem is solved, and how."""
    return safety_records.solve(actor(), problem_id, data["solution"], data.get("solved_on"))


@bp.route("/problems/<int:problem_id>/hazard", methods=["POST"])
@bp.response(200, schemas.ProblemOut())
def report_hazard(problem_id: int) -> Any:
    """Hand a problem on as a hazard clue of the unit itself."""
    return safety_records.report_hazard(actor(), problem_id)
