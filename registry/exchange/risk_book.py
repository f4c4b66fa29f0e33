"""A unit's risk control list as a spreadsheet, ready to print."""

from __future__ import annotations

import io
from typing import BinaryIO

from registry.exchange.hazard_books import XLSX, from_start, printed_sheet, write_row
from registry.exchange.writing import Book
from registry.queries.risk_lists import LEVEL_NAMES, RiskList

__all__ = ["XLSX", "control_list"]

COLUMNS = (
    ("序号", 6),
    ("设备（场所）", 34),
    ("标签代码", 24),
    ("风险等级", 12),
    ("分值", 8),
    ("原因", 40),
    ("使用", 20),
    ("单位措施", 34),
    ("监管措施", 26),
    ("评估周期", 20),
    ("管控责任人", 16),
    ("评级日期", 12),
)


def control_list(found: RiskList) -> BinaryIO:
    """The list, the gravest first."""
    out = io.BytesIO()
    book = Book(out, "安全风险管控清单")
    heading = f"{found.unit.name}安全风险管控清单（{found.on}）"
    sheet = printed_sheet(book, "风险管控清单", heading, COLUMNS)
    for number, line in enumerate(found.lines, 1):
        control = line.control
        values = (
            *(number, line.name, line.code, LEVEL_NAMES[line.level], line.score),
            "；".join(str(reason["zh"]) for reason in line.reasons),
            *(control.use[0], control.unit[0], control.regulator[0], control.review[0], line.person, line.since),
        )
        write_row(book, sheet, number + 1, values)
    book.close()
    return from_start(out)
