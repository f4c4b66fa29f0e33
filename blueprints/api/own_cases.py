"""/own-cases: what the party of a penalty case was told, its days and papers, its statement and its hearing."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.hazard_forms import keep
from blueprints.repeats import once
from blueprints.schemas import own_cases as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.hazards import FileIn, FileOut
from blueprints.sessions import actor
from registry import policy
from registry.queries import own_cases as queries
from registry.queries.directive_inputs import PURPOSE
from registry.services import own_cases

bp = Blueprint("api_own_cases", __name__, url_prefix="/own-cases", description="Cases against the caller's own unit")


@bp.route("")
@bp.arguments(schemas.OwnCaseFilter(), location="query")
@bp.response(200, page_out(schemas.OwnCaseOut))
def index(query: dict[str, Any]) -> Any:
    """The cases that the caller's unit was told of, newest first."""
    return queries.page(actor(), query)


@bp.route("/files", methods=["POST"])
@bp.arguments(FileIn(), location="files")
@bp.response(201, FileOut())
def store(data: dict[str, Any]) -> Any:
    """Store a document, to be named by its id in a statement."""
    policy.require(actor(), "own_case.hear")
    return keep(data["file"].filename or "", data["file"].read(), PURPOSE)


@bp.route("/<int:case_id>")
@bp.response(200, schemas.OwnCaseOut())
def show(case_id: int) -> Any:
    """One case as its party sees it."""
    return queries.show(actor(), case_id)


@bp.route("/<int:case_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.OwnCaseMoveIn())
@bp.response(200, schemas.OwnCaseOut())
def move(data: dict[str, Any], case_id: int, verb: str) -> Any:
    """Speak: hear (`spoken` written or waived), request-hearing, withdraw-hearing.

    With `ref`, a repeat answers with the first result.
    """
    ref = data.pop("ref", None)
    _row, known = own_cases.speak_once(actor(), ref, case_id, verb.replace("-", "_"), data, data.get("version"))
    found = queries.show(actor(), case_id)
    return once(found, known)
