"""Small workflows as two tables: `<name>_states` and `<name>_moves`. Buttons, API and tests read the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.limits import edition


@dataclass(frozen=True, slots=True)
class State:
    """A state; `ended` has nothing more to do for anybody. `tone` colours it on pages."""

    id: str
    zh: str
    en: str
    tone: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move; `needs` names what must come with it."""

    source: str
    target: str
    verb: str
    zh: str
    en: str
    needs: tuple[str, ...]
    basis: str
    certainty: str


@cache
def states(name: str, on: date = date.max) -> Mapping[str, State]:
    """The states by identifier, in the order of the work."""
    return MappingProxyType(
        {
            row["state"]: State(row["state"], row["zh"], row["en"], row["tone"], row["ended"] == "1")
            for row in edition(f"{name}_states", on)
        }
    )


@cache
def moves(name: str, on: date = date.max) -> tuple[Move, ...]:
    """All legal moves."""
    return tuple(
        Move(
            row["from"],
            row["to"],
            row["verb"],
            row["zh"],
            row["en"],
            tuple(row["needs"].split()),
            row["basis"],
            row["certainty"],
        )
        for row in edition(f"{name}_moves", on)
    )


def moves_from(name: str, state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return tuple(move for move in moves(name, on) if move.source == state)


def find_move(name: str, state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return next((move for move in moves_from(name, state, on) if move.verb == verb), None)
