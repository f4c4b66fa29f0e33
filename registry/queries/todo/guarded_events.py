"""Rounds of guarded events that wait to be walked."""

from __future__ import annotations

from registry import policy
from registry.messages import T
from registry.queries import guarded_rounds
from registry.queries.todo.entry import Tallied, Todo

TODOS: tuple[Todo, ...] = (
    Todo(
        "guarded_rounds_late",
        T("逾期未巡查的保障巡查"),
        "late",
        "guarded_event.walk",
        "guarded_rounds.mine",
        Tallied(guarded_rounds.tally, "late"),
    ),
    Todo(
        "guarded_rounds_due",
        T("现在要走的保障巡查"),
        "due",
        "guarded_event.walk",
        "guarded_rounds.mine",
        Tallied(guarded_rounds.tally, "due"),
    ),
    Todo(
        "guarded_rounds_late_all",
        T("重大活动保障中逾期未巡查"),
        "late",
        "guarded_event.accept",
        "guarded_events.index",
        Tallied(guarded_rounds.tally, "late_all"),
        {"state": "running"},
        policy.OFFICERS,
    ),
)
