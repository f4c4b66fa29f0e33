"""Reports on cylinders as a list. No phone leaves: it is for those who handle the one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import cylinder_reports
from registry.rules.cylinder_reports import KINDS, STATES


def _rows(actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    late = cylinder_reports.late_ids(items)
    words = cylinder_reports.reads_words(actor)
    for item in items:
        yield {
            **{name: getattr(item, name) for name in ("no", "kind", "state", "reported_at", "answered_at")},
            "text": item.text if words else None,
            "place": item.place if words else None,
            "code": item.code,
            "area_code": item.area_code,
            "station": item.station.name if item.station else None,
            "late": item.id in late,
        }


REPORTS = Listing(
    heading=T("气瓶举报"),
    heading_en="Reports on cylinders",
    permission="cylinder_report.read",
    columns=(
        column("no", T("编号"), "Number"),
        column("kind", T("问题"), "Kind", kind="choice", choices=named(KINDS)),
        column("text", T("补充说明"), "Said", width=40),
        column("place", T("地点"), "Place", width=30),
        column("code", T("气瓶标签码"), "Cylinder"),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("station", T("产权（充装）单位"), "Station", width=30),
        column("state", T("状态"), "State", kind="choice", choices=named(STATES)),
        column("reported_at", T("报告时间"), "Reported", kind="moment"),
        column("answered_at", T("答复时间"), "Answered", kind="moment"),
        column("late", T("超时未答复"), "Not answered in time", kind="bool"),
    ),
    page=lambda actor, filters, cursor: cylinder_reports.page(actor, {**filters, "cursor": cursor}),
    rows=_rows,
)
