"""Supervision inspections (监督检查, hazards.md §4): kinds, quotas, key units, check lists and what a record needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from registry.rules.limits import edition, limit
from registry.rules.workflow import Move, State, find_move, moves, moves_from, states

WORKFLOW, PLAN_WORKFLOW = "supervision", "supervision_plan"
LIMITS = "supervision_limits"
OK, NOT_OK, NOT_APPLICABLE, IMPOSSIBLE = "ok", "not_ok", "not_applicable", "impossible"
MEASURES = ("directive", "seal", "detain", "other")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of inspection: whether a yearly plan and a random draw belong to it, and the source of its clues."""

    key: str
    zh: str
    en: str
    planned: bool
    drawn: bool
    hazard_source: str
    basis: str
    certainty: str


@cache
def kinds(on: date) -> Mapping[str, Kind]:
    """The four kinds in their order."""
    return {
        row["kind"]: Kind(
            row["kind"],
            row["zh"],
            row["en"],
            row["plan"] == "yes",
            row["drawn"] == "yes",
            row["hazard_source"],
            row["basis"],
            row["certainty"],
        )
        for row in edition("supervision_kinds", on)
    }


def limit_of(key: str, on: date) -> int:
    """One number of the table `supervision_limits`."""
    return limit(LIMITS, key, on)


__all__ = [
    "IMPOSSIBLE",
    "MEASURES",
    "NOT_APPLICABLE",
    "NOT_OK",
    "OK",
    "PLAN_WORKFLOW",
    "WORKFLOW",
    "Kind",
    "Move",
    "State",
    "find_move",
    "kinds",
    "limit_of",
    "moves",
    "moves_from",
    "states",
]
