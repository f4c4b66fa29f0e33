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
from registry.queries import (
    anomalies,
    company_records,
    contracts,
    cylinder_anomalies,
    days,
    elevator_gaps,
    fault_reports,
    hazards,
    inspection_due,
    inspections,
    maker_items,
    offline_disagreements,
    old_elevators,
    policy_renewals,
    registrations,
    renewals,
    safety_todo,
    station_registers,
    turns,
    visits,
)

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
    return lambda actor, day: days.count_in(actor, day, state)


def _visits_late(late: int) -> Count:
    return lambda actor, day: days.count_late(actor, day, late)


def _inspections_within(first: int, last: int) -> Count:
    return lambda actor, day: inspection_due.count_within(actor, day, (first, last))


INSPECTIONS_FOR = policy.REGISTRARS | {"use_manager", "maintenance_manager", "inspection_body"}


def _insurance(when: str) -> Count:
    return lambda actor, day: policy_renewals.count(actor, day, when)


INSURERS_AND_HOLDERS = policy.UNIT_MANAGERS | policy.REGISTRARS | {"insurer", "inspection_body"}


def _safety(cycle: str, label: T) -> Todo:
    page = f"safety_records.{cycle}"
    return Todo(f"safety_{cycle}", label, "due", "safety.record", page, safety_todo.due(cycle))


TODOS: tuple[Todo, ...] = (
    Todo(
        "cylinder_anomalies_to_explain",
        T("待说明的气瓶异常"),
        "due",
        "cylinder_anomaly.explain",
        "cylinder_anomalies.index",
        cylinder_anomalies.count_to_explain,
        {"state": "found"},
    ),
    Todo(
        "cylinder_anomalies_explained",
        T("待认定的气瓶异常"),
        "due",
        "cylinder_anomaly.confirm",
        "cylinder_anomalies.index",
        cylinder_anomalies.count_explained,
        {"state": "explained"},
    ),
    Todo(
        "cylinder_anomalies_late",
        T("超过期限的气瓶异常"),
        "late",
        "cylinder_anomaly.read",
        "cylinder_anomalies.index",
        cylinder_anomalies.count_late,
        {"late": "1"},
    ),
    Todo(
        "anomalies_to_explain",
        T("待说明的维保异常"),
        "due",
        "anomaly.explain",
        "anomalies.index",
        anomalies.count_to_explain,
        {"state": "found"},
    ),
    Todo(
        "anomalies_explained",
        T("待认定的维保异常"),
        "due",
        "anomaly.confirm",
        "anomalies.index",
        anomalies.count_explained,
        {"state": "explained"},
    ),
    Todo(
        "anomalies_late",
        T("超过期限的维保异常"),
        "late",
        "anomaly.read",
        "anomalies.index",
        anomalies.count_late,
        {"late": "1"},
    ),
    Todo(
        "offline_disagreements",
        T("断网误充待处理的气瓶"),
        "late",
        "offline_disagreement.handle",
        "offline_disagreements.index",
        offline_disagreements.count_open,
        {"state": "open"},
    ),
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
    Todo(
        "visits_soon",
        T("2天内到期维保的电梯"),
        "open",
        "visit.record",
        "visits.today",
        _visits_in("soon"),
        {"state": "soon"},
        policy.MAINTENANCE,
    ),
    Todo(
        "visits_late_3",
        T("维保超期3天以上的电梯"),
        "late",
        "visit.read",
        "visits.today",
        _visits_late(3),
        {"state": "overdue", "late": "3"},
        policy.MAINTENANCE | {"use_manager"},
    ),
    Todo(
        "visits_late_7",
        T("维保超期7天以上的电梯"),
        "late",
        "visit.read",
        "visits.today",
        _visits_late(7),
        {"state": "overdue", "late": "7"},
        policy.MAINTENANCE | policy.COUNTY_OFFICERS | {"use_manager", "section_city"},
    ),
    Todo(
        "elevators_without_contract",
        T("没有维保合同的电梯"),
        "late",
        "contract.read",
        "contracts.missing",
        contracts.count_uncontracted,
        {},
        policy.COUNTY_OFFICERS | {"use_manager", "section_city"},
    ),
    Todo(
        "contracts_ending",
        T("30天内到期的维保合同"),
        "due",
        "contract.read",
        "contracts.index",
        contracts.count_ending,
        {"state": "ending_30"},
        frozenset({"use_manager", "maintenance_manager"}),
    ),
    Todo(
        "maker_items_missing",
        T("须录入制造单位维保项目的电梯"),
        "late",
        "maker_items.enter",
        "maker_items.index",
        maker_items.count_missing,
        {},
        frozenset({"maintenance_manager"}),
    ),
    Todo("visits_to_confirm", T("待确认的维保"), "due", "visit.confirm", "visits.to_confirm", visits.count_to_confirm),
    Todo(
        "inspections_overdue",
        T("检验超期的电梯"),
        "late",
        "inspection.read",
        "inspection_due.index",
        inspection_due.count_overdue,
        {"state": "overdue"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "inspections_7",
        T("7天内到期的检验"),
        "due",
        "inspection.read",
        "inspection_due.index",
        _inspections_within(0, 7),
        {"within": "7"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "inspections_30",
        T("30天内到期的检验"),
        "due",
        "inspection.read",
        "inspection_due.index",
        _inspections_within(0, 30),
        {"within": "30"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "inspections_60",
        T("60天内到期的检验"),
        "open",
        "inspection.read",
        "inspection_due.index",
        _inspections_within(0, 60),
        {"within": "60"},
        INSPECTIONS_FOR,
    ),
    Todo(
        "drills_overdue",
        T("未按半年开展的应急演练"),
        "late",
        "drill.read",
        "company_records.index",
        company_records.count_overdue,
        {},
        frozenset({"maintenance_manager", "inspector_county"}),
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
        "insurance_lapsed",
        T("已脱保、还有设备在用的保单"),
        "late",
        "policy.read",
        "policy_lists.ending",
        _insurance("lapsed"),
        {"when": "lapsed"},
        INSURERS_AND_HOLDERS,
    ),
    Todo(
        "insurance_ends_7",
        T("7天内到期的保单"),
        "due",
        "policy.read",
        "policy_lists.ending",
        _insurance("7"),
        {"when": "7"},
        INSURERS_AND_HOLDERS,
    ),
    Todo(
        "insurance_ends_30",
        T("8至30天到期的保单"),
        "due",
        "policy.read",
        "policy_lists.ending",
        _insurance("30"),
        {"when": "30"},
        INSURERS_AND_HOLDERS,
    ),
    Todo(
        "insurance_ends_60",
        T("31至60天到期的保单"),
        "open",
        "policy.read",
        "policy_lists.ending",
        _insurance("60"),
        {"when": "60"},
        INSURERS_AND_HOLDERS,
    ),
    Todo(
        "elevators_uninsured",
        T("没有保险的在用电梯"),
        "open",
        "elevator.read",
        "policy_lists.uninsured",
        policy_renewals.uninsured_in_use,
        {},
        policy.UNIT_MANAGERS | policy.REGISTRARS,
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
    Todo("turns_to_check", T("待充后检查的气瓶"), "due", "filling.check", "turns.index", turns.count_to_check),
    Todo("turns_to_release", T("待放行出站的气瓶"), "due", "filling.check", "turns.index", turns.count_to_release),
    Todo(
        "gas_untested",
        T("没有检验的在用气体批次"),
        "late",
        "gas_batch.record",
        "station_book.gas",
        station_registers.count_untested,
    ),
    Todo(
        "devices_silent",
        T("没有信号的充装设备"),
        "late",
        "device.register",
        "station_book.device_list",
        station_registers.count_silent,
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


def waiting(actor: Actor, day: date) -> list[Waiting]:
    """What waits for the caller on a day, what is late first, in the order of TODOS."""
    asked = [t for t in TODOS if policy.may(actor, t.permission) and (not t.roles or actor.role in t.roles)]
    found = [Waiting(todo, todo.count(actor, day)) for todo in asked]
    tones = ("late", "due", "open")
    return sorted((w for w in found if w.count), key=lambda w: tones.index(w.todo.tone))
