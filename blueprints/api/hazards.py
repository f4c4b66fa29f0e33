"""/hazards: clues, the list, one hazard, and its moves."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.hazard_forms import keep
from blueprints.repeats import once
from blueprints.schemas import hazard_moves
from blueprints.schemas import hazards as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import hazards as queries
from registry.services import hazards

bp = Blueprint("api_hazards", __name__, url_prefix="/hazards", description="Major hazards (一单四制)")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.RecordedClueIn())
@bp.response(201, schemas.HazardOut())
def report(data: dict[str, Any]) -> Any:
    """Note a clue. With `ref`, a repeat answers with the first result."""
    ref = data.pop("ref", None)
    row, known = hazards.report_once(actor(), ref, data) if ref else (hazards.report(actor(), data), False)
    found = queries.by_no(actor(), row.no)
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.HazardFilter(), location="query")
@bp.response(200, page_out(schemas.HazardOut))
def index(query: dict[str, Any]) -> Any:
    """The hazards that concern the caller, newest first."""
    return queries.page(actor(), query, clock.today())


@bp.route("/files", methods=["POST"])
@bp.arguments(schemas.FileIn(), location="files")
@bp.response(201, schemas.FileOut())
def store(data: dict[str, Any]) -> Any:
    """Store a photo or document, to be named by its id in a clue or a move."""
    return keep(data["file"].filename or "", data["file"].read())


@bp.route("/<string:no>")
@bp.response(200, schemas.HazardDetailOut())
def show(no: str) -> Any:
    """One hazard with its ledger."""
    return queries.show(actor(), no)


@bp.route("/<string:no>/moves")
@bp.response(200, schemas.OffersOut())
def moves(no: str) -> Any:
    """What the caller may do next, and what each move needs."""
    row = queries.by_no(actor(), no)
    return {"no": row.no, "state": row.state, "version": row.version, "items": queries.moves_for(actor(), row)}


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.HazardMoveIn())
@bp.response(200, schemas.HazardOut())
def move(body: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move (`sign-county` or `sign_county`). With `ref`, a repeat answers with the first result."""
    version, ref, verb = body.pop("version", None), body.pop("ref", None), verb.replace("-", "_")
    data = hazard_moves.read(verb, body)
    if not ref:
        return queries.by_no(actor(), hazards.move(actor(), no, verb, data, version).no)
    row, known = hazards.move_once(actor(), ref, no, verb, data, version)
    found = queries.by_no(actor(), row.no)
    return once(found, known)
