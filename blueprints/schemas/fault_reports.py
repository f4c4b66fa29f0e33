"""Fault reports at the border: what a rider sends, and what those who answer it see."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, pre_dump, validates

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Integer, Note, Ref, Text, Upload, Yes
from registry.rules import identifiers
from registry.rules.fault_reports import KINDS, MOVES, STATES

KIND_CHOICES = [(key, kind) for key, kind in KINDS.items()]
STATE_CHOICES = (("open", _("未办结")), *((state.id, state) for state in STATES.values()))
VERBS = {move.verb: move for move in MOVES}


class OfAnybody(In):
    """What anybody sends from behind a label. `website` is a trap for programs: people do not see it."""

    photo = Upload(accept="image/jpeg,image/png,image/webp", label=_("照片"), hint=_("照片中的位置等信息会被清除"))
    ref = Ref()
    website = Text(max=200, label=_("请不要填写这一栏"), autocomplete="off")

    @validates("website")
    def empty(self, value: str | None, **_more: Any) -> None:
        """A person is told, in case a browser filled it in."""
        if value:
            raise ValidationError(str(_("请清空“请不要填写这一栏”后再提交")))


class Phone(Text):
    """The phone of whoever reports; `hint` says who will see it."""

    def __init__(self, hint: Any) -> None:
        super().__init__(
            max=30,
            check=identifiers.phone,
            kind="tel",
            autocomplete="tel",
            label=_("联系电话"),
            hint=hint,
        )


class ReportIn(OfAnybody):
    """What a rider sends."""

    kind = Choice(KIND_CHOICES, required=True, label=_("什么问题"), kind="radio")
    text = Note(max=500, label=_("补充说明"), hint=_("几楼、什么时候、什么现象。请不要写姓名等个人信息"))
    phone = Phone(_("可不填；只有维保单位和使用单位在处理期间能看到"))


class ReportFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、单位或地址"), kind="search")
    area = AreaChoice()
    state = Choice(STATE_CHOICES, label=_("状态"))
    kind = Choice(KIND_CHOICES, label=_("类型"))
    elevator = Text(max=120, label=_("电梯标签代码"))
    late = Yes(label=_("只看超时未答复"))


class NoteForm(In):
    """A word for the rider, where one is needed."""

    note = Note(max=1000, required=True, label=_("内容"), hint=_("报修人会看到这段话，请不要写姓名和电话"))
    version = Integer(required=True, kind="hidden", label=_("版本"))


class TakeForm(In):
    """Nothing has to be said to take a report."""

    note = Note(max=1000, label=_("内容"), hint=_("可不填；报修人会看到这段话，请不要写姓名和电话"))
    version = Integer(required=True, kind="hidden", label=_("版本"))


class FaultReportMoveIn(In):
    """A move through the API."""

    note = Note(max=1000)
    version = Integer()


class HazardIn(In):
    """The clue that is made from a report."""

    title = Text(required=True, label=_("隐患名称"))
    description = Note(required=True, label=_("隐患描述"), hint=_("写明部位、现象和正在发生的风险"))
    suggested_clause = Choice("clauses", label=_("建议判定条款"), hint=_("是否构成重大隐患由认定机关决定"))


class FaultReportStepOut(Out):
    """One step; `by` is the unit."""

    verb = fields.String()
    target = fields.String()
    at = fields.AwareDateTime()
    note = fields.String()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class FaultReportOut(Out):
    """A report as a list shows it: without any phone."""

    no = fields.String()
    elevator = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    kind = fields.String()
    text = fields.String()
    state = fields.String()
    reported_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    company = fields.String(allow_none=True)
    use_unit = fields.String(allow_none=True)
    photo = fields.Boolean()
    version = fields.Integer()

    @pre_dump
    def named(self, row: Any, **_more: Any) -> dict[str, Any]:
        """Units by name, the elevator by its code."""
        known = {name: getattr(row, name) for name in ("no", "kind", "text", "state", "reported_at", "answered_at")}
        lift, loaded = row.elevator, row.__dict__
        return {
            **known,
            "elevator": lift.label_code,
            "address": lift.address,
            **{name: loaded[name].name if loaded.get(name) else None for name in ("company", "use_unit")},
            "photo": row.photo_id is not None,
            "version": row.version,
            "steps": loaded.get("steps", []),
        }


class FaultReportDetailOut(Out):
    """One report; `phone` only for those who handle it, while there is something to handle."""

    report = fields.Nested(FaultReportOut)
    steps = fields.List(fields.Nested(FaultReportStepOut), attribute="report.steps")
    phone = fields.String(allow_none=True)
    late = fields.Boolean()
    due_at = fields.AwareDateTime(allow_none=True)
    moves = fields.Function(lambda it: [move.verb for move in it.moves])


class PublicStepOut(Out):
    """What was done, as the rider sees it."""

    verb = fields.String()
    at = fields.AwareDateTime()
    note = fields.String()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class ReceiptOut(Out):
    """The rider's own page as JSON."""

    no = fields.String()
    kind = fields.String(attribute="kind.id")
    state = fields.String(attribute="state.id")
    reported_at = fields.AwareDateTime()
    address = fields.String()
    steps = fields.List(fields.Nested(PublicStepOut))


RECEIPT = ReceiptOut()
