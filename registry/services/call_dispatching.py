"""Asking somebody to come to an emergency call, and calling it off; parts of the verbs of calls.

Nothing here leaves the registry: who was asked sees it on his own page, and the desk rings him.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from registry import clock, places
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Call, CallDispatch, Elevator, Unit
from registry.queries import call_contacts, call_responders, elevators, units
from registry.queries.call_contacts import Contact
from registry.rules import calls as rules
from registry.rules.nearest import Place

RELEASED = T("人员已解救")
FALSE_ALARM = T("误报，不必前往")
OTHER_PLACE = T("报警地点有误，已改派")


def first_level(call: Call, at: datetime, roles: Sequence[str] | None = None) -> list[CallDispatch]:
    """Ask the elevator's contracted maintenance company and its use unit, those not asked already, or of them those of
    `roles`; who was asked."""
    if call.elevator_id is None or not rules.kinds()[call.kind].dispatched:
        return []
    elevator = db.session.get_one(Elevator, call.elevator_id)
    contract = elevators.current_contract(elevator.id)
    wanted = {elevator.use_unit_id: "use"} | ({contract.company_id: "maintenance"} if contract else {})
    asked = {row.unit_id for row in call.dispatches if is_open(row)}
    return [
        ask(call, unit_id, role, at)
        for unit_id, role in sorted(wanted.items(), key=lambda pair: pair[1])
        if unit_id is not None and unit_id not in asked and (roles is None or role in roles)
    ]


def ask(call: Call, unit_id: int, role: str, at: datetime, contact: Contact | None = None) -> CallDispatch:
    """Ask one unit, by its `contact` where that is known; the call's dispatches are loaded."""
    place, level = call_responders.place_of(call), rules.roles()[role].level
    contact = contact or call_contacts.on_duty(call.elevator_id, place, unit_id, role, level, clock.now())
    row = CallDispatch(
        call_id=call.id,
        unit_id=unit_id,
        responder_id=contact.responder_id,
        level=level,
        role=role,
        contact=contact.name,
        contact_phone=contact.phone,
        distance_m=contact.distance_m if contact.distance_m is not None else _from_unit(unit_id, place),
        dispatched_at=at,
        reason="",
    )
    call.dispatches.append(row)
    return row


def teams(call: Call, wanted: Sequence[str], level: int, at: datetime) -> list[CallDispatch]:
    """Ask rescue teams by their numbers.

    Raises:
        Invalid: no such team, or it cannot go now. Conflict: its unit is asked already.
    """
    asked = []
    for text in wanted:
        team = call_responders.team(call, int(text), level) if text.isdecimal() else None
        if team is None:
            raise Invalid.field("responders", T("没有这支救援队伍，或者它现在不能出动"))
        _not_yet(call, team.unit_id, team.name)
        asked.append(ask(call, team.unit_id, "station", at, call_contacts.of_team(team)))
    return asked


def units_named(actor: Actor, call: Call, wanted: Sequence[str], at: datetime) -> list[CallDispatch]:
    """Ask units by credit code, number or name: those without a team on the roster.

    Raises:
        Invalid: no such unit. Conflict: it is asked already.
    """
    asked = []
    for text in wanted:
        try:
            unit: Unit = units.find(actor, text)
        except Missing as error:
            raise Invalid.field("units", error.detail) from None
        _not_yet(call, unit.id, unit.name)
        asked.append(ask(call, unit.id, "station", at))
    return asked


def service(call: Call, name: str, at: datetime) -> CallDispatch:
    """Hand the call to a public service; the desk rings it and enters what it does.

    Raises:
        Conflict: it has the call already.
    """
    if any(row.role == name and is_open(row) for row in call.dispatches):
        raise Conflict(T("已经移交{service}", service=name))
    row = CallDispatch(
        call_id=call.id,
        unit_id=None,
        level=rules.roles()[name].level,
        role=name,
        contact="",
        contact_phone=name,
        dispatched_at=at,
        reason="",
    )
    call.dispatches.append(row)
    return row


def call_off(call: Call, at: datetime, reason: str, keep: tuple[str, ...] = ()) -> None:
    """Call off those who are not there yet, but for some roles."""
    for row in call.dispatches:
        if is_open(row) and row.arrived_at is None and row.role not in keep:
            row.withdrawn_at, row.reason = at, reason


def other_elevator(call: Call, at: datetime) -> list[CallDispatch]:
    """The call turned out to be about another elevator: ask its units, call off those of the former one."""
    before = [row for row in call.dispatches if row.level == 1 and is_open(row) and row.arrived_at is None]
    asked = first_level(call, at)
    wanted = _first_level_units(call)
    for row in before:
        if row.unit_id not in wanted:
            row.withdrawn_at, row.reason = at, OTHER_PLACE
    return asked


def is_open(row: CallDispatch) -> bool:
    """Neither declined nor called off."""
    return row.declined_at is None and row.withdrawn_at is None


def _not_yet(call: Call, unit_id: int, name: str) -> None:
    if any(row.unit_id == unit_id and is_open(row) for row in call.dispatches):
        raise Conflict(T("{unit}已经派遣过，还没有撤回", unit=name))


def _from_unit(unit_id: int, place: Place | None) -> int | None:
    """Metres from a unit's own place."""
    unit = db.session.get_one(Unit, unit_id)
    if place is None or unit.lat is None or unit.lon is None:
        return None
    return places.distance_m((unit.lat, unit.lon), place)


def _first_level_units(call: Call) -> set[int | None]:
    assert call.elevator_id is not None
    elevator = db.session.get_one(Elevator, call.elevator_id)
    contract = elevators.current_contract(elevator.id)
    return {elevator.use_unit_id, contract.company_id if contract else None}
