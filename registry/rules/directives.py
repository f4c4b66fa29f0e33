"""Safety supervision directives (特种设备安全监察指令书): serving, answering, rechecking (hazards.md §4.1, §4.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules import workflow
from registry.rules.dates import add_working_days
from registry.rules.limits import edition, limit
from registry.rules.workflow import Move, State

NAME = "directive"
LIMITS = "directive_limits"
FIRST_STATE = "issued"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
OPEN = tuple(state.id for state in STATES.values() if not state.ended)
# The unit has it in hand and has not been found to have done it.
RUNNING = ("served", "not_complied")
NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A way of serving. `needs`: what proves it; `wait_days` pass before it counts as served."""

    id: str
    zh: str
    en: str
    needs: tuple[str, ...]
    wait_days: int
    basis: str


def deliveries(on: date) -> dict[str, Delivery]:
    """The ways of serving on a day, by key."""
    return {
        row["delivery"]: Delivery(
            row["delivery"],
            row["zh"],
            row["en"],
            tuple(row["needs"].split()),
            int(row["wait_days"]),
            row["basis"],
        )
        for row in edition("directive_deliveries", on)
    }


def served_on(delivery: Delivery, delivered_on: date) -> date:
    """The day a directive counts as served: a public notice when its days have passed, the day of the notice not
    counted (PROC 82)."""
    return delivered_on + timedelta(days=delivery.wait_days)


def recheck_due(reported_on: date, holidays: Collection[date], workdays: Collection[date]) -> date:
    """The last day of the recheck, counted in working days after the report (SAMR57 29)."""
    return add_working_days(reported_on, limit(LIMITS, "recheck_days", reported_on), holidays, workdays)


def inspectors_needed(on: date) -> int:
    """How many sign at least (SAMR57 19)."""
    return limit(LIMITS, "inspectors", on)


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)
