"""Safety officers at the border: appointments, trainings, charges, the risk list, papers and the three records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import COMMON, Choice, Choices, Day, Integer, Lines, Moment, Note, Ref, Text, Upload, Yes
from blueprints.schemas.visits import Drawn, Picture
from registry.messages import T
from registry.rules import safety as rules
from registry.services.safety import TRAININGS

SUBJECT_CHOICES = [(subject.id, subject) for subject in rules.subjects().values()]
CYCLE_CHOICES = [("daily", T("日管控")), ("weekly", T("周排查")), ("monthly", T("月调度"))]
ACTION_CHOICES = [(action.id, action) for action in rules.actions().values()]
SLOTS = 5
MOST = 500
FILES = ".pdf,.jpg,.jpeg,.png"


class SafetyFilter(PageIn):
    """What rates, gaps and records may be narrowed to."""

    subject = Choice(SUBJECT_CHOICES, label=_("类别"))
    area = AreaChoice()
    cycle = Choice(CYCLE_CHOICES, label=_("记录"))
    since = Day(label=_("自"))
    until = Day(label=_("至"))
    unit = Integer(min=1, label=_("单位"), kind="hidden")


class ChargeFilter(In):
    """Which of the unit's elevators."""

    q = Text(max=100, label=_("地点或电梯编码"), kind="search")
    officer = Integer(min=1, label=_("安全员"), kind="select", choices="officers")
    unassigned = Yes(label=_("只看没有安全员的"))


class AppointForm(In):
    """Appoint somebody."""

    subject = Text(required=True, max=40, kind="hidden", label=_("类别"))
    role = Choice("roles", required=True, label=_("职务"))
    person = Integer(min=1, required=True, label=_("人员"), kind="select", choices="people")
    since = Day(required=True, label=_("任命日期"))
    document = Text(required=True, max=200, label=_("任命文件"), hint=_("文号或名称"))
    file = Upload(label=_("任命文件扫描件"), accept=FILES)


class DismissForm(In):
    """End an appointment."""

    until = Day(required=True, label=_("免去日期"))
    reason = Text(required=True, max=200, label=_("原因"))


class TrainForm(In):
    """A training or an examination."""

    subject = Text(required=True, max=40, kind="hidden", label=_("类别"))
    person = Integer(min=1, required=True, label=_("人员"), kind="select", choices="people")
    kind = Choice(list(TRAININGS.items()), required=True, label=_("培训或考核"))
    done_on = Day(required=True, label=_("日期"))
    passed = Yes(label=_("合格"))
    document = Text(max=200, label=_("材料名称"))
    file = Upload(label=_("材料扫描件"), accept=FILES)


class ChargeForm(In):
    """Give elevators to an officer."""

    officer = Integer(min=1, required=True, label=_("安全员"), kind="select", choices="officers")
    since = Day(label=_("自"))
    elevators = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        required=True,
        validate=validate.Length(min=1, max=MOST),
        error_messages={**COMMON, "required": _("请选择电梯")},
        metadata={"label": _("电梯"), "kind": "multiselect", "choices": "elevators"},
    )


class RiskForm(In):
    """A point of the risk list."""

    title = Text(required=True, max=200, label=_("风险点"))
    check = Note(required=True, max=1000, label=_("检查内容和要求"))
    serious = Yes(label=_("出现异常属于严重隐患"))


class ReasonForm(In):
    """Why."""

    reason = Text(required=True, max=200, label=_("原因"))


class PaperForm(In):
    """A paper to keep."""

    subject = Text(required=True, max=40, kind="hidden", label=_("类别"))
    paper = Choice("papers", required=True, label=_("材料"))
    title = Text(required=True, max=200, label=_("名称"))
    since = Day(required=True, label=_("生效日期"))
    file = Upload(required=True, label=_("文件"), accept=FILES)


class SolveForm(In):
    """A problem is solved."""

    solution = Text(required=True, max=200, label=_("处理结果"))
    solved_on = Day(label=_("解决日期"))


class ProblemIn(In):
    """A problem found in a daily check."""

    thing = Text(max=40)
    risk = Integer(min=1)
    text = Text(max=1000)
    actions = Choices(ACTION_CHOICES, load_default=list)
    serious = Yes()


class RecordIn(In):
    """What every record carries; `day` is a day of its period."""

    ref = Ref()
    subject = Choice(SUBJECT_CHOICES)
    day = Day()
    signature = Picture()
    corrects = Integer(min=1)
    reason = Text(max=200)


class DailyIn(RecordIn):
    """An officer's check of a day."""

    opened_at = Moment()
    seen = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    zero_risk = Yes()
    problems = fields.List(fields.Nested(ProblemIn), load_default=list, validate=validate.Length(max=100))
    note = Text(max=1000)
    photos = fields.List(Picture(), load_default=list, validate=validate.Length(max=9))


class SafetyPlanIn(In):
    """What is to be done about a problem."""

    id = Integer(min=1, required=True)
    measure = Text(max=200)
    owner = Text(max=100)
    deadline = Day()
    solved_on = Day()


class WeeklyIn(RecordIn):
    """The director's report of a week."""

    problems = fields.List(fields.Nested(SafetyPlanIn), load_default=list, validate=validate.Length(max=MOST))
    summary = Text(max=2000)


class MonthlyIn(RecordIn):
    """The principal's minutes of a month."""

    held_on = Day()
    attendees = Lines(most=100, each=40, load_default=list)
    decisions = Text(max=4000)
    follow_ups = Text(max=4000)


class RecordForm(In):
    """What every form of a record has; `corrects` and `reason` where it corrects another."""

    ref = Ref()
    subject = Text(max=40, kind="hidden", label=_("类别"))
    day = Day(kind="hidden", label=_("日期"))
    corrects = Integer(min=1, kind="hidden", label=_("更正"))
    reason = Text(max=200, label=_("更正原因"))
    signature = Drawn(label=_("签名"))


class DailyForm(RecordForm):
    """The phone page of a day; its problems come beside it, see `typed_problems`."""

    opened_at = Moment(kind="hidden", label=_("打开清单的时间"))
    seen = Choices("things", label=_("逐台确认已查看"))
    zero_risk = Yes(label=_("今日未发现风险隐患，作零风险报告"))
    note = Note(max=1000, label=_("说明"))


class WeeklyForm(RecordForm):
    """The page of a week; the plans come beside it, see `typed_plans`."""

    summary = Note(max=2000, label=_("本周安全状况和治理情况"))


class MonthlyForm(RecordForm):
    """The page of a month."""

    held_on = Day(required=True, label=_("会议日期"))
    attendees = Lines(most=100, each=40, required=True, label=_("参会人员"), hint=_("每行一人"))
    decisions = Note(max=4000, required=True, label=_("议定事项"))
    follow_ups = Note(max=4000, label=_("后续工作、责任人和期限"))


class RecordOut(Out):
    """A record in a list. Names of people stay on the pages."""

    id = fields.Integer()
    ref = fields.String()
    subject = fields.String()
    cycle = fields.String()
    unit_id = fields.Integer()
    unit = fields.String(attribute="unit.name")
    starts_on = fields.Date()
    ends_on = fields.Date()
    recorded_at = fields.AwareDateTime()
    late = fields.Boolean()
    zero_risk = fields.Boolean()
    problem_count = fields.Integer()
    corrects = fields.Integer(attribute="corrects_id", allow_none=True)
    replaced_on = fields.Date(allow_none=True)


class RecordDetailOut(RecordOut):
    """A record with what it says."""

    content = fields.Raw()


class RateOut(Out):
    """Rates of a unit, an area or the city; percentages, null where nothing was owed."""

    daily_made = fields.Function(lambda rate: rate.made["daily"])
    daily_owed = fields.Function(lambda rate: rate.owed["daily"])
    daily_rate = fields.Function(lambda rate: _number(rate.share("daily")))
    weekly_made = fields.Function(lambda rate: rate.made["weekly"])
    weekly_owed = fields.Function(lambda rate: rate.owed["weekly"])
    weekly_rate = fields.Function(lambda rate: _number(rate.share("weekly")))
    monthly_made = fields.Function(lambda rate: rate.made["monthly"])
    monthly_owed = fields.Function(lambda rate: rate.owed["monthly"])
    monthly_rate = fields.Function(lambda rate: _number(rate.share("monthly")))
    assigned_lifts = fields.Function(lambda rate: rate.assigned)
    lifts_in_use = fields.Function(lambda rate: rate.lifts)
    assigned_lift_rate = fields.Function(lambda rate: _number(rate.assigned_share))


class UnitRateOut(Out):
    """A unit and its rates."""

    id = fields.Integer()
    name = fields.String()
    area = fields.String(attribute="area_code")
    rate = fields.Nested(RateOut)


class RatesOut(Out):
    """Rates of a window."""

    since = fields.Date(attribute="window.first")
    until = fields.Date(attribute="window.last")
    total = fields.Nested(RateOut)
    units = fields.List(fields.Nested(UnitRateOut))


def _number(value: Any) -> str | None:
    return None if value is None else f"{value * 100:.2f}"


def typed_problems(sent: Any) -> list[dict[str, Any]]:
    """The problems of the phone page: `p<n>-thing`, `-risk`, `-text`, `-actions`, `-serious`; empty slots left out."""
    found = []
    for slot in range(SLOTS):
        problem: dict[str, Any] = {
            name: text for name in ("thing", "risk", "text") if (text := (sent.get(f"p{slot}-{name}") or "").strip())
        }
        if actions := sent.getlist(f"p{slot}-actions"):
            problem["actions"] = actions
        if sent.get(f"p{slot}-serious"):
            problem["serious"] = True
        if problem:
            found.append(problem)
    return found


def typed_plans(ids: list[int], sent: Mapping[str, str]) -> list[dict[str, Any]]:
    """The plans of the weekly page: `m<id>-measure`, `-owner`, `-deadline`, `-solved_on`."""
    names = ("measure", "owner", "deadline", "solved_on")
    return [
        {"id": number, **{name: text for name in names if (text := (sent.get(f"m{number}-{name}") or "").strip())}}
        for number in ids
    ]
