"""Anomalies of maintenance records as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import anomalies as queries
from registry.queries.paging import LARGEST
from registry.rules.anomalies import WORKFLOW, names
from registry.rules.workflow import states


def _rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        use_unit = item.elevator.use_unit
        yield {
            "number": item.id,
            "code": item.code,
            "name": item.code,
            "found": queries.pattern_of(item).text.format_map(item.evidence),
            "score": item.score,
            "state": item.state,
            "found_on": item.found_on,
            "due_on": item.due_on,
            "owner": item.owner.name if item.owner else None,
            "company": item.company.name,
            "elevator": item.elevator.label_code,
            "address": item.elevator.address,
            "area_code": item.elevator.area_code,
            "use_unit": use_unit.name if use_unit else None,
            "done_on": item.visit.done_on,
            "visit": item.visit_id,
            "other_visit": item.other_visit_id,
        }


ANOMALIES = Listing(
    heading=T("维保异常"),
    heading_en="Maintenance anomalies",
    permission="anomaly.read",
    columns=(
        column("number", T("编号"), "Number", kind="integer"),
        column("code", T("代码"), "Code"),
        column("name", T("异常类型"), "Pattern", kind="choice", choices=named(names(date.max))),
        column("found", T("发现了什么"), "What was found", width=50),
        column("score", T("分值"), "Score", kind="integer"),
        column("state", T("状态"), "State", kind="choice", choices=named(states(WORKFLOW))),
        column("found_on", T("发现日期"), "Found", kind="date"),
        column("due_on", T("本环节期限"), "Deadline of this step", kind="date"),
        column("owner", T("承办人"), "Officer"),
        column("company", T("维保单位"), "Maintenance company"),
        column("elevator", T("电梯标签码"), "Elevator"),
        column("address", T("地址"), "Address", width=40),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("use_unit", T("使用单位"), "Use unit"),
        column("done_on", T("维保日期"), "Day of the visit", kind="date"),
        column("visit", T("维保记录编号"), "Visit", kind="integer"),
        column("other_visit", T("对照记录编号"), "Other visit", kind="integer"),
    ),
    page=lambda actor, filters, cursor: queries.page(actor, filters, LARGEST, cursor),
    rows=_rows,
)
