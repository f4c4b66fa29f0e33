"""A whole plausible city by seed and size: units, elevators, cylinders, and the days they have lived.

Everything goes through the rules: dates by `rules.cylinders`, duties by `rules.inspection`, visits judged by
`rules.paperless`, fills by `rules.filling`. The same seed, size and day make the same city but for ids and codes. A
seeding that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, tidy
from registry.models import TrailEntry
from registry.services import maintenance_state
from seeds import (
    city_cast,
    city_cylinders,
    city_elevators,
    city_fillings,
    city_hazards,
    city_inspections,
    city_policies,
    city_units,
    city_visits,
)
from seeds.city_rows import Advance, Plan, Progress, Steps, silent


class Step(NamedTuple):
    """A part of the work: its name, what is shown while it runs, about how much there is of it."""

    name: str
    label: str
    length: int
    work: Callable[[Advance], None]


class OtherCity(ValueError):
    """A city of this seed is here, but of another size."""


def plan_for(elevators: int, cylinders: int, days: int, seed: int) -> Plan:
    """The plan of a city made today; of one that was begun before, the plan of that day.

    Raises:
        OtherCity: this seed was used for a city of another size.
    """
    wanted = Plan(seed, elevators, cylinders, days, clock.today())
    name = wanted.source
    for data in db.session.scalars(select(TrailEntry.data).where(TrailEntry.subject == "seed").order_by(TrailEntry.id)):
        if data["name"].split(" ")[0] == name:
            if data["name"] != _name(wanted):
                raise OtherCity(f"seed {seed} was used for another city: {data['name']}")
            return replace(wanted, on=date.fromisoformat(data["on"]))
    return wanted


def build(plan: Plan, progress: Progress = silent) -> bool:
    """Make the city, or what is missing of it; whether there was anything to do."""
    steps, worked = Steps(_name(plan)), False
    for step in _steps(plan):
        if steps.done(step.name):
            continue
        with progress(step.label, step.length) as advance:
            worked |= steps.take(step.name, partial(step.work, advance))
    if worked:
        maintenance_state.catch_up(SYSTEM)
        tidy()
    return worked


def _name(plan: Plan) -> str:
    return f"{plan.source} elevators={plan.elevators} cylinders={plan.cylinders} days={plan.days}"


def _steps(plan: Plan) -> Iterator[Step]:
    everybody = len(city_cast.everybody(plan))
    yield Step("units", "units and people", everybody, partial(city_units.build, plan))
    yield Step("elevators", "elevators", plan.elevators, partial(city_elevators.build, plan))
    yield Step("inspections", "inspections", plan.elevators, partial(city_inspections.build, plan))
    units, stations = len(city_cast.use_units(plan)), len(city_cast.stations(plan))
    yield Step("policies", "elevator policies", units, partial(city_policies.elevators, plan))
    yield Step("cylinders", "cylinders", plan.cylinders, partial(city_cylinders.build, plan))
    yield Step("cylinder policies", "cylinder policies", stations, partial(city_policies.cylinders, plan))
    for first, last in plan.months():
        part = (last - first).days + 1
        visits = round(city_visits.expected(plan) * part / max(plan.days, 1))
        work = partial(city_visits.build, plan, first, last)
        yield Step(f"visits {first:%Y-%m}", f"visits {first:%Y-%m}", visits, work)
    for first, last in plan.months():
        part = (last - first).days + 1
        fills = round(city_fillings.expected(plan) * part / max(plan.days, 1))
        work = partial(city_fillings.build, plan, first, last)
        yield Step(f"fills {first:%Y-%m}", f"fills {first:%Y-%m}", fills, work)
    yield Step("custody", "where cylinders are", plan.cylinders, partial(city_fillings.settle, plan))
    yield Step("hazards", "hazards", city_hazards.expected(plan), partial(city_hazards.build, plan))
