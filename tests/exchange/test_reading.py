"""Good files of many makes: headings found, rows numbered as Excel shows them, nothing lost or invented."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.exchange.mapping import known_headings
from registry.exchange.reading import Row, Table, read_table
from registry.exchange.values import Fault
from tests.exchange.sheets import PUMPS, delimited, workbook

HEAD = ("设备代码", "名称", "有效期至")
ONE = ("P1", "甲", date(2027, 3, 31))


def rows(table: Table) -> list[Row]:
    return list(table)


def test_a_plain_workbook() -> None:
    table = read_table(workbook([HEAD, ONE, ("P2", "乙", None)]), "a.xlsx")
    assert table.headings == HEAD
    assert (table.format, table.sheet, table.sheet_names, table.row_count) == ("xlsx", "Sheet1", ("Sheet1",), 2)
    assert rows(table) == [(2, ["P1", "甲", date(2027, 3, 31)]), (3, ["P2", "乙", ""])]
    assert rows(table) == rows(table), "a table is read as often as one likes"


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "泵.csv"
    path.write_bytes(delimited([HEAD, ONE]))
    assert rows(read_table(path)) == [(2, ["P1", "甲", "2027-03-31"])]


def test_titles_above_and_blank_rows_between_are_passed_over_and_rows_keep_their_numbers() -> None:
    content = [("宿州市水泵台账",), (), ("填报单位：某某公司", None, "2024年"), HEAD, ONE, (), ("P2", "乙")]
    table = read_table(workbook(content), "a.xlsx")
    assert (table.headings, table.heading_row) == (HEAD, 4)
    assert [row.number for row in table] == [5, 7]


def test_a_sheet_that_starts_away_from_the_corner_keeps_its_columns() -> None:
    table = read_table(workbook([(), (None, *HEAD), (None, *ONE)]), "a.xlsx")
    assert table.headings == ("", *HEAD)
    assert rows(table) == [(3, ["", *ONE])]


def test_known_headings_win_over_the_look_of_rows() -> None:
    content = [("一", "二", "三"), ("注册代码", "名称", "种类"), ("P1", "甲", "大泵")]
    assert read_table(workbook(content), "a.xlsx").heading_row == 1
    assert read_table(workbook(content), "a.xlsx", known=known_headings(PUMPS)).heading_row == 2
    assert read_table(workbook(content), "a.xlsx", heading_row=2).headings[0] == "注册代码"


def test_a_title_merged_over_the_sheet_is_no_heading() -> None:
    content = [(None,), HEAD, ONE]
    table = read_table(workbook(content, merges=[("A1:C1", "水泵台账")]), "a.xlsx")
    assert (table.headings, table.heading_row) == (HEAD, 2)


def test_headings_in_two_storeys_take_the_name_below() -> None:
    content = [
        ("设备代码", None, None, "备注"),
        (None, "上次日期", "下次日期", None),
        ("P1", "2024-03-05", "2025-03-05", "无"),
    ]
    merges = [("A1:A2", "设备代码"), ("B1:C1", "检验"), ("D1:D2", "备注")]
    table = read_table(workbook(content, merges), "a.xlsx")
    assert table.headings == ("设备代码", "上次日期", "下次日期", "备注")
    assert [row.number for row in table] == [3]


@pytest.mark.parametrize("named_row", [None, 1, 2])
def test_equal_names_below_take_the_upper_one_in_front(named_row: int | None) -> None:
    content = [(None,) * 6, (None, "电话", "姓名", "电话", "姓名", "网址"), ("P1", "1", "甲", "2", "乙", "x")]
    merges = [("A1:A2", "代码"), ("B1:C1", "使用单位"), ("D1:F1", "维保单位")]
    table = read_table(workbook(content, merges), "a.xlsx", heading_row=named_row)
    assert table.headings == ("代码", "使用单位/电话", "使用单位/姓名", "维保单位/电话", "维保单位/姓名", "网址")
    assert [row.number for row in table] == [3]


def test_a_cell_merged_over_rows_holds_for_each_but_blank_cells_are_never_filled() -> None:
    content = [HEAD, ("P1",), ("P2",), (), ("P3",), ("P4",), ("P5", "戊"), ("P6",)]
    table = read_table(workbook(content, [("B2:B5", "甲")]), "a.xlsx")
    assert [(row.number, row.values[:2]) for row in table] == [
        (2, ["P1", "甲"]),
        (3, ["P2", "甲"]),
        (5, ["P3", "甲"]),
        (6, ["P4", ""]),
        (7, ["P5", "戊"]),
        (8, ["P6", ""]),
    ]
    assert any("合并" in notice for notice in table.notices)


def test_duplicate_headings_are_told_apart_and_mentioned() -> None:
    table = read_table(workbook([("代码", "电话", "电话"), ("P1", "1", "2")]), "a.xlsx")
    assert table.headings == ("代码", "电话", "电话 (2)")
    assert "电话" in table.notices[0]


def test_formulas_give_their_saved_values_and_those_without_are_marked() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, ("P1", "=A2&1", "=TODAY()")):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    assert rows(read_table(target.getvalue(), "a.xlsx")) == [(2, ["P1", Fault.FORMULA, Fault.FORMULA])]


def test_error_cells_are_marked() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    sheet.append(["P1", "#N/A", "x"])
    target = io.BytesIO()
    book.save(target)
    assert rows(read_table(target.getvalue(), "a.xlsx")) == [(2, ["P1", Fault.ERROR, "x"])]


def test_the_first_sheet_with_a_table_is_taken_or_the_one_named() -> None:
    cover = [("说明",), ("请看下一页",)]
    data = workbook(cover, sheets=[("台账", [HEAD, ONE]), ("旧", [HEAD, ("X", "y", "z")])])
    assert read_table(data, "a.xlsx", sheet="台账").headings == HEAD
    table = read_table(data, "a.xlsx", sheet="旧")
    assert (table.sheet, table.sheet_names) == ("旧", ("Sheet1", "台账", "旧"))
    data = workbook([], sheets=[("台账", [HEAD, ONE])])
    assert read_table(data, "a.xlsx", known=known_headings(PUMPS)).sheet == "台账"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_text_in_any_encoding_with_any_separator(encoding: str, separator: str) -> None:
    table = read_table(delimited([HEAD, ("P1", "水泵，一号", "2027-03-31")] * 3, encoding, separator), "a.csv")
    assert table.headings == HEAD
    assert table.separator == separator
    assert rows(table)[0] == (2, ["P1", "水泵，一号", "2027-03-31"])


def test_text_rows_are_numbered_as_excel_numbers_them() -> None:
    data = '代码,名称\r\nP1,"一\r\n行"\r\n\r\n , \r\nP2,乙\r\n'.encode()
    assert [(row.number, row.values[0]) for row in read_table(data, "a.csv")] == [(2, "P1"), (5, "P2")]


def test_a_lone_quote_inside_a_text_cell_is_a_quote() -> None:
    data = '代码,名称\r\nP1,3" 管\r\nP2,乙\r\n'.encode()
    assert [row.values[1] for row in read_table(data, "a.csv")] == ['3" 管', "乙"]


@pytest.mark.parametrize("reference", ["with", "without"])
def test_cells_without_positions_are_read(reference: str) -> None:
    """Small writers leave out the positions of cells."""
    data = _rewritten(workbook([HEAD, ONE]), strip=reference == "without")
    assert rows(read_table(data, "a.xlsx"))[0].values[:2] == ["P1", "甲"]


def _rewritten(data: bytes, strip: bool) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            content: Any = source.read(name)
            if strip and "worksheets/sheet" in name:
                content = re.sub(rb' r="[A-Z]*\d+"', b"", content)
            out.writestr(name, content)
    return target.getvalue()
