"""The colours of the city's elevators at the border."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import AreaChoice, Out, PageIn
from blueprints.schemas.fields import Choice, Day
from blueprints.schemas.scans import Exact

LEVELS = (
    ("red", _("重大风险（红）")),
    ("orange", _("较大风险（橙）")),
    ("yellow", _("一般风险（黄）")),
    ("blue", _("低风险（蓝）")),
)


class RiskFilter(PageIn):
    """Filters of the list."""

    level = Choice(LEVELS, label=_("风险等级"))
    area = AreaChoice()
    on = Day(label=_("哪一天"))


class ElevatorRiskOut(Out):
    """A grade in force on the day; `factors` and `floors` as the rule said them then."""

    elevator = fields.String(attribute="elevator.label_code")
    address = fields.String(attribute="elevator.address")
    area = fields.String(attribute="elevator.area_code")
    level = fields.String()
    score = Exact()
    points = fields.Integer()
    since = fields.Date()
    factors = fields.List(fields.Dict())
    floors = fields.List(fields.Dict())


class AreaColoursOut(Out):
    """How many elevators of an area have which colour."""

    area = fields.String(attribute="area.code")
    name = fields.String(attribute="area.name")
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class ColoursOut(Out):
    """All areas."""

    items = fields.List(fields.Nested(AreaColoursOut))


class StationRiskOut(Out):
    """A station's grade in force on the day."""

    station_id = fields.Integer()
    station = fields.String(attribute="station.name")
    area = fields.String(attribute="station.area_code")
    level = fields.String()
    score = Exact()
    points = fields.Integer()
    since = fields.Date()
    factors = fields.List(fields.Dict())
    floors = fields.List(fields.Dict())


class RiskLineOut(Out):
    """A device of a unit with its colour and measures; `kind` elevator (code: label code) or station (unit id)."""

    name = fields.String()
    kind = fields.String()
    code = fields.String()
    level = fields.String()
    score = Exact()
    since = fields.Date()
    reasons = fields.List(fields.Dict())
    use = fields.Function(lambda line: line.control.use[0])
    measures = fields.Function(lambda line: line.control.unit[0])
    regulator = fields.Function(lambda line: line.control.regulator[0])
    review = fields.Function(lambda line: line.control.review[0])
    person = fields.String()


class RiskListOut(Out):
    """The list of a unit on a day."""

    unit = fields.String(attribute="unit.name")
    on = fields.Date()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    lines = fields.List(fields.Nested(RiskLineOut))
