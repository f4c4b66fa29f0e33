"""/sealings: equipment sealed or seized, until when, and every step."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import sealings as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import sealings as queries
from registry.services import sealings

bp = Blueprint("api_sealings", __name__, url_prefix="/sealings", description="Sealing and seizure of equipment")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.SealingIn())
@bp.response(201, schemas.SealingDetailOut())
def propose(data: dict[str, Any]) -> Any:
    """Propose a sealing; evidence comes through POST /directives/files. A repeat answers with the first result."""
    row, known = sealings.propose(actor(), data)
    found = queries.show(actor(), row.id)
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.SealingFilter(), location="query")
@bp.response(200, page_out(schemas.SealingOut))
def index(query: dict[str, Any]) -> Any:
    """The sealings that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("/<int:sealing_id>")
@bp.response(200, schemas.SealingDetailOut())
def show(sealing_id: int) -> Any:
    """One sealing with its steps."""
    return queries.show(actor(), sealing_id)


@bp.route("/<int:sealing_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.SealingMoveIn())
@bp.response(200, schemas.SealingDetailOut())
def move(data: dict[str, Any], sealing_id: int, verb: str) -> Any:
    """Make one move: approve, refuse, execute, confirm, disapprove, extend, lift.

    With `ref`, a repeat answers with the first result.
    """
    ref = data.pop("ref", None)
    _row, known = sealings.move_once(actor(), ref, sealing_id, verb, data, data.get("version"))
    found = queries.show(actor(), sealing_id)
    return once(found, known)
