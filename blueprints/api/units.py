"""Units through the API."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import units as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import units as queries
from registry.services import units

bp = Blueprint("api_units", __name__, url_prefix="/units", description="Units")


@bp.route("")
@bp.arguments(schemas.UnitFilter(), location="query")
@bp.response(200, page_out(schemas.UnitOut))
def index(query: dict[str, Any]) -> Any:
    """The units of the city."""
    return queries.page(actor(), query)


@bp.route("", methods=["POST"])
@bp.arguments(schemas.NewUnitIn())
@bp.response(201, schemas.UnitOut())
def register(data: dict[str, Any]) -> Any:
    """Register a unit."""
    return units.register(actor(), data)


@bp.route("/<int:unit_id>")
@bp.response(200, schemas.UnitOut())
def show(unit_id: int) -> Any:
    """One unit."""
    return queries.show(actor(), unit_id)


@bp.route("/<int:unit_id>", methods=["PATCH"])
@bp.arguments(schemas.UnitIn(partial=True))
@bp.response(200, schemas.UnitOut())
def correct(data: dict[str, Any], unit_id: int) -> Any:
    """Correct what is given."""
    units.correct(actor(), unit_id, data)
    return queries.show(actor(), unit_id)


@bp.route("/<int:unit_id>/capacities", methods=["POST"])
@bp.arguments(schemas.CapacityIn())
@bp.response(200, schemas.UnitOut())
def set_capacity(data: dict[str, Any], unit_id: int) -> Any:
    """Add a capacity, or renew its licence."""
    units.set_capacity(actor(), unit_id, data)
    return queries.show(actor(), unit_id)
