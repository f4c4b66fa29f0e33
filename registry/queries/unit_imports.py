"""What is on file of units that come again in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Capacity, Unit

UNIT = ("credit_code", "name", "area_code", "address", "legal_person", "phone", "lat", "lon")
LICENCE = ("capacity", "licence_no", "licence_until", "media", "suspended_since")


def existing(actor: Actor, keys: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Present values under (credit code, capacity); a unit that is on file without the capacity has none of it."""
    wanted = list(keys)
    codes = {key[0] for key in wanted}
    units = {unit.credit_code: unit for unit in db.session.scalars(policy.scope(actor, Unit).where(_among(codes)))}
    statement = select(Capacity).where(Capacity.unit_id.in_([unit.id for unit in units.values()]))
    held = {(row.unit_id, row.capacity): row for row in db.session.scalars(statement)}
    found = {}
    for code, capacity in wanted:
        unit = units.get(code)
        if unit is not None:
            licence = held.get((unit.id, capacity))
            found[code, capacity] = {
                **{name: getattr(unit, name) for name in UNIT},
                **{name: getattr(licence, name) if licence else None for name in LICENCE},
            }
    return found


def _among(codes: set[str]) -> Any:
    return Unit.credit_code.in_(codes)
