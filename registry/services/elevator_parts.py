"""The safety parts of an elevator's product data sheet (elevators.md §1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.messages import T
from registry.models import Elevator, SafetyPart
from registry.rules.limits import limit

NAMES = ("name", "model", "number", "maker")


def set_parts(actor: Actor, elevator_id: int, parts: Sequence[Mapping[str, str | None]]) -> list[SafetyPart]:
    """Replace the list of safety parts: `name, model?, number?, maker?` in the order of the sheet.

    Raises:
        Invalid: more rows than the sheet has, or a row without a name.
    """
    policy.require(actor, "elevator.correct")
    most = limit("elevator_limits", "safety_parts", clock.today())
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        filled = [part for part in parts if any((part.get(name) or "").strip() for name in NAMES)]
        if len(filled) > most:
            raise Invalid.field("parts", T("安全保护装置最多{count}行", count=most))
        if any(not (part.get("name") or "").strip() for part in filled):
            raise Invalid.field("parts", T("每一行都要填写名称"))
        session.execute(delete(SafetyPart).where(SafetyPart.elevator_id == elevator.id))
        rows = [
            SafetyPart(
                elevator_id=elevator.id,
                position=position,
                **{name: (part.get(name) or "").strip() for name in NAMES},
            )
            for position, part in enumerate(filled, 1)
        ]
        session.add_all(rows)
        elevator.version += 1
        audit.record(actor, "elevator.parts_set", elevator, count=len(rows))
        return rows
