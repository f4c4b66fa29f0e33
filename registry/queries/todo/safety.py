"""Hazards past their deadline and the safety records of units (日管控, 周排查, 月调度)."""

from __future__ import annotations

from registry.messages import T
from registry.queries import escalations, hazards, safety_todo
from registry.queries.todo.entry import Todo


def _safety(cycle: str, label: T) -> Todo:
    page = f"safety_records.{cycle}"
    return Todo(f"safety_{cycle}", label, "due", "safety.record", page, safety_todo.due(cycle))


TODOS: tuple[Todo, ...] = (
    Todo(
        "hazards_overdue",
        T("超过期限的隐患"),
        "late",
        "hazard.read",
        "hazards.index",
        hazards.count_overdue,
        {"overdue": "1"},
    ),
    Todo(
        "escalations",
        T("建议升级督办的隐患"),
        "late",
        "circular.read",
        "circulars.proposals",
        escalations.waiting,
    ),
    _safety("daily", T("今天的安全检查记录")),
    _safety("weekly", T("到期的每周安全排查报告")),
    _safety("monthly", T("到期的每月安全调度纪要")),
    Todo(
        "safety_unassigned",
        T("没有安全员的在用电梯"),
        "open",
        "safety.manage",
        "safety_units.charges",
        safety_todo.without_officer,
        {"unassigned": "1"},
        frozenset({"use_manager"}),
    ),
)
