"""Whom supervision inspections may reach: the pool of a plan, its key units with their reasons, who may check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from registry import clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.models import (
    Area,
    Capacity,
    Certificate,
    Elevator,
    Hazard,
    Membership,
    Person,
    SupervisionCheck,
    SupervisionPlan,
    Unit,
)
from registry.queries import key_units
from registry.queries.hazard_facts import ENFORCEMENT
from registry.queries.indicator_definitions import elevators_in_use
from registry.rules import hazards
from registry.rules import supervision_checks as rules
from registry.rules.dates import add_months
from registry.rules.supervision_draw import Entry, Inspector, weight

INSPECTING = COUNTY_ROLES | {"section_city"}


@dataclass(frozen=True)
class Candidate:
    """A unit that may be drawn: why it is a key unit (empty: it is none), and what else makes its weight."""

    unit: Unit
    list_kind: str
    area: str
    elevators: int = 0
    reasons: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names the unit in a draw."""
        return self.unit.credit_code or f"#{self.unit.id}"

    def entry(self, table: Mapping[str, int]) -> Entry:
        """The unit as the draw takes it."""
        return Entry(self.key, weight(self.circumstances, table), self.reasons, self.list_kind, self.area)


def candidates(area: str, on: date) -> list[Candidate]:
    """Every unit of an area (or of the whole city) that is supervised on a day: producers by their domicile, use units
    by their equipment. A unit that is both is checked as a producer."""
    where = _inside(area)
    used = _use_units(where, on)
    producers = _producers(where)
    numbers = set(used) | set(producers)
    units = {unit.id: unit for unit in _units(numbers)}
    key = key_units.reasons(numbers, on)
    known = {"hazards": _with_hazards(numbers), "checked": _checked(numbers, add_months(on, -24))}
    found = []
    for number, unit in units.items():
        reasons = key[number]
        names = [
            name
            for name, holds in (
                ("key", bool(reasons)),
                ("hazards", number in known["hazards"]),
                ("unchecked", number not in known["checked"]),
            )
            if holds
        ]
        use = used.get(number, {})
        here = unit.area_code if number in producers or unit.area_code in use else min(use, default="")
        found.append(
            Candidate(
                unit,
                producers.get(number, rules.USE),
                here or "",
                sum(use.values()),
                reasons,
                tuple(names),
            )
        )
    return sorted(found, key=lambda candidate: candidate.unit.id)


def pool(plan: SupervisionPlan, lists: Collection[str], on: date) -> list[Candidate]:
    """The candidates a draw of a plan takes: of the lists asked for, and not drawn for this plan before. A unit with an
    inspection after licensing in the year is left out of the routine ones (SAMR order 57 art. 17)."""
    out = set(_planned(plan.id))
    if plan.kind == "routine":
        out |= _licence_checked(plan.year)
    return [each for each in candidates(plan.area_code, on) if each.list_kind in lists and each.unit.id not in out]


def _inside(area: str) -> str | None:
    """The area as a condition; None where it is the whole city."""
    row = db.session.get(Area, area)
    return None if row is None or row.level == "city" else area


def _use_units(area: str | None, on: date) -> dict[int, dict[str, int]]:
    """Equipment in use by unit and area."""
    statement = (
        select(Elevator.use_unit_id, Elevator.area_code, func.count())
        .where(Elevator.use_unit_id.is_not(None), elevators_in_use(on))
        .group_by(Elevator.use_unit_id, Elevator.area_code)
    )
    if area:
        statement = statement.where(Elevator.area_code == area)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for number, here, count in db.session.execute(statement):
        if number is not None:
            found[number][here] = count
    return dict(found)


def _producers(area: str | None) -> dict[int, str]:
    names = {each.capacity: name for name, each in rules.lists(clock.today()).items() if name != rules.USE}
    statement = (
        select(Capacity.unit_id, Capacity.capacity)
        .join(Unit, Unit.id == Capacity.unit_id)
        .where(Capacity.capacity.in_(names))
    )
    if area:
        statement = statement.where(Unit.area_code == area)
    return {number: names[capacity] for number, capacity in db.session.execute(statement)}


def _units(numbers: Collection[int]) -> Iterable[Unit]:
    """In parts, because SQLite takes only so many values at once."""
    wanted = sorted(numbers)
    for first in range(0, len(wanted), 5000):
        yield from db.session.scalars(select(Unit).where(Unit.id.in_(wanted[first : first + 5000])))


def _with_hazards(numbers: Collection[int]) -> set[int]:
    found = db.session.scalars(select(Hazard.unit_id).where(Hazard.state.in_(hazards.OPEN_STATES)).distinct())
    return set(found) & set(numbers)


def _checked(numbers: Collection[int], since: date) -> set[int]:
    found = db.session.scalars(
        select(SupervisionCheck.unit_id)
        .where(SupervisionCheck.recorded_at.is_not(None), SupervisionCheck.state_since >= since)
        .distinct()
    )
    return set(found) & set(numbers)


def _planned(plan_id: int) -> Sequence[int]:
    return db.session.scalars(
        select(SupervisionCheck.unit_id).where(
            SupervisionCheck.plan_id == plan_id, SupervisionCheck.state != "terminated"
        )
    ).all()


def _licence_checked(year: int) -> set[int]:
    """Units with an inspection after licensing in a year, planned or done."""
    return set(
        db.session.scalars(
            select(SupervisionCheck.unit_id)
            .join(SupervisionPlan, SupervisionPlan.id == SupervisionCheck.plan_id)
            .where(
                SupervisionCheck.kind == "post_licence",
                SupervisionCheck.state != "terminated",
                SupervisionPlan.year == year,
            )
        )
    )


def inspectors(actor: Actor, area: str, on: date) -> list[Inspector]:
    """Officers of an area (of the whole city) who hold the enforcement certificate on a day."""
    where: list[ColumnElement[bool]] = [
        Membership.role.in_(INSPECTING),
        Membership.since <= on,
        or_(Membership.until.is_(None), Membership.until > on),
        Certificate.item == ENFORCEMENT,
        Certificate.expires_on >= on,
    ]
    if inside := _inside(area):
        where.append(Membership.area_code == inside)
    rows = db.session.execute(
        policy.scope(actor, Person, Person.id, Person.name, Membership.area_code)
        .join(Membership, Membership.person_id == Person.id)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(*where)
        .distinct()
        .order_by(Person.id)
    )
    found: dict[int, Inspector] = {}
    for number, name, here in rows:
        found.setdefault(number, Inspector(number, name, here or ""))
    return list(found.values())
