"""The rows that an indicator does not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Filters, Listing, Row, column
from registry.exchange.sheets._common import area_choices
from registry.messages import T
from registry.queries import indicators
from registry.queries.paging import LARGEST, Page


def behind(key: str) -> Listing:
    """The rows an indicator does not count, each with its reason; Missing when there is no such indicator."""
    indicator = indicators.find(key)

    def page(actor: Actor, filters: Filters, cursor: str | None) -> Page:
        on = filters.get("on") or clock.today()
        return indicators.behind(actor, key, on, filters.get("area"), LARGEST, cursor, filters.get("unit"))

    return Listing(
        heading=T("未计入：{name}", name=indicator.name),
        heading_en=f"Not counted: {key}",
        permission="indicator.read",
        columns=(
            column("code", T("编号"), "Code"),
            column("what", T("对象"), "What", width=50),
            column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
            column("reason", T("未计入原因"), "Why it is not counted", width=50),
        ),
        page=page,
        rows=_behind_rows,
    )


def _behind_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        row = item.row
        named_by = [str(getattr(row, name, None) or "") for name in ("title", "address", "maker", "serial_no", "gun")]
        yield {
            "code": getattr(row, "label_code", None) or getattr(row, "no", None) or str(row.id),
            "what": " ".join(filter(None, named_by)),
            "area_code": getattr(row, "area_code", None),
            "reason": item.reason,
        }
