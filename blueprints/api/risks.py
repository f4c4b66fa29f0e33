"""/risks: the graded risk of elevators, by area and one by one."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import risks as schemas
from blueprints.schemas.base import page_out
from blueprints.schemas.risk import RiskOut
from blueprints.sessions import actor
from registry import clock
from registry.errors import Missing
from registry.messages import T
from registry.queries import risk_levels as queries
from registry.queries import risk_lists

bp = Blueprint("api_risks", __name__, url_prefix="/risks", description="The graded risk of elevators")


@bp.route("")
@bp.arguments(schemas.RiskFilter(), location="query")
@bp.response(200, page_out(schemas.ElevatorRiskOut))
def index(query: dict[str, Any]) -> Any:
    """The grades in force today, or on the day `on`."""
    return queries.page(actor(), query, query.get("on") or clock.today())


@bp.route("/areas")
@bp.arguments(schemas.RiskFilter(only=("on",)), location="query")
@bp.response(200, schemas.ColoursOut())
def areas(query: dict[str, Any]) -> Any:
    """How many elevators of each area have which colour."""
    return {"items": queries.by_area(actor(), query.get("on") or clock.today())}


@bp.route("/elevators/<string:code>")
@bp.response(200, RiskOut())
def elevator(code: str) -> Any:
    """The grade of one elevator from its facts of this moment; 404 where it is out of use and not graded."""
    found = queries.of_elevator(actor(), code, clock.today())
    if found is None:
        raise Missing(T("停用的电梯不评级"))
    return found


@bp.route("/stations")
@bp.arguments(schemas.RiskFilter(), location="query")
@bp.response(200, page_out(schemas.StationRiskOut))
def stations(query: dict[str, Any]) -> Any:
    """The grades of filling stations in force today, or on the day `on`."""
    return risk_lists.stations(actor(), query, query.get("on") or clock.today())


@bp.route("/stations/<int:unit_id>")
@bp.response(200, RiskOut())
def station(unit_id: int) -> Any:
    """The grade of one filling station from its facts of this moment."""
    return risk_lists.of_station(actor(), unit_id, clock.today())[1]


@bp.route("/lists/<int:unit_id>")
@bp.response(200, schemas.RiskListOut())
def control_list(unit_id: int) -> Any:
    """The risk control list of a unit: its graded equipment with measures, the gravest first."""
    return risk_lists.of_unit(actor(), unit_id, clock.today())
