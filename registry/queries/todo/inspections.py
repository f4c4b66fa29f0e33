"""Inspections and tests of elevators that are due."""

from __future__ import annotations

from registry import policy
from registry.messages import T
from registry.queries import inspection_due, inspections
from registry.queries.todo.entry import Tallied, Todo

INSPECTIONS_FOR = policy.REGISTRARS | {"use_manager", "maintenance_manager", "inspection_body"}


def _inspections(key: str) -> Tallied:
    return Tallied(inspection_due.tally, key)


TODOS: tuple[Todo, ...] = (
    Todo(
        "inspections_overdue",
        T("检验超期的电梯"),
        "late",
        "inspection.read",
        "inspection_due.index",
        _inspections("overdue"),
        {"state": "overdue"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "inspections_7",
        T("7天内到期的检验"),
        "due",
        "inspection.read",
        "inspection_due.index",
        _inspections("7"),
        {"within": "7"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "inspections_30",
        T("30天内到期的检验"),
        "due",
        "inspection.read",
        "inspection_due.index",
        _inspections("30"),
        {"within": "30"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "inspections_60",
        T("60天内到期的检验"),
        "open",
        "inspection.read",
        "inspection_due.index",
        _inspections("60"),
        {"within": "60"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "part_tests_overdue",
        T("超期的限速器校验和制动试验"),
        "late",
        "inspection.read",
        "part_tests.index",
        inspections.count_parts_overdue,
        {"state": "overdue"},
        INSPECTIONS_FOR,
    ),
)
