"""Accidents: reports and investigations that are past their time, or wait."""

from __future__ import annotations

from registry.messages import T
from registry.queries import accidents
from registry.queries.todo.entry import Tallied, Todo

TODOS: tuple[Todo, ...] = (
    Todo(
        "accidents_late",
        T("超过时限的事故报告或调查"),
        "late",
        "accident.read",
        "accidents.index",
        Tallied(accidents.counted, "late"),
        {"state": "late"},
    ),
    Todo(
        "accidents_due",
        T("待办理的事故报告或调查"),
        "due",
        "accident.read",
        "accidents.index",
        Tallied(accidents.counted, "due"),
        {"state": "due"},
    ),
)
