"""The colours of filling stations, and a unit's risk control list (风险管控清单): every graded device with its measures
(hazards.md §3.5, §3.6; SAMR74 art. 42 and 75)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, ElevatorRisk, Person, SafetyAppointment, StationRisk, Unit
from registry.queries import paper_facts, risk_levels, station_risk_facts, units
from registry.queries.paging import Page, paginate
from registry.queries.periods import holds
from registry.rules import risk
from registry.rules.risk import Control, Risk

LEVEL_NAMES = {"red": "重大风险", "orange": "较大风险", "yellow": "一般风险", "blue": "低风险"}
ROLE_NAMES = {"principal": "主要负责人", "director": "安全总监", "officer": "安全员", "post": "岗位人员"}
MOST = 2000


@dataclass(frozen=True)
class Line:
    """A graded device of a unit: what it is, its colour with the reasons, who controls it and how."""

    name: str
    code: str
    kind: str
    level: str
    score: Any
    reasons: list[Mapping[str, Any]]
    since: date
    control: Control
    person: str


@dataclass(frozen=True)
class RiskList:
    """The list of a unit on a day, the gravest first, and how many there are of each colour."""

    unit: Unit
    on: date
    lines: list[Line]
    counts: dict[str, int]


def stations(actor: Actor, asked: Mapping[str, Any], on: date) -> Page:
    """Graded filling stations on a day: `level?, area?, cursor?`."""
    policy.require(actor, "station_risk.read")
    found = (
        policy.scope(actor, StationRisk)
        .where(holds(StationRisk, on))
        .options(joinedload(StationRisk.station).joinedload(Unit.area))
    )
    if asked.get("level"):
        found = found.where(StationRisk.level == asked["level"])
    if asked.get("area"):
        found = found.where(StationRisk.station_id.in_(select(Unit.id).where(Unit.area_code == asked["area"])))
    return paginate(found, StationRisk.id, asked.get("limit") or 50, asked.get("cursor"), newest=True)


def station_colours(actor: Actor, on: date) -> list[risk_levels.AreaColours]:
    """The colours of stations by area, in the areas' order."""
    policy.require(actor, "station_risk.read")
    rows = db.session.scalars(
        policy.scope(actor, StationRisk)
        .where(holds(StationRisk, on))
        .options(joinedload(StationRisk.station).joinedload(Unit.area))
    ).all()
    found: dict[str, risk_levels.AreaColours] = {}
    for row in sorted(rows, key=lambda one: one.station.area.position if one.station.area else 0):
        if row.station.area is not None:
            line = found.setdefault(
                row.station.area.code,
                risk_levels.AreaColours(row.station.area, dict.fromkeys(risk_levels.WORST_FIRST, 0)),
            )
            line.counts[row.level] += 1
    return list(found.values())


def of_station(actor: Actor, unit_id: int, on: date) -> tuple[Unit, Risk]:
    """A station's grade from the facts of this moment.

    Raises:
        Missing: no such station for this caller.
    """
    policy.require(actor, "station_risk.read")
    if actor.role not in OFFICE_ROLES and unit_id != actor.unit_id:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    unit = units.show(actor, unit_id)
    if actor.areas and unit.area_code not in actor.areas:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    facts = station_risk_facts.of_stations(on).get(unit_id)
    if facts is None:
        raise Missing(T("这个单位不是充装单位"))
    return unit, risk.grade("station", facts, on)


def of_unit(actor: Actor, unit_id: int, on: date) -> RiskList:
    """The risk control list of a unit on a day, of the equipment the caller sees.

    Raises:
        Missing: no such unit for this caller.
    """
    policy.require(actor, "risk_list.read")
    if actor.role not in OFFICE_ROLES and unit_id != actor.unit_id:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    unit = units.show(actor, unit_id)
    if actor.areas and unit.area_code not in actor.areas:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    lines = [*_of_elevators(actor, unit_id, on), *_of_station(actor, unit, on)]
    lines.sort(key=lambda line: (-risk.LEVELS.index(line.level), -line.score))
    counts = {level: sum(1 for line in lines if line.level == level) for level in risk_levels.WORST_FIRST}
    return RiskList(unit, on, lines, counts)


def facts(actor: Actor, found: RiskList) -> dict[str, Any]:
    """What the paper says."""
    return {
        "unit": {"name": found.unit.name, "credit_code": found.unit.credit_code or "", "address": found.unit.address},
        "today": paper_facts.chinese_day(found.on),
        "office": paper_facts.office(actor),
        "counts": "，".join(f"{LEVEL_NAMES[level]}{number}项" for level, number in found.counts.items()),
        "lines": [
            {
                "n": str(n),
                "name": line.name,
                "code": line.code,
                "level": f"{LEVEL_NAMES[line.level]}",
                "reasons": "；".join(str(reason["zh"]) for reason in line.reasons) or "无扣分项",
                "use": line.control.use[0],
                "unit": line.control.unit[0],
                "review": line.control.review[0],
                "person": line.person,
            }
            for n, line in enumerate(found.lines, 1)
        ],
    }


def blank() -> dict[str, Any]:
    """Every name the template may use, with nothing behind it."""
    names = ("n", "name", "code", "level", "reasons", "use", "unit", "review", "person")
    return {
        "number": "",
        "today": "",
        "counts": "",
        "unit": dict.fromkeys(("name", "credit_code", "address"), ""),
        "office": dict.fromkeys(paper_facts.BLANK["office"], ""),
        "lines": [dict.fromkeys(names, "")],
    }


def _of_elevators(actor: Actor, unit_id: int, on: date) -> list[Line]:
    if actor.role == "filling_manager":
        return []
    rows = db.session.scalars(
        policy.scope(actor, ElevatorRisk)
        .join(Elevator, Elevator.id == ElevatorRisk.elevator_id)
        .where(Elevator.use_unit_id == unit_id, risk_levels.in_force(on))
        .options(joinedload(ElevatorRisk.elevator))
        .limit(MOST)
    ).all()
    people, controls = _people(unit_id, "elevator", on), risk.controls(clock.today())
    return [
        _line(
            row, row.elevator.address or row.elevator.label_code, row.elevator.label_code, "elevator", controls, people
        )
        for row in rows
    ]


def _of_station(actor: Actor, unit: Unit, on: date) -> list[Line]:
    rows: Sequence[StationRisk] = db.session.scalars(
        policy.scope(actor, StationRisk).where(StationRisk.station_id == unit.id, holds(StationRisk, on))
    ).all()
    people, controls = _people(unit.id, "filling", on), risk.controls(clock.today())
    return [_line(row, f"{unit.name}（充装）", str(unit.id), "station", controls, people) for row in rows]


def _line(
    row: Any, name: str, code: str, kind: str, controls: Mapping[str, Control], people: Mapping[str, str]
) -> Line:
    control = controls[row.level]
    person = people.get(control.role) or ROLE_NAMES[control.role]
    return Line(name, code, kind, row.level, row.score, [*row.floors, *row.factors], row.since, control, person)


def _people(unit_id: int, subject: str, on: date) -> dict[str, str]:
    """Who holds the safety roles of a unit, by role."""
    rows = db.session.execute(
        select(SafetyAppointment.role, Person.name)
        .join(Person, Person.id == SafetyAppointment.person_id)
        .where(
            SafetyAppointment.unit_id == unit_id,
            SafetyAppointment.subject == subject,
            SafetyAppointment.since <= on,
            or_(SafetyAppointment.until.is_(None), SafetyAppointment.until > on),
        )
        .order_by(SafetyAppointment.id)
    )
    found: dict[str, str] = {}
    for role, name in rows:
        found[role] = f"{found[role]}、{name}" if role in found else name
    return found
