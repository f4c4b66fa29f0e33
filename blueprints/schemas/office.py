"""Parameters and the trail at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from blueprints.schemas.base import In, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Text
from registry.queries.parameters import DEFAULTS

SUBJECTS = (
    ("elevator", _("电梯")),
    ("visit", _("维保记录")),
    ("cylinder", _("气瓶")),
    ("filling", _("充装记录")),
    ("scan", _("扫码")),
    ("policy", _("保单")),
    ("hazard", _("隐患")),
    ("unit", _("单位")),
    ("person", _("人员")),
    ("label_code", _("标签")),
    ("parameter", _("参数")),
    ("indicator_target", _("目标")),
    ("indicator_snapshot", _("指标数据")),
    ("stored_file", _("文件")),
    ("api_token", _("接口令牌")),
)


class ParameterIn(In):
    """A value of a parameter from a day on."""

    key = Choice([(key, default.label) for key, default in DEFAULTS.items()], required=True, label=_("参数"))
    value = Text(required=True, max=20, label=_("取值"))
    since = Day(required=True, label=_("生效日期"), hint=_("此前的日子仍按原来的取值判断"))


class TrailFilter(PageIn):
    """Filters of the log."""

    subject = Choice(SUBJECTS, label=_("对象"))
    subject_id = Integer(label=_("编号"))
    act = Text(max=40, label=_("动作"), hint=_("例如 elevator.registered"))
    person = Text(max=40, label=_("账号"))
    first = Day(label=_("自"))
