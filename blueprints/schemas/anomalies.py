"""Anomalies of maintenance records as they cross the border."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_dump

from blueprints.schemas.base import AreaChoice, In, Out, PageIn
from blueprints.schemas.fields import Choice, Day, Integer, Note, Text, Yes
from blueprints.sessions import language
from registry.messages import T
from registry.queries import anomalies as queries
from registry.rules.anomalies import CODES, CONFIRMED, DISMISSED, EXPLAINED, FOUND, Pattern, names


@dataclass(frozen=True)
class Named:
    """A pattern in a choice list: its code and name in both languages."""

    zh: str
    en: str


PATTERNS = names(date.max)
CODE_CHOICES = [(code, Named(f"{code} {PATTERNS[code].zh}", f"{code} {PATTERNS[code].en}")) for code in CODES]
STATES = [
    ("open", T("全部在办")),
    (FOUND, T("待说明")),
    (EXPLAINED, T("待认定")),
    (CONFIRMED, T("已认定")),
    (DISMISSED, T("已排除")),
]


class AnomalyFilter(PageIn):
    """What the work list may be narrowed to."""

    code = Choice(CODE_CHOICES, label=_("异常类型"))
    state = Choice(STATES, label=_("状态"))
    area = AreaChoice()
    company = Integer(min=1, label=_("维保单位"), kind="select", choices="companies")
    elevator = Text(max=200, label=_("电梯编码"))
    since = Day(label=_("发现日期自"))
    until = Day(label=_("至"))
    late = Yes(label=_("仅看逾期"))
    mine = Yes(label=_("仅看我承办的"))


class ExplainForm(In):
    """The company's word."""

    explanation = Note(required=True, max=4000, label=_("情况说明"))
    version = Integer(min=1, kind="hidden", label=_("版本"))


class ReasonForm(In):
    """The office's reason."""

    reason = Note(required=True, max=4000, label=_("理由"))
    version = Integer(min=1, kind="hidden", label=_("版本"))


class PlainForm(In):
    """A move that needs no words."""

    version = Integer(min=1, kind="hidden", label=_("版本"))


FORMS: dict[str, type[In]] = {"explanation": ExplainForm, "reason": ReasonForm}


class AnomalyMoveIn(In):
    """A move of the workflow: `explanation` to explain, `reason` to decide; `version` is the one the caller saw."""

    explanation = Note(max=4000)
    reason = Note(max=4000)
    version = Integer(min=1)


def said(pattern: Pattern, evidence: dict[str, Any]) -> str:
    """What was found, its numbers filled in."""
    return (pattern.text_en if language() == "en" else pattern.text).format_map(evidence)


class AnomalyOut(Out):
    """An anomaly in a list."""

    id = fields.Integer()
    code = fields.String()
    key = fields.String()
    text = fields.Function(lambda row: said(queries.pattern_of(row), row.evidence))
    evidence = fields.Dict()
    score = fields.Integer()
    state = fields.String()
    visit = fields.Integer(attribute="visit_id")
    other_visit = fields.Integer(attribute="other_visit_id", allow_none=True)
    inspection = fields.Integer(attribute="inspection_id", allow_none=True)
    elevator = fields.String(attribute="elevator.label_code")
    company = fields.String(attribute="company.name")
    company_id = fields.Integer()
    found_at = fields.AwareDateTime()
    due_on = fields.Date(allow_none=True)
    owner = fields.String(attribute="owner.name", allow_none=True)
    version = fields.Integer()

    @post_dump
    def fill(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Say that nobody has taken it over."""
        return {"owner": None, **data}


class AnomalyStepOut(Out):
    """One line of the ledger."""

    verb = fields.String()
    at = fields.AwareDateTime()
    role = fields.String()
    unit = fields.String(attribute="unit.name")
    text = fields.String()


class AnomalyMoveOut(Out):
    """A move the caller may make."""

    verb = fields.String()
    needs = fields.List(fields.String())


class AnomalyDetailOut(Out):
    """One anomaly with its ledger and what the caller may do."""

    anomaly = fields.Nested(AnomalyOut, attribute="row")
    metres = fields.Integer(allow_none=True)
    hidden = fields.Boolean()
    hazard = fields.Function(lambda shown: shown.row.hazard.no if shown.row.hazard else None)
    steps = fields.List(fields.Nested(AnomalyStepOut), attribute="row.steps")
    moves = fields.List(fields.Nested(AnomalyMoveOut))
