"""The life of one cylinder as a spreadsheet: what its reader sees on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.messages import T
from registry.queries import cylinder_timeline
from registry.queries.cylinder_timeline import KINDS
from registry.queries.paging import Page


def _page(actor: Actor, filters: Mapping[str, Any], cursor: str | None) -> Page:
    return cylinder_timeline.page(actor, filters["code"], filters, cursor)[1]


def _said(thing: Any) -> str:
    return str(getattr(thing, "zh", thing))


def _rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        yield {
            "at": item.at,
            "received_at": item.received_at,
            "kind": item.kind,
            "title": _said(item.title),
            "details": "；".join(_said(text) for text in item.details),
            "unit": item.unit,
            "person": item.person,
        }


TIMELINE = Listing(
    heading=T("气瓶全部经过"),
    heading_en="Life of a cylinder",
    permission="cylinder.read",
    columns=(
        column("at", T("时间"), "Time", kind="moment"),
        column("received_at", T("系统收到时间（与设备不同时）"), "Received (where it differs)", kind="moment"),
        column("kind", T("内容"), "Kind", kind="choice", choices=KINDS),
        column("title", T("事项"), "What", width=30),
        column("details", T("说明"), "Details", width=50),
        column("unit", T("单位"), "Unit", width=30),
        column("person", T("人员"), "Person"),
    ),
    page=_page,
    rows=_rows,
)
