"""From what a cell holds to a value of a column: one parser per kind, checks included."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from registry.clock import CITY_ZONE
from registry.exchange.columns import Column
from registry.exchange.dates import parse_date, parse_moment, parse_month
from registry.exchange.text import clean, fold, narrow
from registry.exchange.values import BadValue, Fault
from registry.messages import T

Parser = Callable[[Any], Any]

_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[-+]?\.\d+)\s*(.*)", re.DOTALL)
_LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+(1[1-9]|[2-9]\d)")
_EXACT = 10**15  # a spreadsheet number keeps 15 digits
YES = frozenset({"是", "有", "y", "yes", "t", "true", "1", "√", "✓", "✔", "对", "on"})
NO = frozenset({"否", "无", "n", "no", "f", "false", "0", "×", "✗", "✘", "x", "错", "没有", "off"})
_LARGE = Decimal(10) ** 18


def parser(column: Column) -> Parser:
    """The function from a filled cell to the column's value; it raises BadValue.

    The column's choices are asked for once, here. A cell that turns out blank gives None.
    """
    parse = _PARSERS[column.kind](column)
    checks = _checks(column)
    if not checks:
        return parse

    def parse_and_check(raw: Any) -> Any:
        value = parse(raw)
        if value is not None:
            for check in checks:
                if reason := check(value):
                    raise BadValue(reason)
        return value

    return parse_and_check


def cell_text(raw: Any) -> str:
    """What a person sees in the cell, for reports and for text columns."""
    if isinstance(raw, str):
        return clean(raw)
    if raw is None:
        return ""
    if isinstance(raw, Fault):
        return raw.text
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < _EXACT else _plain(raw)
    if isinstance(raw, datetime):
        local = raw.astimezone(CITY_ZONE) if raw.tzinfo else raw
        return local.strftime("%Y-%m-%d" if local.time() == time() else "%Y-%m-%d %H:%M:%S")
    return str(raw)


def _plain(number: float) -> str:
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text and abs(number) < _EXACT else text


def parse_text(raw: Any) -> str | None:
    """Text; numbers as Excel shows them. A long code that was turned into a number is refused."""
    if isinstance(raw, str):
        text = clean(raw)
        if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r"):
            text = clean(text[1:])  # the mark our own CSV export puts before what a spreadsheet would run
        if "E+" in text and _LOST_DIGITS.fullmatch(text):
            raise BadValue(_digits_lost())
        return text or None
    if isinstance(raw, Fault):
        raise BadValue(raw.reason)
    if isinstance(raw, float | int) and not isinstance(raw, bool) and abs(raw) >= _EXACT:
        raise BadValue(_digits_lost())
    return cell_text(raw)


def _digits_lost() -> T:
    return T("长号码被表格存成了数字，末尾几位已经丢失，请把该列设为文本后重新填写")


def number(raw: Any, units: Mapping[str, Decimal | int] | None = None) -> Decimal | None:
    """A decimal number from a cell. A unit behind it must be one of `units` (folded spelling -> factor)."""
    if isinstance(raw, bool | date | time):
        raise BadValue(T("不是数字"))
    if isinstance(raw, Fault):
        raise BadValue(raw.reason)
    if isinstance(raw, int | Decimal):
        return Decimal(raw)
    text = repr(raw) if isinstance(raw, float) else narrow(str(raw))
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "") if isinstance(raw, float) or _grouped(text) else text)
    except InvalidOperation:
        value = _with_unit(text, units or {})
    if not value.is_finite() or abs(value) >= _LARGE or (value and value.adjusted() < -12):
        raise BadValue(T("数字太大、太小或不是数字"))
    return value


def _grouped(text: str) -> bool:
    found = _NUMBER.fullmatch(text)
    return found is not None and not found[2]


def _with_unit(text: str, units: Mapping[str, Decimal | int]) -> Decimal:
    found = _NUMBER.fullmatch(text)
    if not found:
        raise BadValue(T("不是数字"))
    factor = units.get(fold(found[2]))
    if factor is None:
        if units:
            raise BadValue(T("看不懂单位“{unit}”，请只填数字", unit=found[2][:20]))
        raise BadValue(T("不是数字，请只填数字"))
    return Decimal(found[1].replace(",", "")) * factor


def _text(column: Column) -> Parser:
    return parse_text


def _integer(column: Column) -> Parser:
    units = {fold(unit): factor for unit, factor in column.units.items()}

    def parse(raw: Any) -> int | None:
        if type(raw) is float and raw.is_integer() and abs(raw) < _EXACT:
            return int(raw)
        value = number(raw, units)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise BadValue(T("应为整数"))
        return int(value)

    return parse


def _decimal(column: Column) -> Parser:
    units = {fold(unit): factor for unit, factor in column.units.items()}
    step = None if column.places is None else Decimal(1).scaleb(-column.places)

    def parse(raw: Any) -> Decimal | None:
        value = number(raw, units)
        if value is not None and step is not None:
            value = value.quantize(step, ROUND_HALF_UP)
        return value

    return parse


def _guarded(parse: Parser) -> Callable[[Column], Parser]:
    def make(column: Column) -> Parser:
        def guarded(raw: Any) -> Any:
            if isinstance(raw, Fault):
                raise BadValue(raw.reason)
            if isinstance(raw, str) and not clean(raw):
                return None
            return parse(raw)

        return guarded

    return make


def _parse_bool(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = fold(cell_text(raw))
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadValue(T("请填“是”或“否”"))


def _choice(column: Column) -> Parser:
    options = column.options()
    known: dict[str, str] = {}
    for value, label in options.items():
        # A template in English carries the English label: both languages are understood, and the identifier.
        for spelling in (value, label, getattr(label, "en", "")):
            if spelling:
                known.setdefault(fold(spelling), value)
    for spelling, value in column.spellings.items():
        known.setdefault(fold(spelling), value)
    labels = list(options.values())

    def parse(raw: Any) -> str | None:
        text = parse_text(raw)
        if text is None:
            return None
        value = known.get(fold(text))
        if value is None:
            raise BadValue(_not_an_option(text, labels))
        return value or None

    return parse


def _not_an_option(text: str, labels: list[str]) -> T:
    if near := get_close_matches(text, labels, 1, 0.6):
        return T("不在可选的值之内，是不是“{near}”？", near=near[0])
    listed = "、".join(labels[:8]) + ("……" if len(labels) > 8 else "")
    return T("不在可选的值之内，可选：{options}", options=listed)


_PARSERS: dict[str, Callable[[Column], Parser]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _guarded(parse_date),
    "month": _guarded(parse_month),
    "moment": _guarded(parse_moment),
    "bool": _guarded(_parse_bool),
    "choice": _choice,
}


def _checks(column: Column) -> list[Callable[[Any], str | None]]:
    checks: list[Callable[[Any], str | None]] = []
    if (longest := column.max_length) is not None:
        checks.append(lambda value: T("太长，最多{count}个字", count=longest) if len(value) > longest else None)
    if (least := column.min) is not None:
        too_small = T("不能小于{bound}", bound=shown(least))
        checks.append(lambda value: too_small if value < least else None)
    if (most := column.max) is not None:
        too_big = T("不能大于{bound}", bound=shown(most))
        checks.append(lambda value: too_big if value > most else None)
    if column.check is not None:
        checks.append(column.check)
    return checks


def shown(value: Any) -> str:
    """A value of ours as text for messages and notes."""
    if isinstance(value, datetime):
        return cell_text(value if value.tzinfo else value.replace(tzinfo=UTC))
    return str(value)
