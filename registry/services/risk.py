"""Grading the risk of elevators again: all of them at night, those the trail speaks of in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.models import ElevatorRisk, StationRisk
from registry.queries import risk_facts, station_risk_facts
from registry.rules import risk
from registry.rules.risk import Risk

CHUNK = 2000  # elevators a transaction


def refresh(actor: Actor, on: date, ids: Sequence[int] | None = None) -> int:
    """Grade elevators again, all or those named; a period ends and the next begins only where something changed.

    Running it twice changes nothing. Returns how many changed.
    """
    policy.require(actor, "risk.refresh")
    changed = 0
    for part in _parts(risk_facts.of_elevators(ids, on)):
        with transaction() as session:
            open_periods = {
                row.elevator_id: row
                for row in session.scalars(
                    select(ElevatorRisk).where(
                        ElevatorRisk.until.is_(None), ElevatorRisk.elevator_id.in_([number for number, _ in part])
                    )
                )
            }
            fresh = 0
            for number, facts in part:
                found = risk.grade("elevator", facts, on)
                fresh += _keep(session, open_periods.get(number), {"elevator_id": number}, found, on)
            changed += fresh
            if fresh:
                audit.record(actor, "risk.graded", None, on=on, changed=fresh)
    return changed + _end_ungraded(actor, on, ids)


def refresh_stations(actor: Actor, on: date) -> int:
    """Grade every filling station again; those that are none any more are graded no longer. Returns what changed."""
    policy.require(actor, "risk.refresh")
    with transaction() as session:
        facts = station_risk_facts.of_stations(on)
        rows = session.scalars(select(StationRisk).where(StationRisk.until.is_(None)))
        present = {row.station_id: row for row in rows}
        changed = sum(
            _keep(session, present.get(number), {"station_id": number}, risk.grade("station", found, on), on)
            for number, found in sorted(facts.items())
        )
        for number, row in present.items():
            if number not in facts:
                row.until = on
                changed += 1
        if changed:
            audit.record(actor, "risk.graded", None, on=on, changed=changed)
        return changed


def refresh_touched(actor: Actor, since: datetime, on: date) -> int:
    """Grade again what the trail has spoken of since a moment."""
    policy.require(actor, "risk.refresh")
    touched = sorted(risk_facts.touched(since, clock.now()))
    return refresh(actor, on, touched) if touched else 0


def _parts(facts: dict[int, Any]) -> Iterator[list[tuple[int, Any]]]:
    every = sorted(facts.items())
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


def _keep(session: Any, present: Any, whose: dict[str, int], found: Risk, on: date) -> int:
    """Begin a new period where the grade is not what it was; 1 when it did."""
    factors = [{"factor": f.factor, "points": f.points, "zh": f.zh, "en": f.en} for f in found.factors]
    floors = [{"fact": f.fact, "level": f.level, "zh": f.zh, "en": f.en} for f in found.floors]
    if present is not None and (present.level, present.factors, present.floors) == (found.level, factors, floors):
        return 0
    values = {"level": found.level, "score": found.score, "points": found.points, "factors": factors, "floors": floors}
    if present is not None and present.since == on:
        for name, value in values.items():
            setattr(present, name, value)
        return 1
    if present is not None:
        present.until = on
    model: Any = ElevatorRisk if "elevator_id" in whose else StationRisk
    session.add(model(**whose, since=on, **values))
    return 1


def _end_ungraded(actor: Actor, on: date, ids: Sequence[int] | None) -> int:
    """Elevators that are out of use are graded no longer."""
    with transaction() as session:
        statement = select(ElevatorRisk).where(ElevatorRisk.until.is_(None))
        if ids is not None:
            statement = statement.where(ElevatorRisk.elevator_id.in_(ids))
        graded = set(risk_facts.of_elevators_in_use())
        ended = [row for row in session.scalars(statement) if row.elevator_id not in graded]
        for row in ended:
            row.until = on
        if ended:
            audit.record(actor, "risk.graded", None, on=on, changed=len(ended))
        return len(ended)
