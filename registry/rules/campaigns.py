"""Campaigns (专项行动, 专项监督检查): their states and moves, and what is linked to them (SAMR57 10-11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.rules import workflow
from registry.rules.workflow import Move, State

NAME = "campaign"
FIRST_STATE = "planned"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
EQUIPMENT = {"elevator": ("电梯", "Elevators"), "cylinder": ("气瓶", "Gas cylinders")}
UNIT_KINDS = {
    "use": ("使用单位", "Use units"),
    "maintenance": ("维保单位", "Maintenance companies"),
    "filling": ("充装单位", "Filling stations"),
    "inspection": ("检验机构", "Inspection bodies"),
}
# Which units have to do with which equipment.
UNIT_KINDS_OF_EQUIPMENT = {
    "elevator": ("use", "maintenance", "inspection"),
    "cylinder": ("filling", "inspection"),
}


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)
