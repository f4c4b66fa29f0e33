"""People through the API: phones are masked but for those who may correct them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import people as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import people as queries
from registry.services import people

bp = Blueprint("api_people", __name__, url_prefix="/people", description="People, their roles and certificates")


@bp.route("")
@bp.arguments(schemas.PeopleFilter(), location="query")
@bp.response(200, page_out(schemas.PersonOut))
def index(query: dict[str, Any]) -> Any:
    """The people the caller may know."""
    return queries.page(actor(), query)


@bp.route("", methods=["POST"])
@bp.arguments(schemas.NewPersonApiIn())
@bp.response(201, schemas.PersonOut())
def register(data: dict[str, Any]) -> Any:
    """Register a person with a first role."""
    return queries.show(actor(), people.register(actor(), {"unit_id": None, **data}).id)


@bp.route("/<int:person_id>")
@bp.response(200, schemas.PersonOut())
def show(person_id: int) -> Any:
    """One person."""
    return queries.show(actor(), person_id)


@bp.route("/<int:person_id>", methods=["PATCH"])
@bp.arguments(schemas.PersonIn())
@bp.response(200, schemas.PersonOut())
def correct(data: dict[str, Any], person_id: int) -> Any:
    """Correct name and phone."""
    people.correct(actor(), person_id, data)
    return queries.show(actor(), person_id)


@bp.route("/<int:person_id>/roles", methods=["POST"])
@bp.arguments(schemas.RoleApiIn())
@bp.response(200, schemas.PersonOut())
def grant_role(data: dict[str, Any], person_id: int) -> Any:
    """Give a further role."""
    people.grant_role(actor(), person_id, {"unit_id": None, **data})
    return queries.show(actor(), person_id)


@bp.route("/<int:person_id>/login", methods=["POST"])
@bp.arguments(schemas.LoginIn())
@bp.response(200, schemas.PersonOut())
def set_login(data: dict[str, Any], person_id: int) -> Any:
    """Let the person sign in, or stop it."""
    people.set_login(actor(), person_id, data)
    return queries.show(actor(), person_id)


@bp.route("/<int:person_id>/certificates", methods=["POST"])
@bp.arguments(schemas.CertificateIn())
@bp.response(200, schemas.PersonOut())
def record_certificate(data: dict[str, Any], person_id: int) -> Any:
    """Record or renew a certificate."""
    people.record_certificate(actor(), person_id, data)
    return queries.show(actor(), person_id)
