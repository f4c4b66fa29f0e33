"""Lists of what an indicator does not count, sent to units."""

from __future__ import annotations

from registry import policy
from registry.messages import T
from registry.queries import follow_ups
from registry.queries.todo.entry import Todo

TODOS: tuple[Todo, ...] = (
    Todo(
        "follow_ups_waiting",
        T("待回复的指标催办清单"),
        "due",
        "follow_up.answer",
        "follow_ups.index",
        follow_ups.waiting,
        {"state": "sent"},
        policy.UNIT_MANAGERS,
    ),
    Todo(
        "follow_ups_past_due",
        T("已过期限的指标催办清单"),
        "late",
        "follow_up.close",
        "follow_ups.index",
        follow_ups.past_due,
        {"overdue": "1"},
    ),
)
