"""What the law would say: pure questions, nothing is read from the register and nothing recorded."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import offences as offence_schemas
from blueprints.schemas import premiums as premium_schemas
from blueprints.schemas import risk as risk_schemas
from blueprints.schemas import rules as schemas
from blueprints.schemas import supervision as supervision_schemas
from blueprints.sessions import actor
from registry.queries import rule_answers

bp = Blueprint("api_rules", __name__, url_prefix="/rules", description="What the law would say")


@bp.route("/elevator-inspection", methods=["POST"])
@bp.arguments(schemas.InspectionIn())
@bp.response(200, schemas.InspectionOut())
def elevator_inspection(data: dict[str, Any]) -> Any:
    """Which periodic inspection or self-test is due, and when."""
    return rule_answers.elevator_inspection(actor(), data)


@bp.route("/maintenance-plan", methods=["POST"])
@bp.arguments(schemas.PlanIn())
@bp.response(200, schemas.PlanOut())
def maintenance_plan(data: dict[str, Any]) -> Any:
    """Which maintenance is due, and its items."""
    return rule_answers.maintenance_plan(actor(), data)


@bp.route("/cylinder-dates", methods=["POST"])
@bp.arguments(schemas.DatesIn())
@bp.response(200, schemas.DatesOut())
def cylinder_dates(data: dict[str, Any]) -> Any:
    """When a cylinder must be inspected and when its life ends."""
    return rule_answers.cylinder_dates(actor(), data)


@bp.route("/fill-limit", methods=["POST"])
@bp.arguments(schemas.LimitIn())
@bp.response(200, schemas.LimitOut())
def fill_limit(data: dict[str, Any]) -> Any:
    """How much a cylinder may hold."""
    return rule_answers.fill_limit(actor(), data)


@bp.route("/premium", methods=["POST"])
@bp.arguments(premium_schemas.PremiumIn())
@bp.response(200, premium_schemas.PremiumOut())
def premium(data: dict[str, Any]) -> Any:
    """The premium of an elevator's liability insurance by the factor table."""
    return rule_answers.premium(actor(), data)


@bp.route("/filling", methods=["POST"])
@bp.arguments(schemas.FillingFactsIn())
@bp.response(200, schemas.VerdictOut())
def filling(data: dict[str, Any]) -> Any:
    """May this cylinder be filled: every rule that is hit, the worst first."""
    return rule_answers.filling(actor(), data)


@bp.route("/risk", methods=["POST"])
@bp.arguments(risk_schemas.RiskIn())
@bp.response(200, risk_schemas.RiskOut())
def risk(data: dict[str, Any]) -> Any:
    """The graded risk of an elevator or a filling station: score, colour, and what lifts it."""
    return rule_answers.risk(actor(), data)


@bp.route("/accident-grade", methods=["POST"])
@bp.arguments(risk_schemas.AccidentIn())
@bp.response(200, risk_schemas.AccidentGradeOut())
def accident_grade(data: dict[str, Any]) -> Any:
    """The grade of an accident: the highest that any measure reaches."""
    return rule_answers.accident_grade(actor(), data)


@bp.route("/offence", methods=["POST"])
@bp.arguments(offence_schemas.OffenceIn())
@bp.response(200, offence_schemas.OffenceAnswerOut())
def offence(data: dict[str, Any]) -> Any:
    """Which offences fit a finding: order first or not, the fine, on the spot or not, the limitation."""
    return {"offences": rule_answers.offence(actor(), data)}


@bp.route("/supervision-draw", methods=["POST"])
@bp.arguments(supervision_schemas.RepeatIn())
@bp.response(200, supervision_schemas.RepeatOut())
def supervision_draw(data: dict[str, Any]) -> Any:
    """A draw of supervision inspections made again from its seed, pool and weights."""
    return rule_answers.supervision_draw(actor(), data)
