"""Many units at once, for imports: one row for a unit in one capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import transaction
from registry.messages import T
from registry.models import Capacity, Unit

Row = Mapping[str, Any]

UNIT_FIELDS = ("name", "area_code", "address", "legal_person", "phone", "lat", "lon")
LICENCE_FIELDS = ("licence_no", "licence_until", "media", "suspended_since")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: T


@dataclass(slots=True)
class Counts:
    """What came of a call; `ids` has the unit of each row, None of a refused one."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    ids: list[int | None] = field(default_factory=list)


def bulk_register(actor: Actor, rows: Sequence[Row]) -> Counts:
    """Put units on file or bring known ones up to date, in one transaction.

    A row has names of UNIT_FIELDS, and optionally `credit_code`, `capacity` with LICENCE_FIELDS, and `source`. A unit
    is known by its credit code; a row without one is always a new unit. What a row leaves out stays as it is. Several
    rows may speak of one unit in different capacities.
    """
    policy.require(actor, "unit.import")
    counts = Counts()
    with transaction() as session:
        known = _known(session, rows)
        held = _held(session, known)
        for index, row in enumerate(rows):
            unit = known.get(row.get("credit_code") or "")
            reason = _foreign(actor, row, unit)
            if reason:
                counts.refused.append(RefusedRow(index, "area_code", reason))
                counts.ids.append(None)
                continue
            unit, was = _write(actor, session, row, unit, held)
            if unit.credit_code:
                known[unit.credit_code] = unit
            setattr(counts, was, getattr(counts, was) + 1)
            counts.ids.append(unit.id)
    return counts


def _known(session: Session, rows: Sequence[Row]) -> dict[str, Unit]:
    codes = {row["credit_code"] for row in rows if row.get("credit_code")}
    if not codes:
        return {}
    found = session.scalars(select(Unit).where(Unit.credit_code.in_(codes)))
    return {unit.credit_code: unit for unit in found if unit.credit_code}


def _held(session: Session, known: Mapping[str, Unit]) -> dict[tuple[int, str], Capacity]:
    ids = [unit.id for unit in known.values()]
    if not ids:
        return {}
    found = session.scalars(select(Capacity).where(Capacity.unit_id.in_(ids)))
    return {(row.unit_id, row.capacity): row for row in found}


def _foreign(actor: Actor, row: Row, unit: Unit | None) -> T | None:
    """County officers keep the units of their own areas."""
    if actor.role not in COUNTY_ROLES or not actor.areas:
        return None
    here = {row.get("area_code") or (unit.area_code if unit else None)} | ({unit.area_code} if unit else set())
    return None if here <= set(actor.areas) else T("只能登记本辖区的单位")


def _write(
    actor: Actor, session: Session, row: Row, unit: Unit | None, held: dict[tuple[int, str], Capacity]
) -> tuple[Unit, str]:
    """The unit of a row, and whether it is new, changed or unchanged."""
    capacity = row.get("capacity")
    if unit is None:
        values = {name: row[name] for name in UNIT_FIELDS if row.get(name) is not None}
        unit = Unit(
            **values, credit_code=row.get("credit_code"), source=row.get("source") or "", created_on=clock.today()
        )
        session.add(unit)
        session.flush()
        names = [capacity] if capacity else []
        audit.record(actor, "unit.registered", unit, name=unit.name, credit_code=unit.credit_code, capacities=names)
        _licence(actor, session, row, unit, held)
        return unit, "new"
    given = {name: row[name] for name in UNIT_FIELDS if row.get(name) is not None}
    changes = audit.changes(unit, given)
    if changes:
        audit.record(actor, "unit.corrected", unit, changes=changes)
    licensed = _licence(actor, session, row, unit, held)
    return unit, "changed" if changes or licensed else "unchanged"


def _licence(actor: Actor, session: Session, row: Row, unit: Unit, held: dict[tuple[int, str], Capacity]) -> bool:
    """Add or renew the capacity of a row; whether anything was different."""
    name = row.get("capacity")
    if not name:
        return False
    given = {field_name: row[field_name] for field_name in LICENCE_FIELDS if row.get(field_name) is not None}
    capacity = held.get((unit.id, name))
    if capacity is None:
        capacity = Capacity(unit_id=unit.id, capacity=name, since=clock.today(), **given)
        session.add(capacity)
        held[unit.id, name] = capacity
    elif not audit.changes(capacity, given):
        return False
    audit.record(
        actor,
        "unit.capacity_set",
        unit,
        capacity=name,
        licence_until=capacity.licence_until,
        suspended_since=capacity.suspended_since,
    )
    return True
