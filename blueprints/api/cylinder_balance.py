"""/cylinder-balance: the accounts of stations and what they bought."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import cylinder_batches as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.cylinders import CYLINDER_PAGE
from blueprints.sessions import actor
from registry import clock
from registry.queries import cylinder_balance as queries
from registry.services import cylinder_purchases

bp = Blueprint("api_cylinder_balance", __name__, url_prefix="/cylinder-balance", description="Accounts of cylinders")


def _period(query: dict[str, Any]) -> tuple[date, date]:
    today = clock.today()
    return query.get("since") or date(today.year, 1, 1), query.get("until") or today


@bp.route("")
@bp.arguments(schemas.PeriodIn(), location="query")
@bp.response(200, page_out(schemas.AccountOut))
def index(query: dict[str, Any]) -> Any:
    """The accounts of the stations the caller may see; this year when no period is named."""
    return queries.page(actor(), *_period(query), query["limit"], query["cursor"])


@bp.route("/purchases", methods=["POST"])
@bp.arguments(schemas.PurchaseIn())
@bp.response(201, schemas.PurchaseOut())
@bp.alt_response(200, schema=schemas.PurchaseOut(), description="This `ref` was recorded before.")
def buy(data: dict[str, Any]) -> Any:
    """Record new cylinders that a station bought."""
    row, known = cylinder_purchases.record(actor(), data)
    return once(row, known)


@bp.route("/purchases/<int:purchase_id>/withdraw", methods=["POST"])
@bp.arguments(schemas.CylinderReasonIn(exclude=("version",)))
@bp.response(200, schemas.PurchaseOut())
def withdraw(data: dict[str, Any], purchase_id: int) -> Any:
    """Take back a purchase that was recorded by mistake."""
    return cylinder_purchases.withdraw(actor(), purchase_id, data["reason"])


@bp.route("/<int:station_id>")
@bp.arguments(schemas.PeriodIn(), location="query")
@bp.response(200, schemas.AccountOut())
def show(query: dict[str, Any], station_id: int) -> Any:
    """The account of one station."""
    return queries.show(actor(), station_id, *_period(query))


@bp.route("/<int:station_id>/<string:key>")
@bp.arguments(schemas.PeriodIn(), location="query")
@bp.response(200, CYLINDER_PAGE)
def behind(query: dict[str, Any], station_id: int, key: str) -> Any:
    """The cylinders that a number of the account counts."""
    since, until = _period(query)
    return queries.behind(actor(), station_id, key.replace("-", "_"), since, until, query["limit"], query["cursor"])
