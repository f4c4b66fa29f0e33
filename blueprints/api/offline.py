"""For stations that work without a network: the signed list, the rules as data, fills that the register refused."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.replicas import on_primary
from blueprints.schemas import offline as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from blueprints.snapshots import answer
from registry import clock
from registry.queries import filling_table, snapshots
from registry.queries import offline_disagreements as queries
from registry.services import offline

bp = Blueprint("api_offline", __name__, description="Working without a network")


@bp.route("/stations/<int:unit_id>/snapshot")
@bp.arguments(schemas.SnapshotIn(), location="query")
@bp.doc(
    responses={"200": {"description": "lines of JSON, see docs/offline.md", "content": {"application/x-ndjson": {}}}}
)
@on_primary
def snapshot(query: dict[str, Any], unit_id: int) -> Any:
    """The station's own, entrusted and allied cylinders, whole or what changed `since`; signed, valid 24 hours."""
    return answer(snapshots.make(actor(), unit_id, query.get("since")))


@bp.route("/rules/filling-table")
@bp.doc(responses={"200": {"description": "the decision table of filling as data, see docs/offline.md"}})
def rules() -> Any:
    """The rules of filling with the office's severities, their texts and words, and the items of the check."""
    return filling_table.table(actor(), clock.today())


@bp.route("/offline-disagreements")
@bp.arguments(schemas.DisagreementFilter(), location="query")
@bp.response(200, page_out(schemas.DisagreementOut))
def index(query: dict[str, Any]) -> Any:
    """Cylinders filled without a network that the register would not have let fill, the latest first."""
    return queries.page(actor(), query, query.get("cursor"))


@bp.route("/offline-disagreements/<int:disagreement_id>")
@bp.response(200, schemas.DisagreementOut())
def show(disagreement_id: int) -> Any:
    """One of them."""
    return queries.show(actor(), disagreement_id)


@bp.route("/offline-disagreements/<int:disagreement_id>/handle", methods=["POST"])
@bp.arguments(schemas.HandleIn())
@bp.response(200, schemas.DisagreementOut())
def handle(data: dict[str, Any], disagreement_id: int) -> Any:
    """Say what was done with the gas."""
    offline.handle(actor(), disagreement_id, data)
    return queries.show(actor(), disagreement_id)


@bp.route("/offline-disagreements/<int:disagreement_id>/clue", methods=["POST"])
@bp.response(200, schemas.DisagreementOut())
def open_clue(disagreement_id: int) -> Any:
    """Make a hazard clue of it."""
    offline.open_clue(actor(), disagreement_id)
    return queries.show(actor(), disagreement_id)
