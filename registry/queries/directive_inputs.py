"""What is entered for a directive, checked against the register: unit, devices, hazards, inspectors, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Certificate, Cylinder, Elevator, Hazard, Person, StoredFile, SupervisionCheck, Unit
from registry.queries import cylinders, elevators, hazard_facts, hazard_inputs, units
from registry.rules import directives as rules

PURPOSE = "directive"
MOST_CHOICES = 200
Errors = dict[str, list[str]]


@dataclass(frozen=True)
class Target:
    """Whom and what an order of the office is about."""

    unit: Unit
    area_code: str
    elevators: Sequence[Elevator]
    cylinders: Sequence[Cylinder]
    hazards: Sequence[Hazard]
    check: SupervisionCheck | None = None


def target(actor: Actor, data: Mapping[str, Any]) -> Target:
    """The unit (credit code, id or name; the check's, first device's or hazard's when left out), its devices by label
    code, its hazards and the supervision check by number: `unit?, elevators?, cylinders?, hazards?, check?`.

    Raises:
        Invalid: what is not there, or lies outside the caller's areas, beside its field.
    """
    wrong: Errors = {}
    lifts = _each(wrong, "elevators", data, lambda code: elevators.by_code(actor, code))
    bottles = _each(wrong, "cylinders", data, lambda code: cylinders.by_code(actor, code))
    hazards = _each(wrong, "hazards", data, lambda no: policy.get(actor, Hazard, Hazard.no == no))
    check = _check(actor, data, wrong)
    unit = _unit(actor, data, [*([check] if check else []), *lifts, *bottles, *hazards], wrong)
    things: list[Any] = [*lifts, *bottles, *hazards]
    area = (things[0].area_code if things else None) or (unit.area_code if unit else None)
    if unit and not area:
        wrong.setdefault("unit", []).append(T("这个单位没有登记辖区，请先补全单位信息"))
    if area and actor.role in COUNTY_ROLES and area not in actor.areas:
        wrong.setdefault("unit", []).append(T("只能办理本辖区的单位和设备"))
    if wrong or unit is None or area is None:
        raise Invalid(wrong)
    return Target(unit, area, lifts, bottles, hazards, check)


def _each(wrong: Errors, field: str, data: Mapping[str, Any], find: Any) -> list[Any]:
    found = []
    for text in dict.fromkeys(data.get(field) or ()):
        try:
            found.append(find(text))
        except Missing:
            wrong.setdefault(field, []).append(T("没有找到：{keys}", keys=text))
    return found


def _check(actor: Actor, data: Mapping[str, Any], wrong: Errors) -> SupervisionCheck | None:
    if not data.get("check"):
        return None
    try:
        return policy.get(actor, SupervisionCheck, SupervisionCheck.no == data["check"])
    except Missing:
        wrong["check"] = [T("没有找到：{keys}", keys=data["check"])]
        return None


def _unit(actor: Actor, data: Mapping[str, Any], things: Sequence[Any], wrong: Errors) -> Unit | None:
    """The unit that was named, else that of the first thing that has one."""
    if data.get("unit"):
        try:
            return units.find(actor, str(data["unit"]))
        except Missing as error:
            wrong["unit"] = [error.detail]
            return None
    found = next((key for key in map(_unit_of, things) if key), None)
    if found is None:
        wrong["unit"] = [T("请填写单位，或者填写它的设备代码")]
        return None
    return db.session.get_one(Unit, found)


def _unit_of(thing: Any) -> int | None:
    match thing:
        case Elevator():
            return thing.use_unit_id
        case Cylinder():
            return thing.owner_id
    key: int | None = thing.unit_id
    return key


def inspectors(actor: Actor, people: Sequence[int], on: date) -> dict[int, str]:
    """The numbers of the certificates with which these people inspect, by person.

    Raises:
        Invalid: fewer than the law wants, the caller not among them, or somebody who may not inspect on that day.
    """
    if len(set(people)) < rules.inspectors_needed(on):
        raise Invalid.field("inspectors", T("检查人员不得少于{count}人", count=rules.inspectors_needed(on)))
    if actor.person_id not in people:
        raise Invalid.field("inspectors", T("办理人应当是检查人员之一"))
    held = certificates(people, on)
    officers = hazard_inputs.officers(people)
    for one in people:
        if one not in held or one not in officers:
            name = db.session.scalar(select(Person.name).where(Person.id == one)) or one
            raise Invalid.field("inspectors", T("{name}没有有效的特种设备安全监察人员证件", name=name))
    return held


def certificates(people: Iterable[int], on: date) -> dict[int, str]:
    """The enforcement certificates in date on a day, by person."""
    rows = db.session.execute(
        select(Certificate.person_id, Certificate.number)
        .where(
            Certificate.person_id.in_(list(people)),
            Certificate.item == hazard_facts.ENFORCEMENT,
            Certificate.expires_on >= on,
        )
        .order_by(Certificate.expires_on)
    )
    return dict(rows.all())


def colleagues(actor: Actor, on: date, but: int | None = None) -> list[tuple[str, str]]:
    """(id, name) of those who may inspect together with the caller, or stand in for him; without one of them."""
    asked = (
        policy.scope(actor, Person, Person.id, Person.name)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(Certificate.item == hazard_facts.ENFORCEMENT, Certificate.expires_on >= on)
        .where(Person.id != (actor.person_id if but is None else but))
        .distinct()
        .order_by(Person.name, Person.id)
        .limit(MOST_CHOICES)
    )
    rows = db.session.execute(asked).all()
    officers = hazard_inputs.officers([row[0] for row in rows])
    return [(str(row[0]), row[1]) for row in rows if row[0] in officers]


def check_files(actor: Actor, field: str, ids: Sequence[int], purpose: str = PURPOSE) -> list[dict[str, Any]]:
    """The files of these ids as a step keeps them: {file, name}.

    Raises:
        Invalid: one that is not there, not the caller's to see, or stored for something else.
    """
    if not ids:
        return []
    asked = policy.scope(actor, StoredFile).where(StoredFile.id.in_(list(ids)), StoredFile.purpose == purpose)
    rows = {row.id: row for row in db.session.scalars(asked)}
    lost = [str(key) for key in ids if key not in rows]
    if lost:
        raise Invalid.field(field, T("没有找到：{keys}", keys="、".join(lost)))
    return [{"file": key, "name": rows[key].name} for key in dict.fromkeys(ids)]
