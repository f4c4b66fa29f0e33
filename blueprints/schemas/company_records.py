"""Drills and spot checks at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from blueprints.schemas.base import In
from blueprints.schemas.elevators import bilingual
from blueprints.schemas.fields import Choice, Day, Integer, Note, Text
from registry.rules.kinds import CATEGORIES

CATEGORY_CHOICES = [(key, bilingual(pair)) for key, pair in CATEGORIES.items()]


class DrillForm(In):
    """An emergency drill."""

    category = Choice(CATEGORY_CHOICES, required=True, label=_("电梯类别"))
    held_on = Day(required=True, label=_("演练日期"))
    place = Text(required=True, label=_("演练地点"))
    scenario = Text(required=True, label=_("演练内容"), hint=_("例如：困人救援、进水处置"))
    participants = Integer(required=True, min=1, max=1000, label=_("参加人数"), unit=_("人"))
    summary = Note(required=True, max=2000, label=_("过程和评价"))


class QualityCheckForm(In):
    """A spot check of quality."""

    done_on = Day(required=True, label=_("抽查日期"))
    checker = Choice("people", required=True, label=_("质量检查人员"))
    result = Choice([("pass", _("合格")), ("fail", _("有问题"))], required=True, label=_("结果"))
    findings = Note(max=2000, label=_("发现的问题"))
    measures = Note(max=2000, label=_("处理措施"))
