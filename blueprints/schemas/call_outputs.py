"""Emergency calls as they are shown: clocks, dispatches, the log, who can be sent. Seconds whole, metres whole."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import Out


class CallTimerOut(Out):
    """One clock. `state`: waits, runs, late, done, done_late, missed, void, proposed; `left` in seconds."""

    key = fields.String()
    name = fields.String(attribute="zh")
    due = fields.DateTime(allow_none=True)
    done = fields.DateTime(allow_none=True)
    state = fields.String()
    left = fields.Integer(allow_none=True)
    dispatch = fields.Integer(attribute="asked", allow_none=True)
    why = fields.String()
    basis = fields.String()


class CallDispatchOut(Out):
    """Who was asked to come, and what became of it; the contact for the desk and the unit itself alone."""

    id = fields.Integer()
    level = fields.Integer()
    role = fields.String()
    unit = fields.String(allow_none=True)
    contact = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    distance_m = fields.Integer(allow_none=True)
    state = fields.String()
    dispatched_at = fields.DateTime()
    answered_at = fields.DateTime(allow_none=True)
    eta_minutes = fields.Integer(allow_none=True)
    declined_at = fields.DateTime(allow_none=True)
    departed_at = fields.DateTime(allow_none=True)
    arrived_at = fields.DateTime(allow_none=True)
    arrived_distance_m = fields.Integer(allow_none=True)
    withdrawn_at = fields.DateTime(allow_none=True)
    reason = fields.String()


class CallStepOut(Out):
    """A line of the log; `by` is the unit."""

    verb = fields.String()
    source = fields.String()
    target = fields.String()
    at = fields.DateTime()
    done_at = fields.DateTime()
    dispatch = fields.Integer(attribute="dispatch_id", allow_none=True)
    note = fields.String()
    data = fields.Dict()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class CallOut(Out):
    """A call. The elevator by label code; `phone` masked for everybody but the desk and those on the way."""

    no = fields.String()
    source = fields.String()
    kind = fields.String()
    drill = fields.Boolean()
    state = fields.String()
    level = fields.Integer()
    received_at = fields.DateTime()
    phone = fields.String(allow_none=True)
    elevator = fields.String(allow_none=True)
    rescue_code = fields.String(allow_none=True)
    area = fields.String(allow_none=True)
    place = fields.String()
    note = fields.String()
    trapped = fields.Integer(allow_none=True)
    vulnerable = fields.List(fields.String())
    injured = fields.Integer()
    dispatched_at = fields.DateTime(allow_none=True)
    accepted_at = fields.DateTime(allow_none=True)
    arrived_at = fields.DateTime(allow_none=True)
    released_at = fields.DateTime(allow_none=True)
    result = fields.String(allow_none=True)
    cause = fields.String(allow_none=True)
    repaired_at = fields.DateTime(allow_none=True)
    called_back_at = fields.DateTime(allow_none=True)
    satisfaction = fields.String(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    red = fields.Boolean()
    proposed = fields.String(allow_none=True)
    version = fields.Integer()


class FurtherCallerOut(Out):
    """Another call for the same event; `phone` masked for everybody but the desk and those on the way."""

    received_at = fields.DateTime()
    source = fields.String()
    caller = fields.String()
    phone = fields.String(allow_none=True)
    note = fields.String()


class CallDetailOut(CallOut):
    """A call with its clocks, whom it was sent to, its log and the moves this caller may make. `merged_into`: the call
    of which this was a second taking; `callers` (for those who may read people): who called for it too."""

    caller = fields.String(allow_none=True)
    callers = fields.List(fields.Nested(FurtherCallerOut))
    merged_into = fields.String(allow_none=True)
    timers = fields.List(fields.Nested(CallTimerOut))
    dispatches = fields.List(fields.Nested(CallDispatchOut))
    steps = fields.List(fields.Nested(CallStepOut))
    entrapments_in_year = fields.Integer()
    moves = fields.List(fields.String())


class CallResponderOut(Out):
    """A team that can be sent: straight distance in whole metres, what it is at work on, why it stands here."""

    id = fields.Integer(attribute="responder_id")
    unit = fields.Integer(attribute="unit_id")
    name = fields.String()
    kind = fields.String()
    distance_m = fields.Integer(allow_none=True)
    on_duty_until = fields.DateTime(attribute="on_duty.ends")
    load = fields.Integer()
    capacity = fields.Integer()
    phone = fields.String()
    reasons = fields.Function(lambda one: [say(text) for text in one.reasons])


class CallPassedOverOut(Out):
    """A team near by that cannot go now, and why."""

    id = fields.Integer(attribute="responder_id")
    name = fields.String()
    distance_m = fields.Integer(allow_none=True)
    phone = fields.String()
    why = fields.Function(lambda one: say(one.why))


class OnTheSpotOut(Out):
    """Somebody who stands at the elevator for a guarded event; `rescues`: his unit frees people."""

    event = fields.String()
    event_id = fields.Integer()
    place = fields.String()
    name = fields.String()
    phone = fields.String()
    unit = fields.String()
    unit_id = fields.Integer()
    until = fields.DateTime()
    rescues = fields.Boolean()


class CallRespondersOut(Out):
    """The nearest able teams, the best first, and the nearest of those that cannot go; before them who stands there for
    a guarded event."""

    on_the_spot = fields.List(fields.Nested(OnTheSpotOut))
    level = fields.Integer()
    items = fields.List(fields.Nested(CallResponderOut), attribute="proposals")
    passed_over = fields.List(fields.Nested(CallPassedOverOut), attribute="left")


class CallMoveOut(Out):
    """A move that this caller may make now."""

    move = fields.Function(lambda move: move.verb.replace("_", "-"))
    name = fields.String(attribute="zh")
    needs = fields.List(fields.String())
    basis = fields.String()


class CallMovesOut(Out):
    """The moves that this caller may make now."""

    items = fields.List(fields.Nested(CallMoveOut))


def shown_line(line: Any) -> dict[str, Any]:
    """A call as it crosses the border."""
    row = line.call
    plain = {name: getattr(row, name) for name in CallOut().fields if hasattr(type(row), name)}
    return {
        **plain,
        "phone": line.phone,
        "elevator": row.elevator.label_code if row.elevator else None,
        "rescue_code": row.elevator.rescue_code if row.elevator else None,
        "area": row.area_code,
        "red": line.red,
        "proposed": line.proposed.key if line.proposed else None,
    }


def shown(case: Any, dispatches: Any) -> dict[str, Any]:
    """One call as it crosses the border; `dispatches` as the query shows them to this caller."""
    return {
        **shown_line(case),
        "caller": case.caller if case.shows_people else None,
        "callers": case.callers,
        "merged_into": case.call.merged_into.no if case.call.merged_into else None,
        "timers": case.timers,
        "dispatches": dispatches,
        "steps": case.steps,
        "entrapments_in_year": case.repeats,
        "moves": [move.verb.replace("_", "-") for move in case.moves],
    }
