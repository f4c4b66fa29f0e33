"""/indicator-targets: what each indicator is, its targets by year and area."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import indicator_targets as schemas
from blueprints.sessions import actor
from registry import policy
from registry.queries import indicator_targets as queries
from registry.rules import indicator_book
from registry.services import indicator_targets

bp = Blueprint(
    "api_indicator_targets", __name__, url_prefix="/indicator-targets", description="Definitions and targets"
)


@bp.route("")
@bp.arguments(schemas.TargetFilter(), location="query")
@bp.response(200, schemas.TargetsOut())
def index(query: dict[str, Any]) -> Any:
    """All target rows, those to come as well; of one indicator with `key`."""
    return queries.lines(actor(), query["key"])


@bp.route("/definitions")
@bp.response(200, schemas.DefinitionsOut())
def definitions() -> Any:
    """What each indicator is: unit, direction, nature, parts, owner, frequency."""
    policy.require(actor(), "indicator.read")
    return {"items": list(indicator_book.definitions().values())}


@bp.route("", methods=["POST"])
@bp.arguments(schemas.TargetIn())
@bp.response(201, schemas.TargetsOut())
def new(data: dict[str, Any]) -> Any:
    """Add targets for one or several years; all or none."""
    return indicator_targets.set_targets(actor(), data)


@bp.route("/<int:target_id>/withdraw", methods=["POST"])
@bp.arguments(schemas.WithdrawTargetIn())
@bp.response(204)
def withdraw(data: dict[str, Any], target_id: int) -> None:
    """Take back a row that is not in force yet."""
    indicator_targets.withdraw(actor(), target_id, data["reason"])
