"""/directives: what units were ordered to do, how it was served, reported and rechecked."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.hazard_forms import keep
from blueprints.repeats import once
from blueprints.schemas import directives as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.hazards import FileIn, FileOut
from blueprints.sessions import actor
from registry.queries import directives as queries
from registry.queries.directive_inputs import PURPOSE
from registry.services import directives

bp = Blueprint("api_directives", __name__, url_prefix="/directives", description="Safety supervision directives")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.DirectiveIn())
@bp.response(201, schemas.DirectiveDetailOut())
def issue(data: dict[str, Any]) -> Any:
    """Issue a directive; a repeat answers with the first result."""
    row, known = directives.issue(actor(), data)
    found = queries.show(actor(), row.id)
    return once(found, known)


@bp.route("")
@bp.arguments(schemas.DirectiveFilter(), location="query")
@bp.response(200, page_out(schemas.DirectiveOut))
def index(query: dict[str, Any]) -> Any:
    """The directives that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("/files", methods=["POST"])
@bp.arguments(FileIn(), location="files")
@bp.response(201, FileOut())
def store(data: dict[str, Any]) -> Any:
    """Store a photo or document, to be named by its id in a directive or a move."""
    return keep(data["file"].filename or "", data["file"].read(), PURPOSE)


@bp.route("/<int:directive_id>")
@bp.response(200, schemas.DirectiveDetailOut())
def show(directive_id: int) -> Any:
    """One directive with its steps."""
    return queries.show(actor(), directive_id)


@bp.route("/<int:directive_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.DirectiveMoveIn())
@bp.response(200, schemas.DirectiveDetailOut())
def move(data: dict[str, Any], directive_id: int, verb: str) -> Any:
    """Make one move: publish, serve, report, pass-recheck, fail-recheck, withdraw.

    With `ref`, a repeat answers with the first result.
    """
    ref = data.pop("ref", None)
    _row, known = directives.move_once(actor(), ref, directive_id, verb.replace("-", "_"), data, data.get("version"))
    found = queries.show(actor(), directive_id)
    return once(found, known)
