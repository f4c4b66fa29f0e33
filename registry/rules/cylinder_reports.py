"""Reports of citizens on cylinders (气瓶举报): what may be wrong, and who has to do what next (cylinders.md §5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.rules import report_kinds, workflow
from registry.rules.report_kinds import Kind
from registry.rules.workflow import Move, State

NAME = "cylinder_report"
FIRST_STATE = "received"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
KINDS: Mapping[str, Kind] = report_kinds.kinds(NAME)
# The citizen has been told something.
ANSWERING = ("answer", "close", "dismiss")
# Between office and station: the citizen sees that it was done, not what was said.
INNER = ("pass_on", "explain", "ask_again", "open_clue")


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)
