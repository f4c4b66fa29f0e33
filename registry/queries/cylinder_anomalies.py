"""Anomalies of cylinders as callers need them: the work list, one with its evidence, and whether one is suspected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import selectinload

from registry import clock, codes, policy
from registry.actor import Actor
from registry.db import db
from registry.models import (
    CylinderAnomaly,
    CylinderAnomalyStep,
    CylinderEvent,
    CylinderReport,
    Filling,
    LabelBinding,
    LabelCode,
    Scan,
    Unit,
)
from registry.queries import anomaly_moves, cylinder_anomaly_facts, cylinder_reports
from registry.queries.paging import Page, paginate
from registry.rules import anomalies as states
from registry.rules import cylinder_anomalies as rules
from registry.rules.cylinder_anomalies import Pattern
from registry.rules.labels import CONFIRMED
from registry.rules.workflow import Move

RUNNING = (states.FOUND, states.EXPLAINED)
HISTORY = 12  # steps of the cylinder's life shown beside the evidence
AROUND_DAYS = 2
MOST_DIGITS = 10
LISTED = (
    selectinload(CylinderAnomaly.station),
    selectinload(CylinderAnomaly.cylinder),
    selectinload(CylinderAnomaly.owner),
)
SHOWN = (
    *LISTED,
    selectinload(CylinderAnomaly.scan),
    selectinload(CylinderAnomaly.other_scan),
    selectinload(CylinderAnomaly.filling).selectinload(Filling.station),
    selectinload(CylinderAnomaly.other_filling).selectinload(Filling.station),
    selectinload(CylinderAnomaly.owner_unit),
    selectinload(CylinderAnomaly.hazard),
    selectinload(CylinderAnomaly.steps).selectinload(CylinderAnomalyStep.person),
    selectinload(CylinderAnomaly.steps).selectinload(CylinderAnomalyStep.unit),
)


@dataclass(frozen=True)
class Side:
    """One record the evidence stands on: when, what was done, at which unit, where. Weights in grams; `tare_g` the tare
    on file at that fill, `weighed_by` device or typed."""

    what: str
    number: int
    at: Any
    unit: str | None
    lat: float | None
    lon: float | None
    gross_before_g: int | None = None
    gross_after_g: int | None = None
    tare_g: int | None = None
    weighed_by: str | None = None
    gun: str | None = None


@dataclass(frozen=True)
class Shown:
    """One anomaly: what was found in words of the rules, the records it stands on, what may be done.

    `history`: the cylinder's steps up to the days after it was found, the newest first, each with the unit;
    `binding`: who put the code on the cylinder, with the photos of stamp and label;
    `reports`: what citizens reported of the same cylinder.
    """

    row: CylinderAnomaly
    pattern: Pattern
    sides: list[Side]
    moves: list[Move]
    reports: Sequence[CylinderReport]
    history: Sequence[tuple[CylinderEvent, str | None]] = ()
    binding: LabelBinding | None = None


def suspicion(cylinder_id: int) -> str | None:
    """Whether a copied code was `confirmed` of a cylinder (its public page is red then), or that is still `running`."""
    clones = rules.clone_codes(clock.today())
    statement = select(CylinderAnomaly.state).where(
        CylinderAnomaly.cylinder_id == cylinder_id,
        CylinderAnomaly.state.in_((*RUNNING, states.CONFIRMED)),
        CylinderAnomaly.code.in_(clones),
    )
    found = set(db.session.scalars(statement.limit(100)))
    if states.CONFIRMED in found:
        return "confirmed"
    return "running" if found else None


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Anomalies, found last first. `filters`, each optional: `code`, `state` (or `open`), `station` (unit id or
    part of a name), `cylinder` (code), `since` and `until` (days found, inclusive), `late`, `mine` (bool).

    Raises:
        Invalid: the cursor is not one of ours.
    """
    policy.require(actor, "cylinder_anomaly.read")
    given = {key: value for key, value in filters.items() if value not in (None, "", False)}
    conditions: dict[str, Callable[[Any], Any]] = {
        "code": lambda v: CylinderAnomaly.code == v,
        "state": lambda v: CylinderAnomaly.state.in_(RUNNING if v == "open" else (v,)),
        "station": _of_station,
        "cylinder": lambda v: CylinderAnomaly.cylinder_id.in_(
            select(LabelCode.cylinder_id).where(LabelCode.code == codes.split(str(v)).code)
        ),
        "since": lambda v: CylinderAnomaly.found_on >= v,
        "until": lambda v: CylinderAnomaly.found_on <= v,
        "late": lambda v: _late(clock.today()),
        "mine": lambda v: CylinderAnomaly.owner_id == actor.person_id,
    }
    wanted = [condition(given[key]) for key, condition in conditions.items() if key in given]
    statement = policy.scope(actor, CylinderAnomaly).where(*wanted).options(*LISTED)
    return paginate(statement, CylinderAnomaly.id, limit, cursor, newest=True)


def _of_station(text: Any) -> Any:
    """By number, as programs ask, or by a part of the name, as people do."""
    named = select(Unit.id).where(Unit.name.contains(str(text).strip(), autoescape=True))
    number = str(text).strip()
    return (
        CylinderAnomaly.station_id == int(number)
        if number.isdecimal() and len(number) < MOST_DIGITS
        else CylinderAnomaly.station_id.in_(named)
    )


def _late(today: date) -> Any:
    return and_(CylinderAnomaly.state.in_(RUNNING), CylinderAnomaly.due_on < today)


def pattern_of(row: CylinderAnomaly) -> Pattern:
    """The pattern in force on the day it was found."""
    return rules.patterns(row.found_on)[row.code, row.key]


def show(actor: Actor, anomaly_id: int) -> Shown:
    """One anomaly with the records it stands on, the earlier one first."""
    policy.require(actor, "cylinder_anomaly.read")
    row = policy.get(actor, CylinderAnomaly, CylinderAnomaly.id == anomaly_id, options=SHOWN)
    sides = [
        *(_scan(scan) for scan in (row.other_scan, row.scan) if scan is not None),
        *(_fill(fill) for fill in (row.other_filling, row.filling) if fill is not None),
    ]
    moves = anomaly_moves.offered(actor, row, "cylinder_anomaly")
    reports = cylinder_reports.on_cylinder(actor, row.cylinder_id)
    sides.sort(key=lambda side: side.at)
    return Shown(row, pattern_of(row), sides, moves, reports, *_of_cylinder(actor, row))


def _of_cylinder(
    actor: Actor, row: CylinderAnomaly
) -> tuple[Sequence[tuple[CylinderEvent, str | None]], LabelBinding | None]:
    if row.cylinder_id is None:
        return (), None
    until = row.found_at + timedelta(days=AROUND_DAYS)
    steps = (
        select(CylinderEvent, Unit.name)
        .outerjoin(Unit, Unit.id == CylinderEvent.unit_id)
        .where(CylinderEvent.cylinder_id == row.cylinder_id, CylinderEvent.at <= until)
        .order_by(CylinderEvent.at.desc(), CylinderEvent.id.desc())
        .limit(HISTORY)
    )
    binding = (
        policy.scope(actor, LabelBinding)
        .where(LabelBinding.cylinder_id == row.cylinder_id, LabelBinding.state == CONFIRMED)
        .order_by(LabelBinding.id.desc())
        .limit(1)
    )
    history = [(event, name) for event, name in db.session.execute(steps)]
    return history, db.session.scalars(binding).first()


def _scan(scan: Scan) -> Side:
    unit = db.session.get(Unit, scan.unit_id) if scan.unit_id is not None else None
    place = cylinder_anomaly_facts.place_of(scan.position, unit.lat if unit else None, unit.lon if unit else None) or {}
    return Side("scan", scan.id, scan.at, unit.name if unit else None, place.get("lat"), place.get("lon"))


def _fill(fill: Filling) -> Side:
    station = fill.station
    weights = (fill.gross_before_g, fill.gross_after_g, fill.tare_g, fill.weighed_by, fill.gun)
    return Side("fill", fill.id, fill.ended_at, station.name, station.lat, station.lon, *weights)


def count_to_explain(actor: Actor, _on: date) -> int:
    """How many wait for the station's word."""
    return _count(actor, CylinderAnomaly.state == states.FOUND)


def count_explained(actor: Actor, _on: date) -> int:
    """How many wait for the office's decision."""
    return _count(actor, CylinderAnomaly.state == states.EXPLAINED)


def count_late(actor: Actor, on: date) -> int:
    """How many stand beyond the last day of their step."""
    return _count(actor, _late(on))


def _count(actor: Actor, condition: Any) -> int:
    return db.session.scalar(policy.scope(actor, CylinderAnomaly, func.count()).where(condition)) or 0
