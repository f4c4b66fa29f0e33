"""What is due: the maintenance plan of one elevator and the day of a whole company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, and_, or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Contract, Elevator, Person, Visit
from registry.queries.elevators import by_code
from registry.queries.visit_facts import colleagues
from registry.rules.lifecycle import statuses
from registry.rules.limits import limit
from registry.rules.maintenance import CYCLES, Item, Plan, cycles, items_for, plan

STATES: dict[str, T] = {
    "overdue": T("已超期"),
    "due": T("今天到期"),
    "soon": T("即将到期"),
    "later": T("未到期"),
}
PRESSING = ("overdue", "due", "soon")


@dataclass(frozen=True)
class Due:
    """An elevator on a company's day: the earliest day something is due, and what to do when going there."""

    elevator: Elevator
    due_on: date
    state: str
    last_on: date | None
    plan: Plan

    @property
    def label(self) -> T:
        """The state in words."""
        return STATES[self.state]


@dataclass(frozen=True)
class DueList:
    """One page of what is due, the most urgent first; `counts` by state over all of it."""

    items: list[Due]
    next: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Start:
    """What the phone needs when a visit begins: `items` by cycle, shortest first; the caller apart."""

    elevator: Elevator
    plan: Plan
    cycle: str
    items: dict[str, list[Item]]
    last_on: date | None
    caller: Person
    colleagues: list[Person]

    @property
    def codes(self) -> list[str]:
        """The codes of all items."""
        return [item.code for items in self.items.values() for item in items]


def start(actor: Actor, code: str, cycle: str | None, on: date) -> Start:
    """Begin a visit at an elevator; without `cycle` with what its plan asks for next.

    Raises:
        Missing: no such elevator, or the caller's company does not maintain it.
        Invalid: no such cycle.
    """
    policy.require(actor, "visit.record")
    if cycle is not None and cycle not in CYCLES:
        raise Invalid.field("cycle", T("请从列表中选择"))
    elevator = by_code(actor, code)
    found = plan_of(elevator, on)
    if found is None:
        raise Missing(T("这台电梯今天没有维保合同"))
    chosen = cycle or found.next_cycle
    items: dict[str, list[Item]] = {}
    for item in items_for(elevator.kind, chosen, on):
        items.setdefault(item.cycle, []).append(item)
    people = colleagues(actor, on)
    last = last_done(elevator.id, on)
    return Start(elevator, found, chosen, items, max(last.values(), default=None), people[0], people[1:])


def last_done(elevator_id: int, on: date) -> dict[str, date]:
    """The day of the latest valid visit that covers each cycle, up to a day; cycles never done are left out."""
    row = db.session.execute(select(*(_latest(cycle, on, elevator_id) for cycle in CYCLES))).one()
    return {cycle: day for cycle, day in zip(CYCLES, row, strict=True) if day is not None}


def plan_of(elevator: Elevator, on: date) -> Plan | None:
    """The plan of one elevator on a day; None while nobody maintains it."""
    since = db.session.scalar(
        select(Contract.since)
        .where(Contract.elevator_id == elevator.id, *_running(on))
        .order_by(Contract.since.desc())
        .limit(1)
    )
    return plan(elevator.kind, last_done(elevator.id, on), since, on) if since else None


def due_today(
    actor: Actor, on: date, states: tuple[str, ...] = (), limit_to: int = 50, cursor: str | None = None
) -> DueList:
    """The elevators the caller's company maintains (all visible ones for others), the most urgent first.

    `states` keeps only those; the cursor is the place in the list.
    """
    policy.require(actor, "visit.read")
    lines = sorted(_lines(actor, on), key=lambda line: line[:2])
    counts = dict.fromkeys(STATES, 0)
    for due_on, *_rest in lines:
        counts[_state(due_on, on)] += 1
    wanted = [line for line in lines if not states or _state(line[0], on) in states]
    start = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 10 else 0
    shown = wanted[start : start + limit_to]
    following = str(start + limit_to) if len(wanted) > start + limit_to else None
    return DueList(_dues(actor, shown, on), following, counts)


def count_in(actor: Actor, on: date, state: str) -> int:
    """How many elevators of the caller's day are in a state (`overdue`, `due`, `soon` or `later`)."""
    return sum(_state(due_on, on) == state for due_on, *_rest in _lines(actor, on))


Line = tuple[date, int, date, dict[str, date]]
"""(earliest due day, elevator id, taken over on, last done by cycle)."""


def _lines(actor: Actor, on: date) -> list[Line]:
    maintained = [status.id for status in statuses(on).values() if status.maintained]
    statement = (
        policy.scope(actor, Elevator, Elevator.id, Contract.since, *(_latest(cycle, on) for cycle in CYCLES))
        .join(Contract, and_(Contract.elevator_id == Elevator.id, *_running(on)))
        .where(Elevator.status.in_(maintained))
    )
    if actor.role in policy.MAINTENANCE:
        statement = statement.where(Contract.company_id == actor.unit_id)
    spans = [timedelta(days=cycles(on)[cycle].max_days) for cycle in CYCLES]
    lines = []
    for elevator_id, since, *done in db.session.execute(statement):
        due_on = min((day or since) + span for day, span in zip(done, spans, strict=True))
        last = {cycle: day for cycle, day in zip(CYCLES, done, strict=True) if day}
        lines.append((due_on, elevator_id, since, last))
    return lines


def _dues(actor: Actor, lines: list[Line], on: date) -> list[Due]:
    ids = [line[1] for line in lines]
    rows = policy.scope(actor, Elevator).where(Elevator.id.in_(ids)).options(selectinload(Elevator.use_unit))
    elevators = {row.id: row for row in db.session.scalars(rows)}
    return [
        Due(
            elevator=elevators[elevator_id],
            due_on=due_on,
            state=_state(due_on, on),
            last_on=max(last.values(), default=None),
            plan=plan(elevators[elevator_id].kind, last, since, on),
        )
        for due_on, elevator_id, since, last in lines
    ]


def _state(due_on: date, on: date) -> str:
    if due_on < on:
        return "overdue"
    if due_on == on:
        return "due"
    return "soon" if due_on <= on + timedelta(days=limit("maintenance_limits", "soon_days", on)) else "later"


def _running(on: date) -> tuple[Any, ...]:
    return Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on)


def _latest(cycle: str, on: date, elevator_id: int | None = None) -> ScalarSelect[date]:
    """The latest valid visit that covers a cycle, walking back on (elevator, day): a longer one counts too."""
    covering = CYCLES[CYCLES.index(cycle) :]
    return (
        select(Visit.done_on)
        .where(
            Visit.elevator_id == (Elevator.id if elevator_id is None else elevator_id),
            Visit.done_on <= on,
            Visit.cycle.in_(covering),
            or_(Visit.invalid_from.is_(None), Visit.invalid_from > on),
        )
        .order_by(Visit.done_on.desc())
        .limit(1)
        .scalar_subquery()
    )
