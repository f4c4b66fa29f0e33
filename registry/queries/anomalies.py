"""Anomalies as pages and callers need them: the work list with its counts, one with its evidence, what may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from registry import clock, codes, places, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import AnomalyStep, Elevator, Inspection, Visit, VisitAnomaly, VisitPicture, VisitWorker
from registry.queries import anomaly_facts, anomaly_moves
from registry.queries.paging import LARGEST, Page
from registry.rules import anomalies as rules
from registry.rules.anomalies import Pattern
from registry.rules.workflow import Move

RUNNING = (rules.FOUND, rules.EXPLAINED)
LISTED = (
    selectinload(VisitAnomaly.elevator).selectinload(Elevator.use_unit),
    selectinload(VisitAnomaly.company),
    selectinload(VisitAnomaly.visit),
    selectinload(VisitAnomaly.owner),
)
SIDES = tuple(
    option
    for side in (VisitAnomaly.visit, VisitAnomaly.other_visit)
    for option in (
        selectinload(side).selectinload(Visit.elevator),
        selectinload(side).selectinload(Visit.company),
        selectinload(side).selectinload(Visit.workers).selectinload(VisitWorker.person),
        selectinload(side).selectinload(Visit.confirmed_by),
        selectinload(side).selectinload(Visit.joins),
    )
)
SHOWN = (
    *LISTED,
    *SIDES,
    selectinload(VisitAnomaly.person),
    selectinload(VisitAnomaly.hazard),
    selectinload(VisitAnomaly.owner_unit),
    selectinload(VisitAnomaly.steps).selectinload(AnomalyStep.person),
    selectinload(VisitAnomaly.steps).selectinload(AnomalyStep.unit),
)


@dataclass(frozen=True)
class Side:
    """One of the visits that stand against each other; `mine` is the one the anomaly speaks of."""

    visit: Visit
    mine: bool
    photos: list[int]


@dataclass(frozen=True)
class Shown:
    """One anomaly on one page: what was found in words of the rules, both visits, what was done, what may be.

    `hidden`: the other visit is not for this caller to see (another company's, another county's).
    """

    row: VisitAnomaly
    pattern: Pattern
    sides: list[Side]
    hidden: bool
    metres: int | None
    inspection: Inspection | None
    moves: list[Move]


@dataclass(frozen=True)
class Board:
    """How many stand where: by state, and by pattern of those that are not decided."""

    states: dict[str, int]
    codes: dict[str, int]
    late: int


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Anomalies, what is due first, then what was found last.

    `filters`, each optional: `code`, `state` (or `open`), `area`, `company` (unit id), `elevator` (code), `since` and
    `until` (days found, inclusive), `late` (bool), `mine` (bool).

    Raises:
        Invalid: the cursor is not one of ours.
    """
    policy.require(actor, "anomaly.read")
    limit = max(1, min(limit, LARGEST))
    statement = _filtered(actor, policy.scope(actor, VisitAnomaly), filters).options(*LISTED)
    if cursor:
        day, number = _place(cursor)
        statement = statement.where(
            or_(VisitAnomaly.found_on < day, and_(VisitAnomaly.found_on == day, VisitAnomaly.id < number))
        )
    ordered = statement.order_by(VisitAnomaly.found_on.desc(), VisitAnomaly.id.desc()).limit(limit + 1)
    rows = db.session.scalars(ordered).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], f"{last.found_on:%Y%m%d}.{last.id}" if last else None)


def _place(cursor: str) -> tuple[date, int]:
    day, _, number = cursor.partition(".")
    try:
        return datetime.strptime(day, "%Y%m%d").date(), int(number[:18])
    except ValueError:
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询")) from None


def _filtered(actor: Actor, statement: Select[Any], filters: Mapping[str, Any]) -> Select[Any]:
    given = {key: value for key, value in filters.items() if value not in (None, "", False)}
    conditions: dict[str, Callable[[Any], Any]] = {
        "code": lambda v: VisitAnomaly.code == v,
        "state": lambda v: VisitAnomaly.state.in_(RUNNING if v == "open" else (v,)),
        "area": lambda v: VisitAnomaly.elevator_id.in_(
            select(Elevator.id).where(or_(Elevator.area_code == v, Elevator.division_code == v))
        ),
        "company": lambda v: VisitAnomaly.company_id == v,
        "elevator": lambda v: VisitAnomaly.elevator_id.in_(
            select(Elevator.id).where(Elevator.label_code == codes.split(str(v)).code)
        ),
        "since": lambda v: VisitAnomaly.found_on >= v,
        "until": lambda v: VisitAnomaly.found_on <= v,
        "late": lambda v: and_(VisitAnomaly.state.in_(RUNNING), VisitAnomaly.due_on < clock.today()),
        "mine": lambda v: VisitAnomaly.owner_id == actor.person_id,
    }
    return statement.where(*(condition(given[key]) for key, condition in conditions.items() if key in given))


def board(actor: Actor, filters: Mapping[str, Any]) -> Board:
    """The counts over the same conditions, but for state and pattern themselves."""
    policy.require(actor, "anomaly.read")
    wide = {key: value for key, value in filters.items() if key not in ("state", "code", "late")}
    late = and_(VisitAnomaly.state.in_(RUNNING), VisitAnomaly.due_on < clock.today())
    counted = policy.scope(actor, VisitAnomaly, VisitAnomaly.state, VisitAnomaly.code, late, func.count())
    rows = db.session.execute(
        _filtered(actor, counted, wide).group_by(VisitAnomaly.state, VisitAnomaly.code, late)
    ).all()
    found = Board(dict.fromkeys((*RUNNING, rules.CONFIRMED, rules.DISMISSED), 0), dict.fromkeys(rules.CODES, 0), 0)
    overdue = 0
    for state, code, is_late, count in rows:
        found.states[state] += count
        if state in RUNNING:
            found.codes[code] += count
            overdue += count if is_late else 0
    return Board(found.states, found.codes, overdue)


def one(actor: Actor, anomaly_id: int) -> VisitAnomaly:
    """A visible anomaly with all that belongs to it."""
    policy.require(actor, "anomaly.read")
    return policy.get(actor, VisitAnomaly, VisitAnomaly.id == anomaly_id, options=SHOWN)


def show(actor: Actor, anomaly_id: int) -> Shown:
    """One anomaly on one page."""
    row = one(actor, anomaly_id)
    both = [visit for visit in (row.other_visit, row.visit) if visit is not None]
    visible = policy.scope(actor, Visit, Visit.id).where(Visit.id.in_([visit.id for visit in both]))
    mine = {row.visit_id, *db.session.scalars(visible)}
    sides = [visit for visit in both if visit.id in mine]
    return Shown(
        row=row,
        pattern=pattern_of(row),
        sides=[Side(visit, visit.id == row.visit_id, _photos(row, visit)) for visit in sides],
        hidden=len(sides) < len(both),
        metres=_apart(both),
        inspection=db.session.get(Inspection, row.inspection_id) if row.inspection_id else None,
        moves=offered(actor, row),
    )


def pattern_of(row: VisitAnomaly) -> Pattern:
    """The pattern in force on the day of the visit."""
    return rules.patterns(row.visit.done_on)[row.code, row.key]


def offered(actor: Actor, row: VisitAnomaly) -> list[Move]:
    """The moves that this caller may make now, one of each verb."""
    return anomaly_moves.offered(actor, row, "anomaly")


def of_visit(actor: Actor, visit_id: int) -> Sequence[VisitAnomaly]:
    """What was found of a visit, or against it, for the visit's own page."""
    if not policy.may(actor, "anomaly.read"):
        return ()
    about = or_(VisitAnomaly.visit_id == visit_id, VisitAnomaly.other_visit_id == visit_id)
    statement = policy.scope(actor, VisitAnomaly).where(about).options(selectinload(VisitAnomaly.visit))
    return db.session.scalars(statement.order_by(VisitAnomaly.id).limit(50)).all()


def _photos(row: VisitAnomaly, visit: Visit) -> list[int]:
    """The files of a side that the evidence is about: with the digest named, or alike; else the check-in photo."""
    digest = row.subject.partition(" ")[2] if row.code in ("F3", "F6") else ""
    kinds = anomaly_facts.SIGNATURES if row.code == "F3" else anomaly_facts.PHOTOS
    pictures = db.session.scalars(
        select(VisitPicture).where(VisitPicture.visit_id == visit.id, VisitPicture.kind.in_(kinds))
    ).all()
    if not digest:
        return [p.file_id for p in pictures if p.kind == "check_in" and p.file_id][:1]
    mine = next((p for p in pictures if p.sha256.startswith(digest)), None)
    if mine is None and row.code == "F6":
        mine = _nearest(row, digest, pictures)
    return [mine.file_id] if mine is not None and mine.file_id else []


def _nearest(row: VisitAnomaly, digest: str, pictures: Sequence[VisitPicture]) -> VisitPicture | None:
    own = db.session.scalar(
        select(VisitPicture.dhash).where(
            VisitPicture.visit_id == row.visit_id,
            VisitPicture.sha256.startswith(digest),
            VisitPicture.dhash.is_not(None),
        )
    )
    hashed = [picture for picture in pictures if picture.dhash]
    if own is None or not hashed:
        return None
    return min(hashed, key=lambda picture: rules.distance(int(own, 16), int(picture.dhash or "0", 16)))


def _apart(sides: Sequence[Visit]) -> int | None:
    """Metres between the elevators of two visits."""
    if len(sides) < 2:
        return None
    a, b = (visit.elevator for visit in sides)
    if a.id == b.id or a.lat is None or a.lon is None:
        return None
    return places.distance_to({"lat": a.lat, "lon": a.lon}, b.lat, b.lon)


def count_to_explain(actor: Actor, _on: date) -> int:
    """How many wait for the company's word."""
    return _count(actor, VisitAnomaly.state == rules.FOUND)


def count_explained(actor: Actor, _on: date) -> int:
    """How many wait for the office's decision."""
    return _count(actor, VisitAnomaly.state == rules.EXPLAINED)


def count_late(actor: Actor, on: date) -> int:
    """How many stand beyond the last day of their step."""
    return _count(actor, and_(VisitAnomaly.state.in_(RUNNING), VisitAnomaly.due_on < on))


def _count(actor: Actor, condition: Any) -> int:
    return db.session.scalar(policy.scope(actor, VisitAnomaly, func.count()).where(condition)) or 0
