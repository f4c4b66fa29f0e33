"""/cylinder-due: cylinders to be inspected soon, overdue or past their life."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import cylinder_batches as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import cylinder_due as queries

bp = Blueprint("api_cylinder_due", __name__, url_prefix="/cylinder-due", description="Cylinders due to be inspected")


@bp.route("")
@bp.arguments(schemas.CylinderDueFilter(), location="query")
@bp.response(200, page_out(schemas.CylinderDueOut))
def index(query: dict[str, Any]) -> Any:
    """The most urgent first, by band (overdue, 7, 30, 60, later), month, station, medium, area."""
    return queries.page(actor(), query, clock.today(), query["limit"], query["cursor"])
