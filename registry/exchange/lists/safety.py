"""Safety officers: rates by unit, missing records with their reasons, and the records. No names of people leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Filters, Listing, Row, column
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import safety, safety_rates
from registry.queries.paging import Page
from registry.rules import safety as rules

SUBJECTS = named(rules.subjects())


def _with_subject(actor: Actor, filters: Filters) -> dict[str, Any]:
    return {**filters, "subject": filters.get("subject") or safety.subject_of(actor.unit_id)}


def _rates_page(actor: Actor, filters: Filters, _cursor: str | None) -> Page:
    board = safety_rates.board(actor, _with_subject(actor, filters), clock.today())
    return Page(board.units, None)


def _rates_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for line in items:
        rate = line.rate
        yield {
            "unit": line.name,
            "area_code": line.area_code,
            **{f"{cycle}_made": rate.made[cycle] for cycle in rules.CYCLES},
            **{f"{cycle}_owed": rate.owed[cycle] for cycle in rules.CYCLES},
            **{f"{cycle}_rate": _percent(rate.share(cycle)) for cycle in rules.CYCLES},
            "assigned": rate.assigned,
            "lifts": rate.lifts,
            "assigned_rate": _percent(rate.assigned_share),
        }


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share * 100, 2)


def _gaps_page(actor: Actor, filters: Filters, cursor: str | None) -> Page:
    return safety_rates.gap_page(actor, _with_subject(actor, filters), cursor)


def _gaps_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for gap in items:
        yield {
            "unit": gap.unit,
            "area_code": gap.area_code,
            "duty": gap.duty.zh,
            "first": gap.span.first,
            "last": gap.span.last,
            "reason": str(gap.reason),
        }


def _records_page(actor: Actor, filters: Filters, cursor: str | None) -> Page:
    return safety.page(actor, {**filters, "cursor": cursor})


def _records_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("starts_on", "ends_on", "late", "zero_risk", "problem_count", "recorded_at", "replaced_on")
    for item in items:
        yield {
            **{name: getattr(item, name) for name in names},
            "unit": item.unit.name,
            "duty": rules.duties(item.subject)[item.cycle].zh,
        }


_UNIT = column("unit", T("单位"), "Unit", width=36)
_AREA = column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices)
_DUTY = column("duty", T("记录"), "Record", width=30)

RATES = Listing(
    heading=T("安全员履职"),
    heading_en="Safety officers",
    permission="safety.read",
    columns=(
        _UNIT,
        _AREA,
        column("daily_made", T("日记录"), "Daily made", kind="integer"),
        column("daily_owed", T("应有日记录"), "Daily owed", kind="integer"),
        column("daily_rate", T("日管控率（%）"), "Daily rate (%)", kind="decimal", places=2),
        column("weekly_made", T("周报告"), "Weekly made", kind="integer"),
        column("weekly_owed", T("应有周报告"), "Weekly owed", kind="integer"),
        column("weekly_rate", T("周排查率（%）"), "Weekly rate (%)", kind="decimal", places=2),
        column("monthly_made", T("月会议"), "Monthly made", kind="integer"),
        column("monthly_owed", T("应有月会议"), "Monthly owed", kind="integer"),
        column("monthly_rate", T("月调度率（%）"), "Monthly rate (%)", kind="decimal", places=2),
        column("assigned", T("有安全员的电梯"), "Elevators with an officer", kind="integer"),
        column("lifts", T("在用电梯"), "Elevators in use", kind="integer"),
        column("assigned_rate", T("电梯落实安全员率（%）"), "Assigned (%)", kind="decimal", places=2),
    ),
    page=_rates_page,
    rows=_rates_rows,
)

GAPS = Listing(
    heading=T("缺少的记录"),
    heading_en="Missing records",
    permission="safety.read",
    columns=(
        _UNIT,
        _AREA,
        _DUTY,
        column("first", T("自"), "From", kind="date"),
        column("last", T("至"), "To", kind="date"),
        column("reason", T("原因"), "Reason", width=30),
    ),
    page=_gaps_page,
    rows=_gaps_rows,
)

RECORDS = Listing(
    heading=T("日周月记录"),
    heading_en="Daily, weekly and monthly records",
    permission="safety.read",
    columns=(
        _UNIT,
        _DUTY,
        column("starts_on", T("自"), "From", kind="date"),
        column("ends_on", T("至"), "To", kind="date"),
        column("zero_risk", T("零风险"), "Zero risk", kind="bool"),
        column("problem_count", T("发现问题"), "Problems", kind="integer"),
        column("late", T("补记"), "Made up late", kind="bool"),
        column("recorded_at", T("收到"), "Received", kind="moment"),
        column("replaced_on", T("更正日期"), "Corrected on", kind="date"),
    ),
    page=_records_page,
    rows=_records_rows,
)
