"""Files out: templates that guide, exports that are safe and real, error books that can be mended and read again."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from registry.exchange import export as export_module
from registry.exchange.errors_book import errors_book
from registry.exchange.export import export_csv, export_xlsx, write_xlsx
from registry.exchange.importing import dry_run
from registry.exchange.judging import RowError, row_errors
from registry.exchange.mapping import known_headings, propose
from registry.exchange.reading import UnreadableSheet, read_table
from registry.exchange.template import template_xlsx
from tests.exchange.sheets import HEADINGS, PUMPS, TOWNS, delimited, pump, workbook

HOSTILE = ["=1+1", '=HYPERLINK("http://x")', "+86 138", "-5", "@SUM(A1)", "\t=1", "{=1}", "http://example.org", "0012"]


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_an_export_has_real_dates_and_numbers_and_a_frozen_filterable_head() -> None:
    book = opened(export_xlsx(PUMPS, [pump(1, seen=datetime(2024, 3, 4, 16, 30, tzinfo=UTC))], "泵/台账*"))
    sheet = book.active
    assert sheet.title == "泵 台账"
    assert [cell.value for cell in sheet[1]] == list(HEADINGS)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:J2")
    values = dict(zip((column.name for column in PUMPS.columns), sheet[2], strict=True))
    assert values["kind"].value == "大泵"
    assert values["load_kg"].value == 1001
    assert (values["travel"].value, values["travel"].number_format) == (22.5, "0.00")
    assert (values["made"].value, values["made"].number_format) == (datetime(2021, 5, 1), "yyyy-mm")
    assert (values["until"].value, values["until"].number_format) == (datetime(2027, 3, 31), "yyyy-mm-dd")
    assert values["seen"].value == datetime(2024, 3, 5, 0, 30), "cells show local time"
    assert values["public"].value == "否"
    assert sheet.column_dimensions["B"].width >= 8


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_an_export_is_run_and_each_comes_back_as_it_was(text: str) -> None:
    data = export_xlsx(PUMPS, [pump(1, name=text)])
    cell = opened(data).active["B2"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)
    if text[0] in "=+-@\t":
        assert cell.quotePrefix
    table = read_table(data, "a.xlsx")
    (row,) = dry_run(table, PUMPS, propose(table.headings, PUMPS)).good_rows()
    assert row["name"] == text.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_csv_is_run_and_each_comes_back_as_it_was(text: str) -> None:
    data = b"".join(export_csv(PUMPS, [pump(1, name=text)]))
    assert data.startswith(b"\xef\xbb\xbf")
    table = read_table(data, "a.csv")
    cell = next(iter(table)).values[1]
    assert not cell.startswith(("=", "+", "-", "@", "\t"))
    (row,) = dry_run(table, PUMPS, propose(table.headings, PUMPS)).good_rows()
    assert row["name"] == text.strip()
    assert (row["until"], row["made"], row["travel"]) == (date(2027, 3, 31), date(2021, 5, 1), Decimal("22.50"))


def test_odd_values_are_written_without_loss_or_crash() -> None:
    odd = [
        pump(1, name="长" * 40_000, load_kg=10**17, until=date(1899, 1, 1)),
        pump(2, name="a\x01b\U00020bb7", kind="gone"),
    ]
    sheet = opened(export_xlsx(PUMPS, odd)).active
    assert len(sheet["B2"].value) == 32_767
    assert (sheet["E2"].value, sheet["H2"].value) == (str(10**17), "1899-01-01")
    assert sheet["C3"].value == "gone"


def test_an_export_of_nothing_has_its_head() -> None:
    assert [cell.value for cell in opened(export_xlsx(PUMPS, [])).active[1]] == list(HEADINGS)


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "LAST_ROW", 400)
    target = io.BytesIO()
    assert write_xlsx(target, PUMPS, (pump(n) for n in range(801)), "泵") == 801
    book = opened(target.getvalue())
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("泵", 401), ("泵 (2)", 401), ("泵 (3)", 2)]


def test_headings_and_labels_speak_the_language_asked_for() -> None:
    sheet = opened(export_xlsx(PUMPS, [pump(1)], language="en", say=lambda text: f"<{text}>")).active
    assert (sheet.title, sheet["A1"].value, sheet["C2"].value) == ("Pumps", "Code", "<大泵>")


def test_a_csv_is_handed_out_in_pieces() -> None:
    pieces = list(export_csv(PUMPS, (pump(n) for n in range(5_000))))
    assert len(pieces) > 3
    assert read_table(b"".join(pieces), "a.csv").row_count == 5_000


def test_a_template_has_headings_notes_lists_and_formats() -> None:
    book = opened(template_xlsx(PUMPS))
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        ("水泵", "visible"),
        ("填写说明", "visible"),
        ("选项", "hidden"),
    ]
    sheet = book["水泵"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:3] == ["设备代码*", "名称*", "类别"]
    assert sheet.freeze_panes == "A2"
    assert "铭牌上的名称" in sheet["B1"].comment.text
    assert "例：一号泵" in sheet["B1"].comment.text
    assert "2021-05" in sheet["G1"].comment.text
    checks = {str(check.sqref).split(":")[0]: check for check in sheet.data_validations.dataValidation}
    assert checks["C2"].formula1 == '"大泵,小泵,备用泵"'
    assert checks["D2"].formula1 == f"'选项'!$A$1:$A${len(TOWNS)}"
    assert [cell.value for cell in book["选项"]["A"]] == list(TOWNS.values())
    assert checks["J2"].formula1 == '"是,否"'
    assert (checks["E2"].type, checks["E2"].errorStyle, checks["H2"].type) == ("whole", "warning", "date")
    assert checks["A2"].type == "textLength"
    assert sheet.column_dimensions["A"].number_format == "@"
    assert [row[0].value for row in book["填写说明"].iter_rows(min_row=2)] == list(HEADINGS)


def test_a_filled_template_is_read_and_an_empty_one_refused() -> None:
    book = opened(template_xlsx(PUMPS))
    known = known_headings(PUMPS)
    empty = io.BytesIO()
    book.save(empty)
    with pytest.raises(UnreadableSheet, match="没有数据"):
        read_table(empty.getvalue(), "a.xlsx", known=known)
    sheet = book["水泵"]
    for place, value in enumerate(
        ("P1", "甲", "小泵", "第3镇", 800, 3.5, datetime(2021, 5, 1), datetime(2027, 3, 31), None, "是"), 1
    ):
        sheet.cell(2, place).value = value
    filled = io.BytesIO()
    book.save(filled)
    table = read_table(filled.getvalue(), "a.xlsx", known=known)
    report = dry_run(table, PUMPS, propose(table.headings, PUMPS))
    assert (report.new, report.errors) == (1, [])
    assert next(report.good_rows())["town"] == "341303"


def test_a_template_in_english_is_read_too() -> None:
    headings = [cell.value for cell in opened(template_xlsx(PUMPS, language="en"))["Pumps"][1]]
    assert set(propose(headings, PUMPS).columns) == {column.name for column in PUMPS.columns}


def errors_of(data: bytes, filename: str) -> tuple[bytes, Any]:
    table = read_table(data, filename)
    report = dry_run(table, PUMPS, propose(table.headings, PUMPS))
    return errors_book(table, report.errors), report


ROWS = [
    ("设备代码", "名称", "厂内", "类别", "有效期至"),
    ("P1", "甲", "=x", "大泵", date(2027, 3, 31)),
    ("P2", None, "a", "扶梯", date(2027, 3, 31)),
    ("P3", "丙", "b", "小泵", "待定"),
]


def test_an_error_book_has_the_refused_rows_marked_and_reasoned() -> None:
    data, report = errors_of(workbook([(), *ROWS[:1], *ROWS[2:]]), "a.xlsx")
    assert report.refused == 2
    sheet = opened(data).active
    assert [cell.value for cell in sheet[1]] == [*ROWS[0], "原行号", "退回原因"]
    assert [cell.value for cell in sheet[2]][:6] == ["P2", None, "a", "扶梯", datetime(2027, 3, 31), 3]
    assert "名称：必填" in sheet["G2"].value
    red = {cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"}
    assert red == {"B2", "D2", "E3"}
    assert "不在可选" in sheet["D2"].comment.text
    assert sheet["A2"].comment is None


def test_an_error_book_is_mended_and_read_with_the_same_profile() -> None:
    source = read_table(workbook(ROWS), "a.xlsx")
    profile = propose(source.headings, PUMPS)
    data = errors_book(source, row_errors(source, PUMPS, profile))
    book = opened(data)
    book.active["B2"], book.active["D2"], book.active["E3"] = "乙", "大泵", date(2028, 1, 1)
    target = io.BytesIO()
    book.save(target)
    report = dry_run(read_table(target.getvalue(), "b.xlsx"), PUMPS, profile)
    assert (report.new, report.errors) == (2, [])
    assert [row["until"] for row in report.good_rows()] == [date(2027, 3, 31), date(2028, 1, 1)]
    assert not any("退回原因" in notice for notice in report.notices)


def test_an_error_book_runs_nothing_from_the_file() -> None:
    rows = [("设备代码", "名称"), ("=cmd|' /C calc'!A0", ""), ("P2", "")]
    data, _ = errors_of(delimited(rows), "a.csv")
    cell = opened(data).active["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_an_error_on_a_column_the_file_lacks_is_told_in_words() -> None:
    source = read_table(delimited([("设备代码", "名称"), ("P1", "甲")]), "a.csv")
    sheet = opened(errors_book(source, [RowError(2, "unit", "使用单位", "", "没有这个单位")])).active
    assert sheet["D2"].value == "使用单位：没有这个单位"


def test_times_of_other_zones_are_written_as_local_time() -> None:
    moment = datetime(2024, 3, 4, 16, 30, tzinfo=UTC)
    text = b"".join(export_csv(PUMPS, [pump(1, seen=moment)])).decode("utf-8-sig")
    assert "2024-03-05 00:30:00" in text
