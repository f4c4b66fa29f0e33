"""/guarded-rounds: the patrol rounds of the caller's unit, and confirming one."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import guarded_rounds as schemas
from blueprints.sessions import actor
from registry.queries import guarded_rounds as queries
from registry.services import guarded_rounds

bp = Blueprint("api_guarded_rounds", __name__, url_prefix="/guarded-rounds", description="Patrol rounds of events")


@bp.route("")
@bp.response(200, schemas.GuardedRoundsOut())
def mine() -> Any:
    """The rounds of the caller's unit for the next day, late and due ones first."""
    return {"items": queries.mine(actor())}


@bp.route("/<int:round_id>")
@bp.response(200, schemas.GuardedRoundOut())
def show(round_id: int) -> Any:
    """One round."""
    return queries.one(actor(), round_id)


@bp.route("/<int:round_id>", methods=["POST"])
@bp.arguments(schemas.GuardedWalkIn())
@bp.response(200, schemas.GuardedRoundOut())
def walk(data: dict[str, Any], round_id: int) -> Any:
    """Confirm a round; the same `ref` again is answered like the first time."""
    row, _repeated = guarded_rounds.walk(actor(), round_id, data)
    return queries.one(actor(), row.id)
