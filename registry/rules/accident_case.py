"""The road of an accident and its clocks: who must have reported what by when (hazards.md §7.2).

Hours run through holidays. Days begin on the next day; a last day on which nobody works moves to the next working day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registry.rules import limits, tables, workflow
from registry.rules.workflow import Move, State

NAME = "accident"
FIRST_STATE = "reported"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
VERBS = tuple(dict.fromkeys(move.verb for move in MOVES))
OPEN_STATES = tuple(state.id for state in STATES.values() if not state.ended)
# Steps of a clock: each is done once.
ONCE = ("report_county", "report_city", "enter_system", "send_report", "pass_up")
NO_ACCIDENT = "event"


@dataclass(frozen=True, slots=True)
class Clock:
    """One step that must be done: `due` None where the law says at once or where it does not run yet; whose `duty`."""

    step: str
    zh: str
    en: str
    duty_zh: str
    duty_en: str
    basis: str
    due: datetime | None
    done: datetime | None
    running: bool

    def late(self, now: datetime) -> bool:
        """Whether it was done late, or is not done and past its time."""
        return self.due is not None and (self.done or now) > self.due

    def waits(self) -> bool:
        """Whether somebody has to do it now."""
        return self.running and self.done is None


def clocks(
    moments: Mapping[str, datetime], more_days: int, on: date, last_day: Callable[[date, int], datetime]
) -> list[Clock]:
    """The steps of the reports and the investigation.

    `moments`: when it was `told` to the person in charge, when the bureau came to `receive` it, and of each verb when
    it was last done. `more_days`: extensions and time left out of the investigation. `last_day(day, days)`: the end of
    the last day of a period.
    """
    found = []
    for row in tables.rows("accident_clocks", on):
        begun = moments.get(row["after"])
        found.append(
            Clock(
                row["step"],
                row["zh"],
                row["en"],
                row["duty_zh"],
                row["duty_en"],
                row["basis"],
                _due(row, begun, more_days, last_day) if begun else None,
                moments.get(row["step"]),
                begun is not None,
            )
        )
    return found


def follow_up_late(changed: datetime, done: datetime, happened: datetime, on: date) -> bool:
    """Whether a change of casualties was reported too late; one after the period need not be."""
    within = timedelta(days=limits.limit("accident_limits", "follow_up_days", on))
    hours = timedelta(hours=limits.limit("accident_limits", "follow_up_hours", on))
    return changed - happened <= within and done - changed > hours


def extension_limit(on: date) -> int:
    """How many days an investigation may be extended altogether."""
    return limits.limit("accident_limits", "extension_days", on)


def papers_of(verb: str, on: date) -> tuple[str, ...]:
    """The papers that a move brings forth."""
    return tuple(row["paper"] for row in tables.rows("accident_papers", on) if row["verb"] == verb)


def names(table: str, on: date) -> dict[str, tuple[str, str]]:
    """The rows of a small table of names, in its order: identifier -> (Chinese, English)."""
    return {next(iter(row.values())): (row["zh"], row["en"]) for row in tables.rows(table, on)}


def is_responsible(responsibility: str, on: date) -> bool:
    """Whether a class of responsibility counts as being responsible for the accident."""
    rows = tables.rows("accident_responsibilities", on)
    return any(row["counts"] == "1" for row in rows if row["responsibility"] == responsibility)


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)


def _due(
    row: tables.Row, begun: datetime, more_days: int, last_day: Callable[[date, int], datetime]
) -> datetime | None:
    if not row["amount"]:
        return None
    amount = int(row["amount"])
    if row["unit"] == "h":
        return begun + timedelta(hours=amount)
    return last_day(begun.date(), amount + (more_days if row["step"] == "file_report" else 0))
