"""The safety-status report at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from blueprints.schemas.base import AreaChoice, In, Out
from blueprints.schemas.fields import Choice, Integer, Note, Text
from registry.queries.status_figures import PARTS

QUARTERS = (("1", _("第一季度")), ("2", _("第二季度")), ("3", _("第三季度")), ("4", _("第四季度")))


class Quarter(Choice):
    """1 to 4, read as a number; nothing is the whole year."""

    def __init__(self, **options: Any) -> None:
        super().__init__(QUARTERS, **{"label": _("季度"), "hint": _("不选为全年"), **options})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(str(value) if isinstance(value, int) else value, attr, data, **kwargs)
        return int(found) if found in {key for key, _name in QUARTERS} else found

    def _validate(self, value: Any) -> None:
        super()._validate(str(value) if isinstance(value, int) else value)


class ReportFilter(In):
    """Which report: a quarter or a year, of the city or a county."""

    year = Integer(min=2000, max=2200, label=_("年度"))
    quarter = Quarter(hint="")
    area = AreaChoice()


class RowsFilter(ReportFilter):
    """The rows behind one figure."""

    part = Choice(tuple((part, part) for part in PARTS), load_default=PARTS[0])
    cursor = Text(max=60)


class IssueIn(In):
    """What people write into a report that is issued."""

    year = Integer(min=2000, max=2200, required=True, label=_("年度"))
    quarter = Quarter()
    area = AreaChoice(hint=_("不选为本机关辖区"))
    problems = Note(max=4000, label=_("主要问题"))
    next_steps = Note(max=4000, label=_("下一步工作"))
    copies = Text(max=200, label=_("抄送"))


class StatusFigureOut(Out):
    """An indicator; numerator and denominator as they were counted, `value` as a string rounded for showing."""

    key = fields.String(attribute="definition.key")
    name = fields.String(attribute="definition.zh")
    unit = fields.Function(lambda figure: figure.definition.unit[0])
    numerator = fields.Function(lambda figure: f"{figure.numerator:f}")
    numerator_name = fields.Function(lambda figure: figure.definition.numerator[0])
    denominator = fields.Function(lambda f: None if f.denominator is None else f"{f.denominator:f}")
    denominator_name = fields.Function(lambda figure: figure.definition.denominator[0])
    value = fields.Function(lambda figure: None if figure.value is None else figure.written)
    direction = fields.String(attribute="definition.direction")


class StatusCountOut(Out):
    """A number with the same of the year before where it is compared."""

    key = fields.String()
    name = fields.String(attribute="zh")
    number = fields.Integer()
    before = fields.Integer(allow_none=True)


class StatusCountyOut(Out):
    """One county."""

    area = fields.String(attribute="area.code")
    name = fields.String(attribute="area.name")
    elevators = fields.Integer()
    accidents = fields.Integer()
    deaths = fields.Integer()
    figures = fields.List(fields.Nested(StatusFigureOut))


def _counts() -> Any:
    return fields.List(fields.Nested(StatusCountOut))


class StatusReportOut(Out):
    """A report as it stands today."""

    area = fields.String(attribute="area.code")
    since: Any = fields.Date(attribute="period.since")
    until: Any = fields.Date(attribute="period.until")
    denominator = fields.Integer(validate=validate.OneOf([1, 2, 3]))
    elevators = _counts()
    cylinders = _counts()
    units = _counts()
    people = _counts()
    casualties = _counts()
    by_link = _counts()
    by_cause = _counts()
    by_grade = _counts()
    work = _counts()
    inspections = _counts()
    colours = _counts()
    hazards = _counts()
    ages = _counts()
    figures = fields.List(fields.Nested(StatusFigureOut))
    counties = fields.List(fields.Nested(StatusCountyOut))


class StatusRowOut(Out):
    """A row behind a figure."""

    text = fields.String()
    note = fields.String()
    kind = fields.String()
    code = fields.String()


class StatusRowsOut(Out):
    """A page of them; `next` null at the end."""

    items: Any = fields.List(fields.Nested(StatusRowOut))
    next = fields.String(allow_none=True)
