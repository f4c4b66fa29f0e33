"""Hazards for lists and boards, and one hazard with everything about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from registry import clock, files, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Conflict, Missing, Refused
from registry.messages import T
from registry.models import Area, Hazard, HazardStep, Paper, StoredFile, Unit
from registry.queries import escalations, hazard_facts, hazard_inputs, hazard_ledger, hazard_offers, papers
from registry.queries.paging import Page, paginate
from registry.replays import OTHER_CONTENT
from registry.rules import escalation
from registry.rules import hazards as rules
from registry.rules import papers as paper_rules
from registry.rules.escalation import Proposal
from registry.rules.hazard_case import field_type
from registry.rules.papers import PaperKind
from registry.settings import current

LOADED = (joinedload(Hazard.unit), joinedload(Hazard.elevator), joinedload(Hazard.cylinder))
RUNNING = tuple(state for state in rules.OPEN_STATES if state != "SUSPENDED")  # the clock of the others stands still
COLUMN_ROWS = 8  # a column of the board shows the most urgent; the list behind it shows all
GROUPS = {"open": rules.OPEN_STATES, "clues": ("DRAFT", "PENDING_RECOGNITION")}


@dataclass(frozen=True)
class Count:
    """How many hazards are in a state, and how many of them overdue."""

    state: rules.State
    count: int
    overdue: int


@dataclass(frozen=True)
class Board:
    """Counts by state in workflow order; `open` and `overdue` over the open ones."""

    counts: list[Count]
    open: int
    overdue: int
    all: int


@dataclass(frozen=True)
class Column:
    """A state on the board: its counts and its most urgent hazards."""

    count: Count
    hazards: list[Hazard]


@dataclass(frozen=True)
class Timer:
    """The clock of a hazard today. `days` are left (negative: overdue), None without a running deadline;
    `step` is the next step that is due, by `step_due`."""

    due: date | None
    original: date | None
    days: int | None
    paused: bool
    step: rules.Move | None
    step_due: date | None


@dataclass(frozen=True)
class Case:
    """One hazard on one page."""

    hazard: Hazard
    state: rules.State
    area: Area
    clauses: list[rules.Clause | str]
    source: Any
    timer: Timer
    entries: list[hazard_ledger.Entry]
    people: list[tuple[hazard_offers.Said, list[str]]]
    guarantees: list[hazard_ledger.Guarantee]
    offers: list[hazard_offers.Offer]
    supervision: list[hazard_offers.Offer]
    proposals: tuple[Proposal, ...]
    barred: list[hazard_offers.Offer]
    former: Sequence[Hazard]
    sees_people: bool
    papers: Sequence[Paper]
    paper_kinds: Mapping[str, PaperKind]


def overdue(on: date) -> ColumnElement[bool]:
    """Open, its clock running, its deadline past."""
    return and_(Hazard.state.in_(RUNNING), Hazard.due_on < on)


def _found(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    """The hazards that match `area`, `q`, `state` (a state, `open` or `clues`) and `overdue` of `filters`."""
    statement = policy.scope(actor, Hazard)
    if area := filters.get("area"):
        statement = statement.where(Hazard.area_code == area)
    if state := filters.get("state"):
        statement = statement.where(Hazard.state.in_(GROUPS.get(state, (state,))))
    if filters.get("overdue"):
        statement = statement.where(overdue(on))
    if text := filters.get("q"):
        units = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        statement = statement.where(
            or_(
                Hazard.no.contains(text.upper(), autoescape=True),
                Hazard.title.contains(text, autoescape=True),
                Hazard.unit_id.in_(units),
            )
        )
    return statement


def page(actor: Actor, filters: Mapping[str, Any], on: date) -> Page:
    """The hazards that concern the caller, newest first, with unit and device."""
    policy.require(actor, "hazard.read")
    statement = _found(actor, filters, on).options(*LOADED)
    return paginate(statement, Hazard.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def board(actor: Actor, filters: Mapping[str, Any], on: date) -> Board:
    """Counts by state over the rows that match everything but the state."""
    policy.require(actor, "hazard.read")
    rest = {name: value for name, value in filters.items() if name not in ("state", "overdue")}
    late = func.sum(case((overdue(on), 1), else_=0))
    matching = _found(actor, rest, on).with_only_columns(Hazard.state, func.count(), late)
    statement = matching.group_by(Hazard.state).order_by(None)
    found = {state: (count, behind) for state, count, behind in db.session.execute(statement)}
    counts = [Count(state, *found.get(state.code, (0, 0))) for state in rules.STATES.values()]
    return Board(
        counts,
        sum(count.count for count in counts if count.state.open),
        sum(count.overdue for count in counts),
        sum(count.count for count in counts),
    )


def columns(actor: Actor, counted: Board, filters: Mapping[str, Any], on: date) -> list[Column]:
    """The states on the way that hold any hazard, in workflow order, each with those whose deadline is nearest."""
    policy.require(actor, "hazard.read")
    on_the_way = [count for count in counted.counts if count.count and not count.state.terminal]
    if not on_the_way:
        return []
    rest = {name: value for name, value in filters.items() if name not in ("state", "overdue")}
    nearest = [
        _found(actor, {**rest, "state": count.state.code}, on)
        .with_only_columns(Hazard.id)
        .order_by(None)
        .order_by(Hazard.due_on.is_(None), Hazard.due_on, Hazard.id)
        .limit(COLUMN_ROWS)
        .subquery()
        for count in on_the_way
    ]
    wanted = union_all(*(select(part.c.id) for part in nearest))
    shown: dict[str, list[Hazard]] = {}
    for hazard in db.session.scalars(
        select(Hazard)
        .where(Hazard.id.in_(wanted))
        .options(*LOADED)
        .order_by(Hazard.due_on.is_(None), Hazard.due_on, Hazard.id)
    ):
        shown.setdefault(hazard.state, []).append(hazard)
    return [Column(count, shown.get(count.state.code, [])) for count in on_the_way]


def count_overdue(actor: Actor, on: date) -> int:
    """How many hazards that concern the caller are past their deadline."""
    return db.session.scalar(policy.scope(actor, Hazard, func.count()).where(overdue(on))) or 0


def by_no(actor: Actor, no: str) -> Hazard:
    """The hazard of a number, with unit and device; Missing when it does not concern the caller."""
    policy.require(actor, "hazard.read")
    return policy.get(actor, Hazard, Hazard.no == no.strip().upper(), options=LOADED)


def show(actor: Actor, no: str) -> Case:
    """One hazard with its clock, its ledger, and the moves that the caller may make now."""
    hazard = by_no(actor, no)
    today = clock.today()
    steps = hazard_facts.ledger(hazard.id)
    found = hazard_offers.offers(actor, hazard, steps)
    entries = hazard_ledger.entries(actor, steps)
    return Case(
        hazard=hazard,
        state=rules.STATES[hazard.state],
        area=db.session.get_one(Area, hazard.area_code),
        clauses=[rules.clause(number, today) or number for number in hazard.clauses],
        source=next((s for s in rules.sources(today) if s.source == hazard.source), hazard.source),
        timer=timer(hazard, steps, today),
        entries=entries,
        people=hazard_ledger.people(entries),
        guarantees=hazard_ledger.guarantees(actor, steps),
        offers=[offer for offer in found if not offer.against and not offer.move.is_supervision],
        supervision=[offer for offer in found if not offer.against and offer.move.is_supervision],
        proposals=_proposals(hazard, today),
        barred=[offer for offer in found if offer.against and not offer.move.is_supervision],
        former=_former(actor, hazard, today),
        sees_people=actor.role in OFFICE_ROLES or hazard.unit_id == actor.unit_id,
        papers=papers.of_hazard(actor, hazard),
        paper_kinds=paper_rules.kinds(today),
    )


def _proposals(hazard: Hazard, on: date) -> tuple[Proposal, ...]:
    if hazard.state not in RUNNING:
        return ()
    return escalation.propose(escalations.standings_of([hazard], on)[hazard.id], on)


def moves_for(actor: Actor, hazard: Hazard) -> list[hazard_offers.Offer]:
    """The moves the caller may make now, with what each needs."""
    found = hazard_offers.offers(actor, hazard, hazard_facts.ledger(hazard.id))
    return [offer for offer in found if not offer.against]


def timer(hazard: Hazard, steps: Sequence[HazardStep], on: date) -> Timer:
    """The clock of a hazard on a day."""
    running = hazard.state in RUNNING and hazard.due_on is not None
    days = (hazard.due_on - on).days if running and hazard.due_on else None
    step, step_due = _next_step(hazard, steps, on)
    return Timer(hazard.due_on, hazard.original_due_on, days, hazard.state == "SUSPENDED", step, step_due)


def _next_step(hazard: Hazard, steps: Sequence[HazardStep], on: date) -> tuple[rules.Move | None, date | None]:
    """The step that is due next, counted from entering the state, or from the last word in the same state."""
    moves = rules.moves_from(hazard.state, hazard.list_level, on)
    signed = bool(steps) and steps[-1].verb == "sign_county"
    done = ("close", "sign_county") if signed else ("close",)
    move = next((move for move in moves if move.deadline and move.verb not in done), None)
    if move is None or move.deadline is None:
        return None, None
    since = next((step.done_on for step in reversed(steps) if not escalation.rung(step.verb, on)), hazard.state_since)
    return move, rules.deadline_day(move.deadline, since, hazard_facts.calendar())


def _former(actor: Actor, hazard: Hazard, on: date) -> Sequence[Hazard]:
    """Closed hazards of the same device and clause that should be reopened rather than reported anew."""
    if hazard.state not in GROUPS["clues"] or (hazard.elevator_id is None and hazard.cylinder_id is None):
        return []
    found = db.session.scalars(
        policy.scope(actor, Hazard).where(
            Hazard.id != hazard.id,
            Hazard.state == "CLOSED",
            Hazard.elevator_id.is_not_distinct_from(hazard.elevator_id),
            Hazard.cylinder_id.is_not_distinct_from(hazard.cylinder_id),
        )
    )
    return [
        row
        for row in found
        if row.closed_on and set(row.clauses) & set(hazard.clauses) and rules.recurs(row.closed_on, hazard.found_on)
    ]


def offer(actor: Actor, no: str, verb: str) -> hazard_offers.Offer:
    """A move that the caller is about to make.

    Raises:
        Missing: no such move, or the hazard does not concern the caller.
        Forbidden: the role never makes this move.
        Conflict: the move does not lead on from where the hazard stands now.
        Refused: something stands against it that no data can cure.
    """
    if verb not in rules.VERBS:
        raise Missing(T("没有这个办理步骤"))
    hazard = by_no(actor, no)
    policy.require(actor, f"hazard.{verb}")
    steps = hazard_facts.ledger(hazard.id)
    found = next((o for o in hazard_offers.offers(actor, hazard, steps) if o.move.verb == verb), None)
    if found is None:
        raise Conflict(hazard_offers.not_from_here(hazard, verb))
    if found.against:
        raise Refused(found.against)
    return found


def made(actor: Actor, no: str, verb: str, ref: str) -> hazard_offers.Offer | None:
    """The move that came under `ref` before, as it was offered then: its form reads what is sent again.

    Raises:
        Conflict: another move came under it.
    """
    hazard = by_no(actor, no)
    steps = hazard_facts.ledger(hazard.id) if ref else []
    place = next((place for place, step in enumerate(steps) if step.ref == ref), None)
    if place is None:
        return None
    if steps[place].verb != verb:
        raise Conflict(OTHER_CONTENT)
    return hazard_offers.offered(actor, hazard, steps, place)


def file(actor: Actor, no: str, file_id: int) -> tuple[Path, str, str]:
    """Where a file of the hazard's ledger lies, its type and its name.

    Raises:
        Missing: the hazard does not concern the caller, or the file is not in its ledger.
    """
    steps = hazard_facts.ledger(by_no(actor, no).id)
    row = db.session.get(StoredFile, file_id) if file_id in _file_ids(steps) else None
    if row is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, row.sha256), row.mime, row.name


def _file_ids(steps: Sequence[HazardStep]) -> set[int]:
    found: set[int] = set()
    for step in steps:
        for name, value in step.data.items():
            if field_type(name, step.done_on) in hazard_inputs.FILES:
                found.update(value if isinstance(value, list) else [value])
    return found
