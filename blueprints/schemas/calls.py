"""Emergency calls at the border: taking one in, the moves, what is shown. Moments with their zone, seconds whole."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.schemas.base import AreaChoice, In, PageIn, PositionIn
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fault_reports import KIND_CHOICES as REPORT_KINDS
from blueprints.schemas.fields import Choice, Choices, Day, Integer, Known, Lines, Moment, Note, Text, Yes
from blueprints.schemas.policies import Both, named_pairs
from registry.rules import calls as rules

SOURCES = named_pairs(rules.names("call_sources"))
KINDS = [(kind.id, kind) for kind in rules.kinds().values()]
TAKEN_KINDS = [(key, kind) for key, kind in KINDS if key != rules.FALSE_ALARM]
VULNERABLE = named_pairs(rules.names("call_vulnerable"))
RESULTS = named_pairs(rules.names("call_results"))
CAUSES = named_pairs(rules.names("call_causes"))
CAUSE_GROUPS = named_pairs(rules.cause_groups())
SATISFACTIONS = named_pairs(rules.names("call_satisfactions"))
SERVICES = [(key, Both(rules.roles()[key].zh, rules.roles()[key].en)) for key in rules.SERVICES]
STATE_CHOICES = (
    ("running", _("正在救援")),
    ("open", _("全部在办")),
    ("to_end", _("待回访或办结")),
    *((state.id, state) for state in rules.STATES.values()),
)
ASKED_STATES = {
    "asked": (_("待接单"), "bad"),
    "accepted": (_("已接单"), "warn"),
    "departed": (_("已出发"), "warn"),
    "arrived": (_("已到场"), "good"),
    "declined": (_("不能前往"), "neutral"),
    "withdrawn": (_("已撤回"), "neutral"),
}
# What brought an escalation forward.
WHYS = {
    "declined": _("已派遣的都不能前往"),
    "nobody": _("没有可派遣的维保单位"),
    "too_late": _("预计到场超过时限"),
    "injured": _("有人受伤"),
    "": _("规定时间内无人接单"),
}


def _facts() -> dict[str, Any]:
    return {
        "caller": Text(max=60, label=_("报警人")),
        "caller_phone": Text(max=30, kind="tel", label=_("回拨电话"), hint=_("只有接警员和前往的救援人员看得到")),
        "place": Text(label=_("地点"), hint=_("不知道是哪台电梯时：小区、楼栋、单元")),
        "trapped": Integer(max=99, label=_("被困人数"), unit=_("人")),
        "vulnerable": Choices(VULNERABLE, label=_("需要照顾的人")),
        "injured": Integer(max=99, label=_("受伤人数"), unit=_("人")),
        "area": AreaChoice(),
    }


class CallFields(In):
    """What every call may say."""

    source = Choice(SOURCES, required=True, label=_("来源"))
    kind = Choice(TAKEN_KINDS, required=True, label=_("类型"))
    elevator = Text(max=120, label=_("电梯"), hint=_("救援识别码或标签代码"))


CallIn: type[Schema] = type(
    "CallIn",
    (CallFields,),
    {
        "__doc__": "A call as it is taken in; the elevator by rescue code or label code, or else where the caller is.",
        **_facts(),
        "position": fields.Nested(PositionIn, allow_none=True),
        "received_at": Moment(label=_("接警时间")),
        "note": Note(label=_("情况")),
        "drill": Yes(label=_("演练")),
        "another": Yes(),
        "ref": OptionalRef(),
    },
)


class CallFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、识别码或地址"), kind="search")
    state = Choice(STATE_CHOICES, label=_("状态"))
    kind = Choice(KINDS, label=_("类型"))
    source = Choice(SOURCES, label=_("来源"))
    area = AreaChoice()
    since = Day(label=_("接警于（从）"))
    until = Day(label=_("至"))
    elevator = Text(max=120, label=_("电梯标签代码"))
    drill = Known(label=_("演练"))


class StatisticsFilter(In):
    """Of which days and which area."""

    since = Day(label=_("从"))
    until = Day(label=_("至"))
    area = AreaChoice()


def _asked() -> dict[str, Any]:
    """What moves may need, by name."""
    return {
        "elevator": Text(max=120, label=_("电梯"), hint=_("救援识别码或标签代码")),
        "responders": Lines(most=10, each=10, label=_("救援队伍"), hint=_("编号，每行一个")),
        "units": Lines(most=10, label=_("其他救援单位"), hint=_("每行一个：全称或统一社会信用代码")),
        "service": Choice(SERVICES, label=_("移交给")),
        "reason": Text(max=200, label=_("原因")),
        "into": Text(max=40, label=_("并入哪一起"), hint=_("警情编号，例如 JY-2026-000001")),
        "dispatch": Integer(min=1, label=_("救援单位"), kind="select", choices="dispatches"),
        "result": Choice(RESULTS, label=_("解救结果")),
        "cause": Choice(CAUSES, label=_("故障原因")),
        "satisfaction": Choice(SATISFACTIONS, label=_("满意度"), kind="radio"),
        "title": Text(label=_("线索名称")),
        "description": Note(label=_("情况")),
        "suggested_clause": Text(max=60, label=_("可能的判定条款")),
    }


MoveIn: type[Schema] = type(
    "CallMoveIn",
    (In,),
    {
        "__doc__": "What a move needs; `GET /calls/{no}/moves` says which. `dispatch`: for the desk, whom it is about. "
        "`version`: the one the caller saw, to be told when somebody else was faster. `ref`: for repeats.",
        **_asked(),
        **_facts(),
        "kind": Choice(TAKEN_KINDS),
        "report_kind": Choice([pair for pair in REPORT_KINDS if pair[0] != rules.ENTRAPMENT]),
        "eta_minutes": Integer(max=600),
        "source": Choice(SOURCES),
        "phone_at": Moment(),
        "position": fields.Nested(PositionIn, allow_none=True),
        "done_at": Moment(),
        "note": Note(),
        "version": Integer(),
        "ref": OptionalRef(),
    },
)

# What a move may say beside what it needs, on its page.
ALSO = {
    "answer": ("eta_minutes",),
    "depart": ("eta_minutes",),
    "release": ("trapped", "injured"),
    "pass_on": ("report_kind",),
    "join": ("source", "caller", "caller_phone", "trapped", "injured", "vulnerable"),
    "make_clue": ("title", "description", "suggested_clause"),
    "amend": ("kind", "caller", "caller_phone", "place", "trapped", "vulnerable", "injured"),
}
REQUIRED_ALSO = ("title", "description")


def _kept_fields() -> dict[str, Any]:
    """What a phone adds to a move that it keeps until there is a line."""
    return {"ref": OptionalRef(kind="hidden", label="ref"), "phone_at": Text(max=40, kind="hidden", label="phone_at")}


def kept_moment(data: dict[str, Any]) -> dict[str, Any]:
    """The move with the phone's time; a time that cannot be read is none."""
    said = data.pop("phone_at", None)
    try:
        at = datetime.fromisoformat(said) if said else None
    except ValueError:
        at = None
    return {**data, "phone_at": at} if at is not None and at.tzinfo else data


@cache
def move_form(verb: str, needs: tuple[str, ...], desk: bool) -> Schema:
    """The form of a move: what it needs is required; the desk says whom it is about."""
    known = {
        **_asked(),
        **_facts(),
        "kind": Choice(TAKEN_KINDS, label=_("类型")),
        "source": Choice(SOURCES, label=_("来源")),
        "report_kind": Choice(
            [pair for pair in REPORT_KINDS if pair[0] != rules.ENTRAPMENT], label=_("报修类型"), load_default="other"
        ),
        "eta_minutes": Integer(max=600, label=_("预计几分钟到场"), unit=_("分钟")),
    }
    own: dict[str, Any] = {}
    if desk and (verb in rules.OF_DISPATCH or "dispatch" in needs):
        own["dispatch"] = known["dispatch"]
        own["dispatch"].required = True
    for name in (*needs, *ALSO.get(verb, ())):
        if name != "note":
            own[name] = known[name]
            own[name].required = name in needs or name in REQUIRED_ALSO
    own["note"] = Note(max=1000, required="note" in needs, label=_("说明"), hint=_("请不要写电话"))
    own["version"] = Integer(required=desk, kind="hidden", label=_("版本"))
    if not desk:
        own |= _kept_fields()
    schema: Schema = type(f"Call_{verb}", (In,), own)()
    return schema


def start(row: Any, verb: str, dispatch: int | None) -> dict[str, Any]:
    """What a move's form begins with."""
    known: dict[str, Any] = {
        "version": row.version,
        "dispatch": dispatch,
        "trapped": row.trapped,
        "injured": row.injured,
    }
    if verb == "amend":
        known |= {name: getattr(row, name) for name in ("kind", "caller", "caller_phone", "place", "vulnerable")}
    if verb == "join":
        known |= {"source": "phone_96366", "trapped": None, "injured": None}
    if verb == "repair":
        known["cause"] = row.cause
    if verb == "pass_on":
        known["report_kind"] = "other"
    return known


class RespondersFilter(In):
    """Of which level, and how many."""

    level = Integer(min=1, max=3, load_default=2)
    limit = Integer(min=1, max=20, load_default=5)


class FindIn(In):
    """One line of typing."""

    q = Text(max=100)


class DeskForm(In):
    """The intake of the desk: one line that names the elevator, and what the caller says in one breath."""

    q = Text(max=200, label=_("哪台电梯"), kind="search")
    elevator = Text(max=120)
    kind = Choice(TAKEN_KINDS, required=True, label=_("类型"), kind="radio")
    source = Choice(SOURCES, required=True, label=_("来源"))
    caller_phone = Text(max=30, kind="tel", label=_("回拨电话"), autocomplete="off")
    trapped = Integer(max=99, label=_("被困人数"), unit=_("人"))
    injured = Integer(max=99, label=_("受伤人数"), unit=_("人"))
    vulnerable = Choices(VULNERABLE, label=_("需要照顾的人"), kind="multiselect")
    note = Text(max=500, label=_("情况"))
    drill = Yes(label=_("演练"))
    ref = OptionalRef(kind="hidden", label="ref")


def from_desk(data: dict[str, Any]) -> dict[str, Any]:
    """What the desk's form says, as the verb takes it: without an elevator, the line is the place; `join` names the
    call that runs already."""
    line, chosen = data.pop("q", None), data.get("elevator") or ""
    how, _colon, code = chosen.partition(":")
    if how == "join":
        return {key: value for key, value in data.items() if key in JOINED} | {"join": code}
    if how == "another":
        return {**data, "elevator": code, "another": True}
    return data if chosen else {**data, "place": line}


JOINED = ("source", "caller", "caller_phone", "trapped", "injured", "vulnerable", "note")


class ArriveForm(In):
    """The arrival from the phone of somebody who stands there."""

    latitude = fields.Float(allow_none=True, metadata={"label": "latitude", "kind": "hidden"})
    longitude = fields.Float(allow_none=True, metadata={"label": "longitude", "kind": "hidden"})
    accuracy = fields.Float(allow_none=True, metadata={"label": "accuracy", "kind": "hidden"})
    note = Note(max=500, label=_("说明"))
    version = Integer(kind="hidden", label=_("版本"))
    ref = OptionalRef(kind="hidden", label="ref")
    phone_at = Text(max=40, kind="hidden", label="phone_at")


def arrived(data: dict[str, Any]) -> dict[str, Any]:
    """What the phone says of an arrival, as the verb takes it."""
    data = kept_moment(data)
    lat, lon, accuracy = (data.pop(name, None) for name in ("latitude", "longitude", "accuracy"))
    if lat is None or lon is None:
        return data
    return {**data, "position": {"lat": lat, "lon": lon, "accuracy_m": accuracy}}
