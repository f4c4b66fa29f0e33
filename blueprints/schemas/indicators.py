"""Indicators at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Day, Integer, Yes


class WhenWhereIn(In):
    """`on` a day (today when left out), `area` an area code (the whole city when left out)."""

    on = Day(load_default=None, label=_("统计日"))
    area = AreaChoice(load_default=None, label=_("辖区"))


class DeskIn(WhenWhereIn):
    """The same, for the desk; `wall` for a screen on a wall."""

    wall = Yes()


class BehindIn(WhenWhereIn, PageIn):
    """The same, for a page of rows; `unit` those that a unit holds, 0 those that nobody holds."""

    unit = Integer(load_default=None)


class UnitsIn(WhenWhereIn):
    """The same, for a page of units from place `start` on."""

    start = Integer(max=1_000_000, load_default=0)


class TrendIn(In):
    """`from` and `to`, both days included."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")
    area = AreaChoice(load_default=None)


class IndicatorOut(Out):
    """One figure: decimals as numbers between 0 and 1, `value` null when the denominator is 0."""

    key = fields.String()
    name = fields.String()
    unit = fields.Constant("ratio")
    on = fields.Date()
    area = fields.String()
    area_name = fields.String()
    numerator = fields.Integer()
    denominator = fields.Integer()
    value = fields.Float(allow_none=True)
    target = fields.Float(allow_none=True)
    comparator = fields.String(allow_none=True)
    met = fields.Boolean(allow_none=True)
    missing = fields.Integer(metadata={"description": "How many more reach the target."})

    @pre_dump
    def named(self, figure: Any, **_more: Any) -> dict[str, Any]:
        """Say the name in the caller's language."""
        names = ("key", "on", "area", "area_name", "numerator", "denominator", "value", "target", "comparator", "met")
        return {"name": say(figure.name), "missing": figure.missing, **{name: getattr(figure, name) for name in names}}


class FrozenPartOut(Out):
    """What was frozen for the day, in the revision that is read."""

    id = fields.Integer()
    numerator = fields.Float(allow_none=True)
    denominator = fields.Float(allow_none=True)
    value = fields.Float(allow_none=True)
    revision = fields.Integer()
    state = fields.String()
    late = fields.Boolean()


class FigureStandingOut(Out):
    """A figure of a day from the records there are now, what was frozen for it (for offices), whether they differ, and
    how many records of that day came in after it (null for today, and where the records do not say)."""

    figure: Any = fields.Nested(IndicatorOut)
    frozen: Any = fields.Nested(FrozenPartOut, allow_none=True)
    differs = fields.Boolean()
    recorded_after = fields.Integer(allow_none=True)


class UnitFigureOut(Out):
    """One unit's part; `unit_id` 0 holds what nobody holds."""

    unit_id = fields.Integer()
    name = fields.String()
    counted = fields.Integer()
    behind = fields.Integer()
    population = fields.Integer()
    value = fields.Float(allow_none=True)
    target = fields.Function(lambda found: float(found.goal.value) if found.goal else None)
    met = fields.Boolean(allow_none=True)


class UnitsOut(Out):
    """A page of units, most behind first; `next` the `start` of the next page."""

    items: Any = fields.List(fields.Nested(UnitFigureOut))
    total = fields.Integer()
    next = fields.Integer(allow_none=True)


class IndicatorsOut(Out):
    """Several figures."""

    items = fields.List(fields.Nested(IndicatorOut))


class BehindOut(Out):
    """A row that is not counted, and why."""

    id = fields.Integer()
    code = fields.String(allow_none=True)
    title = fields.String()
    area = fields.String(allow_none=True)
    reason = fields.String()

    @pre_dump
    def flat(self, found: Any, **_more: Any) -> dict[str, Any]:
        """One shape for elevators, cylinders, fills and hazards."""
        row = found.row
        title = getattr(row, "address", None) or getattr(row, "serial_no", None) or getattr(row, "title", None)
        return {
            "id": row.id,
            "code": getattr(row, "label_code", None) or getattr(row, "no", None),
            "title": title or str(row.id),
            "area": getattr(row, "area_code", None),
            "reason": say(found.reason),
        }
