"""/spot-checks: an office draws fills and looks at their video."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import sunshine as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import spot_checks as queries
from registry.services import spot_checks

bp = Blueprint("api_spot_checks", __name__, url_prefix="/spot-checks", description="Spot checks of fills by video")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.SpotCheckIn())
@bp.response(201, schemas.SpotCheckDetailOut())
def draw(data: dict[str, Any]) -> Any:
    """Draw fills of a station and period; the seed is the registry's."""
    return queries.show(actor(), spot_checks.draw(actor(), data).id)


@bp.route("")
@bp.arguments(schemas.SpotCheckQuery(), location="query")
@bp.response(200, page_out(schemas.SpotCheckOut))
def index(query: dict[str, Any]) -> Any:
    """The spot checks that concern the caller, drawn last first."""
    return queries.page(actor(), query, query["cursor"], query["limit"])


@bp.route("/<int:check_id>")
@bp.response(200, schemas.SpotCheckDetailOut())
def show(check_id: int) -> Any:
    """One with its fills."""
    return queries.show(actor(), check_id)


@bp.route("/<int:check_id>/repetition")
@bp.response(200, schemas.RepetitionOut())
def repetition(check_id: int) -> Any:
    """Draw again from the same seed and say whether the same comes out."""
    return queries.repetition(actor(), check_id)


@bp.route("/<int:check_id>/items/<int:place>")
@bp.response(200, schemas.SpotItemDetailOut())
def item(check_id: int, place: int) -> Any:
    """One fill with its clip pointers."""
    return queries.item(actor(), check_id, place)


@bp.route("/<int:check_id>/items/<int:place>/result", methods=["POST"])
@bp.arguments(schemas.JudgeIn())
@bp.response(200, schemas.SpotItemDetailOut())
def judge(data: dict[str, Any], check_id: int, place: int) -> Any:
    """What the video shows: `pass`, `fail` (with a note) or `miss_clip`."""
    spot_checks.judge(actor(), check_id, place, data["verb"], data)
    return queries.item(actor(), check_id, place)
