"""Whom a call can be sent to next: the nearest able teams of a level, and those that cannot go, with the reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Call, CallDispatch, Elevator
from registry.queries import guarded_presence
from registry.queries.calls import by_no
from registry.queries.guarded_presence import OnTheSpot
from registry.queries.nearest_responders import PassedOver, Proposal, nearest_for, passed_over
from registry.rules import calls as rules
from registry.rules.nearest import Place

MOST = 5


@dataclass(frozen=True)
class Offer:
    """The teams of a level for a call, the best first, and the nearest that cannot go now; before them who stands there
    for a guarded event and was not asked yet."""

    on_the_spot: list[OnTheSpot]
    level: int
    proposals: list[Proposal]
    left: list[PassedOver]


def offer(actor: Actor, no: str, level: int = 2, limit: int = MOST) -> Offer:
    """Who can be sent to a call, those asked already left out."""
    policy.require(actor, "call.upgrade")
    call = by_no(actor, no)
    place, areas = place_of(call), areas_of(call)
    asked = {one.unit_id for one in call.dispatches if one.declined_at is None and one.withdrawn_at is None}
    busy, now = loads(), clock.now()
    found = nearest_for(place, level, now, limit + len(asked), areas=areas, loads=busy)
    left = passed_over(place, level, now, 3, areas=areas, loads=busy)
    spot = [one for one in guarded_presence.at_elevator(call.elevator_id, now) if one.unit_id not in asked]
    return Offer(spot, level, [one for one in found if one.unit_id not in asked][:limit], left)


def team(call: Call, responder_id: int, level: int) -> Proposal | None:
    """One team as it stands for a call now, whatever its area; None when it is not able to go."""
    able = nearest_for(place_of(call), level, clock.now(), 1_000, loads=loads())
    return next((one for one in able if one.responder_id == responder_id), None)


def loads() -> dict[int, int]:
    """How many calls each team is at work on."""
    statement = (
        select(CallDispatch.responder_id, func.count())
        .join(Call, Call.id == CallDispatch.call_id)
        .where(
            CallDispatch.responder_id.is_not(None),
            CallDispatch.declined_at.is_(None),
            CallDispatch.withdrawn_at.is_(None),
            Call.state.in_(rules.RUNNING_STATES),
        )
        .group_by(CallDispatch.responder_id)
    )
    return {number: count for number, count in db.session.execute(statement) if number is not None}


def place_of(call: Call) -> Place | None:
    """Where help is needed: at the elevator, else where the caller is; None when nobody knows."""
    elevator = db.session.get(Elevator, call.elevator_id) if call.elevator_id else None
    if elevator is not None and elevator.lat is not None and elevator.lon is not None:
        return elevator.lat, elevator.lon
    return (call.lat, call.lon) if call.lat is not None and call.lon is not None else None


def areas_of(call: Call) -> Collection[str]:
    """The areas a call lies in: that of the office in charge, and the division."""
    elevator = db.session.get(Elevator, call.elevator_id) if call.elevator_id else None
    codes = (call.area_code, elevator.division_code if elevator else None)
    return tuple(dict.fromkeys(code for code in codes if code))
