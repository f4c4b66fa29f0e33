"""Emergency plans and their drills at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Note, Text, Upload, Yes
from registry.rules import responders as rules

KINDS = [(kind.id, kind) for kind in rules.plan_kinds().values()]


class _Plan(In):
    kind = Choice(KINDS, required=True, label=_("预案类别"))
    title = Text(required=True, label=_("预案名称"))
    edition = Text(required=True, max=40, label=_("版本"), hint=_("例如：2026版"))
    document = Text(label=_("印发文号"))
    valid_from = Day(required=True, label=_("生效日期"))
    valid_until = Day(label=_("有效期至"), hint=_("没有期限的不用填"))


class EmergencyPlanIn(_Plan):
    """An edition of a plan through the API; `file` is the id of a stored file of purpose emergency_plan."""

    unit_id = Integer(min=1)
    file = Integer(min=1)


class PlanForm(_Plan):
    """An edition of a plan on a page."""

    unit = Text(label=_("所属单位"), hint=_("登记过的全称或统一社会信用代码；本单位的不用填"))
    upload = Upload(accept="application/pdf,image/*", label=_("预案文本"), hint=_("PDF 或照片"))


class PlanDrillIn(In):
    """A drill of a plan."""

    held_on = Day(required=True, label=_("演练日期"))
    place = Text(required=True, label=_("演练地点"))
    scenario = Text(required=True, label=_("演练内容"))
    participants = Integer(required=True, min=1, max=10_000, label=_("参加人数"), unit=_("人"))
    summary = Note(required=True, max=2000, label=_("过程和评价"))


class PlanEndIn(In):
    """Why a plan ends."""

    note = Text(required=True, label=_("原因"))


class PlanFilter(PageIn):
    """Filters of the list."""

    area = AreaChoice()
    kind = Choice(KINDS, label=_("预案类别"))
    unit = Integer(min=1)
    overdue = Yes(label=_("仅看演练超期的"))


class PlanDrillOut(Out):
    """A drill."""

    held_on = fields.Date()
    place = fields.String()
    scenario = fields.String()
    participants = fields.Integer()
    summary = fields.String()


class EmergencyPlanOut(Out):
    """A plan as of today."""

    id = fields.Integer(attribute="plan.id")
    unit_id = fields.Integer(attribute="plan.unit_id")
    unit = fields.String(attribute="plan.unit.name")
    area = fields.String(attribute="plan.area_code")
    kind = fields.String(attribute="plan.kind")
    title = fields.String(attribute="plan.title")
    edition = fields.String(attribute="plan.edition")
    document = fields.String(attribute="plan.document")
    valid_from = fields.Date(attribute="plan.valid_from")
    valid_until = fields.Date(attribute="plan.valid_until", allow_none=True)
    ended_on = fields.Date(attribute="plan.ended_on", allow_none=True)
    state = fields.String()
    drill_due = fields.Date(allow_none=True)
    drill = fields.String(allow_none=True)
    drills = fields.List(fields.Nested(PlanDrillOut), attribute="plan.drills")


class CapabilityOut(Out):
    """What an area has for an emergency now; responders by level."""

    area = fields.String(attribute="code")
    active = fields.Dict(keys=fields.Integer(), values=fields.Integer())
    on_duty = fields.Dict(keys=fields.Integer(), values=fields.Integer())
    plans = fields.Integer()
    drilled = fields.Integer()


class CapabilitiesOut(Out):
    """All areas of the caller."""

    items = fields.List(fields.Nested(CapabilityOut))
