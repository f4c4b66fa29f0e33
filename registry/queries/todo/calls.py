"""Emergency calls: those a unit was asked to come to, those that run, those to call back or to close."""

from __future__ import annotations

from registry.messages import T
from registry.queries import call_drills, calls
from registry.queries.todo.entry import Tallied, Todo

TODOS: tuple[Todo, ...] = (
    Todo(
        "calls_asked",
        T("等待接单的救援任务"),
        "late",
        "call.respond",
        "calls.mine",
        Tallied(calls.counted, "asked"),
    ),
    Todo(
        "calls_running",
        T("正在救援的96366警情"),
        "late",
        "call.read",
        "calls.index",
        Tallied(calls.counted, "running"),
        {"state": "running"},
        frozenset({"rescue_desk", "section_city", "inspector_county", "leader_county"}),
    ),
    Todo(
        "calls_to_end",
        T("待回访或办结的96366警情"),
        "due",
        "call.call_back",
        "calls.index",
        Tallied(calls.counted, "to_end"),
        {"state": "to_end"},
    ),
    Todo(
        "call_drills_open",
        T("待评估或改进超期的96366演练"),
        "due",
        "call_drill.evaluate",
        "call_drills.index",
        call_drills.to_evaluate,
    ),
)
