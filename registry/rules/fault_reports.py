"""Fault reports of riders (乘客报修): what may be wrong, and who has to do what next (elevators.md §6, §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules import workflow
from registry.rules.limits import edition
from registry.rules.workflow import Move, State

NAME = "fault_report"
FIRST_STATE = "received"
ENTRAPMENT = "entrapment"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
# The rider has been told something.
ANSWERING = ("answer", "close", "dismiss")


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do until help comes."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What is wrong; `emergency` means: call, do not write."""

    id: str
    zh: str
    en: str
    emergency: bool
    advice: Advice | None


@cache
def kinds(on: date = date.max) -> Mapping[str, Kind]:
    """The kinds of faults by identifier, the worst first."""
    return MappingProxyType(
        {
            row["kind"]: Kind(
                row["kind"],
                row["zh"],
                row["en"],
                row["emergency"] == "1",
                Advice(row["advice_zh"], row["advice_en"]) if row["advice_zh"] else None,
            )
            for row in edition("fault_report_kinds", on)
        }
    )


KINDS = kinds()


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)


def answer_due(received_at: datetime, hours: int) -> datetime:
    """When the rider should have been told something."""
    return received_at + timedelta(hours=hours)
