"""Circulars, the month table and the proposals of escalation at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.base import In, Out, PageIn
from blueprints.schemas.fields import Day, Note, Text


class PeriodIn(In):
    """From a day to a day, both counted; left out: the month before this one."""

    since = Day(label=_("从"))
    until = Day(label=_("至"))


class CircularIn(In):
    """What people write into a circular over a period."""

    since = Day(required=True, label=_("从"))
    until = Day(required=True, label=_("至"))
    practice = Note(max=4000, label=_("好的做法"))
    problems = Note(max=4000, label=_("存在问题"))
    demands = Note(max=4000, label=_("下一步要求"))
    copies = Text(max=200, label=_("抄送"))


class CircularPage(PageIn):
    """The list of circulars."""


class StockOut(Out):
    """The figures of one area in a period; `rate` as a share with four decimals, null where nothing was to be done."""

    area = fields.Function(lambda line: line.area.code)
    name = fields.Function(lambda line: line.area.name)
    opening = fields.Integer(attribute="stock.opening")
    new = fields.Integer(attribute="stock.new")
    reopened = fields.Integer(attribute="stock.reopened")
    closed = fields.Integer(attribute="stock.closed")
    voided = fields.Integer(attribute="stock.voided")
    closing = fields.Integer(attribute="stock.closing")
    overdue = fields.Integer(attribute="stock.overdue")
    listed_supervision = fields.Integer(attribute="stock.listed_supervision")
    found_in_year = fields.Integer(attribute="year.found")
    closed_in_year = fields.Integer(attribute="year.closed")
    rate = fields.Function(lambda line: None if line.year.rate is None else f"{line.year.rate:.4f}")
    rank = fields.Integer(allow_none=True)


class MonthTableOut(Out):
    """The month table: `faults` name areas whose stock does not add up."""

    since: Any = fields.Date(attribute="period.since")
    until: Any = fields.Date(attribute="period.until")
    lines = fields.List(fields.Nested(StockOut))
    total = fields.Nested(StockOut)
    faults = fields.List(fields.String())


class ProposalOut(Out):
    """One rung that is proposed; `verb` is the move that issues it."""

    level = fields.Integer()
    verb = fields.String()
    reason = fields.String(attribute="zh")
    basis = fields.String()


class EscalationOut(Out):
    """A hazard with what is proposed for it, the highest rung first."""

    no = fields.String(attribute="hazard.no")
    title = fields.String(attribute="hazard.title")
    unit = fields.String(attribute="hazard.unit.name")
    due_on = fields.Date(attribute="hazard.due_on", allow_none=True)
    level = fields.Integer(attribute="hazard.escalation_level")
    proposals = fields.List(fields.Nested(ProposalOut))
    may = fields.Function(lambda line: sorted(line.may))


class EscalationsOut(Out):
    """All of them."""

    items: Any = fields.List(fields.Nested(EscalationOut))
