"""What waits for the caller, for the first page: one entry a kind of work.

To add one: write `count(actor, day) -> int` in the query file of the subject (one statement, a `policy.scope` in it, so
that nobody is told of work that he cannot open) and add a `Todo` to TODOS. It shows on the first page of everybody who
has the permission (and of `roles`, where given) while the count is above nothing. `page` is the endpoint of the list
behind it, with `arguments`; that list must show what was counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from registry import policy
from registry.actor import Actor
from registry.messages import T
from registry.queries import hazards, visit_plans, visits

Count = Callable[[Actor, date], int]


@dataclass(frozen=True)
class Todo:
    """A kind of work that may wait. `tone`: `late` (a deadline is past), `due` (today or soon) or `open`."""

    key: str
    label: T
    tone: str
    permission: str
    page: str
    count: Count
    arguments: Mapping[str, str] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """A kind of work that does wait, and how many."""

    todo: Todo
    count: int


def _visits_in(state: str) -> Count:
    return lambda actor, day: visit_plans.count_in(actor, day, state)


TODOS: tuple[Todo, ...] = (
    Todo(
        "visits_overdue",
        T("维保已超期的电梯"),
        "late",
        "visit.record",
        "visits.today",
        _visits_in("overdue"),
        {"state": "overdue"},
        policy.MAINTENANCE,
    ),
    Todo(
        "visits_due",
        T("今天到期维保的电梯"),
        "due",
        "visit.record",
        "visits.today",
        _visits_in("due"),
        {"state": "due"},
        policy.MAINTENANCE,
    ),
    Todo("visits_to_confirm", T("待确认的维保"), "due", "visit.confirm", "visits.to_confirm", visits.count_to_confirm),
    Todo(
        "hazards_overdue",
        T("超过期限的隐患"),
        "late",
        "hazard.read",
        "hazards.index",
        hazards.count_overdue,
        {"overdue": "1"},
    ),
)


def waiting(actor: Actor, day: date) -> list[Waiting]:
    """What waits for the caller on a day, what is late first, in the order of TODOS."""
    asked = [t for t in TODOS if policy.may(actor, t.permission) and (not t.roles or actor.role in t.roles)]
    found = [Waiting(todo, todo.count(actor, day)) for todo in asked]
    tones = ("late", "due", "open")
    return sorted((w for w in found if w.count), key=lambda w: tones.index(w.todo.tone))
