"""Insurance that ends or has lapsed, and elevators without any."""

from __future__ import annotations

from registry import policy
from registry.messages import T
from registry.queries import policy_renewals
from registry.queries.todo.entry import Tallied, Todo

INSURERS_AND_HOLDERS = policy.UNIT_MANAGERS | policy.REGISTRARS | {"insurer", "inspection_body"}


def _insurance(when: str) -> Tallied:
    return Tallied(policy_renewals.tally, when)


TODOS: tuple[Todo, ...] = (
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
)
