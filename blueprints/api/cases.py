"""/cases: enforcement cases from the clue to the closed file."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import cases as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import cases as queries
from registry.services import cases

bp = Blueprint("api_cases", __name__, url_prefix="/cases", description="Enforcement cases")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.CaseIn())
@bp.response(201, schemas.CaseDetailOut())
def open_case(data: dict[str, Any]) -> Any:
    """Take up a clue; a repeat answers with the first result."""
    row, known = cases.open_case(actor(), data)
    found = queries.show(actor(), row.id)
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.CaseFilter(), location="query")
@bp.response(200, page_out(schemas.CaseOut))
def index(query: dict[str, Any]) -> Any:
    """The cases of the caller's areas, newest first."""
    return queries.page(actor(), query)


@bp.route("/<int:case_id>")
@bp.response(200, schemas.CaseDetailOut())
def show(case_id: int) -> Any:
    """One case with its clocks and steps."""
    return queries.show(actor(), case_id)


@bp.route("/<int:case_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.CaseMoveIn())
@bp.response(200, schemas.CaseDetailOut())
def move(data: dict[str, Any], case_id: int, verb: str) -> Any:
    """Make one move: file, refuse-filing, extend-clue, choose, submit-review, notify, hear, decide, pay, close, ...

    With `ref`, a repeat answers with the first result.
    """
    ref = data.pop("ref", None)
    _row, known = cases.move_once(actor(), ref, case_id, verb.replace("-", "_"), data, data.get("version"))
    found = queries.show(actor(), case_id)
    return once(found, known)
