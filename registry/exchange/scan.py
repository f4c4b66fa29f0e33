"""How far a worksheet reaches and what it would cost to read, found without building it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.exchange.archive import damaged
from registry.exchange.refusals import Limits, UnreadableSheet
from registry.exchange.text import column_index, column_letters
from registry.exchange.values import Fault
from registry.messages import T

_LONGEST_ROW = 16_000_000
_FAULTS = 50_000

_TAG = rb"<(?:\w+:)?"
_ATTRIBUTES = rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*"
_BLANK_CELL = re.compile(_TAG + rb"c" + _ATTRIBUTES + rb"/>")
_FILLED_ROW = re.compile(_TAG + rb"row" + _ATTRIBUTES + rb">\s*" + _TAG + rb"c[\s>]")
_ROW = re.compile(_TAG + rb"row[\s/>]")
_ROW_OR_CELL = re.compile(_TAG + rb"(?:row|c)[\s/>]")
_CELL = re.compile(_TAG + rb"c[\s/>]")
_PLAIN_TAG = re.compile(_TAG + rb"(?:row|c)" + _ATTRIBUTES + rb"/?>")
_MIXED_QUOTES = re.compile(_TAG + rb"(?:row|c)\s(?=[^<>]*')(?=[^<>]*\")")
_REFERENCE = re.compile(_TAG + rb"(?:row|c)(?:\s[^<>]*?)?\sr\s*=\s*[\"']([^\d\"']*)(\d{0,9})")
_INDEX = re.compile(rb">\s*\+?(\d{1,9})\s*<")
_VALUED_CELL = re.compile(rb"<c r=\"([A-Z]{1,3})(\d{1,7})\"([^<>]*)>(.*?)</c>", re.DOTALL)

_SAVED_VALUE = re.compile(rb"<v[^<>]*>[^<]")


@dataclass(slots=True)
class SheetScan:
    """What one worksheet holds: filled rows, far corner, bytes of text, cells (row, column from 0) in fault."""

    filled_rows: int = 0
    text_bytes: int = 0
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)
    furthest_row: int = 0
    furthest_column: int = 0
    unplaced_rows: int = 0
    unplaced_columns: int = 0

    @property
    def rows(self) -> int:
        """Rows down to the last one; those without a position may come after all others."""
        return self.furthest_row + self.unplaced_rows

    @property
    def columns(self) -> int:
        return self.furthest_column + self.unplaced_columns


def scan_sheet(pieces: Iterable[bytes], texts: list[int], limits: Limits) -> SheetScan:
    """Read a worksheet part once, stopping with UnreadableSheet at the first limit it passes.

    `texts` are the sizes of the shared texts. A row counts when a cell of it holds something: sheets
    formatted down to the last row are no million rows.
    """
    scan = SheetScan()
    rest = b""
    for piece in pieces:
        part = rest + piece
        cut = part.rfind(b"<", 0, max(part.rfind(b"<row"), part.rfind(b":row"), 0) + 1)
        if cut > 0:
            _count(part[:cut], texts, scan)
            _judge(scan, limits)
            part = part[cut:]
        if len(part) > _LONGEST_ROW:
            raise damaged()
        rest = part
    _count(rest, texts, scan)
    _judge(scan, limits)
    return scan


def _count(part: bytes, texts: list[int], scan: SheetScan) -> None:
    if b"/>" in part:
        part = _BLANK_CELL.sub(b"", part)
    scan.filled_rows += len(_FILLED_ROW.findall(part))
    if b"'" in part and _MIXED_QUOTES.search(part):
        raise damaged()  # well-formed, but no program writes it: it hides a reference from the scan
    references = _REFERENCE.findall(part)
    _reach({row for _, row in references}, {letters for letters, _ in references}, scan)
    if len(_ROW_OR_CELL.findall(part)) != len(references):
        _count_unplaced(part, sum(not letters for letters, _ in references), scan)
    if texts:
        count = len(texts)
        scan.text_bytes += sum(texts[i] for i in map(int, _INDEX.findall(part)) if i < count)
    if b"<f" in part or b't="e"' in part:
        _note_faults(part, scan)


def _reach(rows: set[bytes], letters: set[bytes], scan: SheetScan) -> None:
    for name in filter(None, letters):
        if not (len(name) <= 3 and name.isalpha()):
            raise damaged()
        scan.furthest_column = max(scan.furthest_column, column_index(name.decode()) + 1)
    scan.furthest_row = max(scan.furthest_row, max((int(row) for row in rows if row), default=0))


def _count_unplaced(part: bytes, placed_rows: int, scan: SheetScan) -> None:
    """Small writers leave the positions of rows or cells out; then they follow one another."""
    if len(_PLAIN_TAG.findall(part)) != len(_ROW_OR_CELL.findall(part)):
        raise damaged()
    widest = max(len(_CELL.findall(row)) for row in _ROW.split(part))
    scan.unplaced_columns = max(scan.unplaced_columns, widest)
    scan.unplaced_rows += len(_ROW.findall(part)) - placed_rows


def _note_faults(part: bytes, scan: SheetScan) -> None:
    for found in _VALUED_CELL.finditer(part):
        letters, row, attributes, body = found.groups()
        if b't="e"' in attributes:
            fault = Fault.ERROR
        elif b"<f" in body and b't="str"' not in attributes and not _SAVED_VALUE.search(body):
            fault = Fault.FORMULA
        else:
            continue
        if len(scan.faults) < _FAULTS:
            scan.faults[int(row) - 1, column_index(letters.decode())] = fault


def _judge(scan: SheetScan, limits: Limits) -> None:
    if scan.filled_rows > limits.rows + 1:  # the heading row is not counted
        raise too_many_rows(limits)
    if scan.columns * scan.rows > limits.cells:
        raise UnreadableSheet(
            T(
                "表格范围太大：最后一个有内容的单元格在{cell}。请删除数据以外的内容后再上传",
                cell=f"{column_letters(scan.columns - 1)}{scan.rows}",
            )
        )
    if scan.text_bytes > limits.text_bytes:
        raise UnreadableSheet(T("文件里的文字异常庞大，拒绝读取"))


def too_many_rows(limits: Limits) -> UnreadableSheet:
    """For files with more rows than are read at once."""
    return UnreadableSheet(T("超过{limit}行，请分成几个文件，或由管理员用命令行导入", limit=limits.rows))
