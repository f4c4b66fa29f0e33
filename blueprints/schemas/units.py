"""Units at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints.filters import called
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Number, Text
from registry.rules import identifiers
from registry.rules.kinds import MEDIA

CAPACITIES = (
    ("use", _("使用单位")),
    ("owner", _("产权单位")),
    ("maintenance", _("维保单位")),
    ("filling", _("充装单位")),
    ("depot", _("瓶装气配送站")),
    ("inspection", _("检验机构")),
    ("self_testing", _("电梯自行检测单位")),
    ("insurer", _("保险机构")),
    ("manufacturer", _("制造安装单位")),
    ("rescue_station", _("救援站")),
    ("regulator", _("监管部门")),
)


class UnitIn(In):
    """A unit."""

    name = Text(required=True, label=_("单位名称"), hint=_("与营业执照一致的全称"))
    credit_code = Text(
        required=True,
        max=18,
        check=identifiers.credit_code,
        label=_("统一社会信用代码"),
        hint=_("18位，校验码会自动核对"),
    )
    area_code = AreaChoice(required=True)
    address = Text(label=_("地址"), load_default="")
    legal_person = Text(label=_("法定代表人"), load_default="")
    phone = Text(max=20, check=identifiers.phone, label=_("联系电话"), load_default="", kind="tel")
    lat = Number(min=-90, max=90, places=6, label=_("纬度"), hint=_("WGS-84，可不填"))
    lon = Number(min=-180, max=180, places=6, label=_("经度"))


class NewUnitIn(UnitIn):
    """A new unit, with what it does."""

    capacities = Choices(CAPACITIES, load_default=list, label=_("单位类别"))


class CapacityIn(In):
    """A capacity with its licence."""

    capacity = Choice(CAPACITIES, required=True, label=_("单位类别"))
    licence_no = Text(max=40, label=_("许可证编号"))
    licence_until = Day(label=_("许可证有效期至"))
    media = Choices(
        [(key, medium) for key, medium in MEDIA.items()],
        load_default=list,
        label=_("充装介质"),
        hint=_("仅充装单位填写"),
    )
    station_id = Integer(
        min=1, label=_("所属充装单位编号"), hint=_("仅配送站填写：为哪家充装单位配送（单位页地址中的数字）")
    )
    suspended_since = Day(label=_("责令停止日期"), hint=_("恢复后清空"))


class UnitFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("名称或信用代码"), kind="search")
    area = AreaChoice()
    capacity = Choice(CAPACITIES, label=_("单位类别"))


class CapacityOut(Out):
    """A capacity."""

    capacity = fields.String()
    licence_no = fields.String(allow_none=True)
    licence_until = fields.Date(allow_none=True)
    media = fields.List(fields.String(), allow_none=True)
    suspended_since = fields.Date(allow_none=True)


class UnitOut(Out):
    """A unit, without its people."""

    id = fields.Integer()
    name = fields.String()
    credit_code = fields.String(allow_none=True)
    area_code = fields.String(allow_none=True)
    address = fields.String()
    capacities = fields.List(fields.Nested(CapacityOut))

    @pre_dump
    def loaded(self, row: Any, **_more: Any) -> dict[str, Any]:
        """What is there: a unit just recorded has not loaded its capacities."""
        return {name: row.__dict__.get(name, [] if name == "capacities" else None) for name in self.fields}


def media_names(keys: list[str] | None) -> str:
    """Media by name, for pages."""
    return "、".join(called(MEDIA[key]) if key in MEDIA else key for key in keys or [])
