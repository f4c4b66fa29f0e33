"""Inspections and self-tests of a seeded city's elevators, year by year as the rule asks, a few forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from sqlalchemy import Row, select

from registry.db import db
from registry.models import Elevator, Inspection
from registry.rules.inspection import PERIODIC_INSPECTION, Duty, duty
from registry.rules.inspection_standing import Origin, Record, valid_until
from registry.rules.kinds import ELEVATOR_KINDS
from seeds import city_cast, city_units
from seeds.city_rows import Advance, Plan, add, trail

KEPT_SINCE = date(2023, 5, 1)  # the pattern of years is that of TSG T7001-2023
BATCH = 5000
FORGOTTEN, LATE, FAILED, AFTER_FIX = 0.028, 0.05, 0.004, 0.16
REGISTERED = ("in_use", "temporarily_stopped", "stopped")
NAMES = ("elevator_id", "kind", "conclusion", "done_on", "valid_until")


def build(plan: Plan, advance: Advance) -> None:
    """Record the history of every registered elevator since the present rule came into force."""
    body = next(unit for unit in city_cast.others(plan) if unit.capacity == "inspection")
    body_id = city_units.crews([body])[0].unit_id
    elevators = db.session.execute(
        select(Elevator.id, Elevator.kind, Elevator.foreign_no, Elevator.installation_inspected_on)
        .where(Elevator.source == plan.source, Elevator.status.in_(REGISTERED))
        .order_by(Elevator.id)
    ).all()
    batch: list[dict[str, Any]] = []
    for elevator in elevators:
        batch.extend(_history(plan, elevator, body_id))
        if len(batch) >= BATCH:
            _write(batch)
            batch = []
        advance(1)
    _write(batch)


def _write(rows: list[dict[str, Any]]) -> None:
    ids = add(Inspection, rows)
    entries = ((id_, {name: row[name] for name in NAMES}) for id_, row in zip(ids, rows, strict=True))
    trail("inspection.recorded", "inspection", entries)


def _history(plan: Plan, elevator: Row[Any], body_id: int) -> Iterator[dict[str, Any]]:
    rng, base = plan.random("inspections", elevator.foreign_no), elevator.installation_inspected_on
    forgets = rng.random() < FORGOTTEN
    done: list[tuple[Duty, date]] = []
    year = max(KEPT_SINCE.year - base.year, 1)
    while True:
        found = _duty(base, year)
        day = _day(rng, found)
        if day >= plan.on:
            break
        if day >= KEPT_SINCE:
            done.append((found, day))
        year += 1
    if forgets and done:
        done.pop()
    before: Record | None = None
    for place, (found, day) in enumerate(done):
        record = Record(found.kind, day, _conclusion(rng, found, last=place == len(done) - 1))
        yield {
            "elevator_id": elevator.id,
            "kind": found.kind,
            "body_id": body_id if found.kind == PERIODIC_INSPECTION else None,
            "report_no": f"{'AHD' if found.kind == PERIODIC_INSPECTION else 'ZJ'}{day:%Y}-{elevator.foreign_no[1:]}",
            "done_on": day,
            "conclusion": record.conclusion,
            "valid_until": _valid_until(base, before, record),
            "notice_no": "",
            "note": "" if ELEVATOR_KINDS[elevator.kind].annex else "按制造单位要求检验",
        }
        before = record


@lru_cache(maxsize=100_000)
def _duty(base: date, year: int) -> Duty:
    """The duty of a year, as it stands on the first day of its month."""
    return duty(base, None, {year - 1} if year > 1 else (), date(base.year + year, base.month, 1))


def _day(rng: Random, found: Duty) -> date:
    """Some day of the window; a few are late by weeks."""
    if rng.random() < LATE:
        return found.due_by + timedelta(days=rng.randrange(1, 50))
    return found.opens_on + timedelta(days=rng.randrange((found.due_by - found.opens_on).days + 1))


def _conclusion(rng: Random, found: Duty, last: bool) -> str:
    if found.kind != PERIODIC_INSPECTION:
        return "pass"
    place = rng.random()
    if last and place < FAILED:
        return "fail"
    return "pass_after_fix" if place < FAILED + AFTER_FIX else "pass"


@lru_cache(maxsize=100_000)
def _valid_until(base: date, before: Record | None, latest: Record) -> date | None:
    """The last day that an inspection covers. Of the history the record before it is enough: the rule asks for the
    last year done, and that is in it."""
    return valid_until(Origin(installation=base), [before] if before else [], latest)
