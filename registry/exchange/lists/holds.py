"""Holds that the authority released as a spreadsheet: the list of the monthly report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.messages import T
from registry.queries import station_registers
from registry.queries.paging import LARGEST


def _rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        yield {
            "station": item.station.name,
            "cylinder": item.cylinder.label_code,
            "serial_no": item.cylinder.serial_no,
            "rules": "、".join(item.rules),
            "reason": item.reason,
            "released_by": item.released_by.name,
            "released_at": item.released_at,
            "expires_at": item.expires_at,
            "used_at": item.used_at,
        }


RELEASES = Listing(
    heading=T("放行记录"),
    heading_en="Released holds",
    permission="hold.read",
    columns=(
        column("station", T("充装单位"), "Station"),
        column("cylinder", T("气瓶标签码"), "Cylinder"),
        column("serial_no", T("出厂编号"), "Serial number"),
        column("rules", T("放行的规则"), "Rules"),
        column("reason", T("放行原因"), "Reason"),
        column("released_by", T("放行人"), "Released by"),
        column("released_at", T("放行时间"), "Released at", kind="moment"),
        column("expires_at", T("有效至"), "Valid until", kind="moment"),
        column("used_at", T("使用时间"), "Used at", kind="moment"),
    ),
    page=lambda actor, filters, cursor: station_registers.hold_releases(actor, {**filters, "limit": LARGEST}, cursor),
    rows=_rows,
)
