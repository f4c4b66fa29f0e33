"""Emergency calls of 96366: the table of moves, who may make each, and where a call stands (elevators.md §6).

A state follows from what was done: from the marks of the call and from its dispatches. `state_of` is the one place
that says so; the table `call_moves` says what may be done in each state, `refusal` what a table cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules import tables, workflow
from registry.rules.limits import edition, limit
from registry.rules.workflow import Move, State

NAME = "call"
FIRST_STATE = "received"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
VERBS = tuple(dict.fromkeys(move.verb for move in MOVES))
OPEN_STATES = tuple(state.id for state in STATES.values() if not state.ended)
# Somebody waits for help: until he is free, or the lift stands no more.
RUNNING_STATES = ("received", "dispatched", "accepted", "on_site")
# Moves of one dispatch, by whoever was asked or by the desk on his word.
OF_DISPATCH = ("answer", "decline", "depart", "arrive")
ENTRAPMENT, FAULT, CONSULT, COMPLAINT, FALSE_ALARM = "entrapment", "fault", "consult", "complaint", "false_alarm"
SERVICES = ("119", "110")
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a call is about: `dispatched` sends rescuers, `trapped` holds people."""

    id: str
    zh: str
    en: str
    dispatched: bool
    trapped: bool


@dataclass(frozen=True, slots=True)
class Role:
    """As what a unit is asked: its level, and whether it can free people (`rescues`)."""

    id: str
    zh: str
    en: str
    level: int
    rescues: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One dispatch: who was asked, and what became of it."""

    id: int
    role: str
    level: int
    dispatched_at: datetime
    answered_at: datetime | None = None
    declined_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    withdrawn_at: datetime | None = None
    eta_minutes: int | None = None

    @property
    def open(self) -> bool:
        """Neither declined nor withdrawn."""
        return self.declined_at is None and self.withdrawn_at is None

    @property
    def accepted(self) -> bool:
        """Whether somebody said that he comes, and still does."""
        return self.open and self.answered_at is not None

    @property
    def rescues(self) -> bool:
        """Whether it can free people; a use unit stands by them until somebody comes who can."""
        return roles()[self.role].rescues

    @property
    def expected_at(self) -> datetime | None:
        """When it said it would be there; None where it said nothing."""
        if self.answered_at is None or self.eta_minutes is None:
            return None
        return self.answered_at + timedelta(minutes=self.eta_minutes)

    @property
    def state(self) -> str:
        """asked, accepted, departed, arrived, declined or withdrawn."""
        if self.arrived_at is not None:
            return "arrived"
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.declined_at is not None:
            return "declined"
        if self.departed_at is not None:
            return "departed"
        return "accepted" if self.answered_at is not None else "asked"


@dataclass(frozen=True, slots=True)
class Facts:
    """A call as the rules see it. `servable`: somebody is known who could be sent at level 1; `merged`: it was another
    call taken twice."""

    kind: str
    received_at: datetime
    area: str | None = None
    tied: bool = False
    servable: bool = True
    injured: int = 0
    caused: bool = False
    merged: bool = False
    released_at: datetime | None = None
    repaired_at: datetime | None = None
    called_back_at: datetime | None = None
    closed_at: datetime | None = None
    asked: Sequence[Asked] = ()

    @property
    def over_at(self) -> datetime | None:
        """When nobody had to hurry any more; None while somebody waits."""
        moments = [at for at in (self.released_at, self.repaired_at, self.closed_at) if at is not None]
        return min(moments) if moments else None


def state_of(facts: Facts) -> str:
    """Where a call stands."""
    if facts.closed_at is not None:
        return "closed"
    if facts.released_at is not None or facts.repaired_at is not None:
        if facts.repaired_at is None:
            return "released"
        return "repaired" if facts.called_back_at is None else "called_back"
    able = [one for one in facts.asked if one.open and one.rescues]
    if any(one.arrived_at for one in able):
        return "on_site"
    if any(one.accepted for one in able):
        return "accepted"
    return "dispatched" if facts.asked else "received"


def level_of(facts: Facts) -> int:
    """The highest level that was called on; 0 before anybody was."""
    return max((one.level for one in facts.asked), default=0)


def refusal(facts: Facts, verb: str, asked: Asked | None, by_desk: bool) -> str | None:
    """Why a move that the table allows cannot be made; None when it can. One of the keys that the service words."""
    if verb in ("dispatch", "upgrade", "hand_over") and not kinds()[facts.kind].dispatched:
        return "no_dispatch"
    if verb == "dispatch" and not facts.tied:
        return "not_tied"
    if verb in ("reopen", "pass_on") and facts.merged:
        return "merged"
    if verb in (*OF_DISPATCH, "withdraw"):
        return _refused_dispatch(verb, asked)
    if verb == "release":
        return _refused_release(facts, asked, by_desk)
    if verb == "repair" and facts.kind == ENTRAPMENT and facts.released_at is None:
        return "not_released"
    if verb == "close":
        return "not_ended" if kinds()[facts.kind].dispatched and facts.over_at is None else None
    if verb == "pass_on" and facts.kind == ENTRAPMENT:
        return "no_pass_on"
    return "not_tied" if verb in ("pass_on", "make_clue") and not facts.tied else None


def _refused_dispatch(verb: str, asked: Asked | None) -> str | None:
    if asked is None:
        return "not_asked"
    if asked.withdrawn_at is not None:
        return "withdrawn"
    if asked.declined_at is not None:
        return "declined"
    if asked.arrived_at is not None:
        return "arrived"
    if verb == "answer" and asked.answered_at is not None:
        return "answered"
    return "departed" if verb == "depart" and asked.departed_at is not None else None


def _refused_release(facts: Facts, asked: Asked | None, by_desk: bool) -> str | None:
    if facts.kind != ENTRAPMENT:
        return "nobody_trapped"
    if by_desk:
        return None
    return None if asked is not None and asked.open and asked.arrived_at is not None else "not_there"


@cache
def kinds(on: date = date.max) -> Mapping[str, Kind]:
    """What calls are about, by identifier."""
    return MappingProxyType(
        {
            row["kind"]: Kind(row["kind"], row["zh"], row["en"], row["dispatched"] == "1", row["trapped"] == "1")
            for row in edition("call_kinds", on)
        }
    )


@cache
def roles(on: date = date.max) -> Mapping[str, Role]:
    """As what units are asked, by identifier."""
    return MappingProxyType(
        {
            row["role"]: Role(row["role"], row["zh"], row["en"], int(row["level"]), row["rescues"] == "1")
            for row in edition("call_roles", on)
        }
    )


def names(table: str, on: date = date.max) -> dict[str, tuple[str, str]]:
    """The rows of a small table of names, in its order: identifier -> (Chinese, English)."""
    return {next(iter(row.values())): (row["zh"], row["en"]) for row in edition(table, on)}


def cause_groups(on: date = date.max) -> dict[str, tuple[str, str]]:
    """The groups of causes: identifier -> (Chinese, English)."""
    return {row["group"]: (row["group_zh"], row["group_en"]) for row in edition("call_causes", on)}


def group_of(cause: str, on: date = date.max) -> str:
    """The group of a cause."""
    return next(row["group"] for row in edition("call_causes", on) if row["cause"] == cause)


def needs_arrival(result: str, on: date) -> bool:
    """Whether a result can only be told by somebody who was there."""
    return any(row["result"] == result and row["on_site"] == "1" for row in edition("call_results", on))


def arrival_minutes(area: str | None, on: date) -> int:
    """How soon rescuers must be there (TSG T5002 art. 6); where the area is not known, the longer of the times."""
    found = {row["area"]: int(row["minutes"]) for row in edition("call_arrival", on)}
    return found.get(area or EVERYWHERE, found[EVERYWHERE])


def repeats(count: int, on: date) -> bool:
    """Whether an elevator traps people again and again."""
    return count >= limit("call_limits", "repeat_entrapments", on)


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def find_move(state: str, verb: str, on: date = date.max) -> Move | None:
    """The move a verb makes from a state; None when it is not legal there."""
    return workflow.find_move(NAME, state, verb, on)


def timer_rows(on: date) -> tuple[tables.Row, ...]:
    """The rows of the timers in force."""
    return edition("call_timers", on)
