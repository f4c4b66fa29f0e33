"""/elevators: register, correct, change status, contracts, rescue codes, the maintenance plan."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import elevator_outputs as out
from blueprints.schemas import elevators as schemas
from blueprints.schemas import maintenance as maintenance_schemas
from blueprints.schemas import registrations as registration_schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.errors import Missing
from registry.messages import T
from registry.queries import elevator_plans, registration_forms
from registry.queries import elevators as queries
from registry.rules.lifecycle import MOVES
from registry.services import contracts, elevator_parts, elevators, iot, rescue

bp = Blueprint("api_elevators", __name__, url_prefix="/elevators", description="Elevators")

VERBS = {move.verb.replace("_", "-"): move.verb for move in MOVES}


def _id(code: str) -> int:
    """The elevator a code names, if the caller may see it."""
    return queries.by_code(actor(), code).id


@bp.route("", methods=["POST"])
@bp.arguments(schemas.elevator_in)
@bp.response(201, out.ElevatorOut())
def register(data: dict[str, Any]) -> Any:
    """Put an elevator on file. With `ref`, a repeat answers with the first result."""
    ref = data.pop("ref", None)
    if ref is None:
        return elevators.register(actor(), data)
    elevator, known = elevators.register_once(actor(), ref, data)
    return once(elevator, known)


@bp.route("")
@bp.arguments(schemas.ElevatorQuery(), location="query")
@bp.response(200, page_out(out.ElevatorOut))
def index(query: dict[str, Any]) -> Any:
    """The elevators the caller may see."""
    return queries.page(actor(), query, query["limit"], query["cursor"])


@bp.route("/<string:code>")
@bp.response(200, out.ElevatorDetailOut())
def show(code: str) -> Any:
    """One elevator with what is known around it."""
    return queries.detail(actor(), code)


@bp.route("/<string:code>", methods=["PATCH"])
@bp.arguments(schemas.elevator_patch)
@bp.response(200, out.ElevatorOut())
def correct(data: dict[str, Any], code: str) -> Any:
    """Change what is given; null empties a field."""
    version = data.pop("version", None)
    return elevators.correct(actor(), _id(code), data, version)


@bp.route("/<string:code>/plan")
@bp.response(200, out.ElevatorPlanOut())
def plan(code: str) -> Any:
    """The maintenance plan of today, with the items of the next visit."""
    return elevator_plans.of(actor(), code)


@bp.route("/<string:code>/safety-parts")
@bp.response(200, registration_schemas.PartsOut())
def parts(code: str) -> Any:
    """The safety parts of the product data sheet."""
    return {"parts": registration_forms.parts_of(_id(code))}


@bp.route("/<string:code>/safety-parts", methods=["PUT"])
@bp.arguments(registration_schemas.PartsIn())
@bp.response(200, registration_schemas.PartsOut())
def set_parts(data: dict[str, Any], code: str) -> Any:
    """Replace the safety parts."""
    return {"parts": elevator_parts.set_parts(actor(), _id(code), data["parts"])}


@bp.route("/<string:code>/transfer", methods=["POST"])
@bp.arguments(schemas.TransferByIdIn())
@bp.response(200, out.ElevatorOut())
def transfer(data: dict[str, Any], code: str) -> Any:
    """Hand the elevator over to another use unit."""
    return elevators.transfer(actor(), _id(code), data)


@bp.route("/<string:code>/contract", methods=["POST"])
@bp.arguments(schemas.ContractByIdIn())
@bp.response(201, out.ContractTermsOut())
def sign(data: dict[str, Any], code: str) -> Any:
    """Put a maintenance contract on file; one that still runs ends the same day."""
    return contracts.sign(actor(), _id(code), data)


@bp.route("/<string:code>/contract/end", methods=["POST"])
@bp.arguments(schemas.EndIn())
@bp.response(200, out.ContractTermsOut())
def end_contract(data: dict[str, Any], code: str) -> Any:
    """End the running contract."""
    return contracts.end(actor(), _id(code), data["until"], data.get("reason") or "")


@bp.route("/<string:code>/monitoring", methods=["POST"])
@bp.arguments(maintenance_schemas.IotIn())
@bp.response(201, maintenance_schemas.IotOut())
def monitoring(data: dict[str, Any], code: str) -> Any:
    """Remote monitoring went on or off line; a report of the state it is in already changes nothing."""
    row, known = iot.report(actor(), {**data, "elevator": code})
    return once(row or {}, known)


@bp.route("/<string:code>/rescue", methods=["POST"])
@bp.arguments(schemas.RescueIn())
@bp.response(201, out.RescueOut())
def enrol(data: dict[str, Any], code: str) -> Any:
    """Enrol at 96366, or note that the plate was seen."""
    return rescue.enrol(actor(), _id(code), **data)


@bp.route("/<string:code>/<string:move>", methods=["POST"])
@bp.arguments(schemas.MoveQuery())
@bp.response(200, out.ElevatorOut())
def change_status(data: dict[str, Any], code: str, move: str) -> Any:
    """Change the status: register, suspend, resume, halt, scrap, cancel, dismantle, move-out, ..."""
    if move not in VERBS:
        raise Missing(T("没有这种办理"))
    given = {**data, "since": data.get("since") or clock.today()}
    return elevators.change_status(actor(), _id(code), VERBS[move], **given)
