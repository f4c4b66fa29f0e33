"""Conversions of foreign cells that a profile names: `name` or `name:argument,argument`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from registry.exchange.convert import cell_text, number
from registry.exchange.text import fold, narrow
from registry.exchange.values import BadValue
from registry.messages import T

Conversion = Callable[[Any], Any]

FOOT = Decimal("0.3048")  # metres, exact by definition
INCH = Decimal("0.0254")
POUND = Decimal("0.45359237")  # kilograms, exact by definition
_FEET_INCHES = re.compile(
    r"(?:(?P<feet>\d*\.?\d+)\s*(?:feet|foot|ft|'|′)\.?)?[\s,/-]*"
    r"(?:(?P<inches>\d*\.?\d+)\s*(?:inches|inch|in|\"|″|'')\.?)?",
    re.IGNORECASE,
)
_POUNDS = {"lb": 1, "lbs": 1, "lb.": 1, "lbs.": 1, "pound": 1, "pounds": 1, "#": 1}
_FEET_A_MINUTE = {"fpm": 1, "ft/min": 1, "ft/m": 1, "feet/minute": 1, "f.p.m.": 1}


def conversion(spec: str) -> Conversion:
    """The function a profile means. ValueError when there is no such conversion or its arguments are wrong.

    - `feet_inches_to_metres[:places][,bare=inches|feet]` "22 feet 3 inches" -> 6.78; nothing or zero is
      missing; a bare number is refused unless the profile says what it counts
    - `pounds_to_kg[:places]`, `feet_per_minute_to_metres_per_second[:places]`; zero is missing
    - `factor:number[,places]` multiplies
    - `date:format`, `month:format` a strptime format such as `%m/%d/%Y`
    """
    name, _, argument = spec.partition(":")
    if name not in _MAKERS:
        raise ValueError(f"unknown conversion {name!r}")
    return _MAKERS[name](argument)


def _places(argument: str, default: int) -> Decimal:
    count = int(argument) if argument else default
    if not 0 <= count <= 9:
        raise ValueError(f"places out of range: {count}")
    return Decimal(1).scaleb(-count)


def _round(value: Decimal, step: Decimal) -> Decimal | None:
    """A measure of zero is an empty field of a foreign form, not a length."""
    return value.quantize(step, ROUND_HALF_UP) if value else None


def _feet_inches(argument: str) -> Conversion:
    parts = [part.strip() for part in argument.split(",") if part.strip()]
    bare = next((part[5:] for part in parts if part.startswith("bare=")), "")
    step = _places(next((part for part in parts if part.isdigit()), ""), 2)
    if bare not in ("", "inches", "feet") or len(parts) > 2:
        raise ValueError(f"bad arguments {argument!r}")

    def convert(raw: Any) -> Decimal | None:
        text = narrow(cell_text(raw))
        found = _FEET_INCHES.fullmatch(text)
        if found and (found["feet"] or found["inches"]):
            feet, inches = Decimal(found["feet"] or 0), Decimal(found["inches"] or 0)
            return _round(feet * FOOT + inches * INCH, step)
        try:
            measure = Decimal(text)
        except InvalidOperation:
            raise BadValue(T("不是“22 feet 3 inches”样的长度")) from None
        if measure and not bare:
            raise BadValue(T("没有写英尺还是英寸"))
        return _round(measure * (INCH if bare == "inches" else FOOT), step)

    return convert


def _measure(factor: Decimal, units: dict[str, int], default: int) -> Callable[[str], Conversion]:
    spelled = {fold(unit): one for unit, one in units.items()}

    def make(argument: str) -> Conversion:
        step = _places(argument, default)

        def convert(raw: Any) -> Decimal | None:
            value = number(raw, spelled)
            return None if value is None else _round(value * factor, step)

        return convert

    return make


def _factor(argument: str) -> Conversion:
    amount, _, places = argument.partition(",")
    try:
        factor = Decimal(amount)
    except InvalidOperation:
        raise ValueError(f"bad factor {amount!r}") from None
    if not factor.is_finite() or not factor:
        raise ValueError(f"bad factor {amount!r}")
    step = _places(places, 0) if places else None

    def convert(raw: Any) -> Any:
        try:
            value = number(raw)
        except BadValue:
            return raw  # the cell carries a unit of its own, which the column knows better than the heading
        if value is None:
            return None
        return value * factor if step is None else (value * factor).quantize(step, ROUND_HALF_UP)

    return convert


def _strptime(whole: bool) -> Callable[[str], Conversion]:
    def make(argument: str) -> Conversion:
        if "%" not in argument:
            raise ValueError(f"bad date format {argument!r}")
        try:
            datetime.strptime(date(2001, 2, 3).strftime(argument), argument)
        except ValueError as bad:
            raise ValueError(f"bad date format {argument!r}") from bad

        def convert(raw: Any) -> Any:
            if isinstance(raw, date):
                return raw
            try:
                day = datetime.strptime(narrow(cell_text(raw)), argument).date()
            except ValueError:
                raise BadValue(T("日期不是约定的样式{format}", format=argument)) from None
            return day if whole else day.replace(day=1)

        return convert

    return make


_MAKERS: dict[str, Callable[[str], Conversion]] = {
    "feet_inches_to_metres": _feet_inches,
    "pounds_to_kg": _measure(POUND, _POUNDS, 0),
    "feet_per_minute_to_metres_per_second": _measure(FOOT / 60, _FEET_A_MINUTE, 2),
    "factor": _factor,
    "date": _strptime(True),
    "month": _strptime(False),
}

CONVERSIONS: dict[str, T] = {
    "feet_inches_to_metres": T("英尺英寸换算为米"),
    "pounds_to_kg": T("磅换算为千克"),
    "feet_per_minute_to_metres_per_second": T("英尺每分换算为米每秒"),
    "factor": T("乘以系数"),
    "date": T("按指定样式读日期"),
    "month": T("按指定样式读年月"),
}
