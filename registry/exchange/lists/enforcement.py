"""Supervision and enforcement as lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import campaigns, cases, directives, sealings
from registry.rules.campaigns import STATES as CAMPAIGN_STATES
from registry.rules.cases import STATES as CASE_STATES
from registry.rules.directives import STATES
from registry.rules.offences import offences
from registry.rules.sealings import STATES as SEALING_STATES

DAYS = ("issued_on", "due_on", "served_on", "reported_on", "recheck_due_on", "rechecked_on")


def _directive_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for item in items:
        yield {
            **{name: getattr(item, name) for name in ("number", "area_code", "state", "problems", "measures", *DAYS)},
            "unit": item.unit.name,
            "late": bool(directives.late(item, today)),
        }


DIRECTIVES = Listing(
    heading=T("监察指令书"),
    heading_en="Directives",
    permission="directive.read",
    columns=(
        column("number", T("文号"), "Number", width=28),
        column("unit", T("被检查单位"), "Unit", width=30),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("problems", T("存在的问题"), "Problems", width=40),
        column("measures", T("责令采取的措施"), "Measures ordered", width=40),
        column("state", T("状态"), "State", kind="choice", choices=named(STATES)),
        column("issued_on", T("下达日期"), "Issued", kind="date"),
        column("served_on", T("送达日期"), "Served", kind="date"),
        column("due_on", T("整改期限"), "Due", kind="date"),
        column("reported_on", T("整改报告日期"), "Reported", kind="date"),
        column("recheck_due_on", T("复查期限"), "Recheck due", kind="date"),
        column("rechecked_on", T("复查日期"), "Rechecked", kind="date"),
        column("late", T("超期"), "Late", kind="bool"),
    ),
    page=lambda actor, filters, cursor: directives.page(actor, {**filters, "cursor": cursor}),
    rows=_directive_rows,
)


def _sealing_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("no", "area_code", "state", "facts", "sealed_on", "ends_on", "extended_on", "lifted_on")
    for item in items:
        yield {
            **{name: getattr(item, name) for name in names},
            "unit": item.unit.name,
            "late": bool(sealings.late(item)),
        }


SEALINGS = Listing(
    heading=T("查封扣押"),
    heading_en="Sealings",
    permission="sealing.read",
    columns=(
        column("no", T("编号"), "Number"),
        column("unit", T("当事人"), "Party", width=30),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("facts", T("事实和证据说明"), "Facts", width=40),
        column("state", T("状态"), "State", kind="choice", choices=named(SEALING_STATES)),
        column("sealed_on", T("实施日期"), "Sealed", kind="date"),
        column("ends_on", T("到期日期"), "Ends", kind="date"),
        column("extended_on", T("延长日期"), "Extended", kind="date"),
        column("lifted_on", T("解除日期"), "Lifted", kind="date"),
        column("late", T("超期"), "Late", kind="bool"),
    ),
    page=lambda actor, filters, cursor: sealings.page(actor, {**filters, "cursor": cursor}),
    rows=_sealing_rows,
)


def _case_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("no", "title", "area_code", "state", "facts", "found_on", "filed_on", "decided_on", "closed_on")
    for item in items:
        law = offences(item.ended_on or item.acted_on).get(item.offence)
        due = cases.next_due(item)
        yield {
            **{name: getattr(item, name) for name in (*names, "fine_yuan", "paid_on")},
            "unit": item.unit.name,
            "basis": law.basis if law else None,
            "due_on": due.due_on if due else None,
            "late": cases.late(item),
        }


CASES = Listing(
    heading=T("行政处罚案件"),
    heading_en="Enforcement cases",
    permission="case.read",
    columns=(
        column("no", T("编号"), "Number"),
        column("title", T("案由"), "Subject", width=30),
        column("unit", T("当事人"), "Party", width=30),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("facts", T("违法事实"), "Facts", width=40),
        column("basis", T("依据"), "Basis", width=24),
        column("state", T("环节"), "State", kind="choice", choices=named(CASE_STATES)),
        column("found_on", T("发现日期"), "Found", kind="date"),
        column("filed_on", T("立案日期"), "Filed", kind="date"),
        column("due_on", T("下一个期限"), "Next due", kind="date"),
        column("late", T("超期"), "Late", kind="bool"),
        column("fine_yuan", T("罚款（元）"), "Fine (yuan)", kind="integer"),
        column("decided_on", T("决定日期"), "Decided", kind="date"),
        column("paid_on", T("缴款日期"), "Paid", kind="date"),
        column("closed_on", T("结案日期"), "Closed", kind="date"),
    ),
    page=lambda actor, filters, cursor: cases.page(actor, {**filters, "cursor": cursor}),
    rows=_case_rows,
)


def _campaign_rows(actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        yield {
            **{name: getattr(item, name) for name in ("no", "title", "area_code", "state", "starts_on", "ends_on")},
            **vars(campaigns.totals(actor, item.id)),
        }


CAMPAIGNS = Listing(
    heading=T("专项行动"),
    heading_en="Campaigns",
    permission="campaign.read",
    columns=(
        column("no", T("编号"), "Number"),
        column("title", T("专项行动名称"), "Title", width=36),
        column("area_code", T("组织机关辖区"), "Area", kind="choice", choices=area_choices),
        column("state", T("状态"), "State", kind="choice", choices=named(CAMPAIGN_STATES)),
        column("starts_on", T("开始日期"), "From", kind="date"),
        column("ends_on", T("截止日期"), "To", kind="date"),
        column("checks", T("监督检查"), "Checks", kind="integer"),
        column("units", T("检查单位"), "Units", kind="integer"),
        column("directives", T("下达指令书"), "Directives", kind="integer"),
        column("complied", T("其中已整改"), "Complied with", kind="integer"),
        column("hazards", T("隐患"), "Hazards", kind="integer"),
        column("hazards_closed", T("其中已销号"), "Closed", kind="integer"),
        column("sealings", T("查封扣押"), "Sealings", kind="integer"),
        column("cases", T("案件"), "Cases", kind="integer"),
        column("decided", T("其中已决定"), "Decided", kind="integer"),
        column("fines_yuan", T("罚款（元）"), "Fines (yuan)", kind="integer"),
    ),
    page=lambda actor, filters, cursor: campaigns.page(actor, {**filters, "cursor": cursor}),
    rows=_campaign_rows,
)
