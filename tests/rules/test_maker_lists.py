"""The maker's items as people paste them."""

from datetime import date
from decimal import Decimal

import pytest

from registry.rules.maintenance import items_for, plan
from registry.rules.maker_lists import EXAMPLE, items, parse, text_of

TEXT = """代码\t周期\t项目\t要求\t判定\t限值
F-01\t半月\t消防员开关\t动作正常\tQ
F-02\t半月\t层门锁紧元件啮合长度\t不小于7 mm\tN\t≥7 mm

f-03 | 季度 | 双路电源切换 | 正常
F-04｜year｜消防返回功能试验｜｜试验
F-05\tSM\t制动距离\t\t\t0.5–1.2 m
"""


def test_a_pasted_list() -> None:
    rows, errors = parse(TEXT)
    found = items(rows)
    assert errors == []
    assert [(i.code, i.cycle, i.judge, i.limits) for i in found] == [
        ("F-01", "half_month", "Q", ""),
        ("F-02", "half_month", "N", "≥7 mm"),
        ("F-03", "quarter", "Q", ""),
        ("F-04", "year", "T", ""),
        ("F-05", "half_year", "N", "0.5–1.2 m"),
    ]
    assert found[1].within(Decimal(7))
    assert not found[1].within(Decimal("6.9"))


def test_the_example_can_be_read() -> None:
    rows, errors = parse(EXAMPLE)
    assert ([row["code"] for row in rows], errors) == (["F-01", "F-02", "F-03"], [])


def test_what_was_parsed_can_be_written_and_parsed_again() -> None:
    rows, _ = parse(TEXT)
    assert parse(text_of(rows)) == (rows, [])


def test_a_list_makes_a_custom_kind_plannable() -> None:
    rows, _ = parse(TEXT)
    on = date(2026, 11, 20)
    found = plan("firefighter", {"year": on}, on, on, items(rows))
    assert not found.needs_items
    assert [item.code for item in found.items] == ["F-01", "F-02"]
    assert len(items_for("explosion_proof", "year", on, items(rows))) == 5


BAD = [
    ("F 01\t半月\t项目", "第1行", "代码"),
    ("\t半月\t项目", "第1行", "代码"),
    ("F-01\t每周\t项目", "第1行", "周期"),
    ("F-01\t半月\t", "第1行", "没有项目名称"),
    ("F-01\t半月\t项目\t\tX", "第1行", "判定方式"),
    ("F-01\t半月\t项目\t\tN", "第1行", "限值"),
    ("F-01\t半月\t项目\t\tN\t大约7", "第1行", "限值"),
    ("F-01\t半月\t项目\t\tN\t9–7 mm", "第1行", "限值"),
    ("F-01\t半月\t项目\n\nF-01\t季度\t另一项", "第3行", "重复"),
    ("F-01\t半月\t项目\t\tQ\t\t多出来", "第1行", "列数太多"),
    ("F-01\t季度\t项目", "", "没有半月"),
    ("", "", "至少"),
    ("F-01\t半月\t" + "长" * 101, "第1行", "最多100字"),
]


@pytest.mark.parametrize(("text", "line", "what"), BAD)
def test_each_bad_line_is_named(text, line, what) -> None:
    _rows, errors = parse(text)
    assert len(errors) == 1
    assert errors[0].zh.startswith(line)
    assert what in errors[0].zh
    assert errors[0].en.isascii() or "“" in errors[0].en or "≥" in errors[0].en


def test_every_bad_line_is_reported_at_once() -> None:
    _rows, errors = parse("F-01\t每周\t\n好\t半月\t项目\nF-02\t半月\t项目")
    assert [error.line for error in errors] == [1, 1, 2]


def test_too_many_items() -> None:
    _rows, errors = parse("\n".join(f"F-{n}\t半月\t项目" for n in range(301)))
    assert [error.line for error in errors] == [0]
