"""Any spreadsheet of an office as one table: headings and numbered rows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from registry.exchange.archive import OLE_MAGIC
from registry.exchange.delimited import TextTable, open_text
from registry.exchange.headings import SEARCHED, Merge, find_heading_row, name_columns
from registry.exchange.refusals import COMMAND_LINE_LIMITS, Limits, UnreadableSheet, megabytes
from registry.exchange.scan import too_many_rows
from registry.exchange.text import fold_heading, is_filled
from registry.exchange.workbooks import RawSheet, Workbook
from registry.messages import T

__all__ = ["COMMAND_LINE_LIMITS", "Limits", "Row", "Table", "UnreadableSheet", "read_table"]

TEXT_ENDINGS = frozenset({".csv", ".tsv", ".txt"})


class Row(NamedTuple):
    """A row that is not blank: its number as Excel shows it (from 1), its cells from column A on."""

    number: int
    values: list[Any]


class Table:
    """Headings and rows; may be iterated again and again.

    `headings` has one name per column, "" for a column without one. `notices` are sentences about what
    was done to the file while reading. `digest` is the SHA-256 of the file, in hexadecimal.
    `row_count` counts filled rows below the headings.
    """

    def __init__(
        self, source: RawSheet | TextTable, heading_row: int, headings: tuple[str, ...], last: int, digest: str
    ) -> None:
        self._source = source
        self._last_heading_row = last
        self.headings = headings
        self.heading_row = heading_row + 1
        self.digest = digest
        self.format = "xlsx" if isinstance(source, RawSheet) else "csv"
        self.sheet = source.name if isinstance(source, RawSheet) else ""
        self.sheet_names = source.sheet_names if isinstance(source, RawSheet) else ()
        self.encoding = "" if isinstance(source, RawSheet) else source.encoding
        self.separator = "" if isinstance(source, RawSheet) else source.separator
        self._merges = _fills(source.merges, last) if isinstance(source, RawSheet) else {}
        self.notices: tuple[T, ...] = tuple(self._notices())
        self.row_count = self._count()

    def __iter__(self) -> Iterator[Row]:
        """Rows below the headings that hold something; cells as the file has them, "" or None when blank.

        A cell merged over several rows holds for each of them; nothing else is filled from a row above.
        """
        running: dict[int, tuple[int, Any]] = {}
        for number, cells in self._source.rows():
            if number <= self._last_heading_row:
                continue
            for column, bottom in self._merges.get(number, ()):
                if column < len(cells):
                    running[column] = (bottom, cells[column])
            if running and any(cell not in ("", None) for cell in cells):
                _fill(cells, number, running)
            if is_filled(cells):
                yield Row(number + 1, cells)

    def _count(self) -> int:
        """A text was counted when it was read for the first time, with the headings and what stands above them."""
        if isinstance(self._source, RawSheet):
            return sum(1 for _ in self)
        above = islice(self._source.rows(), self._last_heading_row + 1)
        return self._source.filled_rows - sum(is_filled(cells) for _, cells in above)

    def column(self, heading: str) -> int:
        """The position of a heading; KeyError when there is none."""
        try:
            return self.headings.index(heading)
        except ValueError:
            raise KeyError(heading) from None

    def _notices(self) -> Iterator[T]:
        if self._merges:
            yield T("合并单元格的内容已用于它覆盖的每一行")
        doubled = [name for name in self.headings if name.endswith(" (2)")]
        if doubled:
            yield T("有重复的表头：{headings}", headings="、".join(name[:-4] for name in doubled))


def _fills(merges: Sequence[Merge], last_heading_row: int) -> dict[int, list[tuple[int, int]]]:
    """First row of a merge -> its column and last row, for merges of one column in the body."""
    fills: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in merges:
        if top > last_heading_row and bottom > top and left == right:
            fills.setdefault(top, []).append((left, bottom))
    return fills


def _fill(cells: list[Any], number: int, running: dict[int, tuple[int, Any]]) -> None:
    for column, (bottom, value) in list(running.items()):
        if number > bottom:
            del running[column]
        elif column < len(cells) and cells[column] in ("", None):
            cells[column] = value


def read_table(
    source: str | os.PathLike[str] | bytes,
    filename: str = "",
    *,
    limits: Limits | None = None,
    sheet: str | None = None,
    known: Collection[str] = (),
    heading_row: int | None = None,
    encoding: str | None = None,
    separator: str | None = None,
) -> Table:
    """Read an .xlsx, .csv, .tsv or .txt from a path or from its bytes; the content decides, not the name.

    `known` are folded headings one hopes for (see `mapping.known_headings`), `heading_row` (from 1)
    overrules the search. Raises UnreadableSheet with a sentence for people, for anything that is wrong.
    """
    limits = limits or Limits()
    filename = filename or ("" if isinstance(source, bytes) else os.fspath(source))
    data: bytes | Path = _sized(source, limits)
    if _begins(data).startswith((b"PK\x03\x04", b"PK\x05\x06", OLE_MAGIC)):
        data = data if isinstance(data, bytes) else data.read_bytes()
        workbook = Workbook(data, limits)
        if sheet is None:
            return _first_table(workbook, known, heading_row, limits, data)
        return _table(workbook.sheet(sheet), known, heading_row, limits, data)
    if Path(filename).suffix.lower() in TEXT_ENDINGS:
        return _table(open_text(data, limits, encoding, separator), known, heading_row, limits, data)
    raise UnreadableSheet(T("文件不是电子表格，请上传.xlsx或.csv文件"))


def _first_table(
    workbook: Workbook, known: Collection[str], heading_row: int | None, limits: Limits, data: bytes
) -> Table:
    """The first sheet that reads as a table; after a cover sheet only one that has known headings."""
    trouble: UnreadableSheet | None = None
    for name in workbook.names:
        try:
            table = _table(workbook.sheet(name), known, heading_row, limits, data)
        except UnreadableSheet as error:
            trouble = trouble or error
            continue
        if not trouble or not known or sum(fold_heading(h) in known for h in table.headings) > 1:
            return table
    raise trouble or UnreadableSheet(T("文件是空的"))


def _table(
    raw: RawSheet | TextTable, known: Collection[str], heading_row: int | None, limits: Limits, data: bytes | Path
) -> Table:
    head = list(islice(raw.rows(), SEARCHED if heading_row is None else heading_row + 1))
    if not any(cell not in ("", None) for _, cells in head for cell in cells):
        raise UnreadableSheet(T("文件是空的"))
    found = find_heading_row(head, known) if heading_row is None else heading_row - 1
    if found is None or found not in dict(head):
        raise UnreadableSheet(T("没有找到表头行，请在第一行写上各列的名称"))
    headings, last = name_columns(head, found, raw.merges if isinstance(raw, RawSheet) else ())
    if sum(map(bool, headings)) > limits.columns:
        raise UnreadableSheet(T("超过{limit}列，不像是登记表", limit=limits.columns))
    table = Table(raw, found, headings, last, _digest(data))
    if not table.row_count:
        raise UnreadableSheet(T("表头下面没有数据"))
    if table.row_count > limits.rows:
        raise too_many_rows(limits)
    return table


def _sized(source: str | os.PathLike[str] | bytes, limits: Limits) -> bytes | Path:
    size = len(source) if isinstance(source, bytes) else os.stat(source).st_size
    if size > limits.upload_bytes:
        raise UnreadableSheet(T("文件超过{limit}MB", limit=megabytes(limits.upload_bytes)))
    if not size:
        raise UnreadableSheet(T("文件是空的"))
    return source if isinstance(source, bytes) else Path(source)


def _begins(data: bytes | Path) -> bytes:
    if isinstance(data, bytes):
        return data[:16]
    with data.open("rb") as stream:
        return stream.read(16)


def _digest(data: bytes | Path) -> str:
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
