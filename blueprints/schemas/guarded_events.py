"""Guarded events at the border: planning, places, equipment, checks, rounds, people on the spot, moves."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.filters import say
from blueprints.personal_data import Personal
from blueprints.schemas.accidents import LocalMoment
from blueprints.schemas.base import AreaChoice, In, Out, PageIn, PositionIn
from blueprints.schemas.fields import Choice, Choices, Integer, Lines, Moment, Note, Number, Text
from blueprints.schemas.guarded_rounds import GuardedRoundOut
from registry.queries.guarded_facts import device_name
from registry.rules import guarded_events as rules

STATE_CHOICES = (("open", _("全部未归档")), *((state.id, state) for state in rules.STATES.values()))
CHECKS = [(check.id, check) for check in (*rules.checks("elevator"), *rules.checks("unit"))]
PERIOD, WHO = _("时间"), _("人员")


class GuardedEventFilter(PageIn):
    """Filters of the list."""

    q = Text(max=100, label=_("编号、活动或主办方"), kind="search")
    state = Choice(STATE_CHOICES, label=_("状态"))
    area = AreaChoice()


def _event(moment: type[Moment]) -> dict[str, Any]:
    return {
        "name": Text(required=True, label=_("活动名称")),
        "organiser": Text(required=True, label=_("主办单位")),
        "starts_at": moment(required=True, label=_("开始时间")),
        "ends_at": moment(required=True, label=_("结束时间")),
        "document": Text(label=_("依据文件"), hint=_("文号或材料名称")),
        "note": Note(label=_("保障要求")),
    }


GuardedEventIn: type[Schema] = type(
    "GuardedEventIn", (In,), {"__doc__": "An event that is to be guarded.", **_event(Moment), "version": Integer()}
)
GuardedEventForm: type[Schema] = type(
    "GuardedEventForm", (In,), {**_event(LocalMoment), "version": Integer(kind="hidden", label=_("版本"))}
)


class GuardedPlaceIn(In):
    """A place of an event."""

    name = Text(max=100, required=True, label=_("地点名称"))
    address = Text(required=True, label=_("地址"))
    area = AreaChoice(required=True)
    position = fields.Nested(PositionIn, allow_none=True)


class GuardedPlaceForm(In):
    """A place as it is typed on a page."""

    name = Text(max=100, required=True, label=_("地点名称"))
    address = Text(required=True, label=_("地址"))
    area = AreaChoice(required=True)
    lat = Number(min=-90, max=90, places=6, label=_("纬度"), hint=_("WGS-84，用来核对巡查位置、查找附近电梯；可不填"))
    lon = Number(min=-180, max=180, places=6, label=_("经度"))


def placed(data: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a place, as the verb takes it."""
    lat, lon = data.pop("lat", None), data.pop("lon", None)
    if lat is None or lon is None:
        return data
    return {**data, "position": {"lat": float(lat), "lon": float(lon)}}


class GuardedDevicesIn(In):
    """Equipment of a place."""

    elevators = Lines(most=500, label=_("电梯"), hint=_("标签代码，每行一个"))
    units = Lines(most=100, label=_("充装单位或其他单位"), hint=_("每行一个：全称或统一社会信用代码"))


class GuardedPickIn(In):
    """What was ticked among the offers, and units by name."""

    elevators = Choices("elevators", label=_("电梯"))
    units = Lines(most=100, label=_("充装单位或其他单位"), hint=_("每行一个：全称或统一社会信用代码"))


class GuardedOfferFilter(In):
    """What is looked for among the elevators."""

    q = Text(max=100, label=_("地址、名称、使用单位或编号"), kind="search")


class GuardedAcceptIn(In):
    """A check that the office lets stand."""

    check = Choice(CHECKS, required=True)
    reason = Note(max=1000, required=True, label=_("接受的理由"))


class GuardedAcceptForm(In):
    """The reason on a page of its own."""

    reason = Note(max=1000, required=True, label=_("接受的理由"), hint=_("写明为什么可以不整改、采取了什么措施"))


class GuardedRoundsIn(In):
    """Rounds of a place: one, or from the first to the last."""

    place = Integer(min=1, required=True)
    member = Integer(min=1, required=True)
    first_at = Moment(required=True)
    last_at = Moment()
    every_minutes = Integer(min=10, max=1440)


class GuardedRoundsForm(In):
    """Rounds as they are planned on a page."""

    place = Choice("places", required=True, label=_("地点"))
    member = Choice("members", required=True, label=_("巡查人员"))
    first_at = LocalMoment(required=True, label=_("第一次巡查"))
    last_at = LocalMoment(label=_("最后一次巡查"), hint=_("只巡查一次的不填"))
    every_minutes = Integer(min=10, max=1440, label=_("间隔"), unit=_("分钟"))


class GuardedShiftIn(In):
    """Somebody on the spot."""

    place = Integer(min=1, required=True)
    member = Integer(min=1, required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class GuardedShiftForm(In):
    """A shift as it is planned on a page."""

    place = Choice("places", required=True, label=_("地点"))
    member = Choice("members", required=True, label=_("值守人员"))
    starts_at = LocalMoment(required=True, label=_("开始时间"))
    ends_at = LocalMoment(required=True, label=_("结束时间"))


def numbered(data: dict[str, Any]) -> dict[str, Any]:
    """Chosen numbers as numbers."""
    return {**data, "place": int(data["place"]), "member": int(data["member"])}


class GuardedMoveIn(In):
    """What comes with a move."""

    note = Note(max=2000)
    summary = Note()
    version = Integer()


@cache
def move_form(verb: str, needs: tuple[str, ...]) -> Schema:
    """The form of a move."""
    own: dict[str, Any] = {}
    if "summary" in needs:
        own["summary"] = Note(required=True, label=_("保障总结"))
    else:
        hint = _("提前结束的必须说明") if verb == "end" else ""
        own["note"] = Note(max=2000, required="note" in needs, label=_("说明"), hint=hint)
    own["version"] = Integer(kind="hidden", label=_("版本"))
    schema: Schema = type(f"GuardedEvent_{verb}", (In,), own)()
    return schema


class GuardedEventOut(Out):
    """A guarded event as a list shows it."""

    id = fields.Integer()
    no = fields.String()
    name = fields.String()
    organiser = fields.String()
    area = fields.String(attribute="area_code")
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    document = fields.String()
    note = fields.String()
    state = fields.String()
    state_name = fields.Function(lambda row: say(rules.STATES[row.state]), metadata={"type": "string"})
    summary = fields.String()
    version = fields.Integer()


class GuardedCheckOut(Out):
    """A check that does not hold: red until it is mended or accepted."""

    check = fields.String(attribute="check.id")
    name = fields.Function(lambda it: say(it.check))
    reason = fields.Function(lambda it: say(it.reason))
    hazards = fields.List(fields.String())
    red = fields.Boolean()
    accepted = fields.Function(lambda it: it.acceptance.reason if it.acceptance else None)


class GuardedDeviceOut(Out):
    """What is guarded: an elevator by label code, or a unit."""

    id = fields.Integer(attribute="device.id")
    elevator = fields.Function(lambda it: it.device.elevator.label_code if it.device.elevator else None)
    unit = fields.Integer(attribute="device.unit_id", allow_none=True)
    name = fields.Function(lambda it: device_name(it.device))
    stands_still = fields.Boolean()
    red = fields.Integer()
    findings = fields.List(fields.Nested(GuardedCheckOut))


class GuardedShiftOut(Out):
    """Somebody on the spot; his phone to his own unit, and to those who lead while the shift lasts."""

    id = fields.Integer()
    place = fields.Integer(attribute="place_id")
    person = fields.String(attribute="person.name")
    phone = Personal("phone", of="person", asking=True)
    unit = fields.String(attribute="unit.name")
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()


class GuardedPlaceOut(Out):
    """A place of an event."""

    id = fields.Integer()
    name = fields.String()
    address = fields.String()
    area = fields.String(attribute="area_code")
    lat = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)


class GuardedWatchedOut(Out):
    """A place with what is guarded there, its rounds and who stands there; `short`: fewer than there should be now."""

    place = fields.Nested(GuardedPlaceOut)
    devices = fields.List(fields.Nested(GuardedDeviceOut))
    rounds = fields.List(fields.Nested(GuardedRoundOut))
    shifts = fields.List(fields.Nested(GuardedShiftOut))
    standing = fields.Function(lambda it: [one.id for one in it.standing])
    short = fields.Boolean()


class GuardedTotalsOut(Out):
    """How an event stands, as far as the caller sees it."""

    places = fields.Integer()
    devices = fields.Integer()
    red = fields.Integer()
    accepted = fields.Integer()
    rounds = fields.Integer()
    walked = fields.Integer()
    late = fields.Integer()
    findings = fields.Integer()


class GuardedEventDetailOut(Out):
    """One event with all that the caller sees of it, and the moves he may make."""

    event = fields.Nested(GuardedEventOut)
    totals = fields.Nested(GuardedTotalsOut)
    places = fields.List(fields.Nested(GuardedWatchedOut))
    papers = fields.Function(lambda it: [{"id": one.id, "number": one.number} for one in it.papers])
    moves = fields.Function(lambda it: [move.verb.replace("_", "-") for move in it.moves])


class GuardedOfferedOut(Out):
    """An elevator that may be chosen."""

    elevator = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    name = fields.String(attribute="elevator.name")
    use_unit = fields.Function(lambda it: it.elevator.use_unit.name if it.elevator.use_unit else None)
    distance_m = fields.Integer(allow_none=True)


class GuardedOffersOut(Out):
    """Elevators that may be chosen, the nearest first."""

    items = fields.List(fields.Nested(GuardedOfferedOut))


class GuardedMemberOut(Out):
    """Somebody who can walk or stand, by the number of his membership."""

    member = fields.Integer(attribute="id")
    name = fields.String(attribute="person.name")
    unit = fields.String(attribute="unit.name")


class GuardedMembersOut(Out):
    """Who can walk or stand."""

    items = fields.List(fields.Nested(GuardedMemberOut))


class GuardedAddedOut(Out):
    """How many are new."""

    added = fields.Integer()
