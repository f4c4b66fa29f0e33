"""Patrol rounds at the border: one to confirm, one as it stands."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.filters import called, say
from blueprints.schemas.accidents import LocalMoment
from blueprints.schemas.base import In, Out, PositionIn
from blueprints.schemas.elevators import OptionalRef
from blueprints.schemas.fields import Choice, Integer, Moment, Note, Upload
from registry.queries.guarded_rounds import NAMES
from registry.rules import guarded_events as rules

RESULTS = ((rules.NORMAL, _("正常")), (rules.ABNORMAL, _("异常")))
BECOMES = (("fault_report", _("转乘客报修，由维保单位处理")), ("hazard", _("登记为隐患线索")))
ITEM = "item_"


class GuardedWalkIn(In):
    """A round that was walked. `answers`: {item: normal | abnormal}, `photos`: ids of uploaded files."""

    ref = OptionalRef()
    done_at = Moment()
    position = fields.Nested(PositionIn, allow_none=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    photos = fields.List(Integer(min=1), load_default=list)
    note = Note(max=2000)
    device = Integer(min=1)
    becomes = Choice(BECOMES)


def _form() -> dict[str, Any]:
    own: dict[str, Any] = {
        f"{ITEM}{key}": Choice(RESULTS, required=True, label=item, kind="radio") for key, item in _labels()
    }
    return {
        **own,
        "site_photos": Upload(label=_("现场照片"), metadata={"many": True}, required=True),
        "note": Note(max=2000, label=_("情况说明"), hint=_("有异常时必须填写")),
        "device": Choice("devices", label=_("异常的设备")),
        "becomes": Choice(BECOMES, label=_("异常怎样处理"), kind="radio"),
        "done_at": LocalMoment(
            required=True, label=_("巡查时间"), hint=_("没有网络时先存在手机里，时间以这里填写的为准")
        ),
        "latitude": fields.Float(allow_none=True, metadata={"label": "latitude", "kind": "hidden"}),
        "longitude": fields.Float(allow_none=True, metadata={"label": "longitude", "kind": "hidden"}),
        "accuracy": fields.Float(allow_none=True, metadata={"label": "accuracy", "kind": "hidden"}),
    }


def _labels() -> list[tuple[str, Said]]:
    return [(key, Said(item)) for key, item in rules.items().items()]


class Said:
    """The name of an item, in the caller's language when it is shown."""

    def __init__(self, item: rules.Item) -> None:
        self.item = item

    def __str__(self) -> str:
        return called(self.item)


WalkForm: type[Schema] = type("GuardedWalkForm", (In,), _form())


def walked(data: dict[str, Any]) -> dict[str, Any]:
    """What the phone says of a round, as the verb takes it."""
    lat, lon, accuracy = (data.pop(name, None) for name in ("latitude", "longitude", "accuracy"))
    answers = {key.removeprefix(ITEM): data.pop(key) for key in [*data] if key.startswith(ITEM)}
    data["photos"] = data.pop("site_photos", None) or []
    data |= {"answers": answers, "device": int(data["device"]) if data.get("device") else None}
    if lat is not None and lon is not None:
        data["position"] = {"lat": lat, "lon": lon, "accuracy_m": accuracy}
    return data


class GuardedRoundOut(Out):
    """A round. The walker's name is for his unit and the offices; `state`: waits, due, late, walked, walked_late,
    missed."""

    id = fields.Integer(attribute="round.id")
    event = fields.Integer(attribute="round.event_id")
    place = fields.Integer(attribute="round.place_id")
    planned_at = fields.DateTime(attribute="round.planned_at")
    state = fields.String()
    state_name = fields.Function(lambda it: say(NAMES[it.state]))
    red = fields.Boolean()
    person = fields.Function(lambda it: it.round.person.name if it.names else None)
    walked_by = fields.Function(lambda it: it.round.walked_by.name if it.names and it.round.walked_by else None)
    unit = fields.String(attribute="round.unit.name")
    done_at = fields.DateTime(attribute="round.done_at", allow_none=True)
    received_at = fields.DateTime(attribute="round.received_at", allow_none=True)
    distance_m = fields.Integer(attribute="round.distance_m", allow_none=True)
    answers = fields.Dict(attribute="round.answers", allow_none=True)
    photos = fields.Function(lambda it: it.round.photos or [])
    note = fields.String(attribute="round.note")
    hazard = fields.Function(lambda it: it.round.hazard.no if it.round.hazard else None)
    fault_report = fields.Function(lambda it: it.round.fault_report.no if it.round.fault_report else None)


class GuardedRoundsOut(Out):
    """Rounds of the caller's unit."""

    items = fields.List(fields.Nested(GuardedRoundOut))
