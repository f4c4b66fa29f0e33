"""Days, months and moments in the spellings offices use."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from registry.clock import CITY_ZONE
from registry.exchange.text import narrow
from registry.exchange.values import BadValue
from registry.messages import T

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T\s]\s*(\d.*))?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:份)?")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_FOREIGN_DAY = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,4}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_SERIAL_ORIGIN = datetime(1899, 12, 30)
# Excel counts days from 1900; only 1950 to 2119 are taken, so that 1995 or 3500 is never read as a day.
_SERIALS = (18264, 80000)
_YEARS = (1900, 2200)


def _day(year: str, month: str, day: str, raw: Any) -> date:
    if not _YEARS[0] <= int(year) <= _YEARS[1]:
        raise BadValue(T("年份应在{first}到{last}之间", first=_YEARS[0], last=_YEARS[1]))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise BadValue(T("日历上没有这一天：{value}", value=str(raw))) from None


def _serial(number: float) -> datetime | None:
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _SERIAL_ORIGIN + timedelta(seconds=round(number * 86400))
    return None


def _number(raw: Any) -> float | None:
    """The number in a cell that should hold a day: a serial, or digits without separators."""
    if isinstance(raw, int | float):
        return float(raw)
    try:
        return float(raw) if re.fullmatch(r"\d{5}(\.\d+)?|\d{8}|\d{6}", raw) else None
    except (TypeError, ValueError):
        return None


def parse_date(raw: Any) -> date:
    """A day from a date cell, a serial number or a text such as 2024-03-05, 2024年3月5日, 20240305."""
    if isinstance(raw, datetime):
        return raw.astimezone(CITY_ZONE).date() if raw.tzinfo else raw.date()
    if isinstance(raw, date):
        return raw
    text = narrow(raw) if isinstance(raw, str) else raw
    if isinstance(text, str) and (found := _DAY.fullmatch(text)):
        return _day(found[1], found[2], found[3], raw)
    number = _number(text)
    if number is not None:
        if moment := _serial(number):
            return moment.date()
        if number.is_integer() and (found := _COMPACT_DAY.fullmatch(str(int(number)))):
            return _day(found[1], found[2], found[3], raw)
    if isinstance(text, str) and (_MONTH.fullmatch(text) or _COMPACT_MONTH.fullmatch(text)):
        raise BadValue(T("只有年月，缺少日"))
    if isinstance(text, str) and _FOREIGN_DAY.fullmatch(text):
        raise BadValue(T("日期的年月日顺序不明，请写成2024-03-05"))
    raise BadValue(T("不是日期，请写成2024-03-05"))


def parse_month(raw: Any) -> date:
    """The first day of a month from a date cell or a text such as 2021-05, 2021年5月, 2021.05, 202105."""
    if isinstance(raw, date):
        return parse_date(raw).replace(day=1)
    # 2021.10 typed as a number loses its zero and looks like January.
    if re.fullmatch(r"\d{4}\.1", text := narrow(str(raw))):
        raise BadValue(T("分不清1月还是10月，请写成2021-05的样子"))
    if isinstance(raw, float) and raw.is_integer():
        text = str(int(raw))
    for pattern, year, month in ((_MONTH, 1, 2), (_COMPACT_MONTH, 1, 2), (_MONTH_FIRST, 2, 1)):
        if found := pattern.fullmatch(text):
            return _day(found[year], found[month], "1", raw)
    try:
        return parse_date(raw).replace(day=1)
    except BadValue:
        raise BadValue(T("不是年月，请写成2021-05")) from None


def parse_moment(raw: Any) -> datetime:
    """A moment in UTC; without an offset the cell speaks the time of Asia/Shanghai."""
    if isinstance(raw, datetime):
        return (raw if raw.tzinfo else raw.replace(tzinfo=CITY_ZONE)).astimezone(UTC)
    if isinstance(raw, date):
        return datetime.combine(raw, time(), CITY_ZONE).astimezone(UTC)
    text = narrow(raw) if isinstance(raw, str) else raw
    number = _number(text)
    if number is not None and (moment := _serial(number)):
        return moment.replace(tzinfo=CITY_ZONE).astimezone(UTC)
    if isinstance(text, str) and (found := _DAY.fullmatch(text)) and found[4]:
        day = _day(found[1], found[2], found[3], raw)
        return datetime.combine(day, _clock_time(found[4].strip())).astimezone(UTC)
    return datetime.combine(parse_date(raw), time(), CITY_ZONE).astimezone(UTC)


def _clock_time(text: str) -> time:
    found = _TIME.fullmatch(text)
    if not found:
        raise BadValue(T("时间看不懂，请写成2024-03-05 08:30"))
    try:
        plain = time(int(found[1]), int(found[2]), int(found[3] or 0))
        if not found[4]:
            return plain.replace(tzinfo=CITY_ZONE)
        return datetime.strptime(f"{plain.isoformat()}{found[4].upper()}", "%H:%M:%S%z").timetz()
    except ValueError:
        raise BadValue(T("时间看不懂，请写成2024-03-05 08:30")) from None
