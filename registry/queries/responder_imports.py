"""What is on file of responders that come again in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import DutyShift, Responder
from registry.queries import areas
from registry.queries.responder_inputs import written
from registry.rules.responders import CLOSED

Key = tuple[int, str]


def existing(actor: Actor, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """Present values under (unit id, name) of the responders the caller sees, areas and rota as people write them."""
    wanted = set(keys)
    rows = db.session.scalars(
        policy.scope(actor, Responder)
        .where(Responder.unit_id.in_({unit for unit, _ in wanted}), Responder.status != CLOSED)
        .options(selectinload(Responder.areas), selectinload(Responder.shifts).joinedload(DutyShift.person))
    )
    names, today = areas.names(), clock.today()
    return {
        (row.unit_id, row.name): {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "areas": "、".join(names[each.area_code].zh for each in row.areas),
            "capacity": row.capacity,
            "phone": row.phone,
            "address": row.address,
            "lat": row.lat,
            "lon": row.lon,
            "rota": written([each for each in row.shifts if each.until is None or each.until > today]),
        }
        for row in rows
        if (row.unit_id, row.name) in wanted
    }


def ids(actor: Actor, keys: Iterable[Key]) -> dict[Key, int]:
    """The ids of responders by (unit id, name)."""
    wanted = set(keys)
    statement = policy.scope(actor, Responder, Responder.unit_id, Responder.name, Responder.id).where(
        Responder.unit_id.in_({unit for unit, _ in wanted})
    )
    return {(unit, name): number for unit, name, number in db.session.execute(statement) if (unit, name) in wanted}
