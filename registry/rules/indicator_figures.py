"""Frozen and reported figures: their small workflow, and whether a reported one makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from registry.rules import indicator_book
from registry.rules.indicator_book import Definition
from registry.rules.workflow import Move, State, find_move, moves, moves_from, states

__all__ = [
    "APPROVED",
    "DRAFT",
    "LOCKED",
    "SUBMITTED",
    "WORKFLOW",
    "Move",
    "State",
    "find_move",
    "moves",
    "moves_from",
    "parts",
    "problems",
    "sources",
    "states",
]

Text = tuple[str, str]
"""Chinese and English."""

WORKFLOW = "indicator_figure"
DRAFT, SUBMITTED, APPROVED, LOCKED = "draft", "submitted", "approved", "locked"
LARGEST = Decimal(10) ** 12
AGREE = Decimal("0.00005")  # a rate that was handed in beside its parts: equal to two decimals of a percentage


def sources(verb: str) -> tuple[str, ...]:
    """The states from which a verb leads on."""
    return tuple(move.source for move in moves(WORKFLOW) if move.verb == verb)


def parts(definition: Definition, data: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """(numerator, denominator, value) of a reported figure; of a rate with its parts the value is their quotient."""
    numerator, denominator, value = (data.get(name) for name in ("numerator", "denominator", "value"))
    if definition.is_rate and numerator is not None and denominator:
        value = Decimal(numerator) / Decimal(denominator)
    return numerator, denominator, value


def problems(definition: Definition, end: date, today: date, data: Mapping[str, Any]) -> dict[str, Text]:
    """What is wrong with a reported figure, by field; the period it is of and its numbers."""
    wrong: dict[str, Text] = {}
    if not indicator_book.is_period_end(definition.frequency, end):
        wrong["period_end"] = _PERIODS[definition.frequency]
    elif end >= today:
        wrong["period_end"] = ("这一期还没有结束，不能填报", "This period is not over yet")
    elif end.year < today.year - 10:
        wrong["period_end"] = ("日期不合理", "This date makes no sense")
    if not str(data.get("document") or "").strip():
        wrong["document"] = ("请填写数据来源文件", "Name the document it comes from")
    numerator, denominator, value = (data.get(name) for name in ("numerator", "denominator", "value"))
    given = [number for number in (numerator, denominator, value) if number is not None]
    if any(number < 0 or number > LARGEST for number in given):
        wrong["value"] = ("请填写不小于0、大小合理的数", "Enter a number of at least 0 and of a sensible size")
    elif definition.is_rate:
        wrong |= _rate(definition, numerator, denominator, value)
    elif value is None:
        wrong["value"] = ("请填写这一项", "Enter this")
    elif numerator is not None or denominator is not None:
        wrong["numerator"] = ("这个指标不是比率，只填数值", "This indicator is no rate: enter the value alone")
    elif definition.kind == "count" and value != value.to_integral_value():
        wrong["value"] = ("请填写整数", "Enter a whole number")
    return wrong


_PERIODS = {
    "month": ("应为某月的最后一天", "It has to be the last day of a month"),
    "quarter": ("这个指标按季填报，应为季度的最后一天", "It is reported by the quarter: the last day of a quarter"),
    "half": ("这个指标按半年填报，应为6月30日或12月31日", "It is reported by the half year: 30 June or 31 December"),
    "year": ("这个指标按年填报，应为12月31日", "It is reported by the year: 31 December"),
}


def _rate(
    definition: Definition, numerator: Decimal | None, denominator: Decimal | None, value: Decimal | None
) -> dict[str, Text]:
    if (numerator is None) != (denominator is None):
        return {"denominator": ("分子和分母要一起填写", "Enter numerator and denominator together")}
    if numerator is None or denominator is None:
        if value is None:
            return {"value": ("请填写数值，或者分子和分母", "Enter the value, or numerator and denominator")}
        return {"value": ("比率不能大于100%", "A rate cannot exceed 100%")} if value > 1 else {}
    if denominator == 0:
        return {"denominator": ("分母不能为0", "The denominator cannot be 0")}
    if numerator > denominator:
        return {"numerator": ("分子不能大于分母", "The numerator cannot exceed the denominator")}
    if value is not None and abs(numerator / denominator - value) > AGREE:
        return {"value": ("与分子÷分母不一致", "It is not numerator ÷ denominator")}
    return {}
