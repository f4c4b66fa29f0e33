"""Units: register, correct, and say in which capacity they act."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.messages import T
from registry.models import Capacity, Unit


def register(actor: Actor, data: dict[str, Any]) -> Unit:
    """Register a unit: `name, credit_code, area_code, address, legal_person, phone, lat, lon` and `capacities`.

    Raises:
        Invalid: the credit code is taken, or the area is not in the caller's charge.
    """
    policy.require(actor, "unit.register")
    values = dict(data)
    capacities = values.pop("capacities", None) or []
    with transaction() as session:
        _check(session, actor, values, None)
        unit = Unit(**values, created_on=clock.today())
        session.add(unit)
        session.flush()
        session.add_all(Capacity(unit_id=unit.id, capacity=name, since=unit.created_on) for name in capacities)
        audit.record(
            actor, "unit.registered", unit, name=unit.name, credit_code=unit.credit_code, capacities=capacities
        )
        return unit


def correct(actor: Actor, unit_id: int, data: dict[str, Any]) -> Unit:
    """Correct what is on file about a unit."""
    policy.require(actor, "unit.correct")
    with transaction() as session:
        unit = policy.get(actor, Unit, Unit.id == unit_id, lock=True)
        _check_area(actor, unit.area_code)
        _check(session, actor, data, unit.id)
        changes = audit.changes(unit, data)
        if changes:
            audit.record(actor, "unit.corrected", unit, changes=changes)
        return unit


def set_capacity(actor: Actor, unit_id: int, data: dict[str, Any]) -> Capacity:
    """Add or renew a capacity: `capacity, licence_no?, licence_until?, media?, suspended_since?,
    station_id?` (of a depot: the filling station it works for)."""
    policy.require(actor, "unit.set_capacity")
    with transaction() as session:
        unit = policy.get(actor, Unit, Unit.id == unit_id, lock=True)
        _check_area(actor, unit.area_code)
        row = session.scalar(select(Capacity).where(Capacity.unit_id == unit.id, Capacity.capacity == data["capacity"]))
        if row is None:
            row = Capacity(unit_id=unit.id, capacity=data["capacity"], since=clock.today())
            session.add(row)
        _check_station(session, data)
        for name in ("licence_no", "licence_until", "media", "suspended_since", "station_id"):
            setattr(row, name, data.get(name) or None)
        audit.record(
            actor,
            "unit.capacity_set",
            unit,
            capacity=row.capacity,
            licence_until=row.licence_until,
            suspended_since=row.suspended_since,
        )
        return row


def _check_station(session: Session, data: dict[str, Any]) -> None:
    """A depot works for a filling station; nobody else names one."""
    station = data.get("station_id")
    if data["capacity"] != "depot":
        if station:
            raise Invalid.field("station_id", T("只有配送站填写所属充装单位"))
        return
    wanted = select(Capacity.id).where(Capacity.unit_id == station, Capacity.capacity == "filling")
    if not station or session.scalar(wanted) is None:
        raise Invalid.field("station_id", T("请填写配送站所属的充装单位"))


def _check_area(actor: Actor, area_code: str | None) -> None:
    if actor.role in COUNTY_ROLES and actor.areas and area_code not in actor.areas:
        raise Invalid.field("area_code", T("只能登记本辖区的单位"))


def _check(session: Session, actor: Actor, values: dict[str, Any], unit_id: int | None) -> None:
    _check_area(actor, values.get("area_code"))
    code = values.get("credit_code")
    if code and session.execute(select(Unit.id).where(Unit.credit_code == code, Unit.id != (unit_id or 0))).first():
        raise Invalid.field("credit_code", T("该统一社会信用代码已登记"))
