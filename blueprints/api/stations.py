"""/guns, /alliances, /stop-orders, /duty-log: the registers of filling stations."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import gun as gun_schemas
from blueprints.schemas import stations as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import station_registers
from registry.queries import stations as queries
from registry.services import devices, gas_batches, stations

bp = Blueprint("api_stations", __name__, description="Registers of filling stations")


@bp.route("/stations/<int:station_id>/stop", methods=["POST"])
@bp.arguments(schemas.StopIn())
@bp.response(201, schemas.StopOrderOut())
def order_stop(data: dict[str, Any], station_id: int) -> Any:
    """Order a station to stop filling; every scan is refused from that day (R16)."""
    return stations.order_stop(actor(), station_id, data)


@bp.route("/stations/<int:station_id>/resume", methods=["POST"])
@bp.arguments(schemas.LiftIn())
@bp.response(200, schemas.StopOrderOut())
def lift_stop(data: dict[str, Any], station_id: int) -> Any:
    """Lift the order."""
    return stations.lift_stop(actor(), station_id, data)


@bp.route("/stop-orders")
@bp.arguments(schemas.OfStation(), location="query")
@bp.response(200, page_out(schemas.StopOrderOut))
def stop_orders(query: dict[str, Any]) -> Any:
    """Orders to stop filling, newest first."""
    return queries.stop_orders(actor(), query, query["cursor"], query["limit"])


@bp.route("/guns", methods=["POST"])
@bp.arguments(schemas.GunApiIn())
@bp.response(201, schemas.GunRowOut())
def register_gun(data: dict[str, Any]) -> Any:
    """Add a gun; a station its own, an office one of `station_id`."""
    return stations.register_gun(actor(), data)


@bp.route("/guns")
@bp.arguments(schemas.OfStation(), location="query")
@bp.response(200, page_out(schemas.GunRowOut))
def guns(query: dict[str, Any]) -> Any:
    """The guns of the caller's station or area."""
    return queries.guns(actor(), query, query["cursor"], query["limit"])


@bp.route("/alliances", methods=["POST"])
@bp.arguments(schemas.AllianceIn())
@bp.response(201, schemas.AllianceRowOut())
def approve_alliance(data: dict[str, Any]) -> Any:
    """The authority lets two stations fill each other's cylinders, or entrusts one's to the other."""
    return stations.approve_alliance(actor(), data)


@bp.route("/alliances")
@bp.arguments(schemas.AllianceQuery(), location="query")
@bp.response(200, page_out(schemas.AllianceRowOut))
def alliances(query: dict[str, Any]) -> Any:
    """Alliances and entrustings that concern the caller, newest first."""
    return queries.alliances(actor(), query, query["cursor"], query["limit"])


@bp.route("/alliances/<int:alliance_id>/end", methods=["POST"])
@bp.arguments(schemas.AllianceEndIn())
@bp.response(200, schemas.AllianceRowOut())
def end_alliance(data: dict[str, Any], alliance_id: int) -> Any:
    """The authority ends one."""
    return stations.end_alliance(actor(), alliance_id, data)


@bp.route("/devices/<int:device_id>", methods=["PATCH"])
@bp.arguments(gun_schemas.DeviceChangeIn(partial=True))
@bp.response(200, gun_schemas.DeviceRowOut())
def correct_device(data: dict[str, Any], device_id: int) -> Any:
    """Change what is known of a device, as after a calibration; what is not named stays."""
    return devices.correct(actor(), device_id, data)


@bp.route("/gas-batches/<int:batch_id>/test", methods=["POST"])
@bp.arguments(gun_schemas.GasTestIn())
@bp.response(200, gun_schemas.GasBatchOut())
def gas_test(data: dict[str, Any], batch_id: int) -> Any:
    """The test of a batch that came without one."""
    return gas_batches.record_test(actor(), batch_id, data)


@bp.route("/duty-log")
@bp.arguments(gun_schemas.PresenceQuery(), location="query")
@bp.response(200, page_out(gun_schemas.PresenceOut))
def duty_log(query: dict[str, Any]) -> Any:
    """Who was on duty, of a day where given, signed on last first."""
    return station_registers.presences(actor(), query, query["cursor"], query["limit"])
