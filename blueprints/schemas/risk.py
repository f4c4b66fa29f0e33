"""Questions to the rules of graded risk and of accident grades, at the border; their fields are the tables' rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import Schema, fields

from blueprints.filters import called
from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Choice, Day, Integer, Number
from blueprints.schemas.rules import YesNoUnknown
from blueprints.schemas.scans import Exact
from registry.rules import risk, tables

NEWEST = date(9999, 1, 1)


class Said:
    """A row's name in both languages."""

    def __init__(self, row: tables.Row) -> None:
        self.zh, self.en = row["zh"], row["en"]

    def __str__(self) -> str:
        return called(self)


def row_field(row: tables.Row) -> fields.Field[Any]:
    """The input of a fact of the rules: a yes-or-no question, or a number with its unit."""
    described = f"{row['en']} ({row['zh']})"
    if row["type"] == "flag":
        return YesNoUnknown(label=Said(row), metadata={"description": described})
    return Number(min=0, max=10**12, places=4, label=Said(row), unit=row["unit"], metadata={"description": described})


def _classes(scope: str, name: str) -> list[tuple[str, Said]]:
    return [(row["class"], Said(row)) for row in risk.classes(scope, name, NEWEST)]


def _facts(scope: str) -> dict[str, fields.Field[Any]]:
    rows = [row for row in tables.rows("risk_facts", NEWEST) if row["scope"] == scope]
    return {row["fact"]: row_field(row) for row in rows}


def _asked(scope: str) -> dict[str, fields.Field[Any]]:
    return {
        "exposure": Choice(_classes(scope, "exposure"), required=True, label=_("暴露程度")),
        "consequence": Choice(_classes(scope, "consequence"), required=True, label=_("后果")),
        **_facts(scope),
        "on": Day(label=_("哪一天")),
    }


ElevatorRiskForm: type[Schema] = type("ElevatorRiskForm", (In,), {"__doc__": "An elevator.", **_asked("elevator")})
StationRiskForm: type[Schema] = type("StationRiskForm", (In,), {"__doc__": "A station.", **_asked("station")})
_EXPOSURES = [*_classes("elevator", "exposure"), *_classes("station", "exposure")]
_CONSEQUENCES = [*_classes("elevator", "consequence"), *_classes("station", "consequence")]


class _RiskIn(In):
    """The factors of an elevator or a filling station; one left out counts as nothing.

    With the kind `lec` the values of the three scales, with `ls` likelihood and severity from 1 to 5.
    """

    kind = Choice((("elevator", _("电梯")), ("station", _("充装单位")), ("lec", "LEC"), ("ls", "LS")), required=True)
    on = Day()
    exposure = fields.String(allow_none=True, metadata={"description": "class, or for `lec` the value of the scale"})
    consequence = fields.String(allow_none=True, metadata={"description": "class, or for `lec` the value of the scale"})
    likelihood = Number(min=0, max=10, places=1)
    severity = Integer(min=1, max=5)


RiskIn: type[Schema] = type(
    "RiskIn", (_RiskIn,), {"__doc__": _RiskIn.__doc__, **_facts("elevator"), **_facts("station")}
)


class RiskFactorOut(Out):
    """A factor that gave points."""

    factor = fields.String()
    points = fields.Integer()
    text = fields.Function(called)
    basis = fields.String()


class RiskFloorOut(Out):
    """Why the level is not lower."""

    fact = fields.String()
    level = fields.String()
    text = fields.Function(called)
    basis = fields.String()


class RiskOut(Out):
    """The graded risk; decimals as strings. `points` and `factors` are null for `lec` and `ls`."""

    points = fields.Integer(allow_none=True)
    likelihood = Exact()
    exposure = Exact()
    consequence = Exact()
    score = Exact()
    level = fields.String()
    factors = fields.List(fields.Nested(RiskFactorOut))
    floors = fields.List(fields.Nested(RiskFloorOut))


AccidentIn: type[Schema] = type(
    "AccidentIn",
    (In,),
    {
        "__doc__": "The measures of an accident; one left out counts as nothing.",
        **{row["measure"]: row_field(row) for row in tables.rows("accident_measures", NEWEST)},
        "on": Day(label=_("哪一天")),
    },
)


class AccidentReasonOut(Out):
    """One measure that reaches a grade."""

    grade = fields.String()
    measure = fields.String()
    text = fields.Function(called)
    basis = fields.String()


class AccidentGradeOut(Out):
    """The grade: extra_major, major, larger, general, or event for what is no accident."""

    grade = fields.String()
    reasons = fields.List(fields.Nested(AccidentReasonOut))
