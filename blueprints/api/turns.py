"""A cylinder's turn through a station: check, unlock, (fill), check, release; and what the station needs for it."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import gun as schemas
from blueprints.schemas.base import PageIn, page_out
from blueprints.sessions import actor
from registry.queries import station_registers, turns
from registry.services import devices, fill_cycles, gas_batches, gun_unlocks, hold_releases, presence, readings

bp = Blueprint("api_turns", __name__, description="A cylinder's turn through a station")


@bp.route("/prechecks", methods=["POST"])
@bp.arguments(schemas.PrecheckIn())
@bp.response(201, schemas.TurnOut())
def precheck(data: dict[str, Any]) -> Any:
    """Look at a cylinder before filling; opens its turn, and answers with everything known by then."""
    done = fill_cycles.precheck(actor(), data)
    return once(done, done.replay)


@bp.route("/post-checks", methods=["POST"])
@bp.arguments(schemas.PostCheckIn())
@bp.response(201, schemas.TurnOut())
def post_check(data: dict[str, Any]) -> Any:
    """Look at it after filling; answers with what stands against its release."""
    done = fill_cycles.post_check(actor(), data)
    return once(done, done.replay)


@bp.route("/releases", methods=["POST"])
@bp.arguments(schemas.ReleaseIn())
@bp.response(201, schemas.TurnOut())
def release(data: dict[str, Any]) -> Any:
    """Let it leave the station, or 422 with what stands against it."""
    done = fill_cycles.release(actor(), data)
    return once(done, done.replay)


@bp.route("/aborts", methods=["POST"])
@bp.arguments(schemas.AbortIn())
@bp.response(204)
def abort(data: dict[str, Any]) -> None:
    """Give up a turn that was not filled."""
    fill_cycles.abort(actor(), data)


@bp.route("/unlocks", methods=["POST"])
@bp.arguments(schemas.UnlockIn())
@bp.response(200, schemas.UnlockOut())
def unlock(data: dict[str, Any]) -> Any:
    """Use up the leave that a scan gave; the gun may open now, once."""
    return gun_unlocks.redeem(actor(), data["token"], data["gun"])


@bp.route("/readings", methods=["POST"])
@bp.arguments(schemas.ReadingIn())
@bp.response(201, schemas.ReadingOut())
def reading(data: dict[str, Any]) -> Any:
    """What a scale or gauge measured and signed."""
    row, again = readings.record(actor(), data)
    return once(row, again)


@bp.route("/heartbeats", methods=["POST"])
@bp.arguments(schemas.HeartbeatIn())
@bp.response(200, schemas.HeartbeatOut())
def heartbeat(data: dict[str, Any]) -> Any:
    """Devices are alive."""
    return {"devices": devices.heartbeat(actor(), data["devices"], data["clocks"])}


@bp.route("/devices", methods=["POST"])
@bp.arguments(schemas.DeviceIn())
@bp.response(201, schemas.DeviceOut())
def register_device(data: dict[str, Any]) -> Any:
    """Add a device; its key is in this answer and nowhere else."""
    device, key = devices.register(actor(), data)
    return {"device": device, "key": key}


@bp.route("/gas-batches", methods=["POST"])
@bp.arguments(schemas.GasBatchIn())
@bp.response(201, schemas.GasBatchOut())
def gas_batch(data: dict[str, Any]) -> Any:
    """A delivery of gas with its test."""
    row, again = gas_batches.record(actor(), data)
    return once(row, again)


@bp.route("/presences", methods=["POST"])
@bp.arguments(schemas.PresenceIn())
@bp.response(201, schemas.PresenceOut())
def sign_on(data: dict[str, Any]) -> Any:
    """Somebody comes on duty."""
    return presence.sign_on(actor(), data["login"])


@bp.route("/presences/<int:presence_id>/end", methods=["POST"])
@bp.response(200, schemas.PresenceOut())
def sign_off(presence_id: int) -> Any:
    """Somebody goes off duty."""
    return presence.sign_off(actor(), presence_id)


@bp.route("/hold-releases", methods=["POST"])
@bp.arguments(schemas.HoldReleaseIn())
@bp.response(201, schemas.HoldReleaseOut())
def release_hold(data: dict[str, Any]) -> Any:
    """The authority lets a held cylinder be filled once."""
    row, again = hold_releases.release(actor(), data)
    return once(row, again)


@bp.route("/fill-cycles")
@bp.arguments(schemas.TurnFilter(), location="query")
@bp.response(200, page_out(schemas.TurnRowOut))
def fill_cycles_list(query: dict[str, Any]) -> Any:
    """The turns of the caller's station or area, newest first."""
    return turns.page(actor(), query, query["cursor"])


@bp.route("/gas-batches")
@bp.arguments(PageIn(), location="query")
@bp.response(200, page_out(schemas.GasBatchOut))
def gas_batches_list(query: dict[str, Any]) -> Any:
    """The gas batches of the caller's station or area, newest first."""
    return station_registers.gas_batches(actor(), query["cursor"], query["limit"])


@bp.route("/devices")
@bp.arguments(PageIn(), location="query")
@bp.response(200, page_out(schemas.DeviceRowOut))
def devices_list(query: dict[str, Any]) -> Any:
    """The devices of the caller's station or area."""
    return station_registers.devices(actor(), query["cursor"], query["limit"])


@bp.route("/hold-releases")
@bp.arguments(schemas.HoldFilter(), location="query")
@bp.response(200, page_out(schemas.HoldReleaseOut))
def hold_releases_list(query: dict[str, Any]) -> Any:
    """The holds that the authority released, newest first; `month` as YYYY-MM."""
    return station_registers.hold_releases(actor(), query, query["cursor"])
