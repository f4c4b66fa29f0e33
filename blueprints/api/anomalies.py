"""/anomalies: maintenance records that may not be true, what the company says, what the office decides."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import anomalies as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import anomalies as queries
from registry.services import anomalies

bp = Blueprint("api_anomalies", __name__, url_prefix="/anomalies", description="Anomalies of maintenance records")


@bp.route("")
@bp.arguments(schemas.AnomalyFilter(), location="query")
@bp.response(200, page_out(schemas.AnomalyOut))
def index(query: dict[str, Any]) -> Any:
    """The anomalies that concern the caller, found last first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/<int:anomaly_id>")
@bp.response(200, schemas.AnomalyDetailOut())
def show(anomaly_id: int) -> Any:
    """One anomaly with its evidence in numbers, its ledger, and what the caller may do."""
    return queries.show(actor(), anomaly_id)


@bp.route("/<int:anomaly_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.AnomalyMoveIn())
@bp.response(200, schemas.AnomalyDetailOut())
def move(data: dict[str, Any], anomaly_id: int, verb: str) -> Any:
    """Make one move: `explain`, `take-over`, `ask-again`, `confirm`, `dismiss`, `overturn`, `reopen`."""
    who, version = actor(), data.pop("version", None)
    anomalies.move(who, anomaly_id, verb.replace("-", "_"), data, version)
    return queries.show(who, anomaly_id)
