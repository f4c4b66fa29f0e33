"""Orders of the province that move due dates, put on record and ended (elevators.md §4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Area, InspectionOrder, InspectionOrderItem
from registry.queries import elevators
from registry.rules.dates import add_months
from registry.rules.inspection_orders import MOST_MONTHS


def record(actor: Actor, data: Mapping[str, Any]) -> InspectionOrder:
    """Put an order on record: `document, reason, due_from, due_to` (months, as days in them), `shift_months` (later;
    negative is earlier), `since` (today unless given), and for whom: `area_code`, or `elevators` (label codes), or all.

    Raises:
        Invalid: months the wrong way round, too many, no shift, both area and elevators, unknown ones, a day past.
    """
    policy.require(actor, "inspection_order.record")
    values = dict(data)
    codes = values.pop("elevators", None) or []
    values["since"] = values.get("since") or clock.today()
    with transaction() as session:
        wrong = _problems(values, codes)
        if values.get("area_code") and session.get(Area, values["area_code"]) is None:
            wrong["area_code"] = [T("请从列表中选择")]
        if wrong:
            raise Invalid(wrong)
        ids = sorted({elevators.by_code(actor, code).id for code in codes})
        row = InspectionOrder(**values, named=len(ids), recorded_at=clock.now())
        session.add(row)
        session.flush()
        if ids:
            session.execute(insert(InspectionOrderItem), [{"order_id": row.id, "elevator_id": key} for key in ids])
        names = ("document", "due_from", "due_to", "shift_months", "area_code", "named", "since")
        audit.record(actor, "inspection_order.recorded", row, **{name: getattr(row, name) for name in names})
        return row


def end(actor: Actor, order_id: int, until: date) -> InspectionOrder:
    """End an order from a day on: dates are again those of the rule.

    Raises:
        Conflict: ended already.
        Invalid: a day before today or before the order began.
    """
    policy.require(actor, "inspection_order.end")
    with transaction():
        row = policy.get(actor, InspectionOrder, InspectionOrder.id == order_id, lock=True)
        if row.until is not None:
            raise Conflict(T("这份文件已经终止执行"))
        if until < max(clock.today(), row.since):
            raise Invalid.field("until", T("不能早于今天，也不能早于开始执行的日期"))
        row.until = until
        audit.record(actor, "inspection_order.ended", row, until=until)
        return row


def _problems(values: Mapping[str, Any], codes: list[str]) -> dict[str, list[T]]:
    wrong: dict[str, list[T]] = {}
    if values["due_to"] < values["due_from"]:
        wrong["due_to"] = [T("不能早于开始月份")]
    elif values["due_to"] >= add_months(values["due_from"], MOST_MONTHS):
        wrong["due_to"] = [T("最多{count}个月", count=MOST_MONTHS)]
    if not values["shift_months"] or abs(values["shift_months"]) > MOST_MONTHS:
        wrong["shift_months"] = [T("请填写推迟的月数，提前填负数，最多{count}个月", count=MOST_MONTHS)]
    if values["since"] < clock.today():
        wrong["since"] = [T("不能早于今天：过去的日子仍按当时的日期判断")]
    if values.get("area_code") and codes:
        wrong["elevators"] = [T("辖区和电梯只填一项")]
    return wrong
