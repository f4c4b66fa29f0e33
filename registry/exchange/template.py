"""An empty .xlsx for a register: headings with notes, drop-down lists, formats, and a sheet that explains it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from xlsxwriter.worksheet import Worksheet

from registry.exchange.columns import Column, Say, Sheet
from registry.exchange.convert import shown
from registry.exchange.text import column_letters
from registry.exchange.writing import Book, cell_value, fit, kind_of
from registry.messages import T

ROWS = 10_000  # prepared with lists and checks
_LONGEST_LIST = 255  # characters Excel takes for a list written into the cell's check
_KINDS = {
    "text": T("文字"),
    "integer": T("整数"),
    "decimal": T("数字"),
    "date": T("日期，如2024-03-05"),
    "month": T("年月，如2021-05"),
    "moment": T("日期时间，如2024-03-05 08:30"),
    "choice": T("从列表中选"),
    "bool": T("是或否"),
}


def template_xlsx(sheet: Sheet, *, language: str = "zh", say: Say = str) -> bytes:
    """The template of a Sheet. Required headings are dark and carry `*`; the import ignores the star."""
    target = io.BytesIO()
    title = sheet.title(language, say)
    book = Book(target, title)
    data = book.add_sheet(title)
    notes = book.add_sheet(say(T("填写说明")))
    lists = book.add_sheet(say(T("选项")))
    lists.hide()
    # Rows go out in order, one sheet's list is a column: the lists are gathered and written at the end.
    long_lists: list[list[str]] = []
    data.freeze_panes(1, 0)
    required = book.format(bold=True, bg_color="#1F4E78", font_color="#FFFFFF", border=1, text_wrap=True)
    for place, column in enumerate(sheet.columns):
        must = column.name in sheet.required
        heading = column.title(language, say) + ("*" if must else "")
        data.set_column(place, place, column.width or fit((heading,), 12), book.cell_format(kind_of(column)))
        data.write_string(0, place, heading, required if must else book.head)
        data.write_comment(0, place, _note(column, must, say), {"author": "", "x_scale": 2, "y_scale": 1.5})
        check = _check(column, _labels(column, say), lists.get_name(), long_lists, say)
        if check:
            data.data_validation(1, place, ROWS, place, check)
    _explain(book, notes, sheet, language, say)
    _write_lists(lists, long_lists)
    book.close()
    return target.getvalue()


def _labels(column: Column, say: Say) -> list[str]:
    if column.kind == "bool":
        return [say(T("是")), say(T("否"))]
    return [say(label) for label in column.options().values()]


def _note(column: Column, must: bool, say: Say) -> str:
    lines = [say(T("必填")) if must else say(T("可不填")), say(_KINDS[column.kind])]
    if column.note:
        lines.append(say(column.note))
    if (text := _example(column, say)) != "":
        lines.append(say(T("例：{example}", example=text)))
    return "\n".join(lines)


def _example(column: Column, say: Say) -> str:
    value = cell_value(column, column.example, column.options(), say)
    if value is None:
        return ""
    return shown(value)[:7] if column.kind == "month" else shown(value)


def _check(
    column: Column, labels: list[str], lists: str, long_lists: list[list[str]], say: Say
) -> dict[str, Any] | None:
    check = _list_check(labels, lists, long_lists) if labels else _range_check(column)
    if check is None:
        return None
    # A unit may be typed behind the number, which only the import understands.
    loose = bool(column.units)
    check |= {
        "error_title": column.title("zh", say)[:32],
        "error_message": say(_KINDS[column.kind])[:255],
        "error_type": "warning" if loose else "stop",
    }
    return check


def _list_check(labels: list[str], lists: str, long_lists: list[list[str]]) -> dict[str, Any]:
    if len(",".join(labels)) <= _LONGEST_LIST and not any("," in label for label in labels):
        return {"validate": "list", "source": labels}
    long_lists.append(labels)
    letter = column_letters(len(long_lists) - 1)
    return {"validate": "list", "source": f"='{lists}'!${letter}$1:${letter}${len(labels)}"}


def _range_check(column: Column) -> dict[str, Any] | None:
    if column.kind in ("date", "month"):
        least, most = column.min or date(1900, 3, 1), column.max or date(2199, 12, 31)
        return {"validate": "date", "criteria": "between", "minimum": least, "maximum": most}
    if column.kind in ("integer", "decimal"):
        least = float(column.min) if column.min is not None else -1e15
        most = float(column.max) if column.max is not None else 1e15
        return {"validate": column.kind, "criteria": "between", "minimum": least, "maximum": most}
    if column.kind == "text" and column.max_length:
        return {"validate": "length", "criteria": "<=", "value": column.max_length}
    return None


def _explain(book: Book, notes: Worksheet, sheet: Sheet, language: str, say: Say) -> None:
    """The sheet that explains the columns, one a row."""
    wrapped = book.format(text_wrap=True, valign="top")
    heads = (T("列"), T("必填"), T("填什么"), T("说明"), T("可选的值"), T("例"))
    for place, (head, width) in enumerate(zip(heads, (24, 8, 26, 50, 50, 24), strict=True)):
        notes.set_column(place, place, width)
        notes.write_string(0, place, say(head), book.head)
    notes.freeze_panes(1, 0)
    for row, column in enumerate(sheet.columns, 1):
        must = column.name in sheet.required
        texts: Sequence[str] = (
            column.title(language, say),
            say(T("是")) if must else "",
            say(_KINDS[column.kind]),
            say(column.note) if column.note else "",
            "、".join(_labels(column, say))[:2000],
            _example(column, say),
        )
        for place, text in enumerate(texts):
            notes.write_string(row, place, text, wrapped)


def _write_lists(lists: Worksheet, long_lists: list[list[str]]) -> None:
    for row in range(max(map(len, long_lists), default=0)):
        for place, labels in enumerate(long_lists):
            if row < len(labels):
                lists.write_string(row, place, labels[row])
