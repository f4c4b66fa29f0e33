"""Claims against a policy: their words, and the moves between their states (elevators.md §7, cylinders.md §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from registry.rules import limits

Names = Mapping[str, tuple[str, str]]

STATES: Names = MappingProxyType(
    {
        "reported": ("已报案", "Reported"),
        "settled": ("已赔付", "Settled"),
        "refused": ("已拒赔", "Refused"),
    }
)
EVENTS: Names = MappingProxyType(
    {
        "accident": ("设备事故", "Accident"),
        "trapped": ("困人", "Trapped in the car"),
        "natural_hazard": ("自然灾害", "Natural hazard"),
        "other": ("其他", "Other"),
    }
)
CLAIMANTS: Names = MappingProxyType(
    {
        "passenger": ("乘客", "Passenger"),
        "resident": ("业主或住户", "Owner or resident"),
        "worker": ("作业人员", "Worker"),
        "gas_user": ("用气户", "Gas user"),
        "property": ("财产损失方", "Damaged property"),
        "other": ("其他", "Other"),
    }
)
INJURIES: Names = MappingProxyType(
    {
        "none": ("无人伤亡", "Nobody hurt"),
        "light": ("轻伤", "Slight injury"),
        "serious": ("重伤", "Serious injury"),
        "death": ("死亡", "Death"),
    }
)
COVERED: Names = MappingProxyType({key: EVENTS[key] for key in ("accident", "natural_hazard", "trapped")})


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a claim from one of `sources` to `target`."""

    verb: str
    zh: str
    en: str
    sources: tuple[str, ...]
    target: str


def moves(on: date) -> tuple[Move, ...]:
    """Every step there is on a day."""
    return tuple(
        Move(row["verb"], row["zh"], row["en"], tuple(row["source"].split()), row["target"])
        for row in limits.edition("claim_moves", on)
    )


def moves_from(state: str, on: date) -> tuple[Move, ...]:
    """The steps that a claim of this state may take."""
    return tuple(move for move in moves(on) if state in move.sources)
