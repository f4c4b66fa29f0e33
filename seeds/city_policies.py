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
BATCH = 300
# subject -> (head of the policy number, premium a year in fen, who the holder is)
KINDS = {"elevator": ("DT", 93 * YUAN, "use_unit"), "cylinder": ("QP", 2 * YUAN, "filling")}
Covered = tuple[int, date]
"""(id of an elevator or cylinder, the day it came into use)."""


def elevators(plan: Plan, advance: Advance) -> None:
    """Policies of use units over all their elevators, the present ones and those before."""
    units, book = city_cast.use_units(plan), _Book(plan, "elevator")
    held = _held(Elevator, Elevator.use_unit_id, Elevator.in_use_since, plan)
    crews = city_units.crews(units)
    insured = _insured_units(plan, [len(held.get(crew.unit_id, ())) for crew in crews])
    for place, crew in enumerate(crews):
        rng = plan.random("policy", place)
        if place in insured:
            years = _years(plan, rng, first=plan.on - timedelta(days=rng.randrange(30, 900)))
            book.enter(rng, crew.unit_id, held[crew.unit_id], years)
        advance(1)
    book.write()


def cylinders(plan: Plan, advance: Advance) -> None:
    """Filling liability of some stations, over all their cylinders."""
    book = _Book(plan, "cylinder")
    held = _held(Cylinder, Cylinder.owner_id, Cylinder.registered_on, plan)
    stations = city_units.crews(city_cast.stations(plan))
    for place, crew in enumerate(stations):
        rng = plan.random("filling policy", place)
        if (place * 0.618 + plan.seed * 0.29) % 1 < INSURED_STATIONS and held.get(crew.unit_id):
            years = _years(plan, rng, first=plan.on - timedelta(days=rng.randrange(30, 360)))
            book.enter(rng, crew.unit_id, held[crew.unit_id], years)
        advance(1)
    book.write()


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


class _Book:
    """Policies on their way to the tables, a few hundred at a time."""

    def __init__(self, plan: Plan, subject: str) -> None:
        self.plan, self.subject = plan, subject
        self.insurers = [crew.unit_id for crew in city_units.crews(city_cast.others(plan)[:3])]
        self.policies: list[dict[str, Any]] = []
        self.covered: list[list[Covered]] = []

    def enter(self, rng: Random, holder_id: int, covered: list[Covered], years: Iterator[tuple[date, date]]) -> None:
        """Note a holder's policies over what it has, one for each year."""
        insurer = rng.choice(self.insurers)
        limit = rng.choice((3_000_000, 5_000_000)) * YUAN
        for starts_on, ends_on in years:
            inside = [(id_, max(day or starts_on, starts_on)) for id_, day in covered if day is None or day <= ends_on]
            if inside:
                self.policies.append(self._policy(insurer, holder_id, starts_on, ends_on, limit, len(inside)))
                self.covered.append(inside)
        if len(self.policies) >= BATCH:
            self.write()

    def _policy(
        self, insurer: int, holder_id: int, starts_on: date, ends_on: date, limit: int, count: int
    ) -> dict[str, Any]:
        prefix, each, holder = KINDS[self.subject]
        return {
            "subject": self.subject,
            "policy_no": f"{prefix}{starts_on:%Y%m%d}{self.plan.seed % 100:02d}{holder_id:06d}",
            "insurer_id": insurer,
            "holder_id": holder_id,
            "holder_type": holder,
            "basis": "per_item_year",
            "starts_on": starts_on,
            "ends_on": ends_on,
            "premium_fen": each * count,
            "limit_per_accident_fen": limit,
            "limit_per_person_fen": 800_000 * YUAN,
        }

    def write(self) -> None:
        """Insert what was noted."""
        ids = add(Policy, self.policies)
        column = f"{self.subject}_id"
        put(
            PolicyItem,
            [
                {"policy_id": policy_id, column: id_, "since": day}
                for policy_id, inside in zip(ids, self.covered, strict=True)
                for id_, day in inside
            ],
        )
        names = ("policy_no", "subject", "starts_on", "ends_on")
        entries = [
            (policy_id, {**{name: policy[name] for name in names}, "items": len(inside)})
            for policy_id, policy, inside in zip(ids, self.policies, self.covered, strict=True)
        ]
        trail("policy.recorded", "policy", entries)
        self.policies, self.covered = [], []
