"""Old elevators ranked by points: one statement gathers the facts, the rule counts them (elevators.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Assessment, Contract, Elevator, Inspection, PolicyItem, RenewalProject, Visit
from registry.queries import elevator_ages, elevators, entrapments
from registry.queries.assessments import standing
from registry.queries.indicator_definitions import insured
from registry.queries.paging import Page
from registry.queries.visit_standing import held_back
from registry.rules.dates import whole_years
from registry.rules.lifecycle import STATUSES
from registry.rules.maintenance import CYCLES, cycles
from registry.rules.old_elevators import Facts, Score, bands, entrapments_since, score
from registry.rules.renewals import STATES

OPEN_PROJECTS = tuple(state.id for state in STATES.values() if not state.ended)
MAINTAINED = tuple(key for key, status in STATUSES.items() if status.maintained)


@dataclass(frozen=True)
class Ranked:
    """An elevator of the list: its points, its assessment that stands, its project."""

    elevator: Elevator
    age: int | None
    score: Score
    assessment: Assessment | None
    project: RenewalProject | None


@dataclass(frozen=True)
class Ranking:
    """One page of the ranking, and how many there are."""

    items: list[Ranked]
    next: str | None
    total: int


def page(actor: Actor, filters: Mapping[str, Any], on: date, most: int = 50, cursor: str | None = None) -> Ranking:
    """The old elevators in use, the most points first, then the oldest.

    `filters`: `q, area, kind` as for elevators, `office` (the area in charge alone), `place`, `unit` (id of the use
    unit), `band` (that band instead of all old ones), `points` (at least), `assessed` and `project` (`yes` or `no`).
    The cursor is the place in the list.
    """
    policy.require(actor, "old_elevator.read")
    lines = _ranked(actor, filters, on)
    least = filters.get("points")
    if least is not None:
        lines = [line for line in lines if line[2].points >= least]
    start = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 10 else 0
    shown = lines[start : start + most]
    following = str(start + most) if len(lines) > start + most else None
    return Ranking(_complete(shown), following, len(lines))


def listing(actor: Actor, filters: Mapping[str, Any], on: date, most: int, cursor: str | None) -> Page:
    """The same as a page of any list, for the spreadsheet."""
    found = page(actor, filters, on, most, cursor)
    return Page(found.items, found.next)


def one(actor: Actor, code: str, on: date) -> Ranked:
    """One elevator of any age with its points."""
    policy.require(actor, "old_elevator.read")
    elevator = elevators.by_code(actor, code)
    lines = _scored(_facts(select(Elevator).where(Elevator.id == elevator.id), on), on)
    return _complete(lines)[0]


def count_unassessed(actor: Actor, on: date) -> int:
    """How many old elevators in use have no assessment on record."""
    statement = _matching(actor, {"assessed": "no"}, on).with_only_columns(func.count()).order_by(None)
    return db.session.scalar(statement) or 0


def _ranked(actor: Actor, filters: Mapping[str, Any], on: date) -> list[tuple[int, int | None, Score]]:
    return sorted(
        _scored(_facts(_matching(actor, filters, on), on), on),
        key=lambda line: (-line[2].points, -(line[1] or 0), line[0]),
    )


def _matching(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    general = {name: filters.get(name) for name in ("q", "area", "kind")}
    statement = elevators.found(actor, general).where(Elevator.status.in_(elevator_ages.IN_USE))
    band = next((band for band in bands(on) if band.id == filters.get("band")), None)
    statement = statement.where(*(elevator_ages.in_band(band, on) if band else [elevator_ages.is_old(on)]))
    same = {"office": Elevator.area_code, "place": Elevator.place_type, "unit": Elevator.use_unit_id}
    statement = statement.where(*(column == filters[name] for name, column in same.items() if filters.get(name)))
    for name, there in (("assessed", _assessed()), ("project", _in_project())):
        if answer := filters.get(name):
            statement = statement.where(there if answer == "yes" else ~there)
    return statement


def _assessed() -> ColumnElement[bool]:
    return select(Assessment.id).where(Assessment.elevator_id == Elevator.id).exists()


def _in_project() -> ColumnElement[bool]:
    open_ones = RenewalProject.state.in_(OPEN_PROJECTS)
    return select(RenewalProject.id).where(RenewalProject.elevator_id == Elevator.id, open_ones).exists()


def _facts(matching: Select[Any], on: date) -> Iterable[Any]:
    """One row an elevator: what the points are counted from. Everything is read off indexes."""
    trapped = entrapments.counts(entrapments_since(on), on)
    statement = (
        matching.with_only_columns(
            Elevator.id,
            Elevator.made_on,
            Elevator.status,
            func.coalesce(trapped.c.count, 0),
            _last_conclusion(on),
            insured(PolicyItem.elevator_id, Elevator.id, on),
            _maintained_since(on),
            *(_latest(cycle, on) for cycle in CYCLES),
        )
        .outerjoin(trapped, trapped.c.elevator_id == Elevator.id)
        .order_by(None)
    )
    return db.session.execute(statement)


def _scored(rows: Iterable[Any], on: date) -> list[tuple[int, int | None, Score]]:
    spans = [timedelta(days=cycles(on)[cycle].max_days) for cycle in CYCLES]
    known: dict[Facts, Score] = {}  # a city has few different sets of facts
    found = []
    for number, made_on, status, trapped, conclusion, is_insured, since, *done in rows:
        age = whole_years(made_on, on) if made_on else None
        late = sum((day or since) + span < on for day, span in zip(done, spans, strict=True)) if since else 1
        facts = Facts(age, trapped, conclusion == "fail", late if status in MAINTAINED else 0, not is_insured)
        if facts not in known:
            known[facts] = score(facts, on)
        found.append((number, age, known[facts]))
    return found


def _last_conclusion(on: date) -> ScalarSelect[str]:
    return (
        select(Inspection.conclusion)
        .where(Inspection.elevator_id == Elevator.id, Inspection.done_on <= on)
        .order_by(Inspection.done_on.desc(), Inspection.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _maintained_since(on: date) -> ScalarSelect[date]:
    return (
        select(func.max(Contract.since))
        .where(
            Contract.elevator_id == Elevator.id,
            and_(Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on)),
        )
        .scalar_subquery()
    )


def _latest(cycle: str, on: date) -> ScalarSelect[date]:
    """The latest valid visit that covers a cycle: a longer one counts too."""
    covering = CYCLES[CYCLES.index(cycle) :]
    return (
        select(Visit.done_on)
        .where(
            Visit.elevator_id == Elevator.id,
            Visit.done_on <= on,
            Visit.cycle.in_(covering),
            or_(Visit.invalid_from.is_(None), Visit.invalid_from > on),
            *held_back(on),
        )
        .order_by(Visit.done_on.desc())
        .limit(1)
        .scalar_subquery()
    )


def _complete(lines: list[tuple[int, int | None, Score]]) -> list[Ranked]:
    """The rows behind the lines of one page."""
    ids = [line[0] for line in lines]
    rows = {
        row.id: row
        for row in db.session.scalars(select(Elevator).where(Elevator.id.in_(ids)).options(*elevators.UNITS))
    }
    assessed = standing(ids)
    projects = {
        row.elevator_id: row
        for row in db.session.scalars(
            select(RenewalProject).where(RenewalProject.elevator_id.in_(ids)).order_by(RenewalProject.id)
        )
    }
    return [
        Ranked(rows[number], age, points, assessed.get(number), projects.get(number)) for number, age, points in lines
    ]
