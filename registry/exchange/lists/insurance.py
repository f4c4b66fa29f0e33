"""Insurance as lists: policies, what they cover, what ends soon, and elevators without any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.exchange.sheets.policies import COLUMNS, HOLDER_TYPES, SUBJECTS
from registry.messages import T
from registry.queries import policies, policy_imports, policy_renewals
from registry.rules.kinds import ELEVATOR_KINDS

POLICY_STATES = {
    "valid": T("有效"),
    "ending": T("60天内到期"),
    "ended": T("已到期"),
    "future": T("未生效"),
    "cancelled": T("已退保"),
}
MONEY = {
    "premium": "premium_fen",
    "proposed": "proposed_fen",
    "refund": "refund_fen",
    "limit": "limit_per_accident_fen",
    "limit_total": "limit_total_fen",
    "limit_per_person": "limit_per_person_fen",
}


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / 100


def _policy_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for item in items:
        yield _policy(item, today)


def _policy(row: Any, today: Any) -> Row:
    names = ("policy_no", "subject", "holder_type", "broker", "starts_on", "ends_on", "cancelled_on")
    return {
        **{name: getattr(row, name) for name in names},
        **{name: _yuan(getattr(row, kept)) for name, kept in MONEY.items()},
        "insurer": row.insurer.name,
        "holder": row.holder.name,
        "state": policies.state(row, today),
    }


def _insured_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item, row, thing in items:
        yield {
            **policy_imports.present(row, item, thing.label_code),
            "address": getattr(thing, "address", None) or f"{thing.maker} {thing.serial_no}",
            "since": item.since,
            "until": item.until,
            "proposed": _yuan(item.proposed_fen),
        }


def _ending_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for item in items:
        yield {**_policy(item.policy, today), "phone": item.policy.holder.phone, "days": item.days, "open": item.open}


def _uninsured_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        row = item.elevator
        names = ("label_code", "address", "name", "kind", "device_code", "use_cert_no", "area_code", "made_on")
        yield {
            **{name: getattr(row, name) for name in names},
            "use_unit": row.use_unit.name if row.use_unit else None,
            "phone": row.use_unit.phone if row.use_unit else None,
            "company": item.company,
            "reason": item.reason,
        }


POLICY_COLUMNS = (
    column("policy_no", T("保单号"), "Policy number"),
    column("subject", T("承保对象"), "Subject", kind="choice", choices=SUBJECTS),
    column("insurer", T("保险机构"), "Insurer"),
    column("holder", T("投保单位"), "Holder"),
    column("holder_type", T("投保人类型"), "Holder type", kind="choice", choices=HOLDER_TYPES),
    column("broker", T("保险经纪"), "Broker"),
    column("starts_on", T("起保日期"), "From", kind="date"),
    column("ends_on", T("终保日期"), "To", kind="date"),
    column("cancelled_on", T("退保日期"), "Cancelled", kind="date"),
    column("premium", T("保险费（元）"), "Premium (yuan)", kind="decimal", places=2),
    column("proposed", T("按费率表测算（元）"), "Premium by the table (yuan)", kind="decimal", places=2),
    column("refund", T("退费（元）"), "Refund (yuan)", kind="decimal", places=2),
    column("limit", T("每次事故限额（元）"), "Limit per accident (yuan)", kind="decimal", places=2),
    column("limit_total", T("累计限额（元）"), "Total limit (yuan)", kind="decimal", places=2),
    column("limit_per_person", T("每人限额（元）"), "Limit per person (yuan)", kind="decimal", places=2),
    column("state", T("状态"), "State", kind="choice", choices=POLICY_STATES),
)
POLICIES = Listing(
    heading=T("保险"),
    heading_en="Policies",
    permission="policy.read",
    columns=POLICY_COLUMNS,
    page=lambda actor, filters, cursor: policies.page(actor, {**filters, "cursor": cursor}, clock.today()),
    rows=_policy_rows,
)
# The columns of the sheet first: what was exported can be imported elsewhere.
INSURED = Listing(
    heading=T("承保明细"),
    heading_en="Insured equipment",
    permission="policy.read",
    columns=(
        *COLUMNS,
        column("address", T("使用地点"), "Address", width=40),
        column("since", T("承保自"), "Covered from", kind="date"),
        column("until", T("批减日"), "Taken out on", kind="date"),
        column("proposed", T("按费率表测算（元）"), "Premium by the table (yuan)", kind="decimal", places=2),
    ),
    page=lambda actor, filters, cursor: policies.item_page(actor, {**filters, "cursor": cursor}, clock.today()),
    rows=_insured_rows,
)
RENEWALS = Listing(
    heading=T("到期与脱保"),
    heading_en="Ending and lapsed policies",
    permission="policy.read",
    columns=(
        *POLICY_COLUMNS,
        column("phone", T("单位电话"), "Telephone"),
        column("days", T("剩余天数"), "Days left", kind="integer"),
        column("open", T("将失去保障（台、只）"), "Left without cover", kind="integer"),
    ),
    page=lambda actor, filters, cursor: policy_renewals.page(actor, {**filters, "cursor": cursor}, clock.today()),
    rows=_ending_rows,
)
UNINSURED = Listing(
    heading=T("未投保电梯"),
    heading_en="Elevators without insurance",
    permission="elevator.read",
    columns=(
        column("label_code", T("标签编号"), "Label code"),
        column("address", T("使用地点"), "Address", width=40),
        column("name", T("名称"), "Name"),
        column("kind", T("品种"), "Kind", kind="choice", choices=named(ELEVATOR_KINDS)),
        column("device_code", T("设备代码"), "Device code"),
        column("use_cert_no", T("使用登记证编号"), "Use certificate"),
        column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices),
        column("made_on", T("制造日期"), "Made", kind="date"),
        column("use_unit", T("使用单位"), "Use unit"),
        column("phone", T("单位电话"), "Telephone"),
        column("company", T("维保单位"), "Maintenance company"),
        column("reason", T("为何没有保障"), "Why it is not insured", width=50),
    ),
    page=lambda actor, filters, cursor: policy_renewals.elevator_page(
        actor, {**filters, "cover": "none", "cursor": cursor}, clock.today()
    ),
    rows=_uninsured_rows,
)
