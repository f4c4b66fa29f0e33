"""What a caller may tell of a cylinder by scanning it (cylinders.md §5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.rules import cylinder_handover as handover
from registry.rules.cylinder_lifecycle import EVENTS, Event


def offered(actor: Actor) -> list[Event]:
    """The kinds of the page for scanning, in the order of the table; a change of status only for who may make it."""
    policy.require(actor, "cylinder.hand_over")
    may_move = policy.may(actor, "cylinder.change_status")
    return [event for event in handover.offered(actor.role) if may_move or not event.move]


def given(kind: str, typed: Mapping[str, Any]) -> dict[str, Any] | None:
    """The free data of an event from what was typed beside it: only what its kind asks for."""
    event = EVENTS.get(kind)
    text = typed.get(event.asks) if event and event.asks else None
    if event is None or not text:
        return None
    return {"reason" if event.move and event.asks == "note" else event.asks: text}
