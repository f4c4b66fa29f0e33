"""Enforcement cases (行政处罚案件): the moves, and which clock each of them starts and stops (hazards.md §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.rules import workflow
from registry.rules.workflow import Move, State

NAME = "case"
FIRST_STATE = "clue"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
OPEN = tuple(state.id for state in STATES.values() if not state.ended)
# verb -> the clocks it starts, the clocks it stops
STARTS: Mapping[str, tuple[str, ...]] = {
    "file": ("decision",),
    "submit_review": ("review",),
    "notify": ("statement",),
    "decide": ("payment",),
    "decide_on_spot": ("payment",),
}
STOPS: Mapping[str, tuple[str, ...]] = {
    "file": ("clue",),
    "refuse_filing": ("clue",),
    "decide_on_spot": ("clue",),
    "return_review": ("review",),
    "notify": ("review",),
    "hear": ("statement",),
    "decide": ("statement", "decision"),
    "pay": ("payment",),
}
# The execution is over: the file is to be closed.
CLOSING_AFTER = "pay"
EXTENDS: Mapping[str, tuple[str, str]] = {
    "extend_clue": ("clue", "clue_extended"),
    "extend": ("decision", "decision_extended"),
}
FINES = ("notify", "decide", "decide_on_spot")


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def may_decide(heard: bool, statement_due: date | None, on: date) -> bool:
    """Whether the party has had its say: it has spoken or waived it, or its days are over (PROC 57)."""
    return heard or (statement_due is not None and on > statement_due)
