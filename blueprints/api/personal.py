"""Personal data that is masked elsewhere, for a reason."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import personal as schemas
from blueprints.sessions import actor
from registry.services import personal

bp = Blueprint("api_personal", __name__, url_prefix="/personal", description="Masked personal data, for a reason")


@bp.route("/<string:kind>/<string:key>", methods=["POST"])
@bp.arguments(schemas.ShowReasonIn())
@bp.response(200, schemas.ShownOut())
def show(data: dict[str, Any], kind: str, key: str) -> Any:
    """The personal data of one row (`kind`: person, call, accident, hazard, registration, supervision_check or paper;
    `key`: its id or number). Each answer leaves an entry in the trail that says who was shown what, and why."""
    return {"kind": kind, "key": key, "items": personal.show(actor(), kind, key, data["reason"])}
