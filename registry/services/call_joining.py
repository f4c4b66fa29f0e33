"""Two callers about one event: a further caller of a call, and a call that was taken twice; parts of `calls.move`.

Neither asks anybody to come: who was asked already is on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Call, CallCaller, CallDispatch
from registry.services import call_dispatching

SOURCE = "phone_96366"
ASKED = ("responder_id", "level", "role", "contact", "contact_phone", "distance_m")
MARKS = ("answered_at", "eta_minutes", "departed_at", "arrived_at", "arrived_lat", "arrived_lon", "arrived_distance_m")


def join(session: Session, call: Call, data: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Keep a further caller with a call; what he knows more is taken over."""
    one = CallCaller(
        call_id=call.id,
        received_at=at,
        source=data.get("source") or SOURCE,
        caller=data.get("caller") or "",
        caller_phone=data.get("caller_phone") or None,
        note=(data.get("note") or "").strip(),
    )
    session.add(one)
    kept: dict[str, Any] = {"source": one.source}
    for name in ("trapped", "injured"):
        said = data.get(name)
        if said is not None and said > (getattr(call, name) or 0):
            setattr(call, name, said)
            kept[name] = said
    more = [group for group in data.get("vulnerable") or [] if group not in call.vulnerable]
    if more:
        call.vulnerable = [*call.vulnerable, *more]
        kept["vulnerable"] = more
    return kept


def merge(session: Session, call: Call, into: Call, at: datetime) -> dict[str, Any]:
    """Close a call that was taken twice and keep its caller, and what its rescuers did, with the other.

    Raises:
        Invalid: the other is this one, is over, is an exercise or not like this, or about another elevator.
    """
    _fits(call, into)
    join(session, into, _said(call), max(call.received_at, into.received_at))
    if into.elevator_id is None and call.elevator_id is not None:
        into.elevator_id, into.area_code = call.elevator_id, call.area_code
        into.place = into.place or call.place
    _take_over(call, into)
    call.merged_into_id, call.closed_at = into.id, at
    reason = T("已并入{no}", no=into.no)
    call_dispatching.call_off(call, at, reason)
    return {"into": into.no}


def _fits(call: Call, into: Call) -> None:
    wrong: T | None = None
    if into.id == call.id:
        wrong = T("不能并入自己")
    elif into.closed_at is not None:
        wrong = T("那一起警情已经办结")
    elif into.drill != call.drill:
        wrong = T("演练和真实警情不能合并")
    elif call.elevator_id and into.elevator_id and call.elevator_id != into.elevator_id:
        wrong = T("那一起警情是另一台电梯的，先核对电梯")
    if wrong is not None:
        raise Invalid.field("into", wrong)
    if any(one.arrived_at for one in call.dispatches) and not any(one.unit_id for one in into.dispatches):
        raise Conflict(T("这一起已有救援人员到场，请把另一起并入这一起"))


def _said(call: Call) -> dict[str, Any]:
    names = ("source", "caller", "caller_phone", "note", "trapped", "injured", "vulnerable")
    return {name: getattr(call, name) for name in names}


def _take_over(call: Call, into: Call) -> None:
    """Who accepted here has accepted there; who was asked here alone is asked there."""
    there = {one.unit_id: one for one in into.dispatches if call_dispatching.is_open(one)}
    for one in call.dispatches:
        if not call_dispatching.is_open(one) or one.unit_id is None:
            continue
        other = there.get(one.unit_id)
        if other is None:
            other = CallDispatch(
                unit_id=one.unit_id,
                **{name: getattr(one, name) for name in ASKED},
                dispatched_at=max(one.dispatched_at, into.received_at),
                reason="",
            )
            into.dispatches.append(other)
        if other.answered_at is None and one.answered_at is not None:
            other.person_id = one.person_id
            for name in MARKS:
                value = getattr(one, name)
                setattr(other, name, max(value, other.dispatched_at) if isinstance(value, datetime) else value)
