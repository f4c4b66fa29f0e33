"""Figures of the plan's indicators that the units responsible hand in: one row an indicator, area and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from registry.actor import Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bound, Register, area_choices, named
from registry.messages import T
from registry.queries import indicator_figures as queries
from registry.rules import indicator_book
from registry.services import indicator_figures

REPORTED = {key: found for key, found in indicator_book.definitions().items() if not found.computed}

SHEET = Sheet(
    name="indicator_figures",
    heading=T("指标数据"),
    heading_en="Indicator figures",
    key=("key", "area_code", "period_end"),
    columns=(
        Column(
            name="key",
            heading=T("指标"),
            heading_en="Indicator",
            kind="choice",
            choices=named(REPORTED),
            aliases=("指标名称", "主要指标"),
            example="pm25",
        ),
        Column(
            name="area_code",
            heading=T("辖区"),
            heading_en="Area",
            kind="choice",
            choices=area_choices,
            aliases=("县区", "地区"),
            example="341300",
        ),
        Column(
            name="period_end",
            heading=T("期末日期"),
            heading_en="Period end",
            kind="date",
            aliases=("期末", "统计期末", "截止日期"),
            note=T("这一期的最后一天"),
            example=date(2026, 6, 30),
        ),
        Column(
            name="value",
            heading=T("数值"),
            heading_en="Value",
            kind="decimal",
            places=4,
            note=T("比率按百分数填写，例如 97.5；填了分子分母的可不填"),
            example="33.5",
        ),
        Column(name="numerator", heading=T("分子"), heading_en="Numerator", kind="decimal", places=3),
        Column(name="denominator", heading=T("分母"), heading_en="Denominator", kind="decimal", places=3),
        Column(
            name="reporter",
            heading=T("责任单位"),
            heading_en="Unit responsible",
            max_length=200,
            aliases=("填报单位",),
            note=T("不填为规划的责任单位"),
        ),
        Column(
            name="document",
            heading=T("数据来源文件"),
            heading_en="Source document",
            required=True,
            max_length=200,
            aliases=("数据来源", "依据文件"),
            example="宿州市生态环境状况公报",
        ),
        Column(name="note", heading=T("说明"), heading_en="Note", max_length=1000, aliases=("备注",)),
        Column(
            name="reason",
            heading=T("更正原因"),
            heading_en="Reason",
            max_length=1000,
            note=T("这一期已有数据的，按更正处理，必须填写"),
        ),
    ),
)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""
    job = _Import(actor)
    return Bound(sheet=replace(SHEET, validate=job.validate), existing=job.existing, save=job.save)


class _Import:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def validate(self, row: Values) -> Values | Problems:
        if row.get("value") is None and row.get("numerator") is None:
            return Problems({"value": T("请填写数值，或者分子和分母")})
        return row

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        found = {}
        for key, area, end in keys:
            row = queries.newest(key, area, end)
            if row is not None:
                per = 100 if REPORTED[key].is_rate else 1
                values = {"key": key, "area_code": area, "period_end": end, "document": row.document}
                value = None if row.value is None else (row.value * per).normalize()
                found[key, area, end] = {
                    **values,
                    "value": value,
                    "numerator": row.numerator,
                    "denominator": row.denominator,
                    "reporter": row.reporter,
                    "note": row.note,
                    "reason": row.reason,
                }
        return found

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        given = [_in_units(row) for row in rows]
        return [
            Refusal(place, reason, column) for place, column, reason in indicator_figures.report_all(self.actor, given)
        ]


def _in_units(row: Values) -> Values:
    value = row.get("value")
    return {**row, "value": value / 100 if value is not None and REPORTED[row["key"]].is_rate else value}


REGISTER = Register(sheet=SHEET, permission="indicator_figure.report", bind=bind)
