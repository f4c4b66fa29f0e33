"""/responders: rescue stations and teams, their duty times, and who is nearest to a place."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import responders as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import responders as queries
from registry.services import responders

bp = Blueprint("api_responders", __name__, url_prefix="/responders", description="Rescue stations and teams")


@bp.route("")
@bp.arguments(schemas.ResponderFilter(), location="query")
@bp.response(200, page_out(schemas.ResponderOut))
def index(query: dict[str, Any]) -> Any:
    """The responders the caller sees, with who is on duty now."""
    return queries.page(actor(), query, clock.now(), query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.ResponderIn())
@bp.response(201, schemas.ResponderDetailOut())
def register(data: dict[str, Any]) -> Any:
    """Put a responder on file."""
    return queries.show(actor(), responders.register(actor(), data).id)


@bp.route("/nearest")
@bp.arguments(schemas.NearestIn(), location="query")
@bp.response(200, schemas.NearestOut())
def nearest(query: dict[str, Any]) -> Any:
    """The nearest able responders of a level to a place, and the nearest that cannot be sent."""
    return queries.nearest_to(actor(), query)


@bp.route("/<int:responder_id>")
@bp.response(200, schemas.ResponderDetailOut())
def show(responder_id: int) -> Any:
    """One with its rota, exceptions and members."""
    return queries.show(actor(), responder_id)


@bp.route("/<int:responder_id>", methods=["PATCH"])
@bp.arguments(schemas.ResponderPatch(partial=True))
@bp.response(200, schemas.ResponderDetailOut())
def correct(data: dict[str, Any], responder_id: int) -> Any:
    """Correct what is given."""
    responders.correct(actor(), responder_id, data, data.get("version"))
    return queries.show(actor(), responder_id)


@bp.route("/<int:responder_id>/rota", methods=["POST"])
@bp.arguments(schemas.RotaIn())
@bp.response(200, schemas.ResponderDetailOut())
def set_rota(data: dict[str, Any], responder_id: int) -> Any:
    """Give it another weekly rota from a day on."""
    responders.set_rota(actor(), responder_id, data["shifts"], data.get("since"), data.get("version"))
    return queries.show(actor(), responder_id)


@bp.route("/<int:responder_id>/exceptions", methods=["POST"])
@bp.arguments(schemas.ExceptionIn())
@bp.response(201, schemas.ResponderDetailOut())
def add_exception(data: dict[str, Any], responder_id: int) -> Any:
    """Say that duty differs from the rota on some days."""
    responders.add_exception(actor(), responder_id, data, data.get("version"))
    return queries.show(actor(), responder_id)


@bp.route("/<int:responder_id>/exceptions/drop", methods=["POST"])
@bp.arguments(schemas.ExceptionDayIn())
@bp.response(200, schemas.ResponderDetailOut())
def drop_exception(data: dict[str, Any], responder_id: int) -> Any:
    """Take an exception back; the rota holds again."""
    responders.drop_exception(actor(), responder_id, data["day"])
    return queries.show(actor(), responder_id)


@bp.route("/<int:responder_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.ResponderMoveIn())
@bp.response(200, schemas.ResponderDetailOut())
def move(data: dict[str, Any], responder_id: int, verb: str) -> Any:
    """`suspend`, `resume` or `close`, with a reason."""
    responders.move(actor(), responder_id, verb, data["reason"], data.get("version"))
    return queries.show(actor(), responder_id)
