"""What is due: the maintenance plan of one elevator and the day of a whole company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Contract, Elevator, Person
from registry.queries import due_lines, maker_items, plan_inputs
from registry.queries.due_lines import EVERYTHING, Line, Lines, Narrow
from registry.queries.elevators import by_code
from registry.queries.plan_inputs import Terms
from registry.queries.visit_facts import colleagues
from registry.rules.maintenance import CYCLES, Item, Plan, items_for

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
    for item in items_for(elevator.kind, chosen, on, maker_items.items_of(elevator, on)):
        items.setdefault(item.cycle, []).append(item)
    people = colleagues(actor, on)
    last = last_done(elevator.id, on)
    return Start(elevator, found, chosen, items, max(last.values(), default=None), people[0], people[1:])


def last_done(elevator_id: int, on: date) -> dict[str, date]:
    """The day of the latest valid visit that covers each cycle, up to a day; cycles never done are left out."""
    return due_lines.last_done([elevator_id], on)[elevator_id]


def plan_of(elevator: Elevator, on: date) -> Plan | None:
    """The plan of one elevator on a day; None while nobody maintains it."""
    contract = contract_of(elevator.id, on)
    if contract is None:
        return None
    return plan_inputs.plans([(elevator, Terms.of(contract), last_done(elevator.id, on))], on)[elevator.id]


def contract_of(elevator_id: int, on: date) -> Contract | None:
    """The contract that covers an elevator on a day."""
    return db.session.scalars(
        select(Contract)
        .where(
            Contract.elevator_id == elevator_id,
            Contract.since <= on,
            or_(Contract.until.is_(None), Contract.until > on),
        )
        .order_by(Contract.since.desc())
        .limit(1)
    ).first()


def due_today(
    actor: Actor,
    on: date,
    states: tuple[str, ...] = (),
    limit_to: int = 50,
    cursor: str | None = None,
    narrow: Narrow = EVERYTHING,
) -> DueList:
    """The elevators the caller's company maintains (all visible ones for others), the most urgent first.

    `states` keeps only those.

    Raises:
        Invalid: the cursor is not one of ours.
    """
    policy.require(actor, "visit.read")
    lines = Lines.of(actor, on, narrow)
    found = lines.page(_spans(states, on), limit_to + 1, _place(cursor) if cursor else None)
    shown = found[:limit_to]
    following = f"{shown[-1].due_on:%Y%m%d}.{shown[-1].elevator_id}" if len(found) > limit_to else None
    return DueList(_dues(actor, shown, on), following, _by_state(lines.by_day(), on))


def lines_of(actor: Actor, on: date, states: tuple[str, ...], most: int, narrow: Narrow = EVERYTHING) -> list[Line]:
    """The first lines of the same list, without their elevators: for maps and routes."""
    policy.require(actor, "visit.read")
    return Lines.of(actor, on, narrow).page(_spans(states, on), most)


def tally(actor: Actor, on: date, narrow: Narrow, late: tuple[int, ...]) -> dict[str, int]:
    """How many elevators of the caller's day are in each state (`overdue`, `due`, `soon`, `later`), and how many are
    overdue by so many days or more (`late_3`, ...): for the first page, from one reading."""
    by_day = Lines.of(actor, on, narrow).by_day()
    overdue = {f"late_{days}": on - timedelta(days=days) for days in late}
    beyond = {key: sum(count for day, count in by_day.items() if day <= last) for key, last in overdue.items()}
    return {**_by_state(by_day, on), **beyond}


def state_of(due_on: date, on: date) -> str:
    """The state on a day of what is due on another."""
    for state in ("overdue", "due", "soon"):
        first, last = due_lines.span(state, on)
        if (first is None or first <= due_on) and last is not None and due_on <= last:
            return state
    return "later"


def _spans(states: tuple[str, ...], on: date) -> list[tuple[date | None, date | None]]:
    return [due_lines.span(state, on) for state in states or tuple(STATES)]


def _by_state(days: Mapping[date, int], on: date) -> dict[str, int]:
    counts = dict.fromkeys(STATES, 0)
    for day, count in days.items():
        counts[state_of(day, on)] += count
    return counts


def _place(cursor: str) -> tuple[date, int]:
    day, _, number = cursor.partition(".")
    try:
        return datetime.strptime(day, "%Y%m%d").date(), int(number[:18])
    except ValueError:
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询")) from None


def _dues(actor: Actor, lines: list[Line], on: date) -> list[Due]:
    ids = [line.elevator_id for line in lines]
    rows = policy.scope(actor, Elevator).where(Elevator.id.in_(ids)).options(selectinload(Elevator.use_unit))
    elevators = {row.id: row for row in db.session.scalars(rows)}
    plans = plan_inputs.plans([(elevators[line.elevator_id], line.terms, line.last) for line in lines], on)
    return [
        Due(
            elevator=elevators[line.elevator_id],
            due_on=line.due_on,
            state=state_of(line.due_on, on),
            last_on=max(line.last.values(), default=None),
            plan=plans[line.elevator_id],
        )
        for line in lines
    ]
