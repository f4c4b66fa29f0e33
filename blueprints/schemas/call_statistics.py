"""Figures over emergency calls at the border. Times in whole seconds, shares between 0 and 1."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import Out
from blueprints.schemas.elevators import PLACE_TYPES

PLACES = [*PLACE_TYPES, ("unknown", _("不详"))]
AGES = {
    "0-5": _("不满5年"),
    "5-10": _("5至10年"),
    "10-15": _("10至15年"),
    "15-20": _("15至20年"),
    "20+": _("20年以上"),
    "unknown": _("不详"),
}


class CallFiguresOut(Out):
    """The figures of one area; null where there is nothing to take a mean of."""

    area = fields.String()
    entrapments = fields.Integer()
    persons = fields.Integer()
    lifts = fields.Integer()
    entrapment_rate_month = fields.Float(attribute="rate_month", allow_none=True)
    arrival_mean = fields.Integer(allow_none=True)
    arrival_p90 = fields.Integer(allow_none=True)
    on_time = fields.Integer()
    on_time_of = fields.Integer()
    on_time_rate = fields.Float(allow_none=True)
    rescue_mean = fields.Integer(allow_none=True)


class CallRepeatOut(Out):
    """An elevator that trapped people three times or more in twelve months."""

    elevator = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    entrapments = fields.Integer(attribute="count")


def _counts(keys: Any = None) -> fields.Dict:
    return fields.Dict(keys=keys or fields.String(), values=fields.Integer())


class CallStatisticsOut(CallFiguresOut):
    """The figures of a period and an area, those of each area, and what the calls split into."""

    since = fields.Date()
    until = fields.Date()
    calls = fields.Integer()
    areas = fields.List(fields.Nested(CallFiguresOut))
    kinds = _counts()
    sources = _counts()
    levels = _counts()
    causes = _counts()
    cause_groups = _counts()
    hours = fields.List(fields.Integer())
    places = _counts()
    ages = _counts()
    months = _counts()
    response_time = fields.Integer(allow_none=True)
    station_success = fields.Float(allow_none=True)
    repeats = fields.List(fields.Nested(CallRepeatOut))


def shown(found: Any) -> dict[str, Any]:
    """Statistics as they cross the border."""
    names = [name for name in CallStatisticsOut().fields if hasattr(found, name)]
    own = {field.attribute or name: name for name, field in CallFiguresOut().fields.items()}
    return {
        **{name: getattr(found.whole, name) for name in own},
        **{name: getattr(found, name) for name in names},
        "levels": {str(level): count for level, count in found.levels.items()},
        "areas": found.by_area,
    }
