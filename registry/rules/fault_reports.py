"""Fault reports of riders (乘客报修): what may be wrong, and who has to do what next (elevators.md §6, §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.rules import report_kinds, workflow
from registry.rules.report_kinds import Kind, answer_due
from registry.rules.workflow import Move, State

__all__ = [
    "ANSWERING",
    "ENTRAPMENT",
    "FIRST_STATE",
    "KINDS",
    "MOVES",
    "STATES",
    "Kind",
    "answer_due",
    "find_move",
    "moves_from",
]

NAME = "fault_report"
FIRST_STATE = "received"
ENTRAPMENT = "entrapment"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
KINDS: Mapping[str, Kind] = report_kinds.kinds(NAME)
# The rider has been told something.
ANSWERING = ("answer", "close", "dismiss")


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)
