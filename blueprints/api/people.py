"""People through the API: phones and certificate numbers are masked but for the own unit."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import people as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import people as queries
from registry.services import access_requests, account_keeping, people, second_factors

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
@bp.alt_response(202, schema=schemas.PersonOut(), description="It waits for a second person: `/access-requests`.")
def grant_role(data: dict[str, Any], person_id: int) -> Any:
    """Give a further role."""
    return _done(person_id, people.grant_role(actor(), person_id, {"unit_id": None, **data}))


@bp.route("/<int:person_id>/roles/<int:membership_id>/end", methods=["POST"])
@bp.response(200, schemas.PersonOut())
def end_role(person_id: int, membership_id: int) -> Any:
    """End a role from today on."""
    return _done(person_id, account_keeping.end_role(actor(), person_id, membership_id))


@bp.route("/<int:person_id>/unlock", methods=["POST"])
@bp.arguments(schemas.AccountReasonIn())
@bp.response(200, schemas.PersonOut())
def unlock(data: dict[str, Any], person_id: int) -> Any:
    """Forget the failures that keep a person from signing in."""
    return _done(person_id, account_keeping.unlock(actor(), person_id, data["reason"]))


@bp.route("/<int:person_id>/tokens/revoke", methods=["POST"])
@bp.arguments(schemas.AccountReasonIn())
@bp.response(200, schemas.PersonOut())
def revoke_tokens(data: dict[str, Any], person_id: int) -> Any:
    """Revoke all tokens of a person."""
    return _done(person_id, account_keeping.revoke_tokens(actor(), person_id, data["reason"]))


def _done(person_id: int, result: object) -> Any:
    """The person, with 202 where a second person has to decide first."""
    return queries.show(actor(), person_id), 202 if access_requests.waits(result) else 200


@bp.route("/<int:person_id>/login", methods=["POST"])
@bp.arguments(schemas.LoginIn())
@bp.response(200, schemas.PersonOut())
@bp.alt_response(202, schema=schemas.PersonOut(), description="The password waits for a second person.")
def set_login(data: dict[str, Any], person_id: int) -> Any:
    """Let the person sign in, or stop it. A new password of an administrator waits: `/access-requests`."""
    return _done(person_id, people.set_login(actor(), person_id, data))


@bp.route("/<int:person_id>/second-factor/reset", methods=["POST"])
@bp.arguments(schemas.AccountReasonIn())
@bp.response(200, schemas.PersonOut())
@bp.alt_response(202, schema=schemas.PersonOut(), description="It waits for a second person: `/access-requests`.")
def reset_factor(data: dict[str, Any], person_id: int) -> Any:
    """Take away the second factor of somebody who has lost it; all sessions of that person end."""
    return _done(person_id, second_factors.reset(actor(), person_id, data["reason"]))


@bp.route("/<int:person_id>/certificates", methods=["POST"])
@bp.arguments(schemas.CertificateIn())
@bp.response(200, schemas.PersonOut())
def record_certificate(data: dict[str, Any], person_id: int) -> Any:
    """Record or renew a certificate."""
    people.record_certificate(actor(), person_id, data)
    return queries.show(actor(), person_id)
