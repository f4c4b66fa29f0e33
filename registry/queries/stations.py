"""Filling stations with their licence, guns and alliances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Alliance, Capacity, Cylinder, Gun, StopOrder, Unit
from registry.queries.paging import Page, paginate
from registry.rules.cylinder_lifecycle import LIVE

ALLIED = (joinedload(Alliance.member_a), joinedload(Alliance.member_b), joinedload(Alliance.approved_by))
ORDERED = (joinedload(StopOrder.station), joinedload(StopOrder.ordered_by), joinedload(StopOrder.lifted_by))


@dataclass(frozen=True)
class Station:
    """A filling station. `licence` holds number, last day, media and an order to stop."""

    unit: Unit
    licence: Capacity
    guns: Sequence[Gun]
    alliances: Sequence[Alliance]
    names: dict[int, str]
    cylinders: int


def licence_state(licence: Capacity, on: date) -> str:
    """`suspended`, `missing`, `expired`, `soon` (90 days or less) or `valid`."""
    if licence.suspended_since is not None and licence.suspended_since <= on:
        return "suspended"
    if licence.licence_until is None:
        return "missing"
    if licence.licence_until < on:
        return "expired"
    return "soon" if (licence.licence_until - on).days <= 90 else "valid"


def listing(actor: Actor) -> Sequence[tuple[Unit, Capacity]]:
    """The filling stations of the caller's areas (a station: itself), by name."""
    statement = (
        policy.scope(actor, Unit, Unit, Capacity)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "filling", *_own(actor))
        .order_by(Unit.name)
        .limit(500)
    )
    return [(unit, licence) for unit, licence in db.session.execute(statement)]


def station(actor: Actor, unit_id: int) -> Station:
    """One station with all it works with.

    Raises:
        Missing: no such station, or not for this caller.
    """
    statement = (
        policy.scope(actor, Unit, Unit, Capacity)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Unit.id == unit_id, Capacity.capacity == "filling", *_own(actor))
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    unit, licence = row
    guns = db.session.scalars(
        policy.scope(actor, Gun).where(Gun.station_id == unit_id).order_by(Gun.number).limit(500)
    ).all()
    alliances = db.session.scalars(
        policy.scope(actor, Alliance)
        .where(or_(Alliance.member_a_id == unit_id, Alliance.member_b_id == unit_id))
        .order_by(Alliance.since.desc())
        .limit(200)
    ).all()
    owned = policy.scope(actor, Cylinder, func.count(Cylinder.id)).where(
        Cylinder.owner_id == unit_id, Cylinder.status.in_(LIVE)
    )
    return Station(unit, licence, guns, alliances, _names(alliances), db.session.scalar(owned) or 0)


def guns(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """Guns of the caller's station or area, of one `station` (unit id) where given."""
    policy.require(actor, "gun.read")
    statement = policy.scope(actor, Gun)
    if filters.get("station"):
        statement = statement.where(Gun.station_id == filters["station"])
    return paginate(statement, Gun.id, limit, cursor)


def alliances(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """Alliances and entrustings that concern the caller, of one `station` where given, `valid` only; newest first."""
    policy.require(actor, "alliance.read")
    statement = policy.scope(actor, Alliance).options(*ALLIED)
    if filters.get("station"):
        station = filters["station"]
        statement = statement.where(or_(Alliance.member_a_id == station, Alliance.member_b_id == station))
    if filters.get("valid"):
        today = clock.today()
        statement = statement.where(Alliance.since <= today, or_(Alliance.until.is_(None), Alliance.until > today))
    return paginate(statement, Alliance.id, limit, cursor, newest=True)


def alliance_state(row: Alliance, on: date) -> str:
    """ended | later | valid."""
    if row.until is not None and row.until <= on:
        return "ended"
    return "later" if row.since > on else "valid"


def stop_orders(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """Orders to stop filling that the caller sees, of one `station` where given, newest first."""
    policy.require(actor, "stop_order.read")
    statement = policy.scope(actor, StopOrder).options(*ORDERED)
    if filters.get("station"):
        statement = statement.where(StopOrder.station_id == filters["station"])
    return paginate(statement, StopOrder.id, limit, cursor, newest=True)


def bodies(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the inspection bodies, for an office that records an inspection."""
    statement = (
        policy.scope(actor, Unit, Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "inspection")
        .order_by(Unit.name)
        .limit(500)
    )
    return [(unit_id, name) for unit_id, name in db.session.execute(statement)]


def _own(actor: Actor) -> tuple[Any, ...]:
    if actor.role not in OFFICE_ROLES:
        return (Unit.id == actor.unit_id,)
    return (Unit.area_code.in_(actor.areas),) if actor.areas else ()


def _names(alliances: Sequence[Alliance]) -> dict[int, str]:
    ids = {unit_id for row in alliances for unit_id in (row.member_a_id, row.member_b_id)}
    if not ids:
        return {}
    return dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())
