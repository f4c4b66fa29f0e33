"""What the risk of elevators is graded by, gathered from the register for many at once (hazards.md §3.4).

Not known to the register, and so never counted: whether an inspection was applied for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from registry.db import db
from registry.models import (
    Accident,
    Assessment,
    Contract,
    Elevator,
    FaultReport,
    Hazard,
    IotPeriod,
    MaintenanceState,
    SafetyAppointment,
    SafetyProblem,
    TrailEntry,
)
from registry.queries import entrapments, inspection_cover
from registry.rules import hazards, risk
from registry.rules.dates import add_months
from registry.rules.lifecycle import STATUSES

Facts = dict[str, Any]
YEAR, THREE_YEARS = 12, 36
PASSING = ("continue",)
GRADED = tuple(key for key, status in STATUSES.items() if status.maintained)  # 停用 is not graded


def of_elevators(ids: Sequence[int] | None, on: date) -> dict[int, Facts]:
    """The facts of elevators in use today by id; None for all of them."""
    rows = db.session.execute(
        _only(
            select(
                Elevator.id,
                Elevator.kind,
                Elevator.place_type,
                Elevator.made_on,
                Elevator.in_use_since,
                Elevator.use_cert_no,
                Elevator.use_unit_id,
            ).where(Elevator.status.in_(GRADED)),
            Elevator.id,
            ids,
        )
    ).all()
    found: dict[int, Facts] = {}
    officers = _units_with_officers(on)
    for number, kind, place, made, used, certificate, unit in rows:
        begun = made or used
        found[number] = {
            **risk.classes_of_elevator(kind, place, on),
            "age_years": _years(begun, on) if begun else 0,
            "unregistered": not certificate,
            "officer_missing": unit is None or unit not in officers,
            "no_contract": True,
        }
    for name, statement in _statements(on).items():
        for number, value in db.session.execute(_only(statement, statement.selected_columns[0], ids)):
            if number in found:
                found[number][name] = value
    for facts in found.values():
        _settle(facts, on)
    return found


def of_elevators_in_use() -> list[int]:
    """The elevators that are graded at all."""
    return list(db.session.scalars(select(Elevator.id).where(Elevator.status.in_(GRADED))))


def last_graded() -> datetime | None:
    """When grades were last written."""
    return db.session.scalar(
        select(TrailEntry.at).where(TrailEntry.act == "risk.graded").order_by(TrailEntry.id.desc()).limit(1)
    )


def _settle(facts: Facts, on: date) -> None:
    """Days and dates become what the rule counts."""
    covered, due = facts.pop("covered_until", None), facts.pop("maintenance_due", None)
    facts["inspection_overdue_days"] = max(0, (on - covered).days) if covered else 0
    facts["maintenance_late_days"] = max(0, (on - due).days) if due else 0
    facts["no_contract"] = not facts.pop("contracts", 0)
    for flag in ("remote_monitoring", "assessment_passed", "open_major_hazard", "responsible_accident_in_year"):
        facts[flag] = bool(facts.get(flag))
    facts["open_severe_hazard"] = bool(facts.get("severe_hazards"))


def _statements(on: date) -> dict[str, Select[Any]]:
    """One statement a fact: (elevator id, value)."""
    since = add_months(on, -YEAR)
    faults = select(FaultReport.elevator_id, func.count()).where(
        FaultReport.reported_on > since, FaultReport.reported_on <= on, FaultReport.state != "dismissed"
    )
    open_hazards = select(Hazard.elevator_id, func.count()).where(
        Hazard.elevator_id.is_not(None), Hazard.state.in_(hazards.OPEN_STATES)
    )
    holding = (Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on))
    cover = inspection_cover.covers(on)
    trapped = entrapments.counts(since, on)
    return {
        "covered_until": select(cover.c.elevator_id, cover.c.due_by),
        "faults_in_year": faults.where(FaultReport.kind != "entrapment").group_by(FaultReport.elevator_id),
        "entrapments_in_year": select(trapped.c.elevator_id, trapped.c.count),
        "contracts": select(Contract.elevator_id, func.count()).where(*holding).group_by(Contract.elevator_id),
        "maintenance_due": select(MaintenanceState.elevator_id, func.min(MaintenanceState.due_on))
        .join(Contract, Contract.id == MaintenanceState.contract_id)
        .where(*holding)
        .group_by(MaintenanceState.elevator_id),
        "responsible_accident_in_year": select(Accident.elevator_id, func.count())
        .where(
            Accident.elevator_id.is_not(None),
            Accident.happened_on > since,
            Accident.happened_on <= on,
            Accident.responsible_id.is_not(None),
            Accident.state.in_(("approved", "closed")),
        )
        .group_by(Accident.elevator_id),
        "open_major_hazard": open_hazards.where(Hazard.is_major).group_by(Hazard.elevator_id),
        "severe_hazards": open_hazards.where(Hazard.is_severe, ~Hazard.is_major).group_by(Hazard.elevator_id),
        "general_hazards": select(SafetyProblem.elevator_id, func.count())
        .where(
            SafetyProblem.elevator_id.is_not(None),
            SafetyProblem.found_on <= on,
            or_(SafetyProblem.solved_on.is_(None), SafetyProblem.solved_on > on),
        )
        .group_by(SafetyProblem.elevator_id),
        "remote_monitoring": select(IotPeriod.elevator_id, func.count())
        .where(IotPeriod.since <= on, or_(IotPeriod.until.is_(None), IotPeriod.until > on))
        .group_by(IotPeriod.elevator_id),
        "assessment_passed": select(Assessment.elevator_id, func.count())
        .where(
            Assessment.conclusion.in_(PASSING),
            Assessment.assessed_on > add_months(on, -THREE_YEARS),
            Assessment.assessed_on <= on,
        )
        .group_by(Assessment.elevator_id),
    }


def _only(statement: Any, column: Any, ids: Sequence[int] | None) -> Any:
    return statement if ids is None else statement.where(column.in_(ids))


def _units_with_officers(on: date) -> set[int]:
    """Units that have a safety director and an officer for their elevators."""
    rows = db.session.execute(
        select(SafetyAppointment.unit_id, func.count(SafetyAppointment.role.distinct()))
        .where(
            SafetyAppointment.subject == "elevator",
            SafetyAppointment.role.in_(("director", "officer")),
            SafetyAppointment.since <= on,
            or_(SafetyAppointment.until.is_(None), SafetyAppointment.until > on),
        )
        .group_by(SafetyAppointment.unit_id)
    )
    return {unit for unit, roles in rows if roles == 2}


def _years(begun: date, on: date) -> int:
    return max(0, on.year - begun.year - ((on.month, on.day) < (begun.month, begun.day)))


def touched(since: datetime, now: datetime) -> set[int]:
    """Elevators that the trail speaks of in a time: those that are graded again before the night."""
    rows = db.session.execute(
        select(TrailEntry.subject, TrailEntry.subject_id, TrailEntry.data).where(
            TrailEntry.at > since, TrailEntry.at <= now
        )
    )
    found: set[int] = set()
    named: set[int] = set()
    for subject, number, data in rows:
        if subject == "elevator" and number:
            found.add(number)
        if isinstance(data, dict) and isinstance(data.get("elevator_id"), int):
            found.add(data["elevator_id"])
        if subject == "hazard" and number:
            named.add(number)
    if named:
        found |= set(
            db.session.scalars(select(Hazard.elevator_id).where(Hazard.id.in_(named), Hazard.elevator_id.is_not(None)))
        )
    return found
