"""Definitions and targets of indicators at the border."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, pre_dump

from blueprints.schemas.base import AreaChoice, In, Out
from blueprints.schemas.fields import Choice, Day, Integer, Note, Number, Text
from registry.messages import Spoken
from registry.queries.indicator_targets import COMPARATORS
from registry.rules import indicator_book
from registry.rules.indicator_book import Definition

KEYS = [(key, found) for key, found in indicator_book.definitions().items()]
BOUNDS = [(key, Spoken(*names)) for key, names in COMPARATORS.items()]
NATURES = [(key, Spoken(*names)) for key, names in indicator_book.NATURES.items()]


class TargetForm(In):
    """Targets of one indicator for one or several years, as the plan writes them: rates in percent."""

    area_code = AreaChoice(label=_("辖区"), hint=_("不选为全市"))
    comparator = Choice(BOUNDS, label=_("比较"), required=True)
    years = Note(
        required=True,
        max=400,
        label=_("年度和目标值"),
        hint=_("每行一个年度，例如 2026 60；区间写 2026 60 80；比率按百分数填写"),
    )
    since = Day(label=_("首个年度的生效日期"), hint=_("不填则自该年1月1日起，今年的自今天起"), load_default=None)
    nature = Choice(NATURES, label=_("属性"), load_default="expected")
    baseline_year = Integer(min=1990, max=2100, label=_("基期年度"), load_default=None)
    baseline_value = Number(label=_("基期值"), load_default=None)
    weight = Number(label=_("权重"), load_default=None)
    source = Text(required=True, label=_("依据文件"))


def as_data(definition: Definition, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says in the registry's units; ValidationError beside the field that is wrong."""
    per = 100 if definition.is_rate else 1
    base = sent.get("baseline_value")
    growth = sent.get("comparator") == "growth>="
    return {
        **sent,
        "key": definition.key,
        "years": [_year(line, 100 if growth else per) for line in sent["years"].splitlines() if line.strip()],
        "baseline_value": base / per if base is not None else None,
    }


def _year(line: str, per: int) -> dict[str, Any]:
    words = line.replace("，", " ").replace(",", " ").replace("%", " ").replace("％", " ").split()
    try:
        year, *values = words
        numbers = [Decimal(value) / per for value in values]
        if len(numbers) not in (1, 2) or not all(number.is_finite() for number in numbers):
            raise ValueError
        found: dict[str, Any] = {"year": int(year), "value": numbers[0]}
    except (ValueError, InvalidOperation):
        raise ValidationError(
            {"years": [_("看不懂“%(line)s”：请写年度和目标值，例如 2026 60", line=line.strip()[:40])]}
        ) from None
    if len(numbers) == 2:
        found["value2"] = numbers[1]
    return found


class YearIn(In):
    """A year and what is to be reached by its end; shares for rates."""

    year = Integer(min=1990, max=2100, required=True)
    value = Number(required=True)
    value2 = Number(load_default=None)


class TargetIn(In):
    """Targets of one indicator for one or several years; shares for rates."""

    key = Choice(KEYS, required=True)
    area_code = AreaChoice(load_default=None)
    comparator = Choice(BOUNDS, load_default=">=")
    years = fields.List(fields.Nested(YearIn), required=True)
    since = Day(load_default=None)
    nature = Choice(NATURES, load_default="expected")
    baseline_year = Integer(min=1990, max=2100, load_default=None)
    baseline_value = Number(load_default=None)
    weight = Number(load_default=None)
    source = Text(required=True)


class WithdrawTargetIn(In):
    """Why a target that is not in force yet is taken back."""

    reason = Text(required=True, label=_("撤销原因"))


class TargetFilter(In):
    """`key` one indicator."""

    key = Choice(KEYS, label=_("指标"), load_default=None)


class TargetOut(Out):
    """A target row; shares for rates."""

    id = fields.Integer()
    key = fields.String()
    area_code = fields.String(allow_none=True)
    since = fields.Date()
    year = fields.Integer(allow_none=True)
    comparator = fields.String()
    value = fields.Float()
    value2 = fields.Float(allow_none=True)
    nature = fields.String()
    baseline_year = fields.Integer(allow_none=True)
    baseline_value = fields.Float(allow_none=True)
    weight = fields.Float(allow_none=True)
    source = fields.String()


class TargetsOut(Out):
    """Several rows."""

    items = fields.List(fields.Nested(TargetOut))

    @pre_dump
    def rows(self, lines: Any, **_more: Any) -> dict[str, Any]:
        """Lines or rows alike."""
        return {"items": [getattr(line, "row", line) for line in lines]}


class DefinitionOut(Out):
    """What an indicator is."""

    key = fields.String()
    formula = fields.String(metadata={"description": "computed from records, or reported by the unit responsible"})
    section = fields.String()
    name_zh = fields.String(attribute="zh")
    name_en = fields.String(attribute="en")
    unit = fields.Function(lambda found: found.unit[0])
    kind = fields.String()
    direction = fields.String()
    nature = fields.String()
    decimals = fields.Integer()
    numerator = fields.Function(lambda found: found.numerator[0])
    denominator = fields.Function(lambda found: found.denominator[0])
    source = fields.Function(lambda found: found.source[0])
    owner = fields.Function(lambda found: found.owner[0])
    frequency = fields.String()
    scope = fields.List(fields.String())
    aggregation = fields.String()
    version = fields.String()
    basis = fields.String()


class DefinitionsOut(Out):
    """All of them."""

    items = fields.List(fields.Nested(DefinitionOut))
