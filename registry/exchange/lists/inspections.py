"""The due list and the records of inspections, as they leave as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import inspection_due, inspections
from registry.queries.paging import LARGEST
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS, STATES


def _due_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("kind", "year", "due_by", "opens_on", "apply_by", "state", "company", "self_check_on", "estimated")
    for item in items:
        row = item.elevator
        yield {
            **{name: getattr(item, name) for name in names},
            "cause": inspection_due.CAUSES[item.cause] if item.cause else None,
            "elevator": row.label_code,
            "use_cert_no": row.use_cert_no,
            "device_code": row.device_code,
            "address": row.address,
            "area_code": row.area_code,
            "use_unit": row.use_unit.name if row.use_unit else None,
        }


def _inspection_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("done_on", "kind", "conclusion", "valid_until", "report_no", "notice_no", "note", "replaced_on")
    for item in items:
        row = item.elevator
        yield {
            **{name: getattr(item, name) for name in names},
            "elevator": row.label_code,
            "use_cert_no": row.use_cert_no,
            "address": row.address,
            "use_unit": row.use_unit.name if row.use_unit else None,
            "body": item.body.name if item.body else None,
        }


INSPECTION_DUE = Listing(
    heading=T("检验到期清单"),
    heading_en="Inspections due",
    permission="inspection.read",
    columns=(
        column("elevator", T("电梯标签码"), "Elevator"),
        column("use_cert_no", T("使用登记证编号"), "Use certificate"),
        column("device_code", T("设备代码"), "Device code"),
        column("address", T("使用地点"), "Address", width=40),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("use_unit", T("使用单位"), "Use unit"),
        column("company", T("维保单位"), "Maintenance company"),
        column("kind", T("检验类别"), "Kind", kind="choice", choices=named(RECORD_KINDS)),
        column("year", T("第几年"), "Year", kind="integer"),
        column("due_by", T("到期日"), "Due by", kind="date"),
        column("opens_on", T("最早办理日期"), "Opens on", kind="date"),
        column("apply_by", T("申报截止日期"), "Apply by", kind="date"),
        column("state", T("状态"), "State", kind="choice", choices=named(STATES)),
        column("cause", T("超期原因"), "Cause"),
        column("self_check_on", T("维保单位自行检查日期"), "Self-check", kind="date"),
        column("estimated", T("按其他日期估算"), "Estimated", kind="bool"),
    ),
    page=lambda actor, filters, cursor: inspection_due.page(actor, filters, clock.today(), LARGEST, cursor),
    rows=_due_rows,
)

INSPECTIONS = Listing(
    heading=T("检验记录"),
    heading_en="Inspections",
    permission="inspection.read",
    columns=(
        column("done_on", T("检验日期"), "Inspected on", kind="date"),
        column("elevator", T("电梯标签码"), "Elevator"),
        column("use_cert_no", T("使用登记证编号"), "Use certificate"),
        column("address", T("使用地点"), "Address", width=40),
        column("use_unit", T("使用单位"), "Use unit"),
        column("kind", T("检验类别"), "Kind", kind="choice", choices=named(RECORD_KINDS)),
        column("conclusion", T("检验结论"), "Conclusion", kind="choice", choices=named(CONCLUSIONS)),
        column("valid_until", T("有效期至"), "Valid until", kind="date"),
        column("report_no", T("报告编号"), "Report number"),
        column("notice_no", T("检验意见通知书编号"), "Notice number"),
        column("body", T("检验单位"), "Body"),
        column("note", T("说明"), "Note"),
        column("replaced_on", T("更正日期"), "Corrected on", kind="date"),
    ),
    page=lambda actor, filters, cursor: inspections.page(actor, filters, LARGEST, cursor),
    rows=_inspection_rows,
)
