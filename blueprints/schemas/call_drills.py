"""Exercises of the rescue desk at the border: starting one, its evaluation, what is shown."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Choices, Day, Integer, Note, Text
from blueprints.schemas.policies import Both
from registry.rules import calls as rules

ROLES = [(key, Both(role.zh, role.en)) for key, role in rules.roles().items() if role.level == 1]


class DrillIn(In):
    """An exercise: where, what is exercised, who is asked. `responders` and `plan` by number."""

    elevator = Text(max=120, required=True, label=_("电梯"), hint=_("救援识别码或标签代码"))
    scenario = Text(max=200, required=True, label=_("演练内容"), hint=_("例如：住宅电梯困人两人，其中一名老人"))
    trapped = Integer(max=99, label=_("模拟被困人数"), unit=_("人"))
    roles = Choices(ROLES, label=_("一级响应"), kind="multiselect")
    responders = Choices("teams", label=_("二级响应的救援队伍"), kind="multiselect")
    plan = Integer(min=1, label=_("按哪个预案"), kind="select", choices="plans")


class DrillEvaluationIn(In):
    """What came of an exercise."""

    participants = Integer(required=True, min=1, max=10_000, label=_("参加人数"), unit=_("人"))
    went_well = Note(required=True, max=2000, label=_("做得好的"))
    to_mend = Note(max=2000, label=_("要改进的"))
    mend_due = Day(label=_("改进期限"))


class DrillMendedIn(In):
    """How something was mended."""

    note = Note(required=True, max=2000, label=_("改进情况"))


class DrillOut(Out):
    """An exercise with its times in whole seconds; `limit`: within which rescuers had to be there."""

    no = fields.String(attribute="row.call.no")
    scenario = fields.String(attribute="row.scenario")
    state = fields.String(attribute="row.call.state")
    received_at = fields.DateTime(attribute="row.call.received_at")
    elevator = fields.Function(lambda one: one.row.call.elevator.label_code if one.row.call.elevator else None)
    plan = fields.Integer(attribute="row.plan_id", allow_none=True)
    answered = fields.Integer(allow_none=True)
    arrived = fields.Integer(allow_none=True)
    released = fields.Integer(allow_none=True)
    limit = fields.Integer()
    on_time = fields.Boolean(allow_none=True)
    late = fields.Function(lambda one: [timer.key for timer in one.late])
    participants = fields.Integer(attribute="row.participants", allow_none=True)
    went_well = fields.String(attribute="row.went_well")
    to_mend = fields.String(attribute="row.to_mend")
    mend_due = fields.Date(attribute="row.mend_due", allow_none=True)
    evaluated_at = fields.DateTime(attribute="row.evaluated_at", allow_none=True)
    mended_on = fields.Date(attribute="row.mended_on", allow_none=True)


def choices(teams: list[tuple[int, str]], plans: list[Any]) -> dict[str, Any]:
    """The lists of the form."""
    return {
        "teams": [(str(number), name) for number, name in teams],
        "plans": [(line.plan.id, f"{line.plan.title}（{line.drill_due}）") for line in plans],
    }
