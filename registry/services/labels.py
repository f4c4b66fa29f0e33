"""Label codes: a fresh one for each equipment, never reused."""

from __future__ import annotations

from sqlalchemy.orm import Session

from registry import clock, codes
from registry.models import Cylinder, Elevator, LabelCode
from registry.settings import current


def fresh_code() -> str:
    """A new random code, to be signed with the present key."""
    return codes.new_code(version=current().label_key_version)


def attach(session: Session, equipment: Elevator | Cylinder) -> LabelCode:
    """Keep `equipment.label_code` as the active code of a flushed elevator or cylinder; part of the calling verb."""
    today = clock.today()
    row = LabelCode(code=equipment.label_code, status="active", issued_on=today, bound_on=today)
    if isinstance(equipment, Elevator):
        row.elevator_id = equipment.id
    else:
        row.cylinder_id = equipment.id
    session.add(row)
    return row
