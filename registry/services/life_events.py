"""What other verbs leave behind in a cylinder's life (cylinders.md §5.1): part of the calling verb."""

from __future__ import annotations

from typing import Any

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Cylinder, CylinderEvent


def note(actor: Actor, cylinder: Cylinder, kind: str, data: dict[str, Any]) -> None:
    """An event of now, told by the system from what the caller recorded; where the cylinder is stands beside it."""
    now = clock.now()
    db.session.add(
        CylinderEvent(
            cylinder_id=cylinder.id,
            kind=kind,
            at=now,
            received_at=now,
            unit_id=actor.unit_id,
            person_id=actor.person_id,
            data={**data, "custody": cylinder.custody},
        )
    )
