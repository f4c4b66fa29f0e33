"""Lists of what an indicator does not count, sent to the unit that can change it, and followed until it is done."""

from __future__ import annotations

from registry.rules.workflow import Move, State, find_move, moves, moves_from, states

__all__ = ["ANSWERED", "OPEN_STATES", "SENT", "WORKFLOW", "Move", "State", "find_move", "moves", "moves_from", "states"]

WORKFLOW = "follow_up"
SENT, ANSWERED = "sent", "answered"
OPEN_STATES = (SENT, ANSWERED)
