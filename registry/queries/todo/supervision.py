"""Supervision inspections that wait for those who make them."""

from __future__ import annotations

from registry.messages import T
from registry.queries import supervision_checks
from registry.queries.todo.entry import Todo

TODOS: tuple[Todo, ...] = (
    Todo(
        "supervision_mine",
        T("由我检查的监督检查"),
        "due",
        "supervision.start",
        "supervision.index",
        supervision_checks.count_mine,
        {"mine": "1", "state": "open"},
    ),
)
