"""What is due, contracts, and elevators without one, as lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets._common import area_choices
from registry.messages import T
from registry.queries import contracts, days, visit_plans
from registry.queries.paging import LARGEST, Page

CYCLES = {"half_month": T("半月"), "quarter": T("季度"), "half_year": T("半年"), "year": T("年度")}
MODES = {"fixed": T("固定周期"), "on_demand": T("按需维保")}


def _due_page(actor: Actor, filters: Mapping[str, Any], cursor: str | None) -> Page:
    on = clock.today()
    states = (filters["state"],) if filters.get("state") else visit_plans.PRESSING
    found = visit_plans.due_today(actor, on, states, LARGEST, cursor, days.narrow(actor, filters, on))
    return Page(found.items, found.next)


def _due_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        row = item.elevator
        yield {
            "code": row.label_code,
            "address": row.address,
            "name": row.name,
            "use_unit": row.use_unit.name if row.use_unit else None,
            "area_code": row.area_code,
            "due_on": item.due_on,
            "state": item.state,
            "last_on": item.last_on,
            "next_cycle": item.plan.next_cycle,
        }


def _contract_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for item in items:
        row = item.elevator
        yield {
            "code": row.label_code,
            "address": row.address,
            "use_unit": row.use_unit.name if row.use_unit else None,
            "company": item.company.name,
            "number": item.number,
            "mode": item.mode,
            "since": item.since,
            "until": item.until,
            "state": contracts.state(item, today),
        }


def _uncontracted_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for row in items:
        before = contracts.last_contract(row)
        yield {
            "code": row.label_code,
            "address": row.address,
            "name": row.name,
            "use_unit": row.use_unit.name if row.use_unit else None,
            "area_code": row.area_code,
            "company": before.company.name if before else None,
            "until": before.until if before else None,
        }


CODE = column("code", T("电梯标签码"), "Elevator")
ADDRESS = column("address", T("使用地点"), "Address", width=40)
USE_UNIT = column("use_unit", T("使用单位"), "Use unit")
AREA = column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices)

DUE = Listing(
    heading=T("维保到期"),
    heading_en="Maintenance due",
    permission="visit.read",
    columns=(
        CODE,
        ADDRESS,
        column("name", T("名称"), "Name"),
        USE_UNIT,
        AREA,
        column("due_on", T("到期日"), "Due", kind="date"),
        column("state", T("状态"), "State", kind="choice", choices=visit_plans.STATES),
        column("last_on", T("上次维保"), "Last visit", kind="date"),
        column("next_cycle", T("下一次做"), "Next", kind="choice", choices=CYCLES),
    ),
    page=_due_page,
    rows=_due_rows,
)

CONTRACTS = Listing(
    heading=T("维保合同"),
    heading_en="Maintenance contracts",
    permission="contract.read",
    columns=(
        CODE,
        ADDRESS,
        USE_UNIT,
        column("company", T("维保单位"), "Maintenance company"),
        column("number", T("合同编号"), "Number"),
        column("mode", T("维保方式"), "Mode", kind="choice", choices=MODES),
        column("since", T("开始日期"), "From", kind="date"),
        column("until", T("终止日期"), "To", kind="date"),
        column("state", T("状态"), "State", kind="choice", choices=contracts.STATES),
    ),
    page=lambda actor, filters, cursor: contracts.page(actor, {**filters, "cursor": cursor}),
    rows=_contract_rows,
)

UNCONTRACTED = Listing(
    heading=T("没有维保合同的电梯"),
    heading_en="Elevators without a contract",
    permission="contract.read",
    columns=(
        CODE,
        ADDRESS,
        column("name", T("名称"), "Name"),
        USE_UNIT,
        AREA,
        column("company", T("上一家维保单位"), "Company before"),
        column("until", T("合同终止日期"), "Contract ended", kind="date"),
    ),
    page=lambda actor, filters, cursor: contracts.uncontracted(actor, {**filters, "cursor": cursor}),
    rows=_uncontracted_rows,
)
