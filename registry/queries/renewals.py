"""Renewal projects: the list with its totals, and one project with its road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_
from sqlalchemy.orm import joinedload, selectinload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, RenewalProject, RenewalStep
from registry.queries import areas, elevators, legal_moves, parameters
from registry.queries.paging import Page, paginate
from registry.rules import renewals as rules
from registry.rules.workflow import Move, State

OLD = joinedload(RenewalProject.elevator).joinedload(Elevator.use_unit)
NEW = joinedload(RenewalProject.new_elevator)
STEPS = selectinload(RenewalProject.steps)
COLUMNS = ("cost_fen", *(fund.column for fund in rules.FUNDS.values()))
OPEN = tuple(state.id for state in rules.STATES.values() if not state.ended)
VOID = ("rejected", "withdrawn")


@dataclass
class Total:
    """How many projects of a year and county, and their money in fen: `cost_fen` and each fund."""

    year: int | None
    area: Any
    count: int = 0
    fen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))


@dataclass(frozen=True)
class Totals:
    """Totals by year and county, the newest year first, and over all."""

    lines: list[Total]
    whole: Total
    states: dict[str, int]


@dataclass(frozen=True)
class Detail:
    """One project on one page: `moves` are those the caller may make now."""

    project: RenewalProject
    state: State
    area: Any
    moves: tuple[Move, ...]
    subsidy_fen: int
    may_amend: bool


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Projects by `q` (number, batch or elevator), `year`, `area`, `state` (a state or `open`), newest first."""
    policy.require(actor, "renewal.read")
    statement = _found(actor, filters).options(OLD, NEW)
    return paginate(statement, RenewalProject.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def totals(actor: Actor, filters: Mapping[str, Any]) -> Totals:
    """Count and money by year and county; rejected and withdrawn projects cost nothing and are left out.

    `states` counts all that match everything but the state.
    """
    policy.require(actor, "renewal.read")
    sums = [func.sum(getattr(RenewalProject, name)) for name in COLUMNS]
    group = (RenewalProject.year, Elevator.area_code)
    statement = (
        _found(actor, filters)
        .join(Elevator, Elevator.id == RenewalProject.elevator_id)
        .where(RenewalProject.state.not_in(VOID))
        .with_only_columns(*group, func.count(), *sums)
        .group_by(*group)
        .order_by(RenewalProject.year.desc(), Elevator.area_code)
    )
    names = areas.names()
    lines, whole = [], Total(None, None)
    for year, area, count, *fen in db.session.execute(statement):
        line = Total(year, names.get(area), count, {n: int(v) for n, v in zip(COLUMNS, fen, strict=True)})
        lines.append(line)
        whole.count += count
        for name in COLUMNS:
            whole.fen[name] += line.fen[name]
    rest = {name: value for name, value in filters.items() if name != "state"}
    counted = _found(actor, rest).with_only_columns(RenewalProject.state, func.count())
    found = dict(db.session.execute(counted.group_by(RenewalProject.state)).all())
    return Totals(lines, whole, {state: found.get(state, 0) for state in rules.STATES})


def by_no(actor: Actor, no: str) -> RenewalProject:
    """A project with its elevators and steps; Missing when it does not concern the caller."""
    policy.require(actor, "renewal.read")
    people = STEPS.joinedload(RenewalStep.person), STEPS.joinedload(RenewalStep.unit)
    return policy.get(actor, RenewalProject, RenewalProject.no == no, options=(OLD, NEW, *people))


def show(actor: Actor, no: str, on: date) -> Detail:
    """Everything the page of one project shows."""
    row = by_no(actor, no)
    return Detail(
        project=row,
        state=rules.STATES[row.state],
        area=areas.names().get(row.elevator.area_code),
        moves=offered(actor, row, on),
        subsidy_fen=subsidy_fen(row.applied_on),
        may_amend=_may_amend(actor, row),
    )


def offered(actor: Actor, row: RenewalProject, on: date) -> tuple[Move, ...]:
    """The moves from here that the caller's role makes."""
    return tuple(m for m in rules.moves_from(row.state, on) if policy.may(actor, f"renewal.{m.verb}"))


def offer(actor: Actor, no: str, verb: str, on: date) -> tuple[RenewalProject, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move.
        Forbidden: not for this role.
        Conflict: not legal now.
    """
    return legal_moves.offer(actor, rules.NAME, verb, lambda: by_no(actor, no), on)


def of_elevator(actor: Actor, elevator_id: int) -> Sequence[RenewalProject]:
    """The projects that take an elevator away, or brought it."""
    if not policy.may(actor, "renewal.read"):
        return []
    return db.session.scalars(
        policy.scope(actor, RenewalProject)
        .where(or_(RenewalProject.elevator_id == elevator_id, RenewalProject.new_elevator_id == elevator_id))
        .order_by(RenewalProject.id.desc())
        .options(OLD, NEW)
        .limit(20)
    ).all()


def subsidy_fen(on: date) -> int:
    """The fixed subsidy a lift, in fen, on a day."""
    return int(parameters.value("renewal.subsidy_yuan", on) * 100)


def years(actor: Actor) -> list[int]:
    """The years that have projects, the newest first."""
    statement = policy.scope(actor, RenewalProject, RenewalProject.year).distinct()
    return sorted(db.session.scalars(statement), reverse=True)


def count_waiting(actor: Actor, _on: date) -> int:
    """How many projects wait for a move of the caller's role other than withdrawing."""
    verbs = {m.source for m in rules.MOVES if m.verb != "withdraw" and policy.may(actor, f"renewal.{m.verb}")}
    statement = policy.scope(actor, RenewalProject, func.count()).where(RenewalProject.state.in_(verbs))
    return db.session.scalar(statement) or 0


def _may_amend(actor: Actor, row: RenewalProject) -> bool:
    own = actor.role != "use_manager" or row.state == rules.FIRST_STATE
    return own and row.state not in rules.SETTLED and policy.may(actor, "renewal.amend")


def _found(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    statement = policy.scope(actor, RenewalProject)
    if area := filters.get("area"):
        inside = elevators.found(actor, {"area": area}).with_only_columns(Elevator.id)
        statement = statement.where(RenewalProject.elevator_id.in_(inside))
    if year := filters.get("year"):
        statement = statement.where(RenewalProject.year == year)
    if filters.get("state") == "waiting":
        states = {m.source for m in rules.MOVES if m.verb != "withdraw" and policy.may(actor, f"renewal.{m.verb}")}
        statement = statement.where(RenewalProject.state.in_(states))
    elif state := filters.get("state"):
        statement = statement.where(RenewalProject.state.in_(OPEN if state == "open" else (state,)))
    if text := filters.get("q"):
        named = elevators.found(actor, {"q": text}).with_only_columns(Elevator.id)
        statement = statement.where(
            or_(
                RenewalProject.no.contains(text.upper(), autoescape=True),
                RenewalProject.batch.contains(text, autoescape=True),
                RenewalProject.elevator_id.in_(named),
            )
        )
    return statement
