"""Fault reports as a list. No phone leaves: it is for those who handle the one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import fault_reports
from registry.rules.fault_reports import KINDS, STATES


def _rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    late = fault_reports.late_ids(items)
    for item in items:
        yield {
            **{name: getattr(item, name) for name in ("no", "kind", "text", "state", "reported_at", "answered_at")},
            "elevator": item.elevator.label_code,
            "address": item.elevator.address,
            "area_code": item.elevator.area_code,
            "company": item.company.name if item.company else None,
            "use_unit": item.use_unit.name if item.use_unit else None,
            "late": item.id in late,
        }


REPORTS = Listing(
    heading=T("乘客报修"),
    heading_en="Fault reports",
    permission="fault_report.read",
    columns=(
        column("no", T("编号"), "Number"),
        column("kind", T("问题"), "Kind", kind="choice", choices=named(KINDS)),
        column("text", T("补充说明"), "Said", width=40),
        column("elevator", T("电梯标签码"), "Elevator"),
        column("address", T("使用地点"), "Address", width=40),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("company", T("维保单位"), "Maintenance company"),
        column("use_unit", T("使用单位"), "Use unit"),
        column("state", T("状态"), "State", kind="choice", choices=named(STATES)),
        column("reported_at", T("报告时间"), "Reported", kind="moment"),
        column("answered_at", T("答复时间"), "Answered", kind="moment"),
        column("late", T("超时未答复"), "Not answered in time", kind="bool"),
    ),
    page=lambda actor, filters, cursor: fault_reports.page(actor, {**filters, "cursor": cursor}),
    rows=_rows,
)
