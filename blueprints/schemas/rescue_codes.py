"""Rescue codes and plates at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Text, Upload
from registry.rules import identifiers

GAPS = (
    ("none", _("没有识别码")),
    ("unverified", _("标识未核实")),
    ("wrong", _("标识不符")),
    ("doubled", _("识别码重复")),
)
WAYS = (("visit", _("维保现场查看")), ("photo", _("照片核对")), ("office", _("监管人员查看")))


class CodeFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、地址、单位"), kind="search")
    area = AreaChoice()
    gap = Choice(GAPS, label=_("问题"))


class PlatesIn(In):
    """Which plates: the filters of the list."""

    q = Text(max=100)
    area = AreaChoice()
    gap = Choice(GAPS)


class GiveIn(In):
    """Give the elevators of an area that have none the next free codes."""

    area = AreaChoice(required=True)
    most = Integer(min=1, max=5000, load_default=5000, label=_("最多编发"), unit=_("台"))
    since = Day(label=_("接入日期"), hint=_("不填为今天"))


class RangeIn(In):
    """The codes of an area."""

    area = AreaChoice(required=True)
    first = Text(required=True, max=8, check=identifiers.rescue_code, label=_("起始号码"), hint=_("5至8位数字"))
    last = Text(required=True, max=8, check=identifiers.rescue_code, label=_("截止号码"))


class PlateIn(In):
    """What somebody read on the plate; without a code no plate hangs there."""

    seen_on = Day(required=True, label=_("查看日期"))
    code_seen = Text(
        max=8, check=identifiers.rescue_code, label=_("标识上的识别码"), hint=_("照标识抄写；没有标识的不填")
    )
    way = Choice(WAYS, required=True, label=_("核实方式"))
    note = Text(label=_("备注"))
    file = Integer(min=1)


class PlateForm(PlateIn):
    """The same on a page, with a picture."""

    photo = Upload(accept="image/*", label=_("标识照片"), hint=_("照片核对时必须附上"))


class EnrolmentOut(Out):
    """A code and since when."""

    code = fields.String()
    since = fields.Date()
    plate_verified_on = fields.Date(allow_none=True)


class PlateCheckOut(Out):
    """A look at a plate."""

    id = fields.Integer()
    seen_on = fields.Date()
    code_seen = fields.String(allow_none=True)
    matches = fields.Boolean()
    way = fields.String()


class CodeLineOut(Out):
    """An elevator on the platform, or not yet."""

    label_code = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    area = fields.String(attribute="elevator.area_code")
    state = fields.String()
    enrolment: Any = fields.Nested(EnrolmentOut, allow_none=True)
    check: Any = fields.Nested(PlateCheckOut, allow_none=True)
    company = fields.String()


class GivenOut(Out):
    """What was given."""

    items = fields.List(fields.Nested(EnrolmentOut))


class RangeOut(Out):
    """The codes of an area."""

    area = fields.String(attribute="area_code")
    first = fields.String()
    last = fields.String()
