"""Cylinders due, accounts of stations, deliveries and batches, as they leave as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import named
from registry.messages import T
from registry.queries import cylinder_balance, cylinder_due
from registry.queries.paging import LARGEST, Page
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.kinds import CYLINDER_KINDS, MEDIA


def _due_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        row = item.cylinder
        yield {
            "cylinder": row.label_code,
            "register_no": row.register_no,
            "serial_no": row.serial_no,
            "kind": row.kind,
            "medium": row.medium,
            "owner": row.owner.name,
            "next_inspection_on": row.next_inspection_on,
            "service_end_on": row.service_end_on,
            "due_on": item.due_on,
            "days": item.days,
        }


def _accounts(actor: Actor, filters: Mapping[str, Any], cursor: str | None) -> Page:
    today = clock.today()
    since, until = filters.get("since") or date(today.year, 1, 1), filters.get("until") or today
    return cylinder_balance.page(actor, since, until, LARGEST, cursor)


def _account_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        totals = {
            name: getattr(item, name) for name in ("came", "held", "went", "difference", "bought", "unregistered")
        }
        yield {"station": item.station, "since": item.since, "until": item.until, **item.numbers, **totals}


DUE = Listing(
    heading=T("气瓶检验到期清单"),
    heading_en="Cylinders due to be inspected",
    permission="cylinder.read",
    columns=(
        column("cylinder", T("气瓶标签码"), "Cylinder"),
        column("register_no", T("使用登记号"), "Register number"),
        column("serial_no", T("出厂编号"), "Serial number"),
        column("kind", T("气瓶品种"), "Kind", kind="choice", choices=named(CYLINDER_KINDS)),
        column("medium", T("充装介质"), "Medium", kind="choice", choices=named(MEDIA)),
        column("owner", T("产权单位"), "Owner", width=30),
        column("next_inspection_on", T("下次检验日期"), "Next inspection", kind="date"),
        column("service_end_on", T("使用年限至"), "Service end", kind="date"),
        column("due_on", T("到期日"), "Due on", kind="date"),
        column("days", T("剩余天数"), "Days left", kind="integer"),
    ),
    page=lambda actor, filters, cursor: cylinder_due.page(actor, filters, clock.today(), LARGEST, cursor),
    rows=_due_rows,
)

_NUMBERS = (
    *((key, cylinder_balance.LABELS[key], key.replace("_", " ")) for key in cylinder_balance.CAME),
    *(
        (key, T("期末{status}", status=STATUSES[key].zh), f"at the end: {STATUSES[key].en}")
        for key in cylinder_balance.HELD
    ),
    *((key, cylinder_balance.LABELS[key], key.replace("_", " ")) for key in cylinder_balance.WENT),
    *((key, label, key.replace("_", " ")) for key, label in cylinder_balance.DOUBTS.items()),
)

BALANCE = Listing(
    heading=T("气瓶台账平衡表"),
    heading_en="Accounts of cylinders",
    permission="cylinder_balance.read",
    columns=(
        column("station", T("充装单位"), "Station", width=30),
        column("since", T("自"), "From", kind="date"),
        column("until", T("至"), "To", kind="date"),
        column("bought", T("购入"), "Bought", kind="integer"),
        *(column(key, heading, english, kind="integer") for key, heading, english in _NUMBERS),
        column("came", T("来源合计"), "Came", kind="integer"),
        column("held", T("期末在册"), "Held", kind="integer"),
        column("went", T("去向合计"), "Went", kind="integer"),
        column("difference", T("不平"), "Difference", kind="integer"),
        column("unregistered", T("购入未建档"), "Not on file", kind="integer"),
    ),
    page=_accounts,
    rows=_account_rows,
)
