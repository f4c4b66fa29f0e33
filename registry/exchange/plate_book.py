"""Plates as a spreadsheet for the plate maker: a row for each, with the text of its QR symbol."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import BinaryIO

from registry.exchange.hazard_books import XLSX, from_start, printed_sheet, write_row
from registry.exchange.writing import Book
from registry.queries.rescue_codes import RESCUE_NUMBER, Plate

__all__ = ["XLSX", "plate_sheet"]

COLUMNS = (
    ("序号", 6),
    ("救援识别码", 14),
    ("救援电话", 10),
    ("地址", 46),
    ("名称", 16),
    ("单位内编号", 12),
    ("维保单位", 30),
    ("维保电话", 16),
    ("使用单位", 30),
    ("追溯码", 24),
    ("二维码内容", 60),
)


def plate_sheet(plates: Sequence[Plate]) -> BinaryIO:
    """The plates in the order given."""
    out = io.BytesIO()
    book = Book(out, "96366标识制作清单")
    sheet = printed_sheet(book, "标识制作清单", "96366电梯应急救援标识制作清单", COLUMNS)
    for number, each in enumerate(plates, 1):
        values = (
            number,
            each.code,
            RESCUE_NUMBER,
            each.address,
            each.name,
            each.inner_no,
            each.company,
            each.phone,
            each.use_unit,
            each.label_code,
            each.url,
        )
        write_row(book, sheet, number + 1, values)
    book.close()
    return from_start(out)
