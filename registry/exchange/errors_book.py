"""The refused rows as a workbook to mend and import again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from xlsxwriter.worksheet import Worksheet

from registry.exchange.columns import Say
from registry.exchange.convert import cell_text
from registry.exchange.judging import JudgedRow, Refused, RowError
from registry.exchange.reading import Row, Table
from registry.exchange.values import Fault
from registry.exchange.writing import RISKY, Book, fit
from registry.messages import T

ROW_NUMBER = T("原行号")
REASONS = T("退回原因")
_COMMENTS = 2_000  # more of them make Excel crawl; the reasons stand in a column of their own as well


def errors_book(table: Table, errors: Iterable[RowError], *, say: Say = str) -> bytes:
    """An .xlsx of the rows of `table` that have errors, its headings and columns as they were.

    Bad cells are red with the reason as a comment; two columns at the end give the row in the first file
    and all reasons. It is read with the same profile. `errors` may be unordered.
    """
    target = io.BytesIO()
    book = Book(target, say(T("未导入的行")))
    sheet = book.add_sheet(table.sheet or say(T("未导入的行")))
    width = len(table.headings)
    _head(book, sheet, table, say)
    for number, (row, found) in enumerate(_matched(table, errors), 1):
        marks = _marks(table, found)
        for place in range(max(width, len(row.values))):
            value = row.values[place] if place < len(row.values) else None
            book.write(sheet, number, place, _original(value), marked=place in marks)
            if place in marks and number <= _COMMENTS:
                sheet.write_comment(number, place, "\n".join(map(say, marks[place])), {"author": "", "x_scale": 2})
        book.write(sheet, number, width, row.number)
        book.write(sheet, number, width + 1, _reasons(found, say))
    book.close()
    return target.getvalue()


@contextmanager
def refused_rows(path: Path, table: Table, *, say: Say = str) -> Iterator[Refused]:
    """Write refused rows into a .csv as they are found, however many there are: their cells, then the row in the first
    file and all reasons. It is read with the same profile."""
    width = len(table.headings)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow((*table.headings, say(ROW_NUMBER), say(REASONS)))

        def write(judged: JudgedRow, errors: Sequence[RowError]) -> None:
            cells = [_harmless(cell_text(cell)) for cell in judged.cells[:width]]
            out.writerow((*cells, *[""] * (width - len(cells)), judged.number, _reasons(errors, say)))

        yield write


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def _reasons(errors: Iterable[RowError], say: Say) -> str:
    return "；".join(
        f"{error.heading}：{say(error.reason)}" if error.heading else say(error.reason) for error in errors
    )


def _head(book: Book, sheet: Worksheet, table: Table, say: Say) -> None:
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate((*table.headings, say(ROW_NUMBER), say(REASONS))):
        sheet.set_column(place, place, fit((heading,), 12))
        sheet.write_string(0, place, heading, book.head)
    sheet.set_column(len(table.headings) + 1, len(table.headings) + 1, 60)


def _matched(table: Table, errors: Iterable[RowError]) -> Iterator[tuple[Row, list[RowError]]]:
    """Rows with their errors, in the order of the file."""
    ordered = sorted(errors, key=lambda error: error.row)
    by_row = {number: list(found) for number, found in groupby(ordered, key=lambda error: error.row)}
    return ((row, by_row[row.number]) for row in table if row.number in by_row)


def _marks(table: Table, errors: list[RowError]) -> dict[int, list[str]]:
    marks: dict[int, list[str]] = {}
    for error in errors:
        if error.heading in table.headings:
            marks.setdefault(table.column(error.heading), []).append(error.reason)
    return marks


def _original(value: Any) -> Any:
    return value.text if isinstance(value, Fault) else value
