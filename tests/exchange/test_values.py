"""Cells to values: one table per kind, with the spellings offices use and those we must not guess at."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from registry.exchange.columns import Column
from registry.exchange.conversions import conversion
from registry.exchange.convert import parser
from registry.exchange.values import BadValue, Fault

DAY = date(2024, 3, 5)


def column(kind: Any, **more: Any) -> Column:
    return Column(name="c", heading="列", kind=kind, **more)


def refusal(parse: Any, raw: Any) -> str:
    with pytest.raises(BadValue) as caught:
        parse(raw)
    return str(caught.value.reason)


@pytest.mark.parametrize(
    "raw",
    [
        *("2024-03-05", "2024-3-5", "2024/3/5", "2024.3.5", "2024年3月5日", "2024 年 3 月 5 号", "20240305"),
        *("２０２４-０３-０５", " 2024-03-05\u3000", "2024-03-05 08:30:00", "2024-03-05T08:30:00Z", "45356"),
        *(45356, 45356.0, 45356.75, 20240305, 20240305.0, DAY, datetime(2024, 3, 5, 23, 59)),
        datetime(2024, 3, 4, 16, 0, tzinfo=UTC),
    ],
)
def test_a_day_is_read_in_every_spelling(raw: Any) -> None:
    assert parser(column("date"))(raw) == DAY


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("03/05/2024", "顺序不明"),
        ("24-3-5", "顺序不明"),
        ("2024-02-30", "没有这一天"),
        ("2024-13-01", "没有这一天"),
        ("2024-03", "缺少日"),
        ("202403", "缺少日"),
        ("1024-03-05", "年份"),
        ("明天", "不是日期"),
        (3500, "不是日期"),
        (1995.0, "不是日期"),
        (time(8, 30), "不是日期"),
        (True, "不是日期"),
        (Fault.FORMULA, "公式"),
        (Fault.ERROR, "公式"),
    ],
)
def test_a_day_is_not_guessed(raw: Any, reason: str) -> None:
    assert reason in refusal(parser(column("date")), raw)


@pytest.mark.parametrize(
    "raw",
    ["2021-05", "2021/5", "2021.05", "2021年5月", "2021年05月份", "202105", "05/2021", "2021-05-17", 2021.05, 202105.0],
)
def test_a_month_is_its_first_day(raw: Any) -> None:
    assert parser(column("month"))(raw) == date(2021, 5, 1)


@pytest.mark.parametrize("raw", [2021.1, "2021.1"])
def test_a_month_that_lost_a_zero_is_refused(raw: Any) -> None:
    assert "10月" in refusal(parser(column("month")), raw)


@pytest.mark.parametrize("raw", ["2021", "2021-13", "五月", "21-05"])
def test_what_is_no_month_is_refused(raw: Any) -> None:
    refusal(parser(column("month")), raw)


@pytest.mark.parametrize(
    "raw",
    [
        "2024-03-05 08:30",
        "2024年3月5日 8:30",
        "2024-03-05T00:30:00Z",
        "2024-03-05T08:30:00+08:00",
        datetime(2024, 3, 5, 8, 30),
    ],
)
def test_a_moment_without_zone_speaks_local_time(raw: Any) -> None:
    assert parser(column("moment"))(raw) == datetime(2024, 3, 5, 0, 30, tzinfo=UTC)


def test_a_bad_clock_time_is_refused() -> None:
    assert "时间" in refusal(parser(column("moment")), "2024-03-05 25:99")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", 12),
        (12.0, 12),
        ("1,250", 1250),
        ("１２", 12),
        ("12.0", 12),
        ("1.5t", 1500),
        ("800 公斤", 800),
        ("0", 0),
        ("-3", -3),
    ],
)
def test_an_integer(raw: Any, value: int) -> None:
    assert parser(column("integer", units={"t": 1000, "公斤": 1}))(raw) == value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("12.5", "整数"),
        (12.5, "整数"),
        ("abc", "不是数字"),
        ("12磅", "单位"),
        ("1,2", "不是数字"),
        ("NaN", "太大"),
        ("1e99", "太大"),
        (True, "数字"),
    ],
)
def test_what_is_no_integer(raw: Any, reason: str) -> None:
    parse = parser(column("integer", units={"kg": 1} if raw == "12磅" else {}))
    if raw == "1,2":
        parse = parser(column("integer"))
    assert reason in refusal(parse, raw)


def test_a_decimal_keeps_what_was_typed_and_rounds_to_its_places() -> None:
    assert parser(column("decimal"))(0.1) == Decimal("0.1")
    assert parser(column("decimal", places=2))("2.345") == Decimal("2.35")
    assert str(parser(column("decimal", places=2))(3.0)) == "3.00"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (13812345678.0, "13812345678"),
        (2.5, "2.5"),
        (1e-7, "0.0000001"),
        ("\u200b甲\u3000乙\u00a0", "甲 乙"),
        ("'=1+1", "=1+1"),
        ("'甲", "'甲"),
        (DAY, "2024-03-05"),
        ("   ", None),
        (True, "TRUE"),
    ],
)
def test_a_text(raw: Any, value: str | None) -> None:
    assert parser(column("text"))(raw) == value


@pytest.mark.parametrize("raw", [341302199001010000.0, "3.41302E+17", 10**15])
def test_a_long_code_that_became_a_number_is_refused_not_truncated(raw: Any) -> None:
    assert "丢失" in refusal(parser(column("text")), raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("有", True), ("Y", True), (1.0, True), ("√", True), ("否", False), (0.0, False), (False, False)],
)
def test_a_yes_or_no(raw: Any, value: bool) -> None:
    assert parser(column("bool"))(raw) is value


def test_a_choice_is_found_by_value_and_label_and_a_miss_says_what_there_is() -> None:
    parse = parser(column("choice", choices={"big": "大型水泵", "small": "小型水泵"}))
    assert [parse("大型水泵"), parse("BIG"), parse(" 小型 水泵 ")] == ["big", "big", "small"]
    assert "是不是“大型水泵”" in refusal(parse, "大形水泵")
    assert "大型水泵、小型水泵" in refusal(parse, "扶梯")


def test_bounds_are_told() -> None:
    assert "最多3个字" in refusal(parser(column("text", max_length=3)), "一二三四")
    assert "不能小于1" in refusal(parser(column("integer", min=1)), 0.0)
    assert "不能大于2030-01-01" in refusal(parser(column("date", max=date(2030, 1, 1))), "2030-01-02")
    assert parser(column("date", max=date(2030, 1, 1)))("2030-01-01") == date(2030, 1, 1)
    assert refusal(parser(column("text", check=lambda value: "坏" if value == "x" else None)), "x") == "坏"


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("22 feet 3 inches", "6.78"),
        ("1 foot 1 inch", "0.33"),
        ("13feet 10 inches", "4.22"),
        ("55' 0\"", "16.76"),
        ("66'-4\"", "20.22"),
        ("41ft 4.5in", "12.61"),
        ("99ft .5in", "30.19"),
        ("21 inches", "0.53"),
        ("0 inches", None),
        ("0 feet 0 inches", None),
    ],
)
def test_feet_and_inches(text: str, metres: str | None) -> None:
    assert conversion("feet_inches_to_metres")(text) == (None if metres is None else Decimal(metres))


def test_a_bare_length_is_only_read_when_the_profile_says_what_it_counts() -> None:
    with pytest.raises(BadValue):
        conversion("feet_inches_to_metres")("384.25")
    assert conversion("feet_inches_to_metres:bare=inches")("384.25") == Decimal("9.76")
    assert conversion("feet_inches_to_metres:1,bare=feet")(10.0) == Decimal("3.0")


@pytest.mark.parametrize(
    ("spec", "raw", "value"),
    [
        ("pounds_to_kg", "2500", Decimal(1134)),
        ("pounds_to_kg", "3500LBS", Decimal(1588)),
        ("pounds_to_kg:1", 10.0, Decimal("4.5")),
        ("pounds_to_kg", "0", None),
        ("feet_per_minute_to_metres_per_second", "350FPM", Decimal("1.78")),
        ("feet_per_minute_to_metres_per_second", 100.0, Decimal("0.51")),
        ("factor:1000", "1.5", Decimal("1500.0")),
        ("factor:1000", "1.5t", "1.5t"),
        ("date:%m/%d/%Y", "03/05/2024", DAY),
        ("date:%m/%d/%Y", DAY, DAY),
        ("month:%m/%y", "05/21", date(2021, 5, 1)),
    ],
)
def test_conversions(spec: str, raw: Any, value: Any) -> None:
    assert conversion(spec)(raw) == value


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "furlongs",
        "factor:",
        "factor:x",
        "factor:0",
        "date:",
        "date:d/m",
        "pounds_to_kg:x",
        "feet_inches_to_metres:bare=miles",
    ],
)
def test_an_unknown_conversion_is_a_fault_of_the_profile(spec: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        conversion(spec)
