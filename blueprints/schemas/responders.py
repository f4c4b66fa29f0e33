"""Rescue stations and teams at the border: times are HH:MM, phones of people only for whoever calls them out."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, validate

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import COMMON, Choice, Choices, Day, Integer, Moment, Note, Number, Text
from blueprints.sessions import actor
from registry.queries import personal
from registry.rules import duty, identifiers
from registry.rules import responders as rules

KINDS = [(kind.id, kind) for kind in rules.kinds().values()]
LEVELS = [("1", _("一级")), ("2", _("二级")), ("3", _("三级"))]
STATES = [(state.id, state) for state in rules.STATES.values()]


class Clock(fields.String):
    """A time of the day, HH:MM, as minutes after midnight; 24:00 is its end."""

    default_error_messages = COMMON

    def __init__(self, **options: Any) -> None:
        metadata = {name: options.pop(name) for name in ("label", "hint", "placeholder") if name in options}
        super().__init__(metadata={"kind": "text", **metadata}, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else duty.clock_text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return duty.minutes(text) if text and text.strip() else None
        except ValueError:
            raise ValidationError(str(_("请填写时间，例如 08:00"))) from None


class ShiftIn(In):
    """A line of a weekly rota; `weekday` 0 is Monday; a shift that ends no later than it begins ends the next day."""

    weekday = fields.Integer(required=True, strict=True, validate=validate.Range(0, 6))
    begins = Clock(required=True)
    ends = Clock(required=True)
    person_id = Integer(min=1, load_default=None)


class _Plain(In):
    name = Text(required=True, label=_("名称"), hint=_("例如：城东网格救援站"))
    kind = Choice(KINDS, required=True, label=_("类别"))
    levels = Choices(LEVELS, label=_("承担的响应级别"), hint=_("不选则按类别"))
    areas = Choices("areas", required=True, label=_("服务区域"))
    capacity = Integer(min=1, max=99, load_default=1, label=_("可同时处置"), unit=_("起"))
    phone = Text(max=20, check=identifiers.phone, label=_("值班电话"), kind="tel")
    address = Text(label=_("驻点地址"))
    lat = Number(min=-90, max=90, places=6, label=_("纬度"), hint=_("WGS-84；没有坐标就无法按距离派单"))
    lon = Number(min=-180, max=180, places=6, label=_("经度"))
    note = Note(max=2000, label=_("备注"))

    @post_load
    def _numbers(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        for name in ("lat", "lon"):
            if data.get(name) is not None:
                data[name] = float(data[name])
        if data.get("levels"):
            data["levels"] = [int(level) for level in data["levels"]]
        elif "levels" in data:
            data["levels"] = None
        return data


class ResponderIn(_Plain):
    """A responder through the API: `unit_id` the own unit when left out; `members` are ids of people of the unit."""

    unit_id = Integer(min=1)
    members = fields.List(Integer(min=1), validate=validate.Length(max=200))
    shifts = fields.List(fields.Nested(ShiftIn))


class ResponderPatch(_Plain):
    """What is corrected; `version` as it was read."""

    members = fields.List(Integer(min=1), validate=validate.Length(max=200))
    version = Integer(min=1)


class NewResponderForm(_Plain):
    """A responder on a page: the unit by name, the rota as it is written."""

    unit = Text(label=_("所属单位"), hint=_("登记过的全称或统一社会信用代码；本单位的不用填"))
    rota = Note(
        label=_("每周值班"),
        hint=_("每行一个班次，例如：周一至周五 08:00-20:00 姓名；跨零点写 20:00-08:00，全天写 00:00-24:00；姓名可不写"),
    )


class ResponderForm(_Plain):
    """Correcting a responder on a page."""

    members = Choices("people", label=_("成员"))
    version = Integer(min=1, kind="hidden", label="version")


class RotaIn(In):
    """Another rota from a day on, today when left out."""

    since = Day(allow_none=True)
    shifts = fields.List(fields.Nested(ShiftIn), required=True)
    version = Integer(min=1)


class RotaForm(In):
    """Another rota on a page."""

    since = Day(required=True, label=_("从哪天起"))
    rota = Note(
        label=_("每周值班"),
        hint=_("每行一个班次，例如：周一至周五 08:00-20:00 姓名；跨零点写 20:00-08:00，全天写 00:00-24:00；姓名可不写"),
    )
    version = Integer(min=1, kind="hidden", label="version")


class ExceptionIn(In):
    """Duty of some days in place of the rota; without times nobody is on duty."""

    day = Day(required=True, label=_("日期"))
    until = Day(allow_none=True, label=_("至（含）"), hint=_("只有一天的不用填"))
    begins = Clock(allow_none=True, label=_("开始"), hint=_("当天无人值班的，时间留空"), placeholder="08:00")
    ends = Clock(allow_none=True, label=_("结束"), placeholder="20:00")
    person_id = Integer(min=1, allow_none=True)
    reason = Text(required=True, label=_("原因"), hint=_("例如：节日调班、车辆检修"))
    version = Integer(min=1, kind="hidden", label="version")


class ExceptionDayIn(In):
    """The day of an exception."""

    day = Day(required=True, label=_("日期"))


class ExceptionForm(ExceptionIn):
    """The same on a page, the person from a list."""

    person = Choice("people", label=_("值班人员"))


class ResponderMoveIn(In):
    """Why it is suspended, resumed or closed."""

    reason = Text(required=True, label=_("原因"))
    version = Integer(min=1, kind="hidden", label="version")


class ResponderFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("名称、单位或地址"), kind="search")
    area = AreaChoice(label=_("服务区域"))
    kind = Choice(KINDS, label=_("类别"))
    status = Choice(STATES, label=_("状态"))
    level = Integer(min=1, max=3)
    unit = Integer(min=1)


class NearestIn(In):
    """Who is nearest to a place now, or at `at`."""

    lat = Number(min=-90, max=90, places=6, required=True, label=_("纬度"))
    lon = Number(min=-180, max=180, places=6, required=True, label=_("经度"))
    level = Choice(LEVELS, load_default="2", label=_("响应级别"))
    area = AreaChoice(load_default=None, label=_("所属辖区"))
    at = Moment(load_default=None, label=_("时间"))
    limit = Integer(min=1, max=20, load_default=5)


class ShiftOut(Out):
    """A line of the rota in force or planned."""

    weekday = fields.Integer()
    begins = Clock()
    ends = Clock()
    person_id = fields.Integer(allow_none=True)
    since = fields.Date()
    until = fields.Date(allow_none=True)


class ExceptionOut(Out):
    """A day that differs from the rota."""

    day = fields.Date()
    begins = Clock(allow_none=True)
    ends = Clock(allow_none=True)
    person_id = fields.Integer(allow_none=True)
    reason = fields.String()


class ResponderDutyOut(Out):
    """Somebody is there; wall-clock times of the city."""

    begins = fields.DateTime()
    ends = fields.DateTime()
    person_id = fields.Integer(allow_none=True)


class ResponderOut(Out):
    """A responder with who is on duty now."""

    id = fields.Integer(attribute="responder.id")
    unit_id = fields.Integer(attribute="responder.unit_id")
    unit = fields.String(attribute="responder.unit.name")
    name = fields.String(attribute="responder.name")
    kind = fields.String(attribute="responder.kind")
    levels = fields.List(fields.Integer(), attribute="responder.levels")
    areas = fields.Function(lambda line: [each.area_code for each in line.responder.areas])
    capacity = fields.Integer(attribute="responder.capacity")
    phone = fields.String(attribute="responder.phone")
    address = fields.String(attribute="responder.address")
    lat = fields.Float(attribute="responder.lat", allow_none=True)
    lon = fields.Float(attribute="responder.lon", allow_none=True)
    status = fields.String(attribute="responder.status")
    version = fields.Integer(attribute="responder.version")
    on_duty = fields.Nested(ResponderDutyOut, attribute="duty", allow_none=True)
    next_duty = fields.Nested(ResponderDutyOut, attribute="next", allow_none=True)


class ResponderDetailOut(ResponderOut):
    """One with its rota, the days to come that differ from it, and its members."""

    note = fields.String(attribute="responder.note")
    shifts: Any = fields.Function(lambda one: ShiftOut(many=True).dump([s for _, rows in one.rotas for s in rows]))
    exceptions: Any = fields.List(fields.Nested(ExceptionOut))
    uncovered_minutes = fields.Integer(attribute="uncovered")
    members = fields.Function(
        lambda one: [
            {
                "person_id": each.person_id,
                "name": each.person.name,
                "phone": personal.shown(actor(), each.person, "phone") or None,
            }
            for each in one.members
        ]
    )
    moves = fields.Function(lambda one: [each.verb for each in one.moves])


class ResponderProposalOut(Out):
    """A responder that can be sent, and why it stands there."""

    responder_id = fields.Integer()
    unit_id = fields.Integer()
    name = fields.String()
    kind = fields.String()
    distance_m = fields.Integer(allow_none=True)
    on_duty = fields.Nested(ResponderDutyOut)
    load = fields.Integer()
    capacity = fields.Integer()
    phone = fields.String()
    reasons = fields.Function(lambda one: [say(reason) for reason in one.reasons])


class PassedOverOut(Out):
    """A responder that cannot be sent now."""

    responder_id = fields.Integer()
    unit_id = fields.Integer()
    name = fields.String()
    distance_m = fields.Integer(allow_none=True)
    phone = fields.String()
    why = fields.Function(lambda one: say(one.why))


class NearestOut(Out):
    """The best first; then the nearest that cannot be sent."""

    items = fields.List(fields.Nested(ResponderProposalOut))
    passed_over = fields.List(fields.Nested(PassedOverOut))
