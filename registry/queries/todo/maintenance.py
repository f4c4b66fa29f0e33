"""Maintenance of elevators: visits, their anomalies, contracts, makers' items, drills."""

from __future__ import annotations

from registry import policy
from registry.messages import T
from registry.queries import anomalies, company_records, contracts, days, maker_items, visits
from registry.queries.todo.entry import Tallied, Todo


def _visits(key: str) -> Tallied:
    return Tallied(days.tally, key)


TODOS: tuple[Todo, ...] = (
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
        "visits_overdue",
        T("维保已超期的电梯"),
        "late",
        "visit.record",
        "visits.today",
        _visits("overdue"),
        {"state": "overdue"},
        policy.MAINTENANCE,
    ),
    Todo(
        "visits_due",
        T("今天到期维保的电梯"),
        "due",
        "visit.record",
        "visits.today",
        _visits("due"),
        {"state": "due"},
        policy.MAINTENANCE,
    ),
    Todo(
        "visits_soon",
        T("2天内到期维保的电梯"),
        "open",
        "visit.record",
        "visits.today",
        _visits("soon"),
        {"state": "soon"},
        policy.MAINTENANCE,
    ),
    Todo(
        "visits_late_3",
        T("维保超期3天以上的电梯"),
        "late",
        "visit.read",
        "visits.today",
        _visits("late_3"),
        {"state": "overdue", "late": "3"},
        policy.MAINTENANCE | {"use_manager"},
    ),
    Todo(
        "visits_late_7",
        T("维保超期7天以上的电梯"),
        "late",
        "visit.read",
        "visits.today",
        _visits("late_7"),
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
        "drills_overdue",
        T("未按半年开展的应急演练"),
        "late",
        "drill.read",
        "company_records.index",
        company_records.count_overdue,
        {},
        frozenset({"maintenance_manager", "inspector_county"}),
    ),
)
