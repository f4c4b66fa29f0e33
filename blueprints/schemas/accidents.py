"""Accidents at the border: the report, the moves, what is shown. Money in yuan, moments with their zone."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.elevators import PLACE_TYPES, OptionalRef
from blueprints.schemas.fields import Choice, Day, Integer, Moment, Note, Text
from blueprints.schemas.policies import named_pairs
from blueprints.schemas.risk import NEWEST, Said, row_field
from blueprints.sessions import actor
from registry.clock import CITY_ZONE
from registry.queries import personal
from registry.rules import tables
from registry.rules.accident_case import STATES, names
from registry.rules.accidents import GRADE_NAMES

LINKS = named_pairs(names("accident_links", NEWEST))
CAUSES = named_pairs(names("accident_causes", NEWEST))
EXCLUSIONS = named_pairs(names("accident_exclusions", NEWEST))
RESPONSIBILITIES = named_pairs(names("accident_responsibilities", NEWEST))
GRADES = named_pairs(GRADE_NAMES)
STATE_CHOICES = (
    ("open", _("全部在办")),
    ("late", _("超过时限")),
    ("due", _("待我办理")),
    *((state.id, state) for state in STATES.values()),
)
EQUIPMENT = (("elevator", _("电梯")), ("cylinder", _("气瓶")), ("other", _("其他特种设备")))
WHAT, HOW, HARM, WHO = _("时间和地点"), _("设备和经过"), _("伤亡和损失"), _("报告人")
# On the page, those that elevators and cylinders may reach; the others through the API.
ON_PAGE = ("people_moved", "vessel_exploded", "elevator_trapped_hours")
ROWS = {row["measure"]: row for row in tables.rows("accident_measures", NEWEST)}
UNITS = {"person": _("人"), "h": _("小时")}
COUNTED = ("deaths", "serious_injuries", "loss_yuan")


class LocalMoment(Moment):
    """A moment typed on a page: the city's time, as the browser's control writes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_timezone = CITY_ZONE

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return f"{value.astimezone(CITY_ZONE):%Y-%m-%dT%H:%M}" if value else None


def _figures(required: bool = False) -> dict[str, Any]:
    """The casualties and the loss; left empty in a follow-up report they stay as they were."""
    default = {} if not required else {"load_default": 0}
    return {
        "deaths": Integer(max=10000, label=Said(ROWS["deaths"]), unit=_("人"), group=HARM, **default),
        "serious_injuries": Integer(
            max=100000, label=Said(ROWS["serious_injuries"]), unit=_("人"), group=HARM, **default
        ),
        "minor_injuries": Integer(max=100000, label=_("轻伤人数"), unit=_("人"), group=HARM, **default),
        "loss_yuan": Integer(max=10**12, label=Said(ROWS["loss_yuan"]), unit=_("元"), group=HARM, **default),
    }


def _others(wanted: tuple[str, ...]) -> dict[str, Any]:
    found = {name: row_field(ROWS[name]) for name in wanted}
    for one in found.values():
        one.metadata["group"] = HARM
        one.metadata["unit"] = UNITS.get(one.metadata.get("unit", ""), one.metadata.get("unit", ""))
    return found


def _report(moment: type[Moment]) -> dict[str, Any]:
    return {
        "title": Text(required=True, label=_("事故名称"), hint=_("例如：某小区3号楼电梯困人"), group=WHAT),
        "happened_at": moment(required=True, label=_("发生时间"), group=WHAT),
        "told_at": moment(label=_("单位负责人接报时间"), hint=_("不填视为发生时"), group=WHAT),
        "received_at": moment(label=_("市场监管部门接报时间"), hint=_("不填视为现在"), group=WHAT),
        "place": Text(required=True, label=_("事故地点"), group=WHAT),
        "place_type": Choice(PLACE_TYPES, label=_("使用场所"), group=WHAT),
        "elevator": Text(max=120, label=_("电梯标签代码"), group=HOW),
        "cylinder": Text(max=120, label=_("气瓶标签代码"), group=HOW),
        "equipment": Choice(EQUIPMENT, label=_("设备种类"), hint=_("没有标签代码时选择"), group=HOW),
        "unit": Text(label=_("事故单位"), hint=_("全称或统一社会信用代码；填写标签代码时可以不填"), group=HOW),
        "link": Choice(LINKS, required=True, label=_("发生环节"), group=HOW),
        "course": Note(required=True, label=_("事故经过"), group=HOW),
        "damage": Note(label=_("破坏情况"), group=HOW),
        "taken": Note(label=_("已采取的措施"), group=HOW),
        **_figures(required=True),
        "at_risk": Integer(max=1_000_000, label=_("涉险人数"), unit=_("人"), group=HARM),
    }


def _person() -> dict[str, Any]:
    return {
        "reporter": Text(required=True, label=_("报告人"), group=WHO),
        "reporter_phone": Text(required=True, max=40, kind="tel", label=_("联系电话"), group=WHO),
    }


ReportForm: type[Schema] = type("AccidentForm", (In,), {**_report(LocalMoment), **_others(ON_PAGE), **_person()})
ReportIn: type[Schema] = type(
    "AccidentReportIn",
    (In,),
    {
        "__doc__": "An accident as it is first reported, with all measures of the grading rule; `ref` for repeats.",
        **_report(Moment),
        **_others(tuple(name for name in ROWS if name not in COUNTED)),
        **_person(),
        "ref": OptionalRef(),
    },
)


class AccidentFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、名称或单位"), kind="search")
    state = Choice(STATE_CHOICES, label=_("办理环节"))
    grade = Choice(GRADES, label=_("等级"))
    equipment = Choice(EQUIPMENT, label=_("设备种类"))
    area = AreaChoice()
    since = Day(label=_("发生于（从）"))
    until = Day(label=_("至"))


def _asked(moment: type[Moment]) -> dict[str, Any]:
    return {
        "addressee": Text(label=_("报告对象"), hint=_("例如：埇桥区人民政府、宿州市市场监督管理局")),
        "changed_at": moment(label=_("情况变化时间")),
        "exclusion": Choice(EXCLUSIONS, label=_("不属于的理由")),
        "days": Integer(min=1, max=365, label=_("天数"), unit=_("日")),
        "cause_class": Choice(CAUSES, label=_("原因类别")),
        "cause": Note(label=_("事故原因")),
        "responsibility": Choice(RESPONSIBILITIES, label=_("责任认定")),
        "responsible": Text(label=_("责任单位"), hint=_("全称或统一社会信用代码；没有责任单位时不填")),
    }


MoveIn: type[Schema] = type(
    "AccidentMoveIn",
    (In,),
    {
        "__doc__": "A move through the API; what each needs is refused by name when it is missing.",
        "done_at": Moment(),
        "document": Text(),
        "note": Note(max=4000),
        **_asked(Moment),
        **_figures(),
        **_others(tuple(name for name in ROWS if name not in COUNTED)),
        "version": Integer(),
    },
)


@cache
def move_form(verb: str, needs: tuple[str, ...]) -> Schema:
    """The form of a move: what it needs is required."""
    own: dict[str, Any] = {"done_at": LocalMoment(required=True, label=_("办理时间"))}
    asked = _asked(LocalMoment)
    for name in needs:
        if name in asked:
            asked[name].required = True
            own[name] = asked[name]
    if verb == "follow_up":
        figures = {**_figures(), **_others(ON_PAGE)}
        for one in figures.values():
            one.metadata["group"] = _("变化后的数字（没有变化的不填）")
        own |= figures
    if verb == "file_report":
        own["responsible"] = asked["responsible"]
    own["document"] = Text(required="document" in needs, label=_("文号或材料名称"))
    own["note"] = Note(max=4000, required="note" in needs, label=_("说明"))
    own["version"] = Integer(required=True, kind="hidden", label=_("版本"))
    schema: Schema = type(f"Accident_{verb}", (In,), own)()
    return schema


class AccidentClockOut(Out):
    """One step of the reports and the investigation; `due` null where it is at once or does not run yet."""

    step = fields.String()
    name = fields.String(attribute="zh")
    due = fields.DateTime(allow_none=True)
    done = fields.DateTime(allow_none=True)
    late = fields.Boolean()
    basis = fields.String()


class AccidentStepOut(Out):
    """A line of the ledger; `by` is the unit."""

    verb = fields.String()
    source = fields.String()
    target = fields.String()
    at = fields.DateTime()
    done_at = fields.DateTime()
    document = fields.String()
    note = fields.String()
    data = fields.Dict()
    by = fields.Function(lambda step: step.unit.name if step.unit else None)


class AccidentGradingOut(Out):
    """A grade from a day on, with the figures and the measures that reached it."""

    since = fields.Date()
    grade = fields.String()
    measures = fields.Dict()
    reasons = fields.List(fields.Dict())


class AccidentOut(Out):
    """An accident. Equipment by label code, units by name."""

    no = fields.String()
    title = fields.String()
    area = fields.String(attribute="area_code")
    happened_at = fields.DateTime()
    told_at = fields.DateTime()
    received_at = fields.DateTime()
    place = fields.String()
    place_type = fields.String(allow_none=True)
    equipment = fields.String()
    elevator = fields.String(attribute="elevator.label_code", allow_none=True)
    cylinder = fields.String(attribute="cylinder.label_code", allow_none=True)
    unit = fields.String(attribute="unit.name")
    link = fields.String()
    course = fields.String()
    damage = fields.String()
    taken = fields.String()
    at_risk = fields.Integer(allow_none=True)
    deaths = fields.Integer()
    serious_injuries = fields.Integer()
    minor_injuries = fields.Integer()
    loss_yuan = fields.Integer()
    measures = fields.Dict()
    grade = fields.String()
    state = fields.String()
    exclusion = fields.String(allow_none=True)
    cause_class = fields.String(allow_none=True)
    cause = fields.String()
    responsibility = fields.String(allow_none=True)
    responsible = fields.String(attribute="responsible.name", allow_none=True)
    version = fields.Integer()


class AccidentLineOut(Out):
    """An accident in the list, with the steps that are late, or wait."""

    accident = fields.Nested(AccidentOut)
    late = fields.List(fields.String())
    due = fields.List(fields.String())


class AccidentDetailOut(AccidentOut):
    """An accident with its clocks, ledger, grades and the moves this caller may make."""

    reporter = fields.String(allow_none=True)
    reporter_phone = fields.String(allow_none=True)
    clocks = fields.List(fields.Nested(AccidentClockOut))
    steps = fields.List(fields.Nested(AccidentStepOut))
    gradings = fields.List(fields.Nested(AccidentGradingOut))
    moves = fields.List(fields.String())


def shown_line(line: Any) -> dict[str, Any]:
    """A line of the list as it crosses the border."""
    return {
        "accident": line.accident,
        "late": [one.step for one in line.late],
        "due": [one.step for one in line.due],
    }


def shown(case: Any, now: datetime) -> dict[str, Any]:
    """One accident as it crosses the border; who reported it only to those who may know."""
    known = {name: getattr(case.accident, name) for name in AccidentDetailOut().fields if hasattr(case.accident, name)}
    row = case.accident
    return {
        **known,
        **{name: getattr(row, name) for name in ("area_code", "elevator", "cylinder", "unit", "responsible")},
        "reporter": personal.shown(actor(), row, "reporter") if case.shows_people else None,
        "reporter_phone": personal.shown(actor(), row, "reporter_phone") if case.shows_people else None,
        "clocks": [
            {"step": c.step, "zh": c.zh, "due": c.due, "done": c.done, "late": c.late(now), "basis": c.basis}
            for c in case.clocks
        ],
        "moves": [move.verb for move in case.moves],
    }
