"""Whether a device stands under seal: asked before it is put back into use."""

from __future__ import annotations

from sqlalchemy import select

from registry.db import db
from registry.models import Sealing, SealingItem
from registry.rules.sealings import HOLDING


def holding(elevator_id: int | None = None, cylinder_id: int | None = None) -> str | None:
    """The number of the sealing that holds a device; None when none does."""
    mine = SealingItem.elevator_id == elevator_id if elevator_id is not None else SealingItem.cylinder_id == cylinder_id
    found: str | None = db.session.scalar(
        select(Sealing.no)
        .join(SealingItem, SealingItem.sealing_id == Sealing.id)
        .where(mine, Sealing.state.in_(HOLDING))
    )
    return found
