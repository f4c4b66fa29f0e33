"""What the rules of emergency calls are asked with: a call as plain facts, and what the office chose."""

from __future__ import annotations

from datetime import datetime, timedelta

from registry import clock
from registry.models import Call, CallDispatch
from registry.queries import parameters
from registry.rules import call_clocks
from registry.rules.call_clocks import Limits, Timer
from registry.rules.calls import Asked, Facts

CHOSEN = ("call.level2_seconds", "call.level3_seconds", "call.goal_minutes")


def asked(row: CallDispatch) -> Asked:
    """A dispatch as the rules see it."""
    return Asked(
        row.id,
        row.role,
        row.level,
        row.dispatched_at,
        row.answered_at,
        row.declined_at,
        row.departed_at,
        row.arrived_at,
        row.withdrawn_at,
        row.eta_minutes,
    )


def facts(call: Call) -> Facts:
    """A call as the rules see it; its dispatches are loaded. One that names its elevator and was sent to nobody has
    nobody who could be sent: naming it dispatches at once."""
    return Facts(
        kind=call.kind,
        received_at=call.received_at,
        area=call.area_code,
        tied=call.elevator_id is not None,
        servable=bool(call.dispatches),
        injured=call.injured,
        caused=call.cause is not None,
        merged=call.merged_into_id is not None,
        released_at=call.released_at,
        repaired_at=call.repaired_at,
        called_back_at=call.called_back_at,
        closed_at=call.closed_at,
        asked=tuple(asked(row) for row in call.dispatches),
    )


def limits() -> Limits:
    """What the office chose, today."""
    chosen = parameters.values(CHOSEN, clock.today())
    level2, level3, goal = (int(chosen[key]) for key in CHOSEN)
    return Limits(level2, level3, goal * 60)


def phones_kept_since() -> datetime:
    """Who called about what was closed before is forgotten."""
    return clock.now() - timedelta(days=int(parameters.value("call.phone_days", clock.today())))


def timers(call: Call, now: datetime, chosen: Limits | None = None) -> list[Timer]:
    """The clocks of a call; judged by the rows of the day it was received."""
    return call_clocks.due(facts(call), chosen or limits(), now, call.received_on)
