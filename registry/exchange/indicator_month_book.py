"""The month report of the indicators as a spreadsheet, ready to print: real numbers, a sheet and a chart for each
county table, each figure with the address of the list behind it. In Chinese, as it is handed in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.worksheet import Worksheet

from registry.exchange.hazard_books import XLSX, printed_sheet
from registry.exchange.writing import Book
from registry.queries import indicator_links, indicator_words
from registry.queries.indicator_months import Line, Table
from registry.queries.indicator_report import Report
from registry.rules.comparisons import Change
from registry.rules.indicator_book import Definition

__all__ = ["XLSX", "month"]

OVERVIEW = (
    ("指标", 30),
    ("单位", 10),
    ("分子", 12),
    ("分母", 12),
    ("上年同期", 11),
    ("本期", 11),
    ("增减", 10),
    ("同比", 18),
    ("环比", 18),
    ("较上年末", 18),
    ("本年累计", 11),
    ("累计同比", 18),
    ("目标", 11),
    ("完成率", 10),
    ("序时", 18),
    ("备注", 26),
    ("名单", 10),
)
COUNTIES = (
    ("县区", 14),
    ("上年同期", 11),
    ("本期", 11),
    ("增减", 10),
    ("同比", 18),
    ("环比", 18),
    ("目标", 11),
    ("完成率", 10),
    ("序时", 18),
    ("排名", 14),
    ("备注", 26),
    ("名单", 10),
)
NOW = 2  # the column of a county's figure, which the chart draws


def month(found: Report, address: str) -> bytes:
    """The workbook; `address` where the registry is reached."""
    out = io.BytesIO()
    title = f"{found.name}指标月报（{found.end.year}年{found.end.month}月）"
    book = Book(out, title)
    sheet = printed_sheet(book, "指标", title, OVERVIEW)
    for number, line in enumerate(found.lines, 2):
        _overview(book, sheet, number, line, address)
    for table in found.tables:
        _counties(book, table, found, address)
    _meanings(book, found)
    book.close()
    return out.getvalue()


def _overview(book: Book, sheet: Worksheet, row: int, line: Line, address: str) -> None:
    definition, now = line.definition, line.now
    so_far = line.total is not None
    _write(book, sheet, row, (definition.zh, definition.unit[0], now.numerator, now.denominator))
    _value(book, sheet, row, 4, definition, line.year_ago.value)
    _value(book, sheet, row, 5, definition, now.value)
    _difference(book, sheet, row, 6, definition, line.year_on_year)
    changes = (line.year_on_year, line.period_on_period, line.since_december)
    _write(book, sheet, row, [str(indicator_words.said(definition, change)) for change in changes], 7)
    _value(book, sheet, row, 10, definition, line.total)
    _write(book, sheet, row, [str(indicator_words.said(definition, line.year_so_far)) if so_far else "—"], 11)
    _write(book, sheet, row, [indicator_words.target(definition, line.goal)], 12)
    _share(book, sheet, row, 13, line.progress)
    _write(book, sheet, row, (str(indicator_words.lamp(line)), "；".join(line.remarks)), 14)
    _link(book, sheet, row, 16, line, address)


def _counties(book: Book, table: Table, found: Report, address: str) -> None:
    definition = table.definition
    heading = f"{definition.zh}（{definition.unit[0]}，截至{found.end}）"
    sheet = printed_sheet(book, definition.zh, heading, COUNTIES)
    lines = [*table.lines, *([table.total] if table.total else [])]
    for row, line in enumerate(lines, 2):
        _write(book, sheet, row, [str(line.name)])
        _value(book, sheet, row, 1, definition, line.year_ago.value)
        _value(book, sheet, row, NOW, definition, line.now.value)
        _difference(book, sheet, row, 3, definition, line.year_on_year)
        changes = (line.year_on_year, line.period_on_period)
        _write(book, sheet, row, [str(indicator_words.said(definition, change)) for change in changes], 4)
        _write(book, sheet, row, [indicator_words.target(definition, line.goal)], 6)
        _share(book, sheet, row, 7, line.progress)
        rank = str(indicator_words.rank(line))
        _write(book, sheet, row, (str(indicator_words.lamp(line)), rank, "；".join(line.remarks)), 8)
        _link(book, sheet, row, 11, line, address)
    if len(table.lines) > 1:
        _chart(book, sheet, definition, len(table.lines), len(lines) + 3)


def _chart(book: Book, sheet: Worksheet, definition: Definition, count: int, row: int) -> None:
    chart = book.workbook.add_chart({"type": "bar"})
    name = sheet.get_name()
    chart.add_series(
        {
            "name": definition.zh,
            "categories": [name, 2, 0, count + 1, 0],
            "values": [name, 2, NOW, count + 1, NOW],
            "data_labels": {"value": True},
            "fill": {"color": "#1F5FA8"},
        }
    )
    chart.set_title({"name": definition.zh, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    axis: dict[str, Any] = {"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D0D6DC"}}}
    if definition.is_rate:
        axis |= {"max": 1, "num_format": "0%"}
    chart.set_x_axis(axis)
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 760, "height": 60 + 38 * count})
    sheet.insert_chart(row, 0, chart, {"description": f"{definition.zh}，各县区本期数值"})


def _meanings(book: Book, found: Report) -> None:
    """What is divided by what."""
    columns = (("指标", 34), ("分子", 46), ("分母", 34), ("数据来源", 26), ("责任单位", 22))
    sheet = printed_sheet(book, "口径", "分子、分母和来源", columns)
    for row, line in enumerate(found.lines, 2):
        each = line.definition
        _write(book, sheet, row, (each.zh, each.numerator[0], each.denominator[0], each.source[0], each.owner[0]))


def _write(book: Book, sheet: Worksheet, row: int, values: Sequence[Any], first: int = 0) -> None:
    for place, value in enumerate(values, first):
        book.write(sheet, row, place, value)


def _value(book: Book, sheet: Worksheet, row: int, column: int, definition: Definition, value: Decimal | None) -> None:
    if value is None:
        book.write(sheet, row, column, "—")
    else:
        book.write(sheet, row, column, value, "share" if definition.is_rate else f"decimal:{definition.decimals}")


def _share(book: Book, sheet: Worksheet, row: int, column: int, value: Decimal | None) -> None:
    book.write(sheet, row, column, "—" if value is None else value, "share")


def _difference(book: Book, sheet: Worksheet, row: int, column: int, definition: Definition, change: Change) -> None:
    """A real number in the indicator's unit, of rates in points."""
    places = 2 if definition.is_rate else definition.decimals
    number = change.difference
    book.write(sheet, row, column, "—" if number is None else number, f"decimal:{places}")


def _link(book: Book, sheet: Worksheet, row: int, column: int, line: Line, address: str) -> None:
    if to := indicator_links.of(line, address):
        sheet.write_url(row, column, to, book.cell_format("link"), "查看")
