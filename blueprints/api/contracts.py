"""/contracts: the list, one contract for many elevators, renewals, elevators without one."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import maintenance as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import contracts as queries
from registry.services import contracts

bp = Blueprint("api_contracts", __name__, url_prefix="/contracts", description="Maintenance contracts")


@bp.route("")
@bp.arguments(schemas.ContractFilter(), location="query")
@bp.response(200, page_out(schemas.ContractRowOut))
def index(query: dict[str, Any]) -> Any:
    """The contracts the caller may see, the newest first."""
    return queries.page(actor(), query)


@bp.route("", methods=["POST"])
@bp.arguments(schemas.ContractsIn())
@bp.response(201, schemas.ContractsOut())
def sign(data: dict[str, Any]) -> Any:
    """One contract for many elevators, by label code: for all of them or for none."""
    return {"items": contracts.sign_many(actor(), data.pop("codes"), data)}


@bp.route("/renewals", methods=["POST"])
@bp.arguments(schemas.RenewIn())
@bp.response(201, schemas.ContractsOut())
def renew(data: dict[str, Any]) -> Any:
    """Follow contracts by new ones of the same company and terms: for all of them or for none."""
    return {"items": contracts.renew(actor(), data["contracts"], data["until"], data.get("number") or "")}


@bp.route("/missing")
@bp.arguments(schemas.UncontractedFilter(), location="query")
@bp.response(200, page_out(schemas.UncontractedOut))
def missing(query: dict[str, Any]) -> Any:
    """Elevators that must be maintained and have no contract that runs."""
    return queries.uncontracted(actor(), query)
