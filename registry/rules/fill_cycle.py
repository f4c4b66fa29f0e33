"""The turn of a cylinder through a station: its states and legal moves (cylinders.md §4.4, §6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from registry.rules.limits import edition
from registry.rules.tables import rows
from registry.rules.verdict import Finding, Verdict

PRECHECKED, FILLED, CHECKED = "prechecked", "filled", "checked"


@dataclass(frozen=True, slots=True)
class State:
    """`open`: the turn is not over, and no other may begin with the cylinder."""

    id: str
    zh: str
    en: str
    open: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move; `source` is empty where a turn begins."""

    source: str
    target: str
    verb: str
    zh: str
    en: str
    basis: str
    certainty: str


@dataclass(frozen=True, slots=True)
class PostItem:
    """One item of the check after filling, in one part of the cylinder."""

    id: str
    zh: str
    en: str
    part: str
    basis: str
    certainty: str


@cache
def states(on: date = date.max) -> Mapping[str, State]:
    """The states by identifier, of a day or (without one) of the newest edition."""
    found = edition("fill_cycle_states", on)
    return MappingProxyType({r["state"]: State(r["state"], r["zh"], r["en"], r["open"] == "1") for r in found})


@cache
def moves(on: date = date.max) -> tuple[Move, ...]:
    """All legal moves, of a day or (without one) of the newest edition."""
    return tuple(
        Move(r["from"], r["to"], r["verb"], r["zh"], r["en"], r["basis"], r["certainty"])
        for r in edition("fill_cycle_moves", on)
    )


STATES = states()
MOVES = moves()


def move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when the verb is not legal there."""
    return next((found for found in moves(on) if found.source == state and found.verb == verb), None)


@cache
def post_items(on: date) -> tuple[PostItem, ...]:
    """The items of the check after filling in force on a day."""
    found = rows("postcheck_items", on)
    return tuple(PostItem(r["item"], r["zh"], r["en"], r["part"], r["basis"], r["certainty"]) for r in found)


@cache
def post_names(on: date) -> Mapping[str, str]:
    """The Chinese name of each item of the check after filling."""
    return MappingProxyType({item.id: item.zh for item in post_items(on)})


def post_failures(failed: Collection[str] | None, on: date) -> Verdict:
    """What the check after filling found not in order: the cylinder must not leave."""
    if not failed:
        return Verdict.of([])
    known = {item.zh: item for item in post_items(on)}
    english = ", ".join(known[name].en if name in known else name for name in failed)
    text = f"充装后检查不合格：{'、'.join(failed)}，不得出站"
    basis = next((known[name].basis for name in failed if name in known), "")
    return Verdict.of([Finding("R50", "block", text, f"Failed after filling: {english}; must not leave", basis, "C")])
