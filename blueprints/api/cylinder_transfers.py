"""/cylinder-transfers: cylinders handed on from one station to another, and the receiver's answer."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import cylinder_transfers as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import cylinder_transfers as queries
from registry.services import cylinder_transfers

bp = Blueprint(
    "api_cylinder_transfers", __name__, url_prefix="/cylinder-transfers", description="Cylinders that change hands"
)


@bp.route("")
@bp.arguments(schemas.TransferFilter(), location="query")
@bp.response(200, page_out(schemas.TransferOut))
def index(query: dict[str, Any]) -> Any:
    """The transfers of the caller's, given or received, newest first."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.TransferProposeIn())
@bp.response(201, schemas.TransferDetailOut())
@bp.alt_response(200, schema=schemas.TransferDetailOut(), description="This `ref` was recorded before.")
def propose(data: dict[str, Any]) -> Any:
    """Propose to hand cylinders on; until the receiver answers, neither side may fill them (R41)."""
    who = actor()
    row, known = cylinder_transfers.propose(who, data)
    shown = queries.show(who, row.id)
    return once(shown, known)


@bp.route("/check", methods=["POST"])
@bp.arguments(schemas.TransferCheckIn())
@bp.response(200, schemas.TransferChecksOut())
def check(data: dict[str, Any]) -> Any:
    """What speaks against handing each of these cylinders on; nothing is recorded."""
    lines = queries.check(actor(), data["codes"], data["receiver_id"])
    good = sum(line.good for line in lines)
    return {"good": good, "bad": len(lines) - good, "lines": lines}


@bp.route("/<int:transfer_id>")
@bp.response(200, schemas.TransferDetailOut())
def show(transfer_id: int) -> Any:
    """One transfer with its cylinders."""
    return queries.show(actor(), transfer_id)


@bp.route("/<int:transfer_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.TransferMoveIn())
@bp.response(200, schemas.TransferDetailOut())
def move(data: dict[str, Any], transfer_id: int, verb: str) -> Any:
    """Make one move: `accept` (all, or all but `refused` codes), `refuse`, `withdraw`."""
    who, version = actor(), data.pop("version", None)
    cylinder_transfers.make(who, transfer_id, verb.replace("-", "_"), data, version)
    return queries.show(who, transfer_id)
