"""Renewal projects (更新改造): who pays, and the states from application to new registration (elevators.md §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules import workflow
from registry.rules.limits import edition
from registry.rules.workflow import Move, State

NAME = "renewal"
FIRST_STATE = "applied"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
# The lift has been accepted: what it has cost does not change any more.
SETTLED = ("accepted", "registered", "rejected", "withdrawn")
# The old lift must have one of these before the new one takes its place.
GONE = ("scrapped", "cancelled", "dismantled")


@dataclass(frozen=True, slots=True)
class Fund:
    """A source of money."""

    id: str
    zh: str
    en: str

    @property
    def column(self) -> str:
        """The name of its amount, in fen."""
        return f"{self.id}_fen"


@cache
def funds(on: date = date.max) -> Mapping[str, Fund]:
    """The sources of money by identifier."""
    return MappingProxyType(
        {row["fund"]: Fund(row["fund"], row["zh"], row["en"]) for row in edition("renewal_funds", on)}
    )


FUNDS = funds()


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)


def shortfall(cost_fen: int, amounts: Mapping[str, int]) -> int:
    """What the funds lack to the cost, in fen; negative when they give more."""
    return cost_fen - sum(amounts.values())
