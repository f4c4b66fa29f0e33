"""The office's spreadsheets of major hazards, ready to print: ledger (台账) and month table (月报表) of §8.3.


A4 landscape, fitted to the width, heads on every page, real numbers and dates. In Chinese, as they are handed in.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, BinaryIO

from xlsxwriter.worksheet import Worksheet

from registry import policy
from registry.actor import Actor
from registry.errors import Conflict
from registry.exchange.writing import Book
from registry.messages import T
from registry.queries import hazard_months, hazard_register
from registry.queries.circulars import points
from registry.queries.hazard_months import Line, Period

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = 9
LEDGER = (
    ("序号", 6),
    ("隐患编号", 24),
    ("县区", 10),
    ("责任单位", 24),
    ("设备种类", 12),
    ("设备编号", 18),
    ("隐患描述", 40),
    ("判定条款", 14),
    ("来源", 14),
    ("发现日期", 12),
    ("清单级别", 10),
    ("责任人", 10),
    ("整改措施", 30),
    ("资金（万元）", 10),
    ("整改时限", 12),
    ("应急预案", 9),
    ("交办日期", 12),
    ("整改进展", 30),
    ("逾期（天）", 9),
    ("督办、挂牌", 14),
    ("申请销号日期", 12),
    ("核查人", 16),
    ("销号日期", 12),
    ("备注", 16),
)
MONTH = (
    *("县区", "期初存量", "本期新增", "重新立案", "本期销号", "作废", "期末存量", "其中逾期", "累计排查", "累计整改"),
    *("整改率", "同比", "环比", "排名"),
)


def ledger(actor: Actor, on: date) -> BinaryIO:
    """The hazards that are open, and those closed since 1 January, one a row."""
    policy.require(actor, "hazard.read")
    out = io.BytesIO()
    book = Book(out, "重大事故隐患台账")
    sheet = printed_sheet(book, "重大事故隐患台账", f"重大事故隐患台账（截至{on}）", LEDGER)
    for number, row in enumerate(hazard_register.rows(actor, on), 1):
        write_row(book, sheet, number + 1, (number, *row))
    book.close()
    return from_start(out)


def month(actor: Actor, period: Period) -> BinaryIO:
    """The month table.

    Raises:
        Conflict: the stock of an area does not add up; nothing is printed then.
    """
    table = hazard_months.table(actor, period)
    if table.faults:
        raise Conflict(T("期初＋新增＋重开－销号－作废不等于期末，不能打印：{areas}", areas="、".join(table.faults)))
    out = io.BytesIO()
    book = Book(out, "重大事故隐患月报表")
    heading = f"重大事故隐患整治情况月报表（{period.since}至{period.until}）"
    sheet = printed_sheet(book, "月报表", heading, [(name, 12) for name in MONTH])
    for number, line in enumerate((*table.lines, table.total), 2):
        write_row(book, sheet, number, _month_row(line))
    last = len(table.lines) + 4
    sheet.write_string(
        last, 0, "平衡关系：期初存量＋本期新增＋重新立案－本期销号－作废＝期末存量，已核对。整改率＝累计整改÷累计排查。"
    )
    book.close()
    return from_start(out)


def _month_row(line: Line) -> Iterable[Any]:
    stock, year = line.stock, line.year
    rate = None if year.rate is None else float(year.rate)
    return (
        *(line.area.name, stock.opening, stock.new, stock.reopened, stock.closed, stock.voided, stock.closing),
        *(stock.overdue, year.found, year.closed, Share(rate) if rate is not None else "—"),
        *(points(line.year_on_year), points(line.month_on_month), line.rank if line.rank is not None else "—"),
    )


class Share(float):
    """A share that is shown as a percentage."""


def printed_sheet(book: Book, name: str, heading: str, columns: Sequence[tuple[str, int]]) -> Worksheet:
    """A sheet that prints well: A4 across, one page wide, heading and heads on every page; rows begin at 2."""
    sheet = book.add_sheet(name)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.freeze_panes(2, 0)
    for place, (_title, width) in enumerate(columns):
        sheet.set_column(place, place, width)
    title = book.format(bold=True, font_size=16, align="center", valign="vcenter")
    sheet.merge_range(0, 0, 0, len(columns) - 1, heading, title)
    for place, (text, _width) in enumerate(columns):
        sheet.write_string(1, place, text, book.head)
    return sheet


def write_row(book: Book, sheet: Worksheet, row: int, values: Iterable[Any]) -> None:
    """One row of real numbers, days and texts."""
    for place, value in enumerate(values):
        if isinstance(value, Share):
            sheet.write_number(row, place, float(value), book.cell_format("share"))
        else:
            book.write(sheet, row, place, value)


def from_start(out: io.BytesIO) -> BinaryIO:
    """What was written, to be read."""
    out.seek(0)
    return out
