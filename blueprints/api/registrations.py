"""/registrations: applications for use registration, from the draft to the certificate."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import registrations as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.errors import Missing
from registry.messages import T
from registry.queries import elevators
from registry.queries import registrations as queries
from registry.services import registrations

bp = Blueprint("api_registrations", __name__, url_prefix="/registrations", description="Use registration")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.OpenByCodeIn())
@bp.response(201, schemas.RegistrationOut())
def open_case(data: dict[str, Any]) -> Any:
    """Begin an application. With `ref`, a repeat answers with the first result."""
    number = elevators.by_code(actor(), data["elevator"]).id
    if data.get("ref") is None:
        return registrations.open_case(actor(), number, data["kind"])
    case, known = registrations.open_once(actor(), data["ref"], number, data["kind"])
    return once(case, known)


@bp.route("")
@bp.arguments(schemas.RegistrationFilter(), location="query")
@bp.response(200, page_out(schemas.RegistrationOut))
def index(query: dict[str, Any]) -> Any:
    """The applications that concern the caller, the newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/<string:no>")
@bp.response(200, schemas.RegistrationDetailOut())
def show(no: str) -> Any:
    """One application with its form, and what is still missing."""
    return queries.detail(actor(), no, clock.today())


@bp.route("/<string:no>", methods=["PATCH"])
@bp.arguments(schemas.FillIn())
@bp.response(200, schemas.RegistrationOut())
def fill(data: dict[str, Any], no: str) -> Any:
    """Fill in the form; of `fields`, `changes` and `papers` each is replaced as a whole when it is given."""
    return registrations.fill(actor(), no, data, data.pop("version", None))


@bp.route("/<string:no>/<string:step>", methods=["POST"])
@bp.arguments(schemas.StepIn())
@bp.response(200, schemas.RegistrationOut())
def move(data: dict[str, Any], no: str, step: str) -> Any:
    """Make one step: submit, withdraw, accept, send-back, refuse, grant."""
    if step not in schemas.STEPS:
        raise Missing(T("没有这个办理步骤"))
    return registrations.move(actor(), no, schemas.STEPS[step], data, data.pop("version", None))
