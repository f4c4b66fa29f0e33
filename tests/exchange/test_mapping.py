"""Headings matched to columns, without mistaking the opposite for the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registry.exchange.columns import Column, Sheet
from registry.exchange.mapping import Profile, foreign_values, guess, propose
from registry.exchange.reading import read_table
from tests.exchange.sheets import HEADINGS, PUMPS, delimited

DATES = Sheet(
    name="dates",
    heading="日期",
    key=("code",),
    columns=(
        Column(name="code", heading="设备代码"),
        Column(name="next", heading="下次检验日期", heading_en="Next inspection", kind="date"),
        Column(name="passed", heading="下一年度监督检验合格日期", kind="date"),
        Column(name="unit", heading="使用单位"),
        Column(name="phone", heading="使用单位电话"),
    ),
)


def test_our_own_headings_are_found_exactly() -> None:
    assert guess(HEADINGS, PUMPS) == {column.name: str(column.heading) for column in PUMPS.columns}
    english = [column.heading_en for column in PUMPS.columns]
    assert list(guess(english, PUMPS).values()) == english


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("注册代码", "code"),
        (" 设备 代码 *", "code"),
        ("设备代码（必填）", "code"),
        ("ＳＥＲＩＡＬ", "code"),
        ("种 类", "kind"),
        ("载重量(t)", "load_kg"),
        ("水泵名称", None),
        ("制造年月：", "made"),
        ("有效期至日期", "until"),
        ("load_kg", "load_kg"),
    ],
)
def test_a_heading_is_guessed(heading: str, column: str | None) -> None:
    assert guess([heading], PUMPS) == ({column: heading} if column else {})


@pytest.mark.parametrize(
    "heading", ["上次检验日期", "Last inspection", "使用单位地址", "设备型号", "上一年度监督检验合格日期"]
)
def test_what_only_looks_alike_is_not_guessed(heading: str) -> None:
    assert guess([heading], DATES) == {}


def test_each_heading_is_used_once_and_the_best_match_wins() -> None:
    headings = ["使用单位电话", "使用单位名称", "下次检验日期", "上次检验日期", ""]
    assert guess(headings, DATES) == {"next": "下次检验日期", "unit": "使用单位名称", "phone": "使用单位电话"}


def test_a_proposal_reads_the_unit_of_a_heading() -> None:
    assert propose(["设备代码", "载重量（t）"], PUMPS).conversions == {"load_kg": "factor:1000"}
    assert propose(["设备代码", "载重量（kg）"], PUMPS).conversions == {}


def test_foreign_values_are_listed_with_a_guess_but_never_with_the_opposite() -> None:
    rows = [
        ("设备代码", "名称", "类别"),
        *((f"P{n}", "x", kind) for n, kind in enumerate(["大型大泵", "大泵", "非大泵", "扶梯", "扶梯"])),
    ]
    table = read_table(delimited(rows), "a.csv")
    found = foreign_values(table, PUMPS, propose(table.headings, PUMPS))
    assert found == {"kind": [("扶梯", 2, ""), ("大型大泵", 1, "big"), ("非大泵", 1, "")]}
    mapped = Profile(columns=propose(table.headings, PUMPS).columns, values={"kind": {"扶梯": "small"}})
    assert ("扶梯", 2, "small") in foreign_values(table, PUMPS, mapped)["kind"]


def test_a_profile_survives_json() -> None:
    profile = Profile(
        name="外省",
        columns={"code": "Serial", "name": "Name"},
        values={"kind": {"L": "big"}},
        constants={"public": "是"},
        conversions={"travel": "feet_inches_to_metres"},
        empty={"*": ["N/A"]},
        lenient=["travel"],
        clear_blanks=True,
    )
    assert Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile


@pytest.mark.parametrize("data", [{}, {"columns": []}, {"columns": {}, "more": 1}, {"columns": {}, "values": []}])
def test_what_is_no_profile_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="profile"):
        Profile.from_dict(data)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"columns": {"name": "名称"}}, "缺少必填列：设备代码"),
        ({"columns": {"code": "代码", "name": "名称"}}, "没有“代码”这个表头"),
        ({"constants": {"kind": "扶梯"}}, "固定值不对"),
        ({"conversions": {"travel": "furlongs"}}, "看不懂的换算"),
        ({"values": {"colour": {"red": "1"}}}, "没有“colour”这一列"),
    ],
)
def test_a_profile_that_does_not_fit_says_why(changes: dict[str, Any], sentence: str) -> None:
    profile = Profile(**({"columns": {"code": "设备代码", "name": "名称"}} | changes))
    assert any(sentence in fault for fault in profile.faults(PUMPS, ["设备代码", "名称"]))
