"""Frozen and reported figures, month reports at the border."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints.filters import say
from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Month, Note, Number, Text, Yes
from registry.rules import indicator_book
from registry.rules import indicator_figures as rules
from registry.rules.indicator_book import Definition

ALL = [(key, found) for key, found in indicator_book.definitions().items()]
REPORTED = [(key, found) for key, found in ALL if not found.computed]
STATES = [(state.id, state) for state in rules.states(rules.WORKFLOW).values()]
ORIGINS = (("captured", _("系统冻结")), ("reported", _("单位填报")))
LARGEST = 1_000_000_000


class FigureFilter(PageIn):
    """Filters of the list; `month` any month, of which the period's end is meant."""

    month = Month(label=_("月份"), load_default=None)
    key = Choice(ALL, label=_("指标"), load_default=None)
    area = AreaChoice(label=_("辖区"), load_default=None)
    state = Choice(STATES, label=_("状态"), load_default=None)
    origin = Choice(ORIGINS, label=_("来源"), load_default=None)
    late = Yes(label=_("仅看逾期的"))


class FreezeIn(In):
    """A month that is over."""

    month = Month(required=True, label=_("月份"))


class ReportForm(In):
    """A figure handed in on a page: rates in percent."""

    area_code = AreaChoice(label=_("辖区"), hint=_("市级填报的，不选为全市"), load_default=None)
    period_end = Day(required=True, label=_("期末日期"), hint=_("这一期的最后一天，例如 2026-06-30"))
    numerator = Number(max=LARGEST, label=_("分子"), load_default=None)
    denominator = Number(max=LARGEST, label=_("分母"), load_default=None)
    value = Number(max=LARGEST, label=_("数值"), hint=_("比率按百分数填写；填了分子分母的可不填"), load_default=None)
    reporter = Text(label=_("责任单位"), load_default=None)
    document = Text(required=True, label=_("数据来源文件"))
    note = Note(max=2000, label=_("说明"), load_default=None)
    reason = Note(max=2000, label=_("更正原因"), hint=_("这一期已有数据的，按更正处理，必须填写"), load_default=None)


def as_data(definition: Definition, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says in the registry's units."""
    value = sent.get("value")
    scaled = value / 100 if value is not None and definition.is_rate else value
    return {**sent, "key": definition.key, "value": scaled}


class FigureReportIn(In):
    """A figure handed in; of rates `value` is a share."""

    key = Choice(REPORTED, required=True)
    area_code = AreaChoice(load_default=None)
    period_end = Day(required=True)
    numerator = Number(max=LARGEST, load_default=None)
    denominator = Number(max=LARGEST, load_default=None)
    value = Number(max=LARGEST, places=6, load_default=None)
    reporter = Text(load_default=None)
    document = Text(required=True)
    note = Note(max=2000, load_default=None)
    reason = Note(max=2000, load_default=None)


class FigureMoveIn(In):
    """What a step needs: `note` with a return."""

    note = Note(max=2000, label=_("说明"), load_default=None)
    version = Integer(load_default=None)


class NoteForm(In):
    """The same on a page."""

    note = Note(max=2000, label=_("说明"), load_default=None)


class ReviseIn(In):
    """Why a frozen figure is corrected."""

    reason = Note(max=2000, required=True, label=_("更正原因"))


class MonthMoveIn(In):
    """One step for all figures of a month."""

    month = Month(required=True)
    note = Note(max=2000, load_default=None)


class MonthReportFilter(In):
    """`month` (the last one that is over when left out) and `area`."""

    month = Month(label=_("月份"), load_default=None)
    area = AreaChoice(label=_("辖区"), load_default=None)


class FigureOut(Out):
    """A frozen or reported figure; of rates the value is a share."""

    id = fields.Integer()
    key = fields.String()
    name = fields.Function(lambda row: say(indicator_book.definitions(row.period_end)[row.key]))
    area = fields.String(attribute="area_code")
    period_end = fields.Date()
    revision = fields.Integer()
    origin = fields.String()
    numerator = fields.Float(allow_none=True)
    denominator = fields.Float(allow_none=True)
    value = fields.Float(allow_none=True)
    state = fields.String()
    late = fields.Boolean()
    reason = fields.String()
    reporter = fields.String()
    document = fields.String()
    note = fields.String()
    rule_version = fields.String()
    captured_at = fields.DateTime()
    version = fields.Integer()


class FigureShownOut(Out):
    """One with its revisions; `now` what its day comes to when it is computed from the records of today."""

    figure: Any = fields.Nested(FigureOut, attribute="row")
    revisions: Any = fields.List(fields.Nested(FigureOut))
    differs = fields.Boolean()
    now_numerator = fields.Integer(attribute="now.numerator")
    now_denominator = fields.Integer(attribute="now.denominator")
    moves = fields.Function(lambda shown: [move.verb for move in shown.moves])


class FrozenOut(Out):
    """How many figures a step took, and how many it left because the caller had submitted them."""

    count = fields.Integer()
    left = fields.Integer()


class ChangeOut(Out):
    """A comparison: percentage points for rates, `ratio` for the rest; `words` new, flat, up, down or empty."""

    difference = fields.Float(allow_none=True)
    ratio = fields.Float(allow_none=True)
    words = fields.String()


class FigureLineOut(Out):
    """One line of a report."""

    key = fields.String(attribute="definition.key")
    name = fields.Function(lambda line: say(line.definition))
    area = fields.String()
    value = fields.Float(attribute="now.value", allow_none=True)
    numerator = fields.Float(attribute="now.numerator", allow_none=True)
    denominator = fields.Float(attribute="now.denominator", allow_none=True)
    frozen = fields.Function(lambda line: line.now.row is not None)
    year_ago = fields.Float(attribute="year_ago.value", allow_none=True)
    year_on_year: Any = fields.Nested(ChangeOut)
    period_on_period: Any = fields.Nested(ChangeOut)
    since_december: Any = fields.Nested(ChangeOut)
    year_so_far: Any = fields.Nested(ChangeOut)
    target = fields.Function(lambda line: float(line.goal.value) if line.goal else None)
    comparator = fields.Function(lambda line: line.goal.comparator if line.goal else None)
    met = fields.Boolean(allow_none=True)
    progress = fields.Float(allow_none=True)
    expected = fields.Float()
    lamp = fields.String(allow_none=True)
    rank = fields.Integer(allow_none=True)
    tied = fields.Boolean()
    climbed = fields.Integer(allow_none=True)
    remarks = fields.Function(lambda line: [say(text) for text in line.remarks])


class MonthReportOut(Out):
    """The month report: every indicator of the area, and by county where the caller sees several."""

    month = fields.Date()
    area = fields.String()
    items: Any = fields.List(fields.Nested(FigureLineOut), attribute="lines")
    counties: Any = fields.List(fields.Nested(FigureLineOut))

    @pre_dump
    def flat(self, found: Any, **_more: Any) -> dict[str, Any]:
        """One list of all counties' lines."""
        return {
            "month": found.end,
            "area": found.area,
            "lines": found.lines,
            "counties": [line for table in found.tables for line in table.lines],
        }
