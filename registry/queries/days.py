"""What a caller's day is narrowed to: what was asked for, and for a technician his own elevators first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.queries import assignments, visit_plans
from registry.queries.due_lines import Narrow


def whose(actor: Actor, asked: str | None, on: date) -> str:
    """`mine` or `all`: a technician who looks after elevators begins with his own."""
    if actor.role not in policy.MAINTENANCE:
        return "all"
    if asked in ("mine", "all"):
        return asked
    return "mine" if actor.role == "technician" and assignments.has_any(actor, on) else "all"


LATE = (3, 7)  # days over which an overdue elevator is told of by itself


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many elevators are in each state on the page that the caller's day opens with, and how many are overdue by
    so many days or more (`late_3`, `late_7`)."""
    return visit_plans.tally(actor, on, narrow(actor, {}, on), LATE)


def narrow(actor: Actor, asked: Mapping[str, Any], on: date) -> Narrow:
    """The conditions of a list: `q`, `area`, `unit`, `company`, `late` (days), `whose` (mine, all)."""
    return Narrow(
        late=asked.get("late"),
        area=asked.get("area"),
        unit=asked.get("unit"),
        company=asked.get("company"),
        technician=actor.person_id if whose(actor, asked.get("whose"), on) == "mine" else None,
        q=asked.get("q"),
    )
