"""Drawing fills for a look at their video (cylinders.md §7): by weight, without replacement, and the same again from
the same seed, so that anybody entitled can repeat a draw.

A fill of weight w gets the smallest of w numbers that SHA-256 makes from the seed, its id and 0 to w-1; the fills
with the smallest numbers are drawn. The smallest of w equal chances comes first w times as often as a single one, so
this is drawing by weight, with whole numbers only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from registry.rules.limits import edition
from registry.rules.supervision_draw import lot
from registry.rules.workflow import State, find_move, moves, states

WORKFLOW = "spot_check"
OPEN, OK, NOT_OK, CLIP_MISSING = "open", "ok", "not_ok", "clip_missing"
ANSWERS = ("yes", "no", "unseen")
MOST = 200


@dataclass(frozen=True, slots=True)
class Item:
    """Something the inspector looks for in the video."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A fill that was drawn, with its weight."""

    id: int
    weight: int


@cache
def weights(on: date) -> Mapping[str, int]:
    """What each circumstance adds to the weight of a fill."""
    return {row["key"]: int(row["weight"]) for row in edition("spot_check_weights", on)}


@cache
def items(on: date) -> tuple[Item, ...]:
    """What is looked for."""
    return tuple(Item(row["item"], row["zh"], row["en"]) for row in edition("spot_check_items", on))


def weight(circumstances: Iterable[str], table: Mapping[str, int]) -> int:
    """The weight of a fill: the base and what its circumstances add."""
    return table["base"] + sum(table[name] for name in set(circumstances))


def draw(seed: str, pool: Sequence[Drawn], size: int) -> list[Drawn]:
    """`size` fills of the pool, or all of a smaller one, in the order they were drawn."""
    ordered = sorted(pool, key=lambda each: (lot(seed, str(each.id), each.weight), each.id))
    return ordered[:size]


def digest(pool: Sequence[Drawn]) -> str:
    """SHA-256 over the pool in the order of ids: two draws from one pool carry the same."""
    lines = "\n".join(f"{each.id} {each.weight}" for each in sorted(pool, key=lambda each: each.id))
    return hashlib.sha256(lines.encode()).hexdigest()


def verdict(answers: Mapping[str, str]) -> str:
    """The state that answers lead to: one “no” is not in order; where nothing could be seen nothing is."""
    return NOT_OK if "no" in answers.values() else OK


__all__ = [
    "ANSWERS",
    "CLIP_MISSING",
    "MOST",
    "NOT_OK",
    "OK",
    "OPEN",
    "WORKFLOW",
    "Drawn",
    "Item",
    "State",
    "digest",
    "draw",
    "find_move",
    "items",
    "moves",
    "states",
    "verdict",
    "weight",
    "weights",
]
