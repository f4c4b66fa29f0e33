"""The dated facts behind the conditions of on-demand maintenance, for many elevators at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.models import (
    Capacity,
    CreditGrade,
    Elevator,
    ElevatorStatus,
    ElevatorUse,
    Inspection,
    IotPeriod,
    Policy,
    PolicyItem,
)
from registry.rules.inspection_standing import PASSED
from registry.rules.lifecycle import statuses
from registry.rules.on_demand import GOOD_GRADES, Span

DAY = timedelta(days=1)
Spans = dict[int, list[Span]]


@dataclass(frozen=True)
class Subject:
    """An elevator under a contract of a company."""

    elevator_id: int
    company_id: int


def facts(subjects: Collection[Subject], on: date) -> dict[int, Mapping[str, list[Span]]]:
    """By elevator, the days on which each condition was met (elevators.md §2.4); seven questions for all of them."""
    ids = [subject.elevator_id for subject in subjects]
    companies = {subject.company_id for subject in subjects}
    if not ids:
        return {}
    licence, credit = _licences(companies), _grades(companies)
    of_elevators = {
        "use_unit": _use_units(ids),
        "in_use": _in_use(ids, on),
        "inspection": _inspections(ids),
        "iot": _periods(select(IotPeriod.elevator_id, IotPeriod.since, IotPeriod.until), IotPeriod.elevator_id, ids),
        "insurance": _insured(ids),
    }
    return {
        subject.elevator_id: {
            "licence": licence[subject.company_id],
            "credit": credit[subject.company_id],
            **{key: spans[subject.elevator_id] for key, spans in of_elevators.items()},
        }
        for subject in subjects
    }


def _chunks(ids: Collection[int]) -> Iterable[list[int]]:
    """Ids in portions that both databases take as parameters."""
    ordered = sorted(ids)
    return (ordered[start : start + 5000] for start in range(0, len(ordered), 5000))


def _rows(statement: Any, column: Any, ids: Collection[int]) -> Iterable[Any]:
    for chunk in _chunks(ids):
        yield from db.session.execute(statement.where(column.in_(chunk)))


def _periods(statement: Any, column: Any, ids: Collection[int]) -> Spans:
    found: Spans = defaultdict(list)
    for key, since, until in _rows(statement, column, ids):
        found[key].append(Span(since, until))
    return found


def _licences(companies: Collection[int]) -> Spans:
    found: Spans = defaultdict(list)
    columns = (Capacity.unit_id, Capacity.since, Capacity.licence_until, Capacity.suspended_since)
    for unit_id, since, until, suspended in _rows(
        select(*columns).where(Capacity.capacity == "maintenance"), Capacity.unit_id, companies
    ):
        if until is not None:
            found[unit_id].append(Span(since, min(until + DAY, suspended or date.max)))
    return found


def _grades(companies: Collection[int]) -> Spans:
    good = select(CreditGrade.unit_id, CreditGrade.since, CreditGrade.until).where(CreditGrade.grade.in_(GOOD_GRADES))
    return _periods(good, CreditGrade.unit_id, companies)


def _use_units(ids: Collection[int]) -> Spans:
    """The periods of its use units; of an elevator that has a use unit and no periods, all days."""
    periods = select(ElevatorUse.elevator_id, ElevatorUse.since, ElevatorUse.until)
    found = _periods(periods, ElevatorUse.elevator_id, ids)
    for (elevator_id,) in _rows(select(Elevator.id).where(Elevator.use_unit_id.is_not(None)), Elevator.id, ids):
        if elevator_id not in found:
            found[elevator_id].append(Span())
    return found


def _in_use(ids: Collection[int], on: date) -> Spans:
    running = [status.id for status in statuses(on).values() if status.counts_in_use]
    columns = (ElevatorStatus.elevator_id, ElevatorStatus.since, ElevatorStatus.until)
    return _periods(select(*columns).where(ElevatorStatus.status.in_(running)), ElevatorStatus.elevator_id, ids)


def _inspections(ids: Collection[int]) -> Spans:
    """From each passed inspection to its last day, cut short by a failed one."""
    columns = (Inspection.elevator_id, Inspection.done_on, Inspection.valid_until, Inspection.conclusion)
    records: dict[int, list[tuple[date, date | None, bool]]] = defaultdict(list)
    for elevator_id, done_on, until, conclusion in _rows(select(*columns), Inspection.elevator_id, ids):
        records[elevator_id].append((done_on or date.min, until, conclusion in PASSED))
    found: Spans = defaultdict(list)
    for elevator_id, of_one in records.items():
        ordered = [*sorted(of_one, key=lambda record: record[0]), (date.max, None, True)]
        for (since, until, passed), (following, _until, next_passed) in pairwise(ordered):
            if passed and until is not None:
                end = until + DAY if next_passed else min(until + DAY, following)
                found[elevator_id].append(Span(since, end))
    return found


def _insured(ids: Collection[int]) -> Spans:
    statement = select(
        PolicyItem.elevator_id,
        PolicyItem.since,
        PolicyItem.until,
        Policy.starts_on,
        Policy.ends_on,
        Policy.cancelled_on,
    ).join(Policy, Policy.id == PolicyItem.policy_id)
    found: Spans = defaultdict(list)
    for elevator_id, since, until, starts_on, ends_on, cancelled_on in _rows(statement, PolicyItem.elevator_id, ids):
        end = min(until or date.max, ends_on + DAY, cancelled_on or date.max)
        begin = max(since, starts_on)
        if begin < end:
            found[elevator_id].append(Span(begin, end))
    return found
