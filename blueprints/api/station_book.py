"""What a station's own system reads and keeps beside the turns: its work, fills, guns, people on duty, devices."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import station_book as schemas
from blueprints.schemas.base import PageIn, page_out
from blueprints.schemas.filling import FillingFilter
from blueprints.schemas.gun import DeviceOut, DeviceRowOut
from blueprints.schemas.stations import GunIn
from blueprints.sessions import actor
from registry import clock
from registry.queries import fillings, station_registers, todo, turns
from registry.queries import stations as queries
from registry.services import devices, stations

bp = Blueprint("api_station_book", __name__, description="What a filling station reads and keeps")


@bp.route("/todo")
@bp.response(200, schemas.TodosOut())
def waiting() -> Any:
    """What waits for the caller, what is late first."""
    return {"items": todo.waiting(actor(), clock.today())}


@bp.route("/fillings", methods=["GET"])
@bp.arguments(FillingFilter(), location="query")
@bp.response(200, page_out(schemas.FillingRowOut))
def filling_list(query: dict[str, Any]) -> Any:
    """The fills of the caller's station or area, newest first."""
    return fillings.page(actor(), query, query["cursor"])


@bp.route("/fillings/<int:filling_id>")
@bp.response(200, schemas.FillingShownOut())
def show_filling(filling_id: int) -> Any:
    """One fill with its weights, people, checks and findings."""
    row, verdict = fillings.show(actor(), filling_id)
    return {"filling": row, "verdict": verdict, "turn": turns.of_filling(actor(), filling_id)}


@bp.route("/fill-refusals")
@bp.arguments(PageIn(), location="query")
@bp.response(200, page_out(schemas.RefusalOut))
def refusal_list(query: dict[str, Any]) -> Any:
    """The fills that the rules refused, newest first."""
    return fillings.refusals(actor(), query["cursor"])


@bp.route("/fill-cycles/<int:cycle_id>")
@bp.response(200, schemas.TurnShownOut())
def show_turn(cycle_id: int) -> Any:
    """One turn with its steps and what was found at the last one."""
    row, verdict = turns.show(actor(), cycle_id)
    return {"cycle": row, "verdict": verdict}


@bp.route("/presences", methods=["GET"])
@bp.response(200, schemas.OnDutiesOut())
def on_duty() -> Any:
    """Who is on duty at the caller's station now."""
    return {"items": station_registers.on_duty(actor(), clock.today())}


@bp.route("/devices/<int:device_id>/key", methods=["POST"])
@bp.response(200, DeviceOut())
def change_key(device_id: int) -> Any:
    """Give a device another key, which is in this answer and nowhere else."""
    device, key = devices.change_key(actor(), device_id)
    return {"device": device, "key": key}


@bp.route("/devices/<int:device_id>/retire", methods=["POST"])
@bp.response(200, DeviceRowOut())
def retire(device_id: int) -> Any:
    """Take a device out of service."""
    return devices.retire(actor(), device_id)


@bp.route("/stations")
@bp.response(200, schemas.StationsOut())
def station_list() -> Any:
    """The filling stations of the caller's areas; a station sees itself."""
    return {"items": [schemas.station_row(unit, licence) for unit, licence in queries.listing(actor())]}


@bp.route("/stations/<int:unit_id>")
@bp.response(200, schemas.StationOut())
def show_station(unit_id: int) -> Any:
    """One station with its licences, guns and alliances."""
    return queries.station(actor(), unit_id)


@bp.route("/stations/<int:unit_id>/guns", methods=["POST"])
@bp.arguments(GunIn())
@bp.response(201, schemas.GunOut())
def register_gun(data: dict[str, Any], unit_id: int) -> Any:
    """Register a gun."""
    return stations.register_gun(actor(), {**data, "station_id": unit_id})
