"""/cylinder-registrations: use registration of a station's cylinders by class, with the list attached."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import cylinder_registrations as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.documents import cylinder_registration_form
from registry.queries import cylinder_registrations as queries
from registry.services import cylinder_registrations

bp = Blueprint(
    "api_cylinder_registrations",
    __name__,
    url_prefix="/cylinder-registrations",
    description="Use registration of cylinders by unit",
)
PDF = "application/pdf"


@bp.route("")
@bp.arguments(schemas.CylinderRegistrationFilter(), location="query")
@bp.response(200, page_out(schemas.CylinderRegistrationOut))
def index(query: dict[str, Any]) -> Any:
    """The applications of the caller's, newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.CylinderRegistrationOpenIn())
@bp.response(201, schemas.CylinderRegistrationDetailOut())
@bp.alt_response(200, schema=schemas.CylinderRegistrationDetailOut(), description="This `ref` was recorded before.")
def apply(data: dict[str, Any]) -> Any:
    """Begin an application: a draft until it is submitted."""
    who = actor()
    case, known = cylinder_registrations.apply(who, data)
    shown = queries.show(who, case.no)
    return once(shown, known)


@bp.route("/<string:no>")
@bp.response(200, schemas.CylinderRegistrationDetailOut())
def show(no: str) -> Any:
    """One application with its list."""
    return queries.show(actor(), no)


@bp.route("/<string:no>", methods=["PATCH"])
@bp.arguments(schemas.CylinderRegistrationChangeIn())
@bp.response(200, schemas.CylinderRegistrationDetailOut())
def amend(data: dict[str, Any], no: str) -> Any:
    """Another list and other fields, while it waits for the station."""
    who, version = actor(), data.pop("version", None)
    cylinder_registrations.amend(who, no, data, version)
    return queries.show(who, no)


@bp.route("/<string:no>/form.pdf")
@bp.response(200, content_type=PDF)
def form_pdf(no: str) -> Any:
    """使用登记表（三） with the list."""
    return Response(cylinder_registration_form.pdf(actor(), no), mimetype=PDF)


@bp.route("/<string:no>/<string:step>", methods=["POST"])
@bp.arguments(schemas.CylinderRegistrationMoveIn())
@bp.response(200, schemas.CylinderRegistrationDetailOut())
def move(data: dict[str, Any], no: str, step: str) -> Any:
    """Make one step: `submit`, `withdraw`, `accept`, `send-back`, `refuse`, `grant`."""
    who, version = actor(), data.pop("version", None)
    cylinder_registrations.move(who, no, step.replace("-", "_"), data, version)
    return queries.show(who, no)
