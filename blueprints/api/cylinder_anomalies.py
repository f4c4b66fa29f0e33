"""/cylinder-anomalies: cylinders and fills that may be forged, what the station says, what the office decides."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import cylinder_anomalies as schemas
from blueprints.schemas.anomalies import AnomalyMoveIn
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import cylinder_anomalies as queries
from registry.services import cylinder_anomalies

bp = Blueprint(
    "api_cylinder_anomalies", __name__, url_prefix="/cylinder-anomalies", description="Anomalies of cylinders and fills"
)


@bp.route("")
@bp.arguments(schemas.CylinderAnomalyFilter(), location="query")
@bp.response(200, page_out(schemas.CylinderAnomalyOut))
def index(query: dict[str, Any]) -> Any:
    """The anomalies that concern the caller, found last first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/<int:anomaly_id>")
@bp.response(200, schemas.CylinderAnomalyDetailOut())
def show(anomaly_id: int) -> Any:
    """One anomaly with its evidence in numbers, its ledger, and what the caller may do."""
    return queries.show(actor(), anomaly_id)


@bp.route("/<int:anomaly_id>/<string:verb>", methods=["POST"])
@bp.arguments(AnomalyMoveIn())
@bp.response(200, schemas.CylinderAnomalyDetailOut())
def move(data: dict[str, Any], anomaly_id: int, verb: str) -> Any:
    """Make one move: `explain`, `take-over`, `ask-again`, `confirm`, `dismiss`, `overturn`, `reopen`."""
    who, version = actor(), data.pop("version", None)
    cylinder_anomalies.move(who, anomaly_id, verb.replace("-", "_"), data, version)
    return queries.show(who, anomaly_id)
