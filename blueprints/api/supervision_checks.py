"""/supervision-checks: checks of units, their moves and records."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import supervision as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.errors import Missing
from registry.messages import T
from registry.queries import supervision_checks as queries
from registry.services import supervision_checks, supervision_records

bp = Blueprint(
    "api_supervision_checks", __name__, url_prefix="/supervision-checks", description="Supervision inspections"
)
MOVES = {
    "notify": supervision_checks.notify,
    "start": supervision_checks.start,
    "find_nothing": supervision_checks.find_nothing,
    "close": supervision_checks.close,
    "terminate": supervision_checks.terminate,
}


@bp.route("", methods=["POST"])
@bp.arguments(schemas.OpenIn())
@bp.response(201, schemas.CheckDetailOut())
def create(data: dict[str, Any]) -> Any:
    """Plan a check by hand. With `ref`, a repeat answers with the first result."""
    ref = data.pop("ref", None)
    opened = supervision_checks.open_once(actor(), ref, data) if ref else None
    row, known = opened or (supervision_checks.open_check(actor(), data), False)
    found = queries.by_no(actor(), row.no)
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.CheckFilter(), location="query")
@bp.response(200, page_out(schemas.CheckOut))
def index(query: dict[str, Any]) -> Any:
    """The checks that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("/<string:no>")
@bp.response(200, schemas.CheckDetailOut())
def show(no: str) -> Any:
    """One check with its record and steps."""
    return queries.by_no(actor(), no)


@bp.route("/<string:no>/record", methods=["POST"])
@bp.arguments(schemas.CheckRecordIn())
@bp.response(201, schemas.CheckDetailOut())
def record(data: dict[str, Any], no: str) -> Any:
    """Keep the record: every item answered, both sides signed or the refusal noted. Everything missing is said at
    once."""
    ref = data.pop("ref", None)
    kept = supervision_records.record_once(actor(), ref, no, data) if ref else None
    _row, known = kept or (supervision_records.record(actor(), no, data), False)
    found = queries.by_no(actor(), no)
    return once(found, known)


@bp.route("/<string:no>/items/<string:item>/hazard", methods=["POST"])
@bp.arguments(schemas.CheckClueIn())
@bp.response(201, schemas.CheckDetailOut())
def report_hazard(data: dict[str, Any], no: str, item: str) -> Any:
    """Open a hazard clue from an item that does not conform."""
    supervision_checks.report_hazard(actor(), no, item, data)
    return queries.by_no(actor(), no)


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.CheckMoveIn())
@bp.response(200, schemas.CheckDetailOut())
def move(data: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move: notify, start, find_nothing, close, terminate."""
    if verb not in MOVES:
        raise Missing(T("没有这个办理步骤"))
    MOVES[verb](actor(), no, data)
    return queries.by_no(actor(), no)
