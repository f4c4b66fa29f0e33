"""Inspections, due lists, part tests, self-checks and orders at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevators import (
    CONCLUSION_CHOICES,
    INSPECTION_KINDS,
    ElevatorInspectionForm,
    OptionalRef,
    bilingual,
)
from blueprints.schemas.fields import Choice, Day, Integer, Lines, Month, Note, Number, Text, Yes
from blueprints.schemas.hazards import FileIds
from registry.queries.inspection_due import CAUSES
from registry.rules.inspection import PERIODIC_INSPECTION, RECORD_KINDS, SELF_TEST, STATES
from registry.rules.inspection_results import TESTED_PARTS

STATE_CHOICES = [(key, bilingual(pair)) for key, pair in STATES.items()]
DUTY_KINDS = [(key, bilingual(RECORD_KINDS[key])) for key in (PERIODIC_INSPECTION, SELF_TEST)]
PART_CHOICES = [(key, bilingual(pair)) for key, pair in TESTED_PARTS.items()]
PART_STATES = (
    ("overdue", _("超期")),
    ("soon", _("60天内到期")),
    ("failed", _("不合格")),
    ("valid", _("有效")),
)
PASS_FAIL = CONCLUSION_CHOICES[:1] + CONCLUSION_CHOICES[2:]
RESULT, ITEMS, PAPERS = _("检验结果"), _("不合格项"), _("报告和说明")


class DueFilter(PageIn):
    """Filters of the due list: `month` is that of the due day, `within` days from today."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    use_unit = Text(max=100, label=_("使用单位"))
    kind = Choice(DUTY_KINDS, label=_("检验类别"))
    state = Choice(STATE_CHOICES, label=_("状态"))
    month = Month(label=_("到期月份"))
    within = Integer(min=0, max=400, kind="hidden", label=_("天数"))


class InspectionFilter(PageIn):
    """Filters of the records."""

    q = Text(max=100, label=_("报告编号、电梯编号、单位或地址"), kind="search")
    area = AreaChoice()
    kind = Choice(INSPECTION_KINDS, label=_("检验类别"))
    conclusion = Choice(CONCLUSION_CHOICES, label=_("结论"))
    since = Day(label=_("检验日期自"))
    until = Day(label=_("检验日期至"))


class PartFilter(PageIn):
    """Filters of calibrations and brake tests."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    part = Choice(PART_CHOICES, label=_("项目"))
    state = Choice(PART_STATES[:3], label=_("状态"))


class InspectionForm(In):
    """A finished inspection or self-test, with its papers; kinds are those the caller may record."""

    kind = Choice("kinds", required=True, label=_("检验类别"), group=RESULT)
    done_on = Day(required=True, label=_("检验日期"), group=RESULT)
    conclusion = Choice(
        CONCLUSION_CHOICES, label=_("结论"), hint=_("填写下面的不合格项数后，可由系统判定"), group=RESULT
    )
    body = Text(label=_("检验或检测单位"), hint=_("登记过的单位全称或统一社会信用代码"), kind="unit", group=RESULT)
    key_failed = Integer(min=0, max=200, label=_("重点项不合格数"), group=ITEMS)
    general_failed = Integer(min=0, max=200, label=_("一般项不合格数"), hint=_("检验后已整改的也算在内"), group=ITEMS)
    promised = Yes(label=_("使用单位已书面承诺监护使用"), group=ITEMS)
    report_no = Text(max=60, label=_("报告编号"), group=PAPERS)
    notice_no = Text(max=60, label=_("检验意见通知书编号"), group=PAPERS)
    valid_until = Day(label=_("有效期至"), hint=_("不填则按检验年份自动推算"), group=PAPERS)
    files = FileIds(label=_("检验报告"), hint=_("PDF 或照片，可以一次选多个"), group=PAPERS)
    note = Text(label=_("说明"), group=PAPERS)


class CorrectionForm(InspectionForm):
    """The same for a record that was wrong."""

    reason = Text(required=True, max=120, label=_("更正原因"), group=RESULT)


class InspectionRecordIn(ElevatorInspectionForm):
    """A finished inspection through the API: `elevator` is a label code, `files` ids of POST /inspections/files; the
    conclusion may be left to the rule by giving the failed items; offices name the `body`."""

    elevator = Text(required=True, max=200)
    conclusion = Choice(CONCLUSION_CHOICES)
    key_failed = Integer(min=0, max=200)
    general_failed = Integer(min=0, max=200)
    promised = Yes()
    body = Text()
    files = fields.List(Integer(min=1))
    ref = OptionalRef()


class InspectionCorrectionIn(InspectionRecordIn):
    """A record that replaces a wrong one."""

    class Meta(In.Meta):
        exclude = ("elevator", "ref")

    reason = Text(required=True, max=120)


class PartTestForm(In):
    """A calibration of the governor or a brake test."""

    part = Choice(PART_CHOICES, required=True, label=_("项目"))
    done_on = Day(required=True, label=_("日期"))
    conclusion = Choice(PASS_FAIL, required=True, label=_("结论"))
    unit = Text(label=_("实施单位"), hint=_("登记过的单位全称或统一社会信用代码"), kind="unit")
    next_on = Day(label=_("下次日期"), hint=_("不填则按规定间隔推算"))
    report_no = Text(max=60, label=_("报告编号"))
    note = Text(label=_("说明"))


class PartTestIn(PartTestForm):
    """The same through the API."""

    elevator = Text(required=True, max=200)
    ref = OptionalRef()


class SelfCheckForm(In):
    """The maintenance company's yearly self-check; the answers to its items stand beside the form."""

    done_on = Day(required=True, label=_("检查日期"))
    checker = Choice("people", required=True, label=_("检查人员"))
    reviewer = Choice("people", required=True, label=_("审核人员"), hint=_("与检查人员不是同一人"))
    extra = Note(
        max=2000, label=_("定期检验项目的检查情况"), hint=_("年度维保项目以外、定期检验要查的项目，写明项目和结果")
    )
    note = Note(max=1000, label=_("说明"))


class SelfCheckAnswerIn(In):
    """The answer to one item."""

    item = Text(required=True, max=40)
    result = Choice(
        [("normal", _("正常")), ("abnormal", _("异常")), ("fixed", _("已处理")), ("na", _("不涉及"))], required=True
    )
    value = Number(places=3)
    note = Text(max=500)


class SelfCheckIn(SelfCheckForm):
    """The same through the API: `checker` and `reviewer` by login."""

    elevator = Text(required=True, max=200)
    checker = Text(required=True, max=60)
    reviewer = Text(required=True, max=60)
    answers = fields.List(fields.Nested(SelfCheckAnswerIn), load_default=list)
    ref = OptionalRef()


class OrderForm(In):
    """An order of the province that moves due dates."""

    document = Text(required=True, max=120, label=_("文件名称和文号"))
    reason = Text(required=True, max=200, label=_("原因"), hint=_("灾害、疫情、事故调查结论等"))
    due_from = Month(required=True, label=_("原到期月份自"))
    due_to = Month(required=True, label=_("原到期月份至"))
    shift_months = Integer(
        required=True, min=-24, max=24, label=_("推迟"), unit=_("个月"), hint=_("提前填负数，例如 -2")
    )
    since = Day(label=_("开始执行日期"), hint=_("不填为今天"))
    area_code = AreaChoice(hint=_("不选为全市"))
    elevators = Lines(most=5000, each=120, label=_("只针对这些电梯"), hint=_("每行一个标签代码；与辖区只填一项"))


class OrderEndForm(In):
    """The end of an order."""

    until = Day(required=True, label=_("终止日期"), hint=_("从这一天起恢复原来的日期"))


class InspectionRecordOut(Out):
    """A record: `next_due` is the last day covered; `corrects` the record it replaces, `replaced_on` when another one
    replaced it; `hazard` whether it opened a hazard clue."""

    id = fields.Integer()
    kind = fields.String()
    done_on = fields.Date(allow_none=True)
    conclusion = fields.String()
    report_no = fields.String()
    notice_no = fields.String()
    note = fields.String()
    valid_until = fields.Date(allow_none=True)
    key_failed = fields.Integer(allow_none=True)
    general_failed = fields.Integer(allow_none=True)
    promised = fields.Boolean(allow_none=True)
    files = fields.List(fields.Integer())
    corrects = fields.Integer(attribute="corrects_id", allow_none=True)
    replaced_on = fields.Date(allow_none=True)
    hazard = fields.Integer(attribute="hazard_id", allow_none=True)

    @pre_dump
    def _no_files(self, row: Any, **_more: Any) -> Any:
        names = ("files", "corrects", "hazard")
        flat = {name: getattr(row, name) for name in self.fields if name not in names}
        return flat | {"files": row.files or [], "corrects_id": row.corrects_id, "hazard_id": row.hazard_id}


class ListedInspectionOut(InspectionRecordOut):
    """The same in a list, with its elevator."""

    elevator = fields.String()

    @pre_dump
    def _no_files(self, row: Any, **_more: Any) -> Any:
        names = ("files", "corrects", "hazard", "elevator")
        flat = {name: getattr(row, name) for name in self.fields if name not in names}
        own = {"files": row.files or [], "corrects_id": row.corrects_id, "hazard_id": row.hazard_id}
        return flat | own | {"elevator": row.elevator.label_code}


class InspectionDueOut(Out):
    """A line of the due list; `cause`: lapsed, failed, none (no record), or empty."""

    elevator = fields.String()
    address = fields.String()
    area = fields.String()
    use_unit = fields.String(allow_none=True)
    company = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True)
    due_by = fields.Date(allow_none=True)
    opens_on = fields.Date(allow_none=True)
    apply_by = fields.Date(allow_none=True)
    state = fields.String()
    cause = fields.String()
    estimated = fields.Boolean()
    self_check_on = fields.Date(allow_none=True)

    @pre_dump
    def _flat(self, line: Any, **_more: Any) -> dict[str, Any]:
        row = line.elevator
        own = {name: getattr(line, name) for name in self.fields if hasattr(line, name)}
        return own | {
            "elevator": row.label_code,
            "address": row.address,
            "area": row.area_code,
            "use_unit": row.use_unit.name if row.use_unit else None,
        }


class PartTestOut(Out):
    """A calibration or brake test."""

    id = fields.Integer()
    part = fields.String()
    done_on = fields.Date()
    conclusion = fields.String()
    next_on = fields.Date(allow_none=True)
    report_no = fields.String()
    note = fields.String()


class SelfCheckOut(Out):
    """A self-check."""

    id = fields.Integer()
    done_on = fields.Date()
    passed = fields.Boolean()
    items = fields.Function(lambda row: row.answers["count"], metadata={"type": "integer"})
    extra = fields.String()
    note = fields.String()


def cause(key: str) -> str:
    """Why nothing covers an elevator, in words."""
    return say(CAUSES[key]) if key else ""
