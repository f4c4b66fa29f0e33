"""Guarded events: the list, one with everything on its page, and what may be chosen for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import among, db
from registry.errors import Conflict, Forbidden, Missing
from registry.messages import T
from registry.models import (
    Elevator,
    GuardedDevice,
    GuardedEvent,
    GuardedEventStep,
    GuardedPlace,
    GuardedRound,
    GuardedShift,
    Paper,
)
from registry.queries import guarded_checks, legal_moves, papers
from registry.queries.guarded_checks import Finding, Judged
from registry.queries.guarded_rounds import Line, line
from registry.queries.paging import Page, paginate
from registry.rules import guarded_events as rules
from registry.rules.workflow import Move, State

SUBJECT = "guarded_event"
DEVICE = (joinedload(GuardedDevice.elevator).joinedload(Elevator.use_unit), joinedload(GuardedDevice.unit))
PEOPLE = (joinedload(GuardedShift.person), joinedload(GuardedShift.unit))
WALK = (
    joinedload(GuardedRound.person),
    joinedload(GuardedRound.walked_by),
    joinedload(GuardedRound.unit),
    joinedload(GuardedRound.hazard),
    joinedload(GuardedRound.fault_report),
    joinedload(GuardedRound.place),
)
MOST = 1000


@dataclass(frozen=True)
class Totals:
    """How an event stands, as far as the caller sees it: `red` checks that are neither mended nor accepted."""

    places: int
    devices: int
    red: int
    accepted: int
    rounds: int
    walked: int
    late: int
    findings: int


@dataclass(frozen=True)
class Watched:
    """A place with what is guarded there, its rounds in their order and its shifts; `standing` are there now."""

    place: GuardedPlace
    devices: list[Judged]
    rounds: list[Line]
    shifts: list[GuardedShift]
    standing: list[GuardedShift]
    short: bool


@dataclass(frozen=True)
class Detail:
    """One event on one page."""

    event: GuardedEvent
    state: State
    moves: tuple[Move, ...]
    totals: Totals
    places: list[Watched]
    steps: Sequence[GuardedEventStep]
    papers: Sequence[Paper]
    own: bool
    may_plan: bool
    may_place: bool
    may_accept: bool


def page(actor: Actor, asked: Mapping[str, Any]) -> Page:
    """Guarded events, newest first: `q?` (number, name, organiser), `state?` (a state, `open`), `area?`."""
    policy.require(actor, "guarded_event.read")
    found = policy.scope(actor, GuardedEvent).options(joinedload(GuardedEvent.issuer))
    if state := asked.get("state"):
        over = [one.id for one in rules.STATES.values() if one.ended]
        found = found.where(GuardedEvent.state.not_in(over) if state == "open" else GuardedEvent.state == state)
    if asked.get("area"):
        found = found.where(GuardedEvent.area_code == asked["area"])
    if text := asked.get("q"):
        names = (GuardedEvent.name, GuardedEvent.organiser, GuardedEvent.no)
        found = found.where(or_(*(name.contains(text, autoescape=True) for name in names)))
    return paginate(found, GuardedEvent.id, asked.get("limit") or 50, asked.get("cursor"), newest=True)


def by_id(actor: Actor, event_id: int, lock: bool = False) -> GuardedEvent:
    """An event; Missing when it does not concern the caller."""
    policy.require(actor, "guarded_event.read")
    options = () if lock else (joinedload(GuardedEvent.issuer), joinedload(GuardedEvent.person))
    return policy.get(actor, GuardedEvent, GuardedEvent.id == event_id, lock=lock, options=options)


def is_own(actor: Actor, event: GuardedEvent) -> bool:
    """Whether the caller acts for the office that guards the event."""
    return actor.role == "system" or (actor.role in OFFICE_ROLES and papers.body_of(actor) == event.area_code)


def changeable(actor: Actor, event_id: int, states: tuple[str, ...]) -> GuardedEvent:
    """An event locked for a change by the office that guards it.

    Raises:
        Missing: no such event for the caller. Forbidden: another office's. Conflict: not in this state.
    """
    row = policy.get(actor, GuardedEvent, GuardedEvent.id == event_id, lock=True)
    require_own(actor, row)
    if row.state not in states:
        raise Conflict(T("现在的状态是“{state}”，不能这样办理", state=T(rules.STATES[row.state].zh)))
    return row


def require_own(actor: Actor, row: GuardedEvent) -> None:
    """Forbidden unless the caller acts for the office that guards the event."""
    if not is_own(actor, row):
        raise Forbidden(T("由组织保障的机关办理"))


def offer(actor: Actor, event_id: int, verb: str) -> tuple[GuardedEvent, Move]:
    """The move the caller is about to make; as `legal_moves.offer`."""
    return legal_moves.offer(actor, rules.NAME, verb, lambda: by_id(actor, event_id))


def devices_of(actor: Actor, event_id: int) -> Sequence[GuardedDevice]:
    """What is guarded at an event, as far as the caller sees it."""
    found = policy.scope(actor, GuardedDevice).where(GuardedDevice.event_id == event_id).options(*DEVICE)
    return db.session.scalars(found.order_by(GuardedDevice.place_id, GuardedDevice.id).limit(MOST)).all()


def show(actor: Actor, event_id: int) -> Detail:
    """Everything the page of one event shows."""
    event = by_id(actor, event_id)
    places = _rows(actor, GuardedPlace, event_id, GuardedPlace.id)
    judged = guarded_checks.judge(event, devices_of(actor, event_id))
    rounds = [line(actor, row, event) for row in _rows(actor, GuardedRound, event_id, GuardedRound.planned_at, WALK)]
    shifts = _rows(actor, GuardedShift, event_id, GuardedShift.starts_at, PEOPLE)
    own = is_own(actor, event)
    plans = own and policy.may(actor, "guarded_event.plan")
    return Detail(
        event=event,
        state=rules.STATES[event.state],
        moves=tuple(
            move
            for move in rules.moves_from(event.state, clock.today())
            if own and policy.may(actor, f"guarded_event.{move.verb}")
        ),
        totals=_totals(places, judged, rounds),
        places=[_watched(event, place, judged, rounds, shifts) for place in places],
        steps=_steps(actor, event_id),
        papers=papers.about(actor, SUBJECT, event_id),
        own=own,
        may_plan=plans and event.state in rules.PLANS_CHANGE_IN,
        may_place=plans and event.state in rules.PLACES_CHANGE_IN,
        may_accept=own and policy.may(actor, "guarded_event.accept") and event.state in rules.PLANS_CHANGE_IN,
    )


def _rows(actor: Actor, model: Any, event_id: int, order: Any, options: tuple[Any, ...] = ()) -> Sequence[Any]:
    found = policy.scope(actor, model).where(model.event_id == event_id).options(*options)
    return db.session.scalars(found.order_by(order, model.id).limit(MOST)).all()


def _totals(places: Sequence[GuardedPlace], judged: Sequence[Judged], rounds: Sequence[Line]) -> Totals:
    return Totals(
        places=len(places),
        devices=len(judged),
        red=sum(one.red for one in judged),
        accepted=sum(not finding.red for one in judged for finding in one.findings),
        rounds=len(rounds),
        walked=sum(one.round.done_at is not None for one in rounds),
        late=sum(one.red for one in rounds),
        findings=sum(one.found for one in rounds),
    )


def _watched(
    event: GuardedEvent,
    place: GuardedPlace,
    judged: Sequence[Judged],
    rounds: Sequence[Line],
    shifts: Sequence[GuardedShift],
) -> Watched:
    now = clock.now()
    here = [one for one in shifts if one.place_id == place.id]
    standing = [one for one in here if rules.stands(one.starts_at, one.ends_at, now)]
    least = rules.number("on_the_spot", clock.today())
    return Watched(
        place=place,
        devices=[one for one in judged if one.device.place_id == place.id],
        rounds=[one for one in rounds if one.round.place_id == place.id],
        shifts=here,
        standing=standing,
        short=event.state == "running" and len(standing) < least,
    )


def _steps(actor: Actor, event_id: int) -> Sequence[GuardedEventStep]:
    found = policy.scope(actor, GuardedEventStep).where(GuardedEventStep.event_id == event_id)
    options = (joinedload(GuardedEventStep.person), joinedload(GuardedEventStep.unit))
    return db.session.scalars(found.options(*options).order_by(GuardedEventStep.id)).all()


def counts(actor: Actor, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """For a list: how many places, devices, rounds and walked rounds each event has."""
    found: dict[int, dict[str, int]] = {key: {"places": 0, "devices": 0, "rounds": 0, "walked": 0} for key in ids}
    asked = {
        "places": policy.scope(actor, GuardedPlace, GuardedPlace.event_id, func.count()),
        "devices": policy.scope(actor, GuardedDevice, GuardedDevice.event_id, func.count()),
        "rounds": policy.scope(actor, GuardedRound, GuardedRound.event_id, func.count()),
        "walked": policy.scope(actor, GuardedRound, GuardedRound.event_id, func.count()).where(
            GuardedRound.done_at.is_not(None)
        ),
    }
    for name, statement in asked.items():
        column = statement.selected_columns[0]
        for event_id, count in db.session.execute(statement.where(among(column, list(ids))).group_by(column)):
            found[event_id][name] = count
    return found


def running(actor: Actor, _day: Any) -> int:
    """How many guarded events run, for the first page of offices."""
    statement = policy.scope(actor, GuardedEvent, func.count()).where(GuardedEvent.state == "running")
    return int(db.session.scalar(statement) or 0)


def place_of(actor: Actor, event_id: int, place_id: int) -> GuardedPlace:
    """A place of an event; Missing when there is none for the caller."""
    return policy.get(actor, GuardedPlace, GuardedPlace.id == place_id, GuardedPlace.event_id == event_id)


def place_choices(actor: Actor, event_id: int) -> list[tuple[str, str]]:
    """The places of an event for a choice."""
    return [(str(row.id), row.name) for row in _rows(actor, GuardedPlace, event_id, GuardedPlace.id)]


def finding_of(actor: Actor, event_id: int, device_id: int, check: str) -> tuple[Judged, Finding]:
    """A check of a device that does not hold.

    Raises:
        Missing: no such device for the caller, or nothing stands against it.
    """
    event = by_id(actor, event_id)
    where = (GuardedDevice.id == device_id, GuardedDevice.event_id == event_id)
    (judged,) = guarded_checks.judge(event, [policy.get(actor, GuardedDevice, *where, options=DEVICE)])
    found = judged.of(check)
    if found is None:
        raise Missing(T("这一项现在没有需要接受的问题"))
    return judged, found


def taken(event_id: int) -> tuple[set[int], set[int]]:
    """The ids of elevators and of units that an event has already."""
    rows = db.session.execute(
        select(GuardedDevice.elevator_id, GuardedDevice.unit_id).where(GuardedDevice.event_id == event_id)
    ).all()
    return {one for one, _ in rows if one}, {one for _, one in rows if one}
