"""Lists out of the registry as .xlsx and .csv. What a Sheet writes, the same Sheet reads again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, BinaryIO

from xlsxwriter.worksheet import Worksheet

from registry.clock import CITY_ZONE
from registry.exchange.columns import Column, Say, Sheet
from registry.exchange.writing import LAST_ROW, RISKY, Book, cell_value, fit, kind_of

_MEASURED = 200  # rows from which the widths are taken
_CHUNK = 64_000  # characters of .csv handed out at once

Columns = Sheet | Sequence[Column]


def export_xlsx(
    columns: Columns,
    rows: Iterable[Mapping[str, Any]],
    title: str = "",
    *,
    language: str = "zh",
    say: Say = str,
) -> bytes:
    """The rows as a workbook. See `write_xlsx`."""
    target = io.BytesIO()
    write_xlsx(target, columns, rows, title, language=language, say=say)
    return target.getvalue()


def write_xlsx(
    target: BinaryIO,
    columns: Columns,
    rows: Iterable[Mapping[str, Any]],
    title: str = "",
    *,
    language: str = "zh",
    say: Say = str,
) -> int:
    """Write rows (column name -> value) to a stream, one at a time; returns how many there were.

    Numbers and dates are real, texts that begin like a formula are marked as text, the header is frozen
    and filterable. `language` picks the headings; `say` translates the labels. Rows beyond what a sheet
    holds go on in the next.
    """
    fields, title = _fields(columns), title or _title(columns, language, say)
    options = [column.options() for column in fields]
    book = Book(target, title)
    remaining = iter(rows)
    first = list(islice(remaining, _MEASURED))
    widths = [_width(column, column.title(language, say), first, options[i], say) for i, column in enumerate(fields)]
    remaining = chain(first, remaining)
    count = 0
    more = True
    while more:
        sheet = _open_sheet(book, title, fields, widths, language, say)
        written = 0
        for values in islice(remaining, LAST_ROW):
            written += 1
            for place, column in enumerate(fields):
                value = cell_value(column, values.get(column.name), options[place], say)
                book.write(sheet, written, place, value, kind_of(column))
        if fields:
            sheet.autofilter(0, 0, written, len(fields) - 1)
        count += written
        following = list(islice(remaining, 1)) if written == LAST_ROW else []
        remaining, more = chain(following, remaining), bool(following)
    book.close()
    return count


def _open_sheet(
    book: Book, title: str, fields: Sequence[Column], widths: list[int], language: str, say: Say
) -> Worksheet:
    sheet = book.add_sheet(title)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(fields):
        sheet.set_column(place, place, widths[place], book.cell_format(kind_of(column)))
        sheet.write_string(0, place, column.title(language, say), book.head)
    return sheet


def _fields(columns: Columns) -> Sequence[Column]:
    return columns.columns if isinstance(columns, Sheet) else columns


def _title(columns: Columns, language: str, say: Say) -> str:
    return columns.title(language, say) if isinstance(columns, Sheet) else ""


def _width(column: Column, heading: str, rows: list[Mapping[str, Any]], options: dict[str, str], say: Say) -> int:
    if column.width:
        return column.width
    texts = (_csv_text(column, row.get(column.name), options, say) for row in rows)
    return fit(chain((heading,), texts))


def export_csv(
    columns: Columns, rows: Iterable[Mapping[str, Any]], *, language: str = "zh", say: Say = str
) -> Iterator[bytes]:
    """The rows as UTF-8 .csv with a mark so that Excel reads it, in pieces for a streamed answer.

    A text that a spreadsheet program would run gets an apostrophe in front, which the import takes off.
    """
    fields = _fields(columns)
    options = [column.options() for column in fields]
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow([_escaped(column.title(language, say)) for column in fields])
    for values in rows:
        writer.writerow(
            _csv_text(column, values.get(column.name), options[place], say) for place, column in enumerate(fields)
        )
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_text(column: Column, value: Any, options: dict[str, str], say: Say) -> str:
    value = cell_value(column, value, options, say)
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(CITY_ZONE) if value.tzinfo else value
        return local.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()[: 7 if column.kind == "month" else 10]
    return _escaped(value) if isinstance(value, str) else str(value)


def _escaped(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text
