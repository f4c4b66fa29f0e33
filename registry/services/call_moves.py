"""What each move of an emergency call does to the call and its dispatches; parts of `calls.move`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import clock, places
from registry.actor import Actor
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Call, CallDispatch, CallStep, Elevator
from registry.queries import call_responders
from registry.queries import calls as queries
from registry.rules import calls as rules
from registry.rules.workflow import Move
from registry.services import call_dispatching, call_joining, fault_reports, hazards

Kept = dict[str, Any]
AMENDED = ("kind", "caller", "caller_phone", "place", "area_code", "trapped", "vulnerable", "injured")
PRIVATE = ("caller", "caller_phone")
CLUE_SOURCE = "monitoring"


@dataclass
class Making:
    """A move that is being made: by whom, on which call, with what, about which dispatch, and when it happened."""

    actor: Actor
    session: Session
    call: Call
    found: Move
    data: Mapping[str, Any]
    dispatch: CallDispatch | None
    at: datetime

    @property
    def one(self) -> CallDispatch:
        """The dispatch, for moves that are of one."""
        assert self.dispatch is not None
        return self.dispatch


def apply(making: Making) -> Kept:
    """Make the move; what stands of it in the log."""
    return _EFFECTS[making.found.verb](making)


def _tie(making: Making) -> Kept:
    elevator = queries.elevator_of(making.actor, making.data["elevator"])
    call = making.call
    if elevator.id == call.elevator_id:
        raise Conflict(T("已经是这台电梯"))
    call.elevator_id, call.area_code = elevator.id, elevator.area_code
    call.place = call.place or elevator.address
    if call.state not in rules.RUNNING_STATES:
        return {"elevator": elevator.label_code}
    call_dispatching.other_elevator(call, clock.now())
    return {"elevator": elevator.label_code}


def _amend(making: Making) -> Kept:
    data = {**making.data}
    if "area" in data:
        data["area_code"] = data.pop("area")
    changed = {name: data[name] for name in AMENDED if name in data and data[name] is not None}
    if making.call.elevator_id is not None:
        changed.pop("area_code", None)
    for name, value in changed.items():
        setattr(making.call, name, value)
    if position := data.get("position"):
        making.call.lat, making.call.lon = position["lat"], position["lon"]
        changed["position"] = position
    if not changed and not (data.get("note") or "").strip():
        raise Invalid.field("note", T("请填写要补充的内容"))
    if changed.get("kind") and making.call.state in rules.RUNNING_STATES and not making.call.dispatches:
        call_dispatching.first_level(making.call, clock.now())
    return {name: value if name not in PRIVATE else True for name, value in changed.items()}


def _join(making: Making) -> Kept:
    return call_joining.join(making.session, making.call, making.data, making.at)


def _merge(making: Making) -> Kept:
    into = queries.lockable(making.actor, making.data["into"])
    kept = call_joining.merge(making.session, making.call, into, making.at)
    return {**kept, "reason": making.data["reason"]}


def _dispatch(making: Making) -> Kept:
    asked = call_dispatching.first_level(making.call, making.at)
    if not asked:
        raise Conflict(T("这台电梯的维保单位和使用单位都已派遣，或者都没有登记"))
    return {"roles": [row.role for row in asked]}


def _upgrade(making: Making) -> Kept:
    data = making.data
    asked = call_dispatching.teams(making.call, data.get("responders") or [], 2, making.at)
    asked += call_dispatching.units_named(making.actor, making.call, data.get("units") or [], making.at)
    return {"units": [row.unit_id for row in asked]}


def _hand_over(making: Making) -> Kept:
    call_dispatching.service(making.call, making.data["service"], making.at)
    return {"service": making.data["service"]}


def _answer(making: Making) -> Kept:
    making.one.answered_at = making.at
    making.one.eta_minutes = making.data.get("eta_minutes")
    making.one.person_id = making.actor.person_id
    return {"eta_minutes": making.one.eta_minutes} if making.one.eta_minutes is not None else {}


def _decline(making: Making) -> Kept:
    making.one.declined_at, making.one.reason = making.at, making.data["reason"]
    making.one.person_id = making.actor.person_id
    return {"reason": making.one.reason}


def _depart(making: Making) -> Kept:
    one = making.one
    one.answered_at = one.answered_at or making.at
    one.departed_at = making.at
    one.eta_minutes = making.data.get("eta_minutes", one.eta_minutes)
    one.person_id = making.actor.person_id
    return {}


def _arrive(making: Making) -> Kept:
    one, call, position = making.one, making.call, making.data.get("position")
    one.answered_at = one.answered_at or making.at
    one.departed_at = one.departed_at or making.at
    one.arrived_at, one.person_id = making.at, making.actor.person_id
    if not position:
        return {}
    one.arrived_lat, one.arrived_lon = position["lat"], position["lon"]
    place = call_responders.place_of(call)
    one.arrived_distance_m = places.distance_to(position, *place) if place else None
    return {"distance_m": one.arrived_distance_m} if one.arrived_distance_m is not None else {}


def _withdraw(making: Making) -> Kept:
    making.one.withdrawn_at, making.one.reason = making.at, making.data["reason"]
    return {"reason": making.one.reason}


def _release(making: Making) -> Kept:
    call, result = making.call, making.data["result"]
    if rules.needs_arrival(result, clock.today()) and not any(row.arrived_at for row in call.dispatches):
        raise Invalid.field("result", T("还没有人到场；自行脱困或者由使用单位解救的请如实选择"))
    call.released_at, call.result = making.at, result
    kept: Kept = {"result": result}
    for name in ("trapped", "injured"):
        if making.data.get(name) is not None:
            setattr(call, name, making.data[name])
            kept[name] = making.data[name]
    call_dispatching.call_off(call, making.at, call_dispatching.RELEASED, keep=("maintenance",))
    return kept


def _record_cause(making: Making) -> Kept:
    making.call.cause = making.data["cause"]
    return {"cause": making.call.cause}


def _repair(making: Making) -> Kept:
    making.call.repaired_at = making.at
    making.call.cause = making.data.get("cause") or making.call.cause
    call_dispatching.call_off(making.call, making.at, call_dispatching.RELEASED)
    return {"cause": making.call.cause}


def _call_back(making: Making) -> Kept:
    making.call.called_back_at, making.call.satisfaction = making.at, making.data["satisfaction"]
    return {"satisfaction": making.call.satisfaction}


def _close(making: Making) -> Kept:
    making.call.closed_at = making.at
    return {}


def _reopen(making: Making) -> Kept:
    call = making.call
    call.closed_at = call.called_back_at = call.satisfaction = None
    if call.kind == rules.FALSE_ALARM:
        marked = making.session.scalars(
            select(CallStep.data)
            .where(CallStep.call_id == call.id, CallStep.verb == "mark_false_alarm")
            .order_by(CallStep.id.desc())
            .limit(1)
        ).first()
        call.kind = marked["kind"] if marked else rules.ENTRAPMENT
    return {"kind": call.kind}


def _mark_false_alarm(making: Making) -> Kept:
    call = making.call
    before, call.kind = call.kind, rules.FALSE_ALARM
    call.closed_at = making.at
    call_dispatching.call_off(call, making.at, call_dispatching.FALSE_ALARM)
    return {"kind": before}


def _pass_on(making: Making) -> Kept:
    call = making.call
    if call.fault_report_id is not None:
        raise Conflict(T("这起警情已转为乘客报修"))
    assert call.elevator_id is not None
    report = fault_reports.pass_on(
        making.actor,
        call.elevator_id,
        {
            "kind": making.data.get("report_kind") or "other",
            "text": making.data.get("note") or call.note or call.no,
            "phone": call.caller_phone,
        },
    )
    call.fault_report_id = report.id
    call.closed_at = call.closed_at or making.at
    return {"fault_report": report.no}


def _make_clue(making: Making) -> Kept:
    """Note a hazard clue from a call: `title, description, suggested_clause?`."""
    call = making.call
    if call.hazard_id is not None:
        raise Conflict(T("这起警情已转为隐患线索"))
    assert call.elevator_id is not None
    elevator = making.session.get_one(Elevator, call.elevator_id)
    wrong = {name: [T("办理这一项必须填写")] for name in ("title", "description") if not making.data.get(name)}
    if wrong:
        raise Invalid(wrong)
    hazard = hazards.report(
        making.actor,
        {
            "title": making.data["title"],
            "description": making.data["description"],
            "suggested_clause": making.data.get("suggested_clause"),
            "source": CLUE_SOURCE,
            "elevator": elevator.label_code,
            "found_on": call.received_on,
        },
    )
    call.hazard_id = hazard.id
    return {"hazard": hazard.no}


_EFFECTS: dict[str, Callable[[Making], Kept]] = {
    "tie": _tie,
    "amend": _amend,
    "join": _join,
    "merge": _merge,
    "dispatch": _dispatch,
    "upgrade": _upgrade,
    "hand_over": _hand_over,
    "answer": _answer,
    "decline": _decline,
    "depart": _depart,
    "arrive": _arrive,
    "withdraw": _withdraw,
    "release": _release,
    "record_cause": _record_cause,
    "repair": _repair,
    "call_back": _call_back,
    "close": _close,
    "reopen": _reopen,
    "mark_false_alarm": _mark_false_alarm,
    "pass_on": _pass_on,
    "make_clue": _make_clue,
}
