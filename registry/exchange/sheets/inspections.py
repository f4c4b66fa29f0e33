"""Results of inspections and self-tests: one row a report, the elevator named by any of its codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.columns import Column, Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bound, Register, named
from registry.messages import T
from registry.queries import inspection_imports
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.services import inspections

SHEET = Sheet(
    name="inspections",
    heading=T("检验结果"),
    heading_en="Inspections",
    key=("elevator", "kind", "done_on"),
    columns=(
        Column(
            name="elevator",
            heading=T("电梯编号"),
            heading_en="Elevator",
            max_length=200,
            aliases=(
                "标签代码",
                "注册代码",
                "设备代码",
                "使用登记证编号",
                "使用登记证号",
                "设备注册代码",
                "label code",
            ),
            note=T("标签代码、注册代码、设备代码或使用登记证编号，填一种即可"),
            example="31103412020150001",
        ),
        Column(
            name="kind",
            heading=T("检验类别"),
            heading_en="Kind",
            kind="choice",
            choices=named(RECORD_KINDS),
            aliases=("检验类型", "检验性质"),
            example="periodic_inspection",
        ),
        Column(
            name="done_on",
            heading=T("检验日期"),
            heading_en="Inspected on",
            kind="date",
            aliases=("检测日期", "本次检验日期"),
            example=date(2026, 3, 18),
        ),
        Column(
            name="conclusion",
            heading=T("检验结论"),
            heading_en="Conclusion",
            kind="choice",
            required=True,
            choices=named(CONCLUSIONS),
            aliases=("结论", "检验结果"),
            example="pass",
        ),
        Column(
            name="report_no",
            heading=T("报告编号"),
            heading_en="Report number",
            max_length=60,
            aliases=("检验报告编号", "报告书编号", "检验报告号"),
            example="AHD2026-00001",
        ),
        Column(
            name="valid_until",
            heading=T("下次检验日期"),
            heading_en="Valid until",
            kind="date",
            aliases=("有效期至", "下次检验时间", "检验有效期至"),
            note=T("不填则按检验年份自动推算"),
        ),
        Column(
            name="notice_no",
            heading=T("检验意见通知书编号"),
            heading_en="Notice number",
            max_length=60,
            aliases=("意见通知书编号", "通知书编号"),
        ),
        Column(
            name="body",
            heading=T("检验单位"),
            heading_en="Body",
            max_length=200,
            aliases=("检验机构", "检验检测机构"),
            note=T("检验机构导入自己的结果时不用填写"),
        ),
        Column(name="note", heading=T("说明"), heading_en="Note", max_length=200, aliases=("备注",)),
    ),
)


def bind(actor: Actor, _profile: Profile) -> Bound:
    """The sheet for one import."""
    job = _Import(actor)
    return Bound(sheet=replace(SHEET, validate=job.validate), existing=job.existing, save=job.save)


class _Import:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._known: dict[str, int | T] = {}

    def _elevator(self, text: str) -> int | T:
        if text not in self._known:
            self._known[text] = inspection_imports.elevator(self.actor, text)
        return self._known[text]

    def validate(self, row: Values) -> Values | Problems:
        number = self._elevator(row["elevator"])
        if isinstance(number, T):
            return Problems({"elevator": number})
        if row["done_on"] > clock.today():
            return Problems({"done_on": T("不能晚于今天")})
        return {**row, "elevator_id": number}

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        ours = {key: (number, key[1], key[2]) for key in keys if isinstance(number := self._elevator(key[0]), int)}
        known = inspection_imports.existing(self.actor, ours.values())
        return {
            key: {**known[own], "elevator": key[0], "elevator_id": own[0]} for key, own in ours.items() if own in known
        }

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        refused = inspections.bulk_record(self.actor, rows)
        return [Refusal(row.index, row.reason, row.column) for row in refused]


REGISTER = Register(sheet=SHEET, permission="inspection.import", bind=bind)
