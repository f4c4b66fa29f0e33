"""Insurance in a seeded city: use units insure their elevators, stations their cylinders, year after year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.models import Cylinder, Elevator, Policy, PolicyItem
from registry.rules.dates import add_months
from seeds import city_cast, city_units
from seeds.city_rows import Advance, Plan, add, put, trail

INSURED_UNITS = 0.56  # of all elevators are with units that have begun to insure; some let it lapse
LAPSED = 0.09
INSURED_STATIONS = 0.40
YUAN = 100
Covered = tuple[int, date]
"""(id of an elevator or cylinder, the day it came into use)."""


def elevators(plan: Plan, advance: Advance) -> None:
    """Policies of use units over all their elevators, the present ones and those before."""
    units = city_cast.use_units(plan)
    held = _held(Elevator, Elevator.use_unit_id, Elevator.in_use_since, plan)
    crews = city_units.crews(units)
    insured = _insured_units(plan, [len(held.get(crew.unit_id, ())) for crew in crews])
    for place, crew in enumerate(crews):
        rng = plan.random("policy", place)
        if place in insured:
            years = _years(plan, rng, first=plan.on - timedelta(days=rng.randrange(30, 900)))
            _write(plan, rng, "elevator", crew.unit_id, held[crew.unit_id], years)
        advance(1)


def cylinders(plan: Plan, advance: Advance) -> None:
    """Filling liability of some stations, over all their cylinders."""
    held = _held(Cylinder, Cylinder.owner_id, Cylinder.registered_on, plan)
    stations = city_units.crews(city_cast.stations(plan))
    for place, crew in enumerate(stations):
        rng = plan.random("filling policy", place)
        if (place * 0.618 + plan.seed * 0.29) % 1 < INSURED_STATIONS and held.get(crew.unit_id):
            years = _years(plan, rng, first=plan.on - timedelta(days=rng.randrange(30, 360)))
            _write(plan, rng, "cylinder", crew.unit_id, held[crew.unit_id], years)
        advance(1)


def _insured_units(plan: Plan, counts: list[int]) -> set[int]:
    """Places of use units, drawn until they have the wanted share of all elevators."""
    order = plan.random("insured").sample(range(len(counts)), len(counts))
    found, wanted = set(), sum(counts) * INSURED_UNITS
    for place in order:
        if wanted <= 0:
            break
        if counts[place]:
            found.add(place)
            wanted -= counts[place]
    return found


def _held(model: Any, owner: Any, since: Any, plan: Plan) -> dict[int, list[Covered]]:
    """What each unit has in use."""
    found: dict[int, list[Covered]] = {}
    rows = (
        select(owner, model.id, since).where(model.source == plan.source, model.status == "in_use").order_by(model.id)
    )
    for unit_id, id_, day in db.session.execute(rows):
        found.setdefault(unit_id, []).append((id_, day))
    return found


def _years(plan: Plan, rng: Random, first: date) -> Iterator[tuple[date, date]]:
    """Years of cover from the first to the present one; some holders forget to renew at the end."""
    lapses = rng.random() < LAPSED
    while first < plan.on:
        following = add_months(first, 12)
        if lapses and following > plan.on > add_months(first, 2) and plan.on - first < timedelta(days=365):
            break
        yield first, following - timedelta(days=1)
        first = following


def _write(
    plan: Plan, rng: Random, subject: str, holder_id: int, covered: list[Covered], years: Iterator[tuple[date, date]]
) -> None:
    insurers = [crew.unit_id for crew in city_units.crews(city_cast.others(plan)[:3])]
    insurer = rng.choice(insurers)
    each = 93 * YUAN if subject == "elevator" else 2 * YUAN
    for starts_on, ends_on in years:
        inside = [(id_, max(day or starts_on, starts_on)) for id_, day in covered if day is None or day <= ends_on]
        if not inside:
            continue
        prefix = "DT" if subject == "elevator" else "QP"
        policy = {
            "subject": subject,
            "policy_no": f"{prefix}{starts_on:%Y%m%d}{plan.seed % 100:02d}{holder_id:06d}",
            "insurer_id": insurer,
            "holder_id": holder_id,
            "holder_type": "use_unit" if subject == "elevator" else "filling",
            "basis": "per_item_year",
            "starts_on": starts_on,
            "ends_on": ends_on,
            "premium_fen": each * len(inside),
            "limit_per_accident_fen": rng.choice((3_000_000, 5_000_000)) * YUAN,
            "limit_per_person_fen": 800_000 * YUAN,
        }
        (policy_id,) = add(Policy, [policy])
        put(PolicyItem, [{"policy_id": policy_id, f"{subject}_id": id_, "since": day} for id_, day in inside])
        noted = {name: policy[name] for name in ("policy_no", "subject", "starts_on", "ends_on")}
        trail("policy.recorded", "policy", [(policy_id, {**noted, "items": len(inside)})])
