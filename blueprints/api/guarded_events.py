"""/guarded-events: events that offices guard, with places, equipment, checks, rounds and people on the spot."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import guarded_events as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import guarded_events as queries
from registry.queries import guarded_offers
from registry.services import guarded_events, guarded_plans

bp = Blueprint("api_guarded_events", __name__, url_prefix="/guarded-events", description="Guarded events")


def _shown(event_id: int) -> Any:
    return queries.show(actor(), event_id)


@bp.route("")
@bp.arguments(schemas.GuardedEventFilter(), location="query")
@bp.response(200, page_out(schemas.GuardedEventOut))
def index(query: dict[str, Any]) -> Any:
    """The events that concern the caller, newest first."""
    return queries.page(actor(), query)


@bp.route("", methods=["POST"])
@bp.arguments(schemas.GuardedEventIn())
@bp.response(201, schemas.GuardedEventDetailOut())
def plan(data: dict[str, Any]) -> Any:
    """Plan the guarding of an event."""
    return _shown(guarded_events.plan(actor(), data).id)


@bp.route("/<int:event_id>")
@bp.response(200, schemas.GuardedEventDetailOut())
def show(event_id: int) -> Any:
    """One event: totals, places with checks, rounds and people."""
    return _shown(event_id)


@bp.route("/<int:event_id>", methods=["PUT"])
@bp.arguments(schemas.GuardedEventIn())
@bp.response(200, schemas.GuardedEventDetailOut())
def amend(data: dict[str, Any], event_id: int) -> Any:
    """Correct an event that is not over."""
    guarded_events.amend(actor(), event_id, data, data.get("version"))
    return _shown(event_id)


@bp.route("/<int:event_id>/places", methods=["POST"])
@bp.arguments(schemas.GuardedPlaceIn())
@bp.response(201, schemas.GuardedPlaceOut())
def add_place(data: dict[str, Any], event_id: int) -> Any:
    """Add a place."""
    return guarded_plans.add_place(actor(), event_id, data)


@bp.route("/<int:event_id>/places/<int:place_id>", methods=["DELETE"])
@bp.response(204)
def remove_place(event_id: int, place_id: int) -> None:
    """Take an empty place out."""
    guarded_plans.remove_place(actor(), event_id, place_id)


@bp.route("/<int:event_id>/places/<int:place_id>/offers")
@bp.arguments(schemas.GuardedOfferFilter(), location="query")
@bp.response(200, schemas.GuardedOffersOut())
def offers(query: dict[str, Any], event_id: int, place_id: int) -> Any:
    """Elevators near the place, or by address, use unit or code."""
    event = queries.by_id(actor(), event_id)
    place = queries.place_of(actor(), event_id, place_id)
    return {"items": guarded_offers.elevators(actor(), event, place, query.get("q") or "")}


@bp.route("/<int:event_id>/places/<int:place_id>/devices", methods=["POST"])
@bp.arguments(schemas.GuardedDevicesIn())
@bp.response(200, schemas.GuardedAddedOut())
def add_devices(data: dict[str, Any], event_id: int, place_id: int) -> Any:
    """Guard equipment at a place; what is there already stays."""
    return {"added": guarded_plans.add_devices(actor(), event_id, place_id, data)}


@bp.route("/<int:event_id>/devices/<int:device_id>", methods=["DELETE"])
@bp.response(204)
def remove_device(event_id: int, device_id: int) -> None:
    """Take equipment out."""
    guarded_plans.remove_device(actor(), event_id, device_id)


@bp.route("/<int:event_id>/devices/<int:device_id>/acceptances", methods=["POST"])
@bp.arguments(schemas.GuardedAcceptIn())
@bp.response(200, schemas.GuardedEventDetailOut())
def accept(data: dict[str, Any], event_id: int, device_id: int) -> Any:
    """Let a check stand as it is found now, with a reason."""
    guarded_plans.accept(actor(), event_id, device_id, data)
    return _shown(event_id)


@bp.route("/<int:event_id>/members")
@bp.response(200, schemas.GuardedMembersOut())
def members(event_id: int) -> Any:
    """Who can walk rounds or stand on the spot."""
    return {"items": guarded_offers.members(actor(), queries.by_id(actor(), event_id))}


@bp.route("/<int:event_id>/rounds", methods=["POST"])
@bp.arguments(schemas.GuardedRoundsIn())
@bp.response(200, schemas.GuardedAddedOut())
def plan_rounds(data: dict[str, Any], event_id: int) -> Any:
    """Plan rounds of a place."""
    return {"added": guarded_plans.plan_rounds(actor(), event_id, data)}


@bp.route("/<int:event_id>/rounds/<int:round_id>", methods=["DELETE"])
@bp.response(204)
def remove_round(event_id: int, round_id: int) -> None:
    """Take a planned round out."""
    guarded_plans.remove_round(actor(), event_id, round_id)


@bp.route("/<int:event_id>/shifts", methods=["POST"])
@bp.arguments(schemas.GuardedShiftIn())
@bp.response(201, schemas.GuardedEventDetailOut())
def set_shift(data: dict[str, Any], event_id: int) -> Any:
    """Put somebody on the spot."""
    guarded_plans.set_shift(actor(), event_id, data)
    return _shown(event_id)


@bp.route("/<int:event_id>/shifts/<int:shift_id>", methods=["DELETE"])
@bp.response(204)
def remove_shift(event_id: int, shift_id: int) -> None:
    """Take a shift out."""
    guarded_plans.remove_shift(actor(), event_id, shift_id)


@bp.route("/<int:event_id>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.GuardedMoveIn())
@bp.response(200, schemas.GuardedEventDetailOut())
def move(data: dict[str, Any], event_id: int, verb: str) -> Any:
    """Make one move: make-ready, rework, start, end, close, cancel."""
    version = data.pop("version", None)
    guarded_events.move(actor(), event_id, verb.replace("-", "_"), data, version)
    return _shown(event_id)
