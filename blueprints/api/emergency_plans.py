"""/emergency-plans: plans, their drills, and what each area has for an emergency."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import emergency_plans as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import emergency_plans as queries
from registry.services import emergency_plans

bp = Blueprint("api_emergency_plans", __name__, url_prefix="/emergency-plans", description="Emergency plans")


@bp.route("")
@bp.arguments(schemas.PlanFilter(), location="query")
@bp.response(200, page_out(schemas.EmergencyPlanOut))
def index(query: dict[str, Any]) -> Any:
    """The plans the caller sees, the newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.EmergencyPlanIn())
@bp.response(201, schemas.EmergencyPlanOut())
def keep(data: dict[str, Any]) -> Any:
    """Put an edition of a plan on file; the one before it ends."""
    return queries.show(actor(), emergency_plans.keep(actor(), data).id)


@bp.route("/capability")
@bp.response(200, schemas.CapabilitiesOut())
def capability() -> Any:
    """What each area has for an emergency now."""
    return {"items": queries.capability(actor(), clock.now())}


@bp.route("/<int:plan_id>")
@bp.response(200, schemas.EmergencyPlanOut())
def show(plan_id: int) -> Any:
    """One plan with its drills."""
    return queries.show(actor(), plan_id)


@bp.route("/<int:plan_id>/drills", methods=["POST"])
@bp.arguments(schemas.PlanDrillIn())
@bp.response(201, schemas.EmergencyPlanOut())
def record_drill(data: dict[str, Any], plan_id: int) -> Any:
    """Record a drill."""
    emergency_plans.record_drill(actor(), plan_id, data)
    return queries.show(actor(), plan_id)


@bp.route("/<int:plan_id>/end", methods=["POST"])
@bp.arguments(schemas.PlanEndIn())
@bp.response(200, schemas.EmergencyPlanOut())
def end(data: dict[str, Any], plan_id: int) -> Any:
    """End a plan."""
    emergency_plans.end(actor(), plan_id, data["note"])
    return queries.show(actor(), plan_id)
