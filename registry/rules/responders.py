"""Responders of 96366: their kinds, the levels they may serve and the states they may be in (elevators.md §6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules import workflow
from registry.rules.dates import add_months
from registry.rules.limits import edition

NAME = "responder"
ACTIVE, SUSPENDED, CLOSED = "active", "suspended", "closed"
STATES = workflow.states(NAME)
MOVES = workflow.moves(NAME)
LEVELS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        1: ("一级（签约维保单位、使用单位）", "Level 1 (contracted company and use unit)"),
        2: ("二级（就近网格救援站）", "Level 2 (nearest grid rescue station)"),
        3: ("三级（119、110）", "Level 3 (119, 110)"),
    }
)
DRILL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of responder; `levels` it may serve at most."""

    id: str
    zh: str
    en: str
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlanKind:
    """A kind of emergency plan."""

    id: str
    zh: str
    en: str


@cache
def kinds(on: date = date.max) -> Mapping[str, Kind]:
    """The kinds by identifier."""
    return MappingProxyType(
        {
            row["kind"]: Kind(row["kind"], row["zh"], row["en"], tuple(int(each) for each in row["levels"].split()))
            for row in edition("responder_kinds", on)
        }
    )


@cache
def plan_kinds(on: date = date.max) -> Mapping[str, PlanKind]:
    """The kinds of emergency plans by identifier."""
    return MappingProxyType(
        {row["kind"]: PlanKind(row["kind"], row["zh"], row["en"]) for row in edition("emergency_plan_kinds", on)}
    )


def drill_due(valid_from: date, drills: tuple[date, ...], on: date) -> date:
    """The last day for the next drill of a plan: a year after the latest up to `on`, else after it came in force."""
    held = [day for day in drills if day <= on]
    return add_months(max(held) if held else valid_from, DRILL_MONTHS)
