"""The units and people of a seeded city on file, and how later steps find their ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.models import Capacity, Certificate, Gun, Membership, Person, Unit
from seeds import city_cast
from seeds.city_cast import SINCE, CityUnit
from seeds.city_rows import Advance, Plan, add, put, trail

GUNS_A_MEDIUM = 2


@dataclass(frozen=True)
class Crew:
    """A unit's id and its people's ids by role, in the order of the plan."""

    unit_id: int
    people: dict[str, list[int]]


def build(plan: Plan, advance: Advance) -> None:
    """Put every unit on file with its capacity, its people with their certificates, and the guns of stations."""
    units = city_cast.everybody(plan)
    ids = add(Unit, [_unit(plan, unit) for unit in units])
    put(Capacity, [row for id_, unit in zip(ids, units, strict=True) for row in _capacities(id_, unit)])
    trail("unit.registered", "unit", ((id_, _entry(unit)) for id_, unit in zip(ids, units, strict=True)))
    _people(plan, ids, units)
    _guns(ids, units)
    advance(len(units))


def _unit(plan: Plan, unit: CityUnit) -> dict[str, Any]:
    rng = plan.random("desk", unit.credit_code)
    return {
        "name": unit.name,
        "credit_code": unit.credit_code,
        "area_code": unit.place.code,
        "address": unit.address,
        "legal_person": city_cast.names.person(rng),
        "phone": f"0557-{rng.randrange(2_000_000, 7_999_999)}",
        "source": plan.source,
        "lat": unit.lat,
        "lon": unit.lon,
        "created_on": SINCE,
    }


def _capacities(unit_id: int, unit: CityUnit) -> list[dict[str, Any]]:
    kinds = ("use", "owner") if unit.capacity == "use" else (unit.capacity,)
    licence = {"licence_no": unit.licence_no, "licence_until": unit.licence_until}
    return [
        {"unit_id": unit_id, "capacity": kind, **licence, "media": unit.media, "suspended_since": None, "since": SINCE}
        for kind in kinds
    ]


def _entry(unit: CityUnit) -> dict[str, Any]:
    return {"name": unit.name, "credit_code": unit.credit_code, "capacities": [unit.capacity]}


def _people(plan: Plan, unit_ids: Sequence[int], units: Sequence[CityUnit]) -> None:
    posts = [(id_, *post) for id_, unit in zip(unit_ids, units, strict=True) for post in unit.staff]
    offices = {id_: unit.place.code for id_, unit in zip(unit_ids, units, strict=True) if unit.capacity == "regulator"}
    rng = plan.random("people")
    people = [
        {
            "name": name,
            "phone": f"1{rng.choice('35789')}{rng.randrange(10**9):09d}",
            "login": f"c{plan.seed}-{number:05d}",
            "created_on": SINCE,
        }
        for number, (_, _, name, _) in enumerate(posts)
    ]
    ids = add(Person, people)
    held = list(zip(ids, posts, strict=True))
    put(
        Membership,
        [
            {
                "person_id": id_,
                "unit_id": unit_id,
                "role": role,
                "area_code": offices.get(unit_id),
                "since": SINCE,
                "until": None,
            }
            for id_, (unit_id, role, _, _) in held
        ],
    )
    entries = ((id_, {"unit_id": unit_id, "role": role}) for id_, (unit_id, role, _, _) in held)
    trail("person.registered", "person", entries)
    certificates = [
        _certificate(plan, id_, item, number)
        for number, (id_, (_, _, _, items)) in enumerate(held)
        for item in items.split()
    ]
    put(Certificate, certificates)
    noted = ((row["person_id"], {"item": row["item"], "expires_on": row["expires_on"]}) for row in certificates)
    trail("person.certificate_recorded", "person", noted)


def _certificate(plan: Plan, person_id: int, item: str, number: int) -> dict[str, Any]:
    """Valid for all the days of the city, the next renewal within four years (TSG Z6001-2019)."""
    left = 20 + plan.random("certificate", number).randrange(1400)
    return {
        "person_id": person_id,
        "item": item,
        "number": f"34{plan.seed % 1000:03d}{number:07d}{item}",
        "issued_on": SINCE,
        "expires_on": plan.on + timedelta(days=left),
    }


def _guns(unit_ids: Sequence[int], units: Sequence[CityUnit]) -> None:
    rows = [
        {"station_id": id_, "number": f"{medium_place * GUNS_A_MEDIUM + gun:02d}", "medium": medium}
        for id_, unit in zip(unit_ids, units, strict=True)
        for medium_place, medium in enumerate(unit.media or ())
        for gun in range(1, GUNS_A_MEDIUM + 1)
    ]
    ids = add(Gun, rows)
    trail("gun.registered", "gun", zip(ids, rows, strict=True))


def gun_of(unit: CityUnit, medium: str, turn: int) -> str:
    """The number of one of a station's guns for a medium."""
    place = city_cast.MEDIA_OF_TRADE[unit.trade].index(medium)
    return f"{place * GUNS_A_MEDIUM + 1 + turn % GUNS_A_MEDIUM:02d}"


def crews(units: Sequence[CityUnit]) -> list[Crew]:
    """The ids of units and of their people, in the order of `units`."""
    ids: dict[str, int] = {}
    codes = [unit.credit_code for unit in units]
    for start in range(0, len(codes), 500):
        found = select(Unit.credit_code, Unit.id).where(Unit.credit_code.in_(codes[start : start + 500]))
        ids.update((code, id_) for code, id_ in db.session.execute(found) if code)
    people: dict[int, dict[str, list[int]]] = {id_: {} for id_ in ids.values()}
    wanted = list(people)
    for start in range(0, len(wanted), 500):
        posts = (
            select(Membership.unit_id, Membership.role, Membership.person_id)
            .where(Membership.unit_id.in_(wanted[start : start + 500]))
            .order_by(Membership.id)
        )
        for unit_id, role, person_id in db.session.execute(posts):
            people[unit_id].setdefault(role, []).append(person_id)
    return [Crew(ids[code], people[ids[code]]) for code in codes]
