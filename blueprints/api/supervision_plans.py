"""/supervision-plans: yearly plans, draws that anybody can repeat, key units."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import supervision as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import supervision_plans as queries
from registry.services import supervision_plans
from registry.settings import current

bp = Blueprint("api_supervision_plans", __name__, url_prefix="/supervision-plans", description="Plans of inspections")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.SupervisionPlanIn())
@bp.response(201, schemas.SupervisionPlanDetailOut())
def create(data: dict[str, Any]) -> Any:
    """Begin the plan of a year."""
    return queries.show(actor(), supervision_plans.make(actor(), data).id)


@bp.route("")
@bp.arguments(schemas.PlanFilter(), location="query")
@bp.response(200, page_out(schemas.SupervisionPlanOut))
def index(query: dict[str, Any]) -> Any:
    """The plans that the caller sees, newest first."""
    return queries.page(actor(), query)


@bp.route("/key-units")
@bp.arguments(schemas.KeyUnitFilter(), location="query")
@bp.response(200, schemas.KeyUnitsOut())
def key_units(query: dict[str, Any]) -> Any:
    """Key units with their reasons."""
    return {"items": queries.key_units(actor(), query.get("area") or current().city_code)}


@bp.route("/key-units", methods=["POST"])
@bp.arguments(schemas.KeyUnitIn())
@bp.response(201, schemas.KeyUnitRowOut())
def add_key_unit(data: dict[str, Any]) -> Any:
    """Add a unit by hand, with the reason."""
    return supervision_plans.add_key_unit(actor(), data)


@bp.route("/key-units/<int:row_id>/end", methods=["POST"])
@bp.arguments(schemas.EndKeyUnitIn())
@bp.response(200, schemas.KeyUnitRowOut())
def end_key_unit(data: dict[str, Any], row_id: int) -> Any:
    """Take a unit that was added by hand off again."""
    return supervision_plans.end_key_unit(actor(), row_id, data["reason"])


@bp.route("/draws/<int:draw_id>")
@bp.response(200, schemas.SupervisionDrawOut())
def draw(draw_id: int) -> Any:
    """A draw; `repeat` is what POST /rules/supervision-draw takes to make it again."""
    return queries.draw(actor(), draw_id)


@bp.route("/<int:plan_id>")
@bp.response(200, schemas.SupervisionPlanDetailOut())
def show(plan_id: int) -> Any:
    """One plan with its quota, progress and draws."""
    return queries.show(actor(), plan_id)


@bp.route("/<int:plan_id>/draws", methods=["POST"])
@bp.arguments(schemas.DrawIn())
@bp.response(201, schemas.SupervisionDrawOut())
def make_draw(data: dict[str, Any], plan_id: int) -> Any:
    """Draw units and those who check them; the seed is the registry's."""
    return queries.draw(actor(), supervision_plans.draw(actor(), plan_id, data).id)


@bp.route("/<int:plan_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.PlanMoveIn())
@bp.response(200, schemas.SupervisionPlanDetailOut())
def move(data: dict[str, Any], plan_id: int, verb: str) -> Any:
    """Make one move: adopt, withdraw, finish."""
    supervision_plans.move(actor(), plan_id, verb, data)
    return queries.show(actor(), plan_id)
