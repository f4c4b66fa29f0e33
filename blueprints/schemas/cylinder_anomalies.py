"""Anomalies of cylinders as they cross the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from blueprints.schemas.anomalies import STATES, AnomalyMoveOut, AnomalyStepOut, Named
from blueprints.schemas.base import Out, PageIn
from blueprints.schemas.fields import Choice, Day, Text, Yes
from blueprints.sessions import language
from registry import clock
from registry.queries import cylinder_anomalies as queries
from registry.rules.cylinder_anomalies import CODES, Pattern, names

PATTERNS = names(clock.today())
CODE_CHOICES = [(code, Named(f"{code} {PATTERNS[code].zh}", f"{code} {PATTERNS[code].en}")) for code in CODES]


class CylinderAnomalyFilter(PageIn):
    """What the work list may be narrowed to."""

    code = Choice(CODE_CHOICES, label=_("异常类型"))
    state = Choice(STATES, label=_("状态"))
    station = Text(max=60, label=_("充装单位"), hint=_("名称的一部分"))
    cylinder = Text(max=200, label=_("气瓶标签码"))
    since = Day(label=_("发现日期自"))
    until = Day(label=_("至"))
    late = Yes(label=_("仅看逾期"))
    mine = Yes(label=_("仅看我承办的"))


def said(pattern: Pattern, evidence: dict[str, Any]) -> str:
    """What was found, its numbers filled in; a distance in metres may be told as `km`."""
    told = evidence if "metres" not in evidence else {"km": round(evidence["metres"] / 1000, 1), **evidence}
    return (pattern.text_en if language() == "en" else pattern.text).format_map(told)


class CylinderAnomalyOut(Out):
    """An anomaly in a list."""

    id = fields.Integer()
    code = fields.String()
    key = fields.String()
    text = fields.Function(lambda row: said(queries.pattern_of(row), row.evidence))
    evidence = fields.Dict()
    score = fields.Integer()
    state = fields.String()
    cylinder = fields.Function(lambda row: row.cylinder.handle if row.cylinder else None)
    station = fields.String(attribute="station.name")
    station_id = fields.Integer()
    found_at = fields.AwareDateTime()
    due_on = fields.Date(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    owner = fields.Function(lambda row: row.owner.name if row.owner else None)
    version = fields.Integer()


class SideOut(Out):
    """A record the evidence stands on. Masses in g."""

    what = fields.String()
    number = fields.Integer()
    at = fields.AwareDateTime()
    unit = fields.String(allow_none=True)
    lat = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)
    gross_before_g = fields.Integer(allow_none=True)
    gross_after_g = fields.Integer(allow_none=True)
    tare_g = fields.Integer(allow_none=True)
    weighed_by = fields.String(allow_none=True)
    gun = fields.String(allow_none=True)


class CylinderAnomalyDetailOut(Out):
    """One anomaly with its records, its ledger and what the caller may do."""

    anomaly = fields.Nested(CylinderAnomalyOut, attribute="row")
    sides = fields.List(fields.Nested(SideOut))
    hazard = fields.Function(lambda shown: shown.row.hazard.no if shown.row.hazard else None)
    steps = fields.List(fields.Nested(AnomalyStepOut), attribute="row.steps")
    moves = fields.List(fields.Nested(AnomalyMoveOut))
