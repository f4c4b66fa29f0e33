"""Sealing and seizure (查封、扣押) of equipment: the moves, the grounds, the term (hazards.md §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from registry.rules import enforcement_clocks as clocks
from registry.rules import workflow
from registry.rules.limits import edition, limit
from registry.rules.workflow import Move, State

NAME = "sealing"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
FIRST_STATE, IN_FORCE, TO_LIFT = "proposed", "in_force", "to_lift"
HOLDING = (IN_FORCE, TO_LIFT)
OPEN = tuple(state.id for state in STATES.values() if not state.ended)
KINDS = {"seal": ("查封", "Seal"), "detain": ("扣押", "Seize")}


def grounds(on: date) -> dict[str, Mapping[str, str]]:
    """The grounds in force on a day: key -> row with zh, en, basis."""
    return {row["ground"]: row for row in edition("sealing_grounds", on)}


def longest_term(on: date) -> int:
    """The longest first term in days."""
    return limit("enforcement_limits", "seal_term_days", on)


def ends_on(sealed_on: date, days: int) -> date:
    """The last day of a first term of so many days; never longer than the law allows."""
    return min(date.fromordinal(sealed_on.toordinal() + days), clocks.due(sealed_on, "seal"))


def extended_end(until: date, sealed_on: date) -> date:
    """The last day after the one extension: counted from the end of the first term."""
    extra = clocks.clocks(sealed_on)["seal_extended"].amount
    return date.fromordinal(until.toordinal() + extra)


def report_due(sealed_at: datetime) -> datetime:
    """By when an emergency sealing must have been approved."""
    return clocks.due_at(sealed_at, "seal_report")


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)
