"""/maintenance: what is due, the round, who looks after what."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import maintenance as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import days, elevators, rounds, visit_plans
from registry.services import assignments

bp = Blueprint("api_maintenance", __name__, url_prefix="/maintenance", description="Maintenance that is due")


def _states(query: dict[str, Any]) -> tuple[str, ...]:
    return (query["state"],) if query.get("state") else visit_plans.PRESSING


@bp.route("/due")
@bp.arguments(schemas.DueQuery(), location="query")
@bp.response(200, schemas.DueListOut())
def due(query: dict[str, Any]) -> Any:
    """What is overdue, due or soon due, the most urgent first; `state` for one of them or `later`."""
    who, today = actor(), clock.today()
    narrow = days.narrow(who, query, today)
    return visit_plans.due_today(who, today, _states(query), query["limit"], query["cursor"], narrow)


@bp.route("/round")
@bp.arguments(schemas.DueQuery(), location="query")
@bp.response(200, schemas.RoundOut())
def day_round(query: dict[str, Any]) -> Any:
    """A short way round what is due, from `lat` and `lon` or else from the caller's unit."""
    who, today = actor(), clock.today()
    start = (query["lat"], query["lon"]) if "lat" in query and "lon" in query else None
    return rounds.round_of(who, today, start, _states(query), days.narrow(who, query, today))


@bp.route("/assignments", methods=["POST"])
@bp.arguments(schemas.AssignIn())
@bp.response(200, schemas.CountOut())
def assign(data: dict[str, Any]) -> Any:
    """From a day on these technicians (logins), and nobody else, look after these elevators, or all of a use unit."""
    who, since = actor(), data.get("since") or clock.today()
    if data.get("unit"):
        return {"changed": assignments.assign_unit(who, data["unit"], data["technicians"], since)}
    ids = [elevators.by_code(who, code).id for code in data["elevators"]]
    return {"changed": assignments.assign(who, ids, data["technicians"], since)}
