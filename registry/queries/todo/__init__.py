"""What waits for the caller, for the first page: one entry a kind of work.

To add one: write `count(actor, day) -> int` in the query file of the subject (one statement, a `policy.scope` in it, so
that nobody is told of work that he cannot open) and add a `Todo` to the file of its subject here. Several counts over
one list are a `tally(actor, day) -> {key: int}`, asked once, and a `Tallied` for each. An entry shows on the first
page of everybody who has the permission (and of `roles`, where given) while the count is above nothing. `page` is the
endpoint of the list behind it, with `arguments`; that list must show what was counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry import policy
from registry.actor import Actor
from registry.queries.todo import (
    accidents,
    calls,
    cylinder_life,
    cylinders,
    elevators,
    enforcement,
    guarded_events,
    indicators,
    inspections,
    insurance,
    maintenance,
    safety,
    supervision,
)
from registry.queries.todo.entry import Tallied, Tally, Todo, Waiting

__all__ = ["TODOS", "Todo", "Waiting", "waiting"]

TONES = ("late", "due", "open")
TODOS: tuple[Todo, ...] = (
    *calls.TODOS,
    *guarded_events.TODOS,
    *accidents.TODOS,
    *cylinders.TODOS,
    *cylinder_life.TODOS,
    *maintenance.TODOS,
    *inspections.TODOS,
    *elevators.TODOS,
    *insurance.TODOS,
    *safety.TODOS,
    *supervision.TODOS,
    *enforcement.TODOS,
    *indicators.TODOS,
)


def waiting(actor: Actor, day: date) -> list[Waiting]:
    """What waits for the caller on a day, what is late first, in the order of TODOS."""
    asked = [t for t in TODOS if policy.may(actor, t.permission) and (not t.roles or actor.role in t.roles)]
    known: dict[Tally, Mapping[str, int]] = {}
    found = [Waiting(todo, _number(todo, actor, day, known)) for todo in asked]
    return sorted((w for w in found if w.count), key=lambda w: TONES.index(w.todo.tone))


def _number(todo: Todo, actor: Actor, day: date, known: dict[Tally, Mapping[str, int]]) -> int:
    count = todo.count
    if not isinstance(count, Tallied):
        return count(actor, day)
    if count.ask not in known:
        known[count.ask] = count.ask(actor, day)
    return known[count.ask][count.key]
