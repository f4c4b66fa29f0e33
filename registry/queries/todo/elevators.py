"""Elevators: riders' reports, renewal of old ones, use registration, notices of stops."""

from __future__ import annotations

from registry import policy
from registry.messages import T
from registry.queries import elevator_gaps, fault_reports, old_elevators, registrations, renewals
from registry.queries.todo.entry import Todo

TODOS: tuple[Todo, ...] = (
    Todo(
        "fault_reports_open",
        T("待办结的乘客报修"),
        "due",
        "fault_report.close",
        "fault_reports.index",
        fault_reports.count_open,
        {"state": "open"},
    ),
    Todo(
        "fault_reports_late",
        T("超时未答复的乘客报修"),
        "late",
        "fault_report.read",
        "fault_reports.index",
        fault_reports.count_late,
        {"late": "1"},
    ),
    Todo(
        "renewals_waiting",
        T("待办理的更新改造项目"),
        "open",
        "renewal.read",
        "renewals.index",
        renewals.count_waiting,
        {"state": "waiting"},
    ),
    Todo(
        "old_unassessed",
        T("没有安全评估的老旧电梯"),
        "open",
        "assessment.record",
        "old_elevators.index",
        old_elevators.count_unassessed,
        {"assessed": "no"},
        policy.OFFICERS,
    ),
    Todo(
        "registrations_late",
        T("超过办理期限的使用登记申请"),
        "late",
        "registration.decide",
        "registrations.index",
        lambda actor, day: registrations.count_waiting("office", actor, day, late=True),
        {"state": "late"},
    ),
    Todo(
        "registrations_waiting",
        T("待办理的使用登记申请"),
        "due",
        "registration.decide",
        "registrations.index",
        lambda actor, day: registrations.count_waiting("office", actor, day),
        {"state": "waiting_office"},
    ),
    Todo(
        "registrations_returned",
        T("退回补正的使用登记申请"),
        "due",
        "registration.apply",
        "registrations.index",
        registrations.count_returned,
        {"state": "RETURNED"},
        frozenset({"use_manager"}),
    ),
    Todo(
        "elevators_unregistered",
        T("在用未登记的电梯"),
        "late",
        "elevator.change_status",
        "elevators.index",
        elevator_gaps.count_unregistered,
        {"status": "in_use_unregistered"},
    ),
    Todo(
        "stops_told_late",
        T("停用告知逾期的电梯"),
        "open",
        "elevator.change_status",
        "elevators.index",
        elevator_gaps.count_late_notices,
        {"gaps": "late_notice"},
    ),
)
