"""Text with separators (.csv, .tsv, .txt): which encoding, which separator, is it whole."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from registry.exchange.refusals import Limits, UnreadableSheet
from registry.exchange.scan import too_many_rows
from registry.exchange.text import is_filled
from registry.messages import T

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = (",", "\t", ";", "|")
_SAMPLE = 200_000  # characters
_PIECE = 1_000_000  # bytes
Source = bytes | Path  # a file from a page, or one of the command line that need not fit into memory
ENCODINGS = ("utf-8-sig", "utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text file known to be readable to its end; `filled_rows` of it show something."""

    data: Source
    encoding: str
    separator: str
    strict: bool
    filled_rows: int

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row as Excel would number it, from 0; cells)."""
        return _records(self.data, self.encoding, self.separator, self.strict)


def open_text(data: Source, limits: Limits, encoding: str | None = None, separator: str | None = None) -> TextTable:
    """Find encoding and separator, and read once to the end. UnreadableSheet says what is wrong."""
    encoding = encoding or _encoding(data)
    sample = _sample(data, encoding)
    _refuse_other_texts(sample)
    separator = separator or _separator(sample)
    try:
        return TextTable(data, encoding, separator, True, _count(data, encoding, separator, True, limits))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise UnreadableSheet(T("有引号没有成对，无法分清各行，请用Excel打开检查后另存")) from None
    try:
        # A lone quote inside a cell is common in texts no spreadsheet program wrote.
        return TextTable(data, encoding, separator, False, _count(data, encoding, separator, False, limits))
    except csv.Error:
        raise UnreadableSheet(T("有单元格过长或文件不是表格文本")) from None


def _stream(data: Source) -> IO[bytes]:
    return io.BytesIO(data) if isinstance(data, bytes) else data.open("rb")


def _pieces(data: Source, encoding: str) -> Iterator[str]:
    """The text, decoded some of it at a time."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with _stream(data) as stream:
        while piece := stream.read(_PIECE):
            yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _encoding(data: Source) -> str:
    with _stream(data) as stream:
        head = stream.read(4000)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if even_odd := _utf16_by_zeros(head):
        return even_odd
    try:
        for _ in _pieces(data, "utf-8"):
            pass
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _utf16_by_zeros(head: bytes) -> str:
    """UTF-16 without a mark: separators and line ends have one zero byte."""
    if b"\0" not in head:
        return ""
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > 2 * low:
        return "utf-16-le"
    return "utf-16-be" if low > 2 * high else ""


def _sample(data: Source, encoding: str) -> str:
    """The beginning of the text, once all of it was decoded."""
    sample = ""
    try:
        for piece in _pieces(data, encoding):
            if "\0" in piece:
                raise UnreadableSheet(T("文件不是电子表格，请上传.xlsx或.csv文件"))
            if len(sample) < _SAMPLE:
                sample += piece
    except (UnicodeDecodeError, LookupError):
        raise UnreadableSheet(T("文字编码认不出来（不是UTF-8、GB18030或UTF-16），请用Excel另存为.xlsx再上传")) from None
    sample = sample[:_SAMPLE]
    if _binary(sample):
        raise UnreadableSheet(T("文件不是电子表格，请上传.xlsx或.csv文件"))
    return sample


def _binary(text: str) -> bool:
    """Bytes of a picture or a program decode into some text too, but into one full of control signs."""
    odd = sum(1 for sign in text if (sign < " " and sign not in "\t\r\n\f\x1a") or "\ue000" <= sign <= "\uf8ff")
    return odd > 2 + len(text) // 200


def _refuse_other_texts(sample: str) -> None:
    head = sample.lstrip().lower()
    if not head:
        raise UnreadableSheet(T("文件是空的"))
    if head.startswith(("<html", "<!doctype", "<table", "<?xml", "<meta")):
        raise UnreadableSheet(T("文件其实是网页，请用Excel打开后另存为.xlsx再上传"))
    if head.startswith(("%pdf", "{\\rtf", "{", "[")):
        raise UnreadableSheet(T("文件不是电子表格，请上传.xlsx或.csv文件"))


def _separator(sample: str) -> str:
    """The sign that cuts the first lines into the most columns of equal number."""
    lines = sample.splitlines()[:30]
    best, best_score = ",", 0.0
    for sign in _SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=1)
        score = (usual - 1) * widths.count(usual) / max(len(widths), 1)
        if score > best_score:
            best, best_score = sign, score
    return best


def _records(data: Source, encoding: str, separator: str, strict: bool) -> Iterator[tuple[int, list[str]]]:
    with io.TextIOWrapper(_stream(data), encoding, newline="") as stream:
        yield from enumerate(csv.reader(stream, delimiter=separator, strict=strict))


def _count(data: Source, encoding: str, separator: str, strict: bool, limits: Limits) -> int:
    filled = 0
    for _, cells in _records(data, encoding, separator, strict):
        if is_filled(cells):
            filled += 1
            if filled > limits.rows + 1:
                raise too_many_rows(limits)
            if len(cells) > limits.columns:
                raise UnreadableSheet(T("超过{limit}列，不像是登记表", limit=limits.columns))
    return filled
