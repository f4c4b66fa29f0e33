"""The moves of an anomaly of any sort that a caller may make now; what its service refuses is not offered."""

from __future__ import annotations

from typing import Any

from registry import clock, policy
from registry.actor import Actor
from registry.rules import anomalies as rules
from registry.rules.workflow import Move, moves_from


def offered(actor: Actor, row: Any, sort: str) -> list[Move]:
    """One of each verb; `sort` begins the names of the permissions."""
    found = {move.verb: move for move in moves_from(rules.WORKFLOW, row.state)}
    waits = row.state == rules.FOUND and row.due_on is not None and row.due_on >= clock.today()
    taken = row.owner_id not in (None, actor.person_id)
    return [
        move
        for move in found.values()
        if policy.may(actor, f"{sort}.{move.verb}")
        and not (move.verb == "confirm" and waits)
        and not (move.verb in ("confirm", "dismiss", "ask_again") and taken)
        and not (move.verb == "take_over" and row.owner_id == actor.person_id)
    ]
