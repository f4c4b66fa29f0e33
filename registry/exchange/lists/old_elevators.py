"""Old elevators, their assessments and renewals as lists. Amounts leave in yuan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.columns import Column
from registry.exchange.lists._listing import Filters, Listing, Row, column
from registry.exchange.lists.registers import ELEVATORS
from registry.exchange.sheets._common import area_choices, named
from registry.messages import T
from registry.queries import assessments, elevator_ages, old_elevators, renewals
from registry.queries.paging import LARGEST, Page
from registry.rules.elevator_parameters import PLACE_TYPES
from registry.rules.old_elevators import bands, conclusions
from registry.rules.renewals import FUNDS, STATES

PLACES = named(PLACE_TYPES)


def _ranked_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        lift = item.elevator
        yield {
            "label_code": lift.label_code,
            "address": lift.address,
            "area_code": lift.area_code,
            "place_type": lift.place_type,
            "use_unit": lift.use_unit.name if lift.use_unit else None,
            "made_on": lift.made_on,
            "age": item.age,
            "points": item.score.points,
            "parts": "；".join(f"{part.zh} {part.points}" for part in item.score.hit),
            "assessed_on": item.assessment.assessed_on if item.assessment else None,
            "conclusion": item.assessment.conclusion if item.assessment else None,
            "project": item.project.no if item.project else None,
        }


def _ages_page(actor: Actor, filters: Filters, _cursor: str | None) -> Page:
    table = elevator_ages.table(actor, filters.get("by") or "area", clock.today(), filters.get("area"))
    return Page([*((table.by, line) for line in table.lines), ("", table.total)], None)


def _ages_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for by, line in items:
        label = PLACES.get(line.key) if by == "place" else line.label
        yield {
            "label": str(label) if label else None,
            **{band.id: line.counts.get(band.id, 0) for band in bands()},
            "unknown": line.counts.get(elevator_ages.UNKNOWN, 0),
            "total": line.total,
            "old": line.old,
        }


def _assessment_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    names = ("assessed_on", "standard", "organisation", "report_no", "score", "grade", "conclusion", "measures")
    for item in items:
        lift = item.elevator
        yield {
            **{name: getattr(item, name) for name in names},
            "label_code": lift.label_code,
            "address": lift.address,
            "use_unit": lift.use_unit.name if lift.use_unit else None,
        }


def _renewal_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        old, new = item.elevator, item.new_elevator
        yield {
            **{name: getattr(item, name) for name in ("no", "year", "batch", "state", "state_since", "applied_on")},
            "elevator": old.label_code,
            "address": old.address,
            "area_code": old.area_code,
            "use_unit": old.use_unit.name if old.use_unit else None,
            "new_elevator": new.label_code if new else None,
            **{name.removesuffix("_fen"): Decimal(getattr(item, name)) / 100 for name in renewals.COLUMNS},
        }


def _yuan(name: str, heading: T, heading_en: str) -> Column:
    return column(name, heading, heading_en, kind="decimal", places=2)


LABEL, ADDRESS = column("label_code", T("标签码"), "Label code"), column("address", T("使用地点"), "Address", width=40)
USE_UNIT = column("use_unit", T("使用单位"), "Use unit")
AREA = column("area_code", T("所属辖区"), "Area", kind="choice", choices=area_choices)
CONCLUSION = column("conclusion", T("评估结论"), "Conclusion", kind="choice", choices=named(conclusions()))

RANKING = Listing(
    heading=T("老旧电梯"),
    heading_en="Old elevators",
    permission="old_elevator.read",
    columns=(
        LABEL,
        ADDRESS,
        AREA,
        column("place_type", T("使用场所"), "Place", kind="choice", choices=PLACES),
        USE_UNIT,
        column("made_on", T("制造日期"), "Made", kind="date"),
        column("age", T("使用年限"), "Age", kind="integer"),
        column("points", T("分数"), "Points", kind="integer"),
        column("parts", T("分数构成"), "Made up of", width=40),
        column("assessed_on", T("评估日期"), "Assessed", kind="date"),
        CONCLUSION,
        column("project", T("更新项目"), "Renewal project"),
    ),
    page=lambda actor, filters, cursor: old_elevators.listing(actor, filters, clock.today(), LARGEST, cursor),
    rows=_ranked_rows,
)

AGES = Listing(
    heading=T("使用年限统计"),
    heading_en="Ages of elevators",
    permission="old_elevator.read",
    columns=(
        column("label", T("统计对象"), "Of", width=30),
        *(column(band.id, T(band.zh), band.en, kind="integer") for band in bands()),
        column("unknown", T("年限不明"), "Unknown", kind="integer"),
        column("total", T("合计"), "Total", kind="integer"),
        column("old", T("其中老旧"), "Of these old", kind="integer"),
    ),
    page=_ages_page,
    rows=_ages_rows,
)

UNKNOWN_AGE = replace(
    ELEVATORS,
    heading=T("年限不明的电梯"),
    heading_en="Elevators of unknown age",
    permission="old_elevator.read",
    page=lambda actor, filters, cursor: elevator_ages.unknown(actor, filters, cursor, LARGEST),
)

ASSESSMENTS = Listing(
    heading=T("安全评估"),
    heading_en="Assessments",
    permission="old_elevator.read",
    columns=(
        LABEL,
        ADDRESS,
        USE_UNIT,
        column("assessed_on", T("评估日期"), "Assessed", kind="date"),
        column("standard", T("评估标准"), "Standard"),
        column("organisation", T("评估机构"), "Organisation"),
        column("report_no", T("报告编号"), "Report"),
        column("score", T("总分"), "Score", kind="decimal", places=2),
        column("grade", T("等级"), "Grade"),
        CONCLUSION,
        column("measures", T("整改措施"), "Measures", width=40),
    ),
    page=lambda actor, filters, cursor: assessments.page(actor, {**filters, "cursor": cursor}),
    rows=_assessment_rows,
)

RENEWALS = Listing(
    heading=T("更新改造项目"),
    heading_en="Renewal projects",
    permission="renewal.read",
    columns=(
        column("no", T("项目编号"), "Number"),
        column("year", T("年度"), "Year", kind="integer"),
        column("batch", T("批次"), "Batch"),
        column("elevator", T("旧梯标签码"), "Old elevator"),
        ADDRESS,
        AREA,
        USE_UNIT,
        column("state", T("状态"), "State", kind="choice", choices=named(STATES)),
        column("state_since", T("状态日期"), "Since", kind="date"),
        column("applied_on", T("申报日期"), "Applied", kind="date"),
        column("new_elevator", T("新梯标签码"), "New elevator"),
        *(_yuan(fund.id, T(fund.zh), fund.en) for fund in FUNDS.values()),
        _yuan("cost", T("总费用"), "Cost"),
    ),
    page=lambda actor, filters, cursor: renewals.page(actor, {**filters, "cursor": cursor}),
    rows=_renewal_rows,
)
