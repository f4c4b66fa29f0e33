"""Insurance policies at the border. Money is in fen in the API and in yuan on the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_load, pre_dump

from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Lines, Note, Number, Text

SUBJECTS = (("elevator", _("电梯")), ("cylinder", _("气瓶")))
HOLDER_TYPES = (
    ("use_unit", _("使用单位")),
    ("owner", _("产权单位")),
    ("maintenance", _("维保单位")),
    ("inspection", _("检验机构")),
    ("manufacturer", _("制造安装单位")),
    ("filling", _("充装单位")),
)
BASES = (
    ("per_item_year", _("按台（只）每年")),
    ("per_fill", _("按次充装")),
    ("per_station_year", _("按站每年")),
)
STATES = (
    ("valid", _("有效")),
    ("ending", _("60天内到期")),
    ("ended", _("已终止")),
)
INJURIES = (("none", _("无人伤亡")), ("light", _("轻伤")), ("serious", _("重伤")), ("death", _("死亡")))
LARGEST_FEN = 9_000_000_000_000_000


def _money(**options: Any) -> Integer:
    return Integer(min=0, max=LARGEST_FEN, **options)


class PolicyIn(In):
    """A policy through the API: units by id, equipment by label code, money in fen."""

    subject = Choice(SUBJECTS, load_default="elevator")
    policy_no = Text(required=True, max=40)
    insurer_id = Integer()
    holder_id = Integer(required=True)
    holder_type = Choice(HOLDER_TYPES, required=True)
    basis = Choice(BASES, load_default="per_item_year")
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    premium_fen = _money(required=True)
    limit_per_accident_fen = _money(required=True)
    limit_per_person_fen = _money()
    note = Note()
    codes = Lines(required=True, most=30000, each=120)


class PolicyForm(In):
    """The same on a page: units chosen or named, money in yuan."""

    subject = Choice(SUBJECTS, label=_("承保对象"), load_default="elevator")
    policy_no = Text(required=True, max=40, label=_("保单号"))
    insurer_id = Choice("insurers", label=_("保险机构"), hint=_("保险机构登记自己的保单时不用选择"))
    holder = Text(label=_("投保单位"), hint=_("单位全称或统一社会信用代码；不填为本单位"))
    holder_type = Choice(HOLDER_TYPES, required=True, label=_("投保人类型"))
    basis = Choice(BASES, label=_("计费方式"), load_default="per_item_year")
    starts_on = Day(required=True, label=_("保险起期"))
    ends_on = Day(required=True, label=_("保险止期"))
    premium = Number(required=True, places=2, max=10_000_000_000, label=_("保险费"), unit=_("元"))
    limit_per_accident = Number(required=True, places=2, max=10_000_000_000, label=_("每次事故限额"), unit=_("元"))
    limit_per_person = Number(places=2, max=10_000_000_000, label=_("每人限额"), unit=_("元"))
    note = Note(max=1000, label=_("备注"))
    codes = Lines(
        required=True, most=30000, each=120, label=_("承保设备代码"), hint=_("每行一个标签代码，可从表格中整列粘贴")
    )

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen, and the chosen insurer to its id."""
        for name in ("premium", "limit_per_accident", "limit_per_person"):
            yuan = data.pop(name, None)
            data[f"{name}_fen"] = None if yuan is None else int(yuan * Decimal(100))
        data["insurer_id"] = int(data["insurer_id"]) if data.get("insurer_id") else None
        return data


class PolicyFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("保单号或单位"), kind="search")
    subject = Choice(SUBJECTS, label=_("承保对象"))
    state = Choice(STATES, label=_("状态"))


class EndorseIn(In):
    """Equipment that joins and leaves from a day on."""

    since = Day(required=True, label=_("批改生效日期"))
    added = Lines(load_default=list, label=_("增加的设备代码"), hint=_("每行一个"))
    removed = Lines(load_default=list, label=_("减少的设备代码"), hint=_("每行一个"))


class CancelIn(In):
    """The first day that is not covered any more."""

    cancelled_on = Day(required=True, label=_("退保日期"), hint=_("从这一天起不再承保"))


class ClaimIn(In):
    """A claim through the API."""

    code = Text(required=True, max=120, label=_("设备代码"))
    happened_on = Day(required=True, label=_("出险日期"))
    injury = Choice(INJURIES, required=True, label=_("人员伤亡"))
    paid_fen = _money(required=True)
    note = Note(label=_("说明"))


class ClaimForm(In):
    """The same on a page, in yuan."""

    code = Text(required=True, max=120, label=_("设备代码"))
    happened_on = Day(required=True, label=_("出险日期"))
    injury = Choice(INJURIES, required=True, label=_("人员伤亡"))
    paid = Number(required=True, places=2, max=10_000_000_000, label=_("赔付金额"), unit=_("元"))
    note = Note(max=1000, label=_("说明"))

    @post_load
    def to_fen(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Yuan to fen."""
        data["paid_fen"] = int(data.pop("paid") * Decimal(100))
        return data


class PolicyOut(Out):
    """A policy."""

    id = fields.Integer()
    subject = fields.String()
    policy_no = fields.String()
    insurer = fields.String()
    insurer_id = fields.Integer()
    holder = fields.String()
    holder_id = fields.Integer()
    holder_type = fields.String()
    basis = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    cancelled_on = fields.Date(allow_none=True)
    premium_fen = fields.Integer()
    limit_per_accident_fen = fields.Integer()
    limit_per_person_fen = fields.Integer(allow_none=True)

    @pre_dump
    def named(self, row: Any, **_more: Any) -> dict[str, Any]:
        """Units by name; a policy just recorded has not loaded them."""
        known = row.__dict__
        values = {name: known.get(name) for name in self.fields}
        for name in ("insurer", "holder"):
            values[name] = known[name].name if known.get(name) else None
        return values


class ClaimOut(Out):
    """A claim."""

    id = fields.Integer()
    policy_id = fields.Integer()
    happened_on = fields.Date()
    injury = fields.String()
    paid_fen = fields.Integer()
