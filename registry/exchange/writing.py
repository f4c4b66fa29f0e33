"""What all workbooks we write have in common: memory, safe texts, real dates, widths."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from registry.clock import CITY_ZONE
from registry.exchange.columns import Column, Say

LAST_ROW = 1_048_575  # from 0
LONGEST_TEXT = 32_767
RISKY = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet program run a text as a formula
NUMBER_FORMATS = {
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "moment": "yyyy-mm-dd hh:mm",
    "integer": "0",
    "text": "@",
    "share": "0.00%",
}
_FIRST_DAY = date(1900, 3, 1)  # before it Excel's calendar is a day off
_EXACT = 10**15


class Book:
    """A workbook being written row after row to a stream, in little memory."""

    def __init__(self, target: BinaryIO, title: str = "") -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self.workbook = xlsxwriter.Workbook(target, options)
        self.workbook.set_properties({"title": title[:255]})
        self.head = self.format(bold=True, bg_color="#DCE6F1", border=1, text_wrap=True, valign="vcenter")
        self._formats: dict[tuple[str, bool, bool], Format] = {}
        self._names: set[str] = set()

    def format(self, **properties: Any) -> Format:
        """A cell format."""
        return self.workbook.add_format(properties)

    def add_sheet(self, name: str) -> Worksheet:
        """A sheet under a name Excel accepts and that no other sheet has."""
        plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in name).strip(" '")[:31] or "Sheet"
        unique, count = plain, 1
        while unique.casefold() in self._names or unique.casefold() == "history":
            count += 1
            unique = f"{plain[:26]} ({count})"
        self._names.add(unique.casefold())
        return self.workbook.add_worksheet(unique)

    def cell_format(self, kind: str, marked: bool = False, quoted: bool = False) -> Format:
        """The format of a value: number format of the kind, red when marked, a leading apostrophe when quoted."""
        key = (kind, marked, quoted)
        if key not in self._formats:
            properties: dict[str, Any] = {"num_format": NUMBER_FORMATS.get(kind, "General")}
            if kind.startswith("decimal:"):
                properties["num_format"] = "0." + "0" * int(kind[8:]) if kind != "decimal:0" else "0"
            if kind == "link":
                properties |= {"font_color": "#1F5FA8", "underline": 1}
            if marked:
                properties |= {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
            if quoted:
                properties["quote_prefix"] = True
            self._formats[key] = self.format(**properties)
        return self._formats[key]

    def write(self, sheet: Worksheet, row: int, column: int, value: Any, kind: str = "", marked: bool = False) -> None:
        """A value as what it is: numbers and dates real, everything else a text that is never run."""
        if value is None or value == "":
            if marked:
                sheet.write_blank(row, column, None, self.cell_format(kind, marked))
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.cell_format(kind, marked))
        elif isinstance(value, int | float | Decimal) and -_EXACT < value < _EXACT:
            sheet.write_number(row, column, float(value), self.cell_format(kind, marked))
        elif isinstance(value, datetime) and value.date() >= _FIRST_DAY:
            sheet.write_datetime(row, column, _local(value), self.cell_format(kind or "moment", marked))
        elif isinstance(value, date) and value >= _FIRST_DAY:
            sheet.write_datetime(row, column, value, self.cell_format(kind or "date", marked))
        elif isinstance(value, time):
            sheet.write_string(row, column, value.isoformat(), self.cell_format("text", marked))
        else:
            text = str(value)[:LONGEST_TEXT]
            sheet.write_string(row, column, text, self.cell_format("text", marked, text.startswith(RISKY)))

    def close(self) -> None:
        """Write the file out."""
        self.workbook.close()


def _local(moment: datetime) -> datetime:
    """A cell knows no zone: it shows the time of Asia/Shanghai."""
    return moment.astimezone(CITY_ZONE).replace(tzinfo=None) if moment.tzinfo else moment


def kind_of(column: Column) -> str:
    """The format kind of a column."""
    if column.kind == "decimal":
        return "decimal" if column.places is None else f"decimal:{column.places}"
    return "text" if column.kind in ("choice", "bool") else column.kind


def cell_value(column: Column, value: Any, options: dict[str, str], say: Say) -> Any:
    """What to write for a value of ours: labels for choices, 是/否, moments with their zone."""
    if value is None:
        return None
    if column.kind == "choice":
        return say(options[value]) if value in options else str(value)
    if column.kind == "bool":
        return say("是") if value else say("否")
    if column.kind == "moment" and isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def text_width(text: str) -> int:
    """Columns of a fixed font: Chinese signs take two."""
    return max((sum(1 + (east_asian_width(sign) in "WF") for sign in line) for line in text.split("\n")), default=0)


def fit(texts: Iterable[str], least: int = 8, most: int = 50) -> int:
    """A column width for these texts."""
    return min(most, max(least, max(map(text_width, texts), default=0) + 3))
