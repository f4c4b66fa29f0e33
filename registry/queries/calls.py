"""Emergency calls for lists and pages: the desk, one call, and what a responder has to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Call, CallDispatch, CallStep, Elevator
from registry.permissions import DESK
from registry.queries import areas, call_facts, elevators, entrapments, guarded_presence, legal_moves, personal
from registry.queries.guarded_presence import OnTheSpot
from registry.queries.paging import Page, paginate
from registry.rules import call_clocks, masking
from registry.rules import calls as rules
from registry.rules.call_clocks import Timer
from registry.rules.calls import Kind
from registry.rules.workflow import Move, State

ELEVATOR = joinedload(Call.elevator).joinedload(Elevator.use_unit)
DISPATCHES = selectinload(Call.dispatches)
WITH_UNITS = (DISPATCHES.joinedload(CallDispatch.unit), DISPATCHES.joinedload(CallDispatch.person))
RUNNING_LIMIT = 200
OWN_LIMIT = 50
# How long a responder's page keeps what is done.
KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Line:
    """A call in a list: `timers` its clocks, `proposed` the escalation that waits, `red` whether it asks for somebody
    now. `phone` is for the desk and those on the way alone."""

    call: Call
    state: State
    kind: Kind
    timers: list[Timer]
    proposed: Timer | None
    phone: str | None

    @property
    def red(self) -> bool:
        return any(one.red for one in self.timers)

    @property
    def next(self) -> Timer | None:
        """The clock that runs out next, or ran out first."""
        running = [one for one in self.timers if one.left is not None and one.due]
        return min(running, key=lambda one: one.left or 0, default=None)


@dataclass(frozen=True)
class Detail(Line):
    """One call on one page: `moves` are those the caller may make now, `own` his unit's dispatch, `steps` the log;
    `repeats` how often the elevator trapped people within the year; `on_the_spot` who stands there for a guarded event,
    while the call runs and for those who may read people."""

    area: Any
    moves: tuple[Move, ...]
    own: CallDispatch | None
    steps: Sequence[CallStep]
    repeats: int
    shows_people: bool
    on_the_spot: list[OnTheSpot]
    callers: list[dict[str, Any]]
    caller: str


@dataclass(frozen=True)
class Task:
    """A responder's own dispatch with its call, for his phone."""

    line: Line
    dispatch: CallDispatch
    moves: tuple[Move, ...]


def elevator_of(actor: Actor, text: str) -> Elevator:
    """An elevator by its rescue code or its label code.

    Raises:
        Invalid: none, or not for this caller to see.
    """
    wanted = text.strip()
    try:
        if wanted.isdecimal() and len(wanted) <= 8:
            return policy.get(actor, Elevator, Elevator.rescue_code == wanted)
        return elevators.by_code(actor, wanted)
    except Missing:
        raise Invalid.field("elevator", T("没有找到这台电梯，请核对编号")) from None


def page(actor: Actor, asked: Mapping[str, Any]) -> Page:
    """Calls, newest first: `q?` (number, place, rescue code), `state?` (a state, `open` or `running`), `kind?, area?,
    since?, until?, drill?, elevator?` (label code)."""
    policy.require(actor, "call.read")
    statement = _found(actor, asked).options(ELEVATOR, *WITH_UNITS)
    found = paginate(statement, Call.id, asked.get("limit") or 50, asked.get("cursor"), newest=True)
    now, chosen = clock.now(), call_facts.limits()
    return Page([_line(actor, row, now, chosen) for row in found.items], found.next)


def running(actor: Actor) -> list[Line]:
    """The calls that are not over, those that ask for somebody first, then the oldest."""
    policy.require(actor, "call.read")
    rows = db.session.scalars(
        policy.scope(actor, Call)
        .where(Call.state.in_(rules.OPEN_STATES))
        .order_by(Call.received_at, Call.id)
        .options(ELEVATOR, *WITH_UNITS)
        .limit(RUNNING_LIMIT)
    ).all()
    now, chosen = clock.now(), call_facts.limits()
    found = [_line(actor, row, now, chosen) for row in rows]
    return sorted(found, key=lambda line: (line.call.state not in rules.RUNNING_STATES, not line.red, line.call.drill))


def by_no(actor: Actor, no: str) -> Call:
    """A call with its log; Missing when it does not concern the caller."""
    policy.require(actor, "call.read")
    steps = selectinload(Call.steps)
    return policy.get(
        actor,
        Call,
        Call.no == no,
        options=(
            ELEVATOR,
            *WITH_UNITS,
            steps.joinedload(CallStep.person),
            steps.joinedload(CallStep.unit),
            joinedload(Call.hazard),
            joinedload(Call.fault_report),
            joinedload(Call.merged_into),
            selectinload(Call.callers),
        ),
    )


def lockable(actor: Actor, no: str) -> Call:
    """Another call by its number, locked, with whom it was sent to.

    Raises:
        Invalid: none, or not for this caller to see.
    """
    try:
        return policy.get(actor, Call, Call.no == no.strip().upper(), lock=True, options=WITH_UNITS)
    except Missing:
        raise Invalid.field("into", T("没有找到这起警情，请核对编号")) from None


def show(actor: Actor, no: str) -> Detail:
    """Everything the page of one call shows."""
    row = by_no(actor, no)
    line = _line(actor, row, clock.now(), call_facts.limits())
    shows_people = actor.role in DESK or actor.role in policy.OFFICERS
    spot = row.elevator_id if shows_people and row.state in rules.RUNNING_STATES else None
    return Detail(
        **{name: getattr(line, name) for name in ("call", "state", "kind", "timers", "proposed", "phone")},
        area=areas.names().get(row.area_code or ""),
        moves=offered(actor, row),
        own=own_dispatch(actor, row),
        steps=row.steps,
        repeats=_entrapments(row),
        shows_people=shows_people,
        callers=_callers(actor, row) if shows_people else [],
        caller=shown_caller(actor, row, row.caller or ""),
        on_the_spot=guarded_presence.at_elevator(spot, clock.now()),
    )


def _callers(actor: Actor, row: Call) -> list[dict[str, Any]]:
    said = ("received_at", "source", "caller", "note")
    return [
        {
            **{name: getattr(one, name) for name in said},
            "caller": shown_caller(actor, row, one.caller),
            "phone": shown_phone(actor, row, one.caller_phone),
        }
        for one in row.callers
    ]


def offered(actor: Actor, row: Call) -> tuple[Move, ...]:
    """The moves from here that this caller can make; of one dispatch, where he has one that takes it."""
    facts = call_facts.facts(row)
    own = own_dispatch(actor, row)
    return tuple(
        move
        for move in rules.moves_from(row.state, clock.today())
        if policy.may(actor, f"call.{move.verb}") and _can(actor, move.verb, row, facts, own)
    )


def offer(actor: Actor, no: str, verb: str) -> tuple[Call, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move.
        Forbidden: not for this role.
        Conflict: not legal now.
    """
    return legal_moves.offer(actor, rules.NAME, verb, lambda: by_no(actor, no))


def own_dispatch(actor: Actor, row: Call) -> CallDispatch | None:
    """The latest dispatch of the caller's unit, unless he works at the desk."""
    if actor.role in DESK:
        return None
    own = [one for one in row.dispatches if one.unit_id is not None and one.unit_id == actor.unit_id]
    return own[-1] if own else None


def takes(row: Call, one: CallDispatch, verb: str) -> bool:
    """Whether a move can be made of one dispatch; for the desk's buttons."""
    return rules.refusal(call_facts.facts(row), verb, call_facts.asked(one), by_desk=True) is None


def asked_state(one: CallDispatch) -> str:
    """What became of a dispatch: asked, accepted, departed, arrived, declined or withdrawn."""
    return call_facts.asked(one).state


def dispatch_choices(row: Call, verb: str) -> list[tuple[int, str | T]]:
    """The dispatches a move can be made of, for the desk's list."""
    able = [one for one in row.dispatches if takes(row, one, verb)]
    return [(one.id, one.unit.name if one.unit else one.role) for one in able]


def mine(actor: Actor) -> list[Task]:
    """What the caller's unit was asked to come to: what runs, and what was done within a day."""
    policy.require(actor, "call.read")
    now, chosen = clock.now(), call_facts.limits()
    rows = db.session.scalars(
        policy.scope(actor, Call)
        .where(
            Call.id.in_(select(CallDispatch.call_id).where(CallDispatch.unit_id == actor.unit_id)),
            or_(Call.state.in_(rules.OPEN_STATES), Call.closed_at > now - KEPT),
        )
        .order_by(Call.received_at.desc(), Call.id.desc())
        .options(ELEVATOR, *WITH_UNITS)
        .limit(OWN_LIMIT)
    ).all()
    found = []
    for row in rows:
        own = own_dispatch(actor, row)
        if own is not None:
            found.append(Task(_line(actor, row, now, chosen), own, offered(actor, row)))
    return sorted(found, key=lambda task: not task.moves)


def counted(actor: Actor, _day: date) -> dict[str, int]:
    """How many calls wait: for the desk those that run (`running`), of a unit those it has not answered (`asked`), for
    the desk those to call back or to close (`to_end`)."""
    visible = policy.scope(actor, Call, Call.state, func.count()).group_by(Call.state)
    by_state: dict[str, int] = dict(db.session.execute(visible).all())
    asked = db.session.scalar(
        policy.scope(actor, Call, func.count(Call.id.distinct()))
        .join(CallDispatch, CallDispatch.call_id == Call.id)
        .where(
            Call.state.in_(rules.RUNNING_STATES),
            CallDispatch.unit_id == actor.unit_id,
            CallDispatch.answered_at.is_(None),
            CallDispatch.declined_at.is_(None),
            CallDispatch.withdrawn_at.is_(None),
        )
    )
    return {
        "running": sum(by_state.get(state, 0) for state in rules.RUNNING_STATES),
        "to_end": sum(by_state.get(state, 0) for state in ("repaired", "called_back")),
        "asked": asked or 0,
    }


def of_elevator(actor: Actor, elevator_id: int) -> Sequence[Call]:
    """The calls of an elevator, the newest first; exercises left out."""
    if not policy.may(actor, "call.read"):
        return []
    return db.session.scalars(
        policy.scope(actor, Call)
        .where(Call.elevator_id == elevator_id, *entrapments.EVENT)
        .order_by(Call.received_at.desc(), Call.id.desc())
        .limit(20)
    ).all()


def phone_of(actor: Actor, row: Call) -> str | None:
    """The caller's phone: whole to the desk while the call is open and to those on the way, else masked."""
    return shown_phone(actor, row, row.caller_phone)


def shown_phone(actor: Actor, row: Call, phone: str | None) -> str | None:
    """One of the phones of a call's callers, as this caller may see it."""
    if not phone:
        return None
    return phone if personal.sees(actor, row) else masking.phone(phone)


def shown_caller(actor: Actor, row: Call, name: str) -> str:
    """The name of one of a call's callers, as this caller may see it."""
    return name if personal.sees(actor, row) else masking.name(name)


def _can(actor: Actor, verb: str, row: Call, facts: rules.Facts, own: CallDispatch | None) -> bool:
    desk = actor.role in DESK
    if verb in (*rules.OF_DISPATCH, "withdraw") and desk:
        return any(takes(row, one, verb) for one in row.dispatches)
    if verb in ("record_cause", "repair") and not desk and (own is None or own.role == "use"):
        return False
    if verb == "make_clue" and row.hazard_id is not None:
        return False
    if verb == "pass_on" and row.fault_report_id is not None:
        return False
    return rules.refusal(facts, verb, call_facts.asked(own) if own else None, desk) is None


def _line(actor: Actor, row: Call, now: datetime, chosen: call_clocks.Limits) -> Line:
    timers = call_facts.timers(row, now, chosen)
    return Line(
        row,
        rules.STATES[row.state],
        rules.kinds()[row.kind],
        timers,
        call_clocks.proposed(timers),
        phone_of(actor, row),
    )


def _entrapments(row: Call) -> int:
    """How often the elevator trapped people in the twelve months up to this call."""
    if row.elevator_id is None:
        return 0
    return entrapments.count(row.elevator_id, entrapments.repeat_since(row.received_on), row.received_on)


def _found(actor: Actor, asked: Mapping[str, Any]) -> Select[Any]:
    statement = policy.scope(actor, Call)
    state = asked.get("state")
    groups = {"open": rules.OPEN_STATES, "running": rules.RUNNING_STATES, "to_end": ("repaired", "called_back")}
    if state:
        statement = statement.where(Call.state.in_(groups.get(state, (state,))))
    for name in ("kind", "source"):
        if asked.get(name):
            statement = statement.where(getattr(Call, name) == asked[name])
    if asked.get("drill") is not None:
        statement = statement.where(Call.drill.is_(asked["drill"]))
    if asked.get("area"):
        statement = statement.where(Call.area_code == asked["area"])
    if asked.get("since"):
        statement = statement.where(Call.received_on >= asked["since"])
    if asked.get("until"):
        statement = statement.where(Call.received_on <= asked["until"])
    if asked.get("elevator"):
        statement = statement.where(
            Call.elevator_id.in_(select(Elevator.id).where(Elevator.label_code == asked["elevator"]))
        )
    return statement.where(_matches(asked["q"])) if asked.get("q") else statement


def _matches(text: str) -> ColumnElement[bool]:
    lifts = select(Elevator.id).where(
        or_(Elevator.rescue_code == text, Elevator.address.contains(text, autoescape=True))
    )
    return or_(
        Call.no.contains(text.upper(), autoescape=True),
        Call.place.contains(text, autoescape=True),
        Call.elevator_id.in_(lifts),
    )


def knows_contact(actor: Actor, one: CallDispatch) -> bool:
    """Whether the caller reads at all whom the desk rings: the desk and the unit itself."""
    return actor.role in DESK or (one.unit_id is not None and one.unit_id == actor.unit_id)


def shown_dispatch(actor: Actor, one: CallDispatch) -> dict[str, Any]:
    """A dispatch as the caller may see it: whom to ring, to the desk and to the unit itself."""
    knows = knows_contact(actor, one)
    plain = {column.key: getattr(one, column.key) for column in CallDispatch.__table__.columns}
    return {
        **plain,
        "unit": one.unit.name if one.unit else None,
        "contact": personal.shown(actor, one, "contact") or None if knows else None,
        "contact_phone": personal.shown(actor, one, "contact_phone") or None if knows else None,
        "state": asked_state(one),
    }
