"""Guarded events (重大活动保障): states and moves, what is checked before, when a round is late, who stands where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from registry.rules import workflow
from registry.rules.limits import edition, limit
from registry.rules.workflow import Move, State

NAME = "guarded_event"
FIRST_STATE = "planned"
STATES: Mapping[str, State] = workflow.states(NAME)
MOVES: tuple[Move, ...] = workflow.moves(NAME)
# Places and equipment are chosen before the checks are answered for; people and rounds change while it runs.
PLACES_CHANGE_IN = ("planned",)
PLANS_CHANGE_IN = ("planned", "ready", "running")
WALKED_IN = ("ready", "running")
OVER = ("ended", "closed", "cancelled")
NORMAL, ABNORMAL = "normal", "abnormal"
MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at before the event; `period`: it must hold until the last day, else today."""

    subject: str
    id: str
    zh: str
    en: str
    period: bool
    basis: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is looked at on a round; `fault_kind`: the kind of fault report when it is not in order."""

    id: str
    zh: str
    en: str
    fault_kind: str


@cache
def checks(subject: str, on: date = date.max) -> tuple[Check, ...]:
    """What is checked of an `elevator` or a `unit`, in the order of the list."""
    return tuple(
        Check(subject, row["check"], row["zh"], row["en"], row["over"] == "period", row["basis"])
        for row in edition("guarded_event_checks", on)
        if row["subject"] == subject
    )


@cache
def items(on: date = date.max) -> Mapping[str, Item]:
    """What is looked at on a round, by identifier."""
    rows = edition("guarded_round_items", on)
    return MappingProxyType({row["item"]: Item(row["item"], row["zh"], row["en"], row["fault_kind"]) for row in rows})


def number(key: str, on: date) -> int:
    """One number of `guarded_event_limits`."""
    return limit("guarded_event_limits", key, on)


def moves_from(state: str, on: date = date.max) -> tuple[Move, ...]:
    """What may be done in a state."""
    return workflow.moves_from(NAME, state, on)


def late_from(planned_at: datetime, on: date) -> datetime:
    """The last moment at which a round is in time: a limit is kept on its second."""
    return planned_at + timedelta(minutes=number("round_late_minutes", on))


def walkable_from(planned_at: datetime, on: date) -> datetime:
    """The first moment at which a round may be walked."""
    return planned_at - timedelta(minutes=number("round_early_minutes", on))


def round_state(planned_at: datetime, done_at: datetime | None, now: datetime, over: bool, on: date) -> str:
    """Where a round stands: walked, walked_late, missed (the event is over), late, due (may be walked) or waits."""
    last = late_from(planned_at, on)
    if done_at is not None:
        return "walked" if done_at <= last else "walked_late"
    if over:
        return "missed"
    if now > last:
        return "late"
    return "due" if now >= walkable_from(planned_at, on) else "waits"


def start_refusal(starts_at: datetime, ends_at: datetime, now: datetime, on: date) -> str | None:
    """Why an event cannot be started now: `too_early`, `over`; None when it can. The end itself is over."""
    if now >= ends_at:
        return "over"
    return "too_early" if now < starts_at - timedelta(hours=number("start_lead_hours", on)) else None


def stands(starts_at: datetime, ends_at: datetime, at: datetime) -> bool:
    """Whether a shift `[starts_at, ends_at)` holds at a moment."""
    return starts_at <= at < ends_at


def times(first: datetime, last: datetime, every_minutes: int) -> list[datetime]:
    """The planned times of rounds from `first` to `last`, both included, one more than MOST_ROUNDS at most."""
    found: list[datetime] = []
    at = first
    while at <= last and len(found) <= MOST_ROUNDS:
        found.append(at)
        at += timedelta(minutes=every_minutes)
    return found
