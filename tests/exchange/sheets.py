"""A small register of our own to try the engine on, and workbooks made on the spot."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from registry.exchange.columns import Column, Problems, Sheet
from registry.messages import T

TOWNS = {f"3413{i:02d}": f"第{i}镇" for i in range(60)}


def judge(row: dict[str, Any]) -> dict[str, Any] | Problems:
    made, until = row.get("made"), row.get("until")
    if made and until and until < made:
        return Problems({"until": T("不能早于制造年月")})
    return row


PUMPS = Sheet(
    name="pumps",
    heading=T("水泵"),
    heading_en="Pumps",
    key=("code",),
    validate=judge,
    columns=(
        Column(name="code", heading=T("设备代码"), heading_en="Code", max_length=20, aliases=("注册代码", "Serial")),
        Column(
            name="name", heading=T("名称"), heading_en="Name", required=True, example="一号泵", note=T("铭牌上的名称")
        ),
        Column(
            name="kind",
            heading=T("类别"),
            heading_en="Kind",
            kind="choice",
            choices={"big": "大泵", "small": "小泵", "spare": "备用泵"},
            aliases=("种类",),
        ),
        Column(name="town", heading=T("乡镇"), heading_en="Town", kind="choice", choices=lambda: TOWNS),
        Column(
            name="load_kg",
            heading=T("载重量（kg）"),
            heading_en="Load (kg)",
            kind="integer",
            min=0,
            max=20_000,
            units={"kg": 1, "公斤": 1, "t": 1000, "吨": 1000},
        ),
        Column(name="travel", heading=T("行程"), heading_en="Travel", kind="decimal", places=2),
        Column(name="made", heading=T("制造年月"), heading_en="Made", kind="month", example=date(2021, 5, 1)),
        Column(name="until", heading=T("有效期至"), heading_en="Valid until", kind="date"),
        Column(name="seen", heading=T("最近巡查"), heading_en="Last seen", kind="moment"),
        Column(name="public", heading=T("公共场所"), heading_en="Public", kind="bool"),
    ),
)

HEADINGS = tuple(str(column.heading) for column in PUMPS.columns)


def pump(number: int, **changes: Any) -> dict[str, Any]:
    """A good row of ours."""
    row: dict[str, Any] = {
        "code": f"P{number:05d}",
        "name": f"{number}号泵",
        "kind": "big",
        "town": "341301",
        "load_kg": 1000 + number % 500,
        "travel": Decimal("22.50"),
        "made": date(2021, 5, 1),
        "until": date(2027, 3, 31),
        "seen": None,
        "public": number % 2 == 0,
    }
    return row | changes


def workbook(
    rows: Iterable[Sequence[Any]],
    merges: Sequence[tuple[str, Any]] = (),
    sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]] = (),
    **formats: str,
) -> bytes:
    """An .xlsx of these rows; texts beginning with `=` become formulas without a saved value."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    day = book.add_format({"num_format": formats.get("day", "yyyy/m/d")})
    for name, content in (("Sheet1", rows), *sheets):
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(content):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                elif isinstance(cell, str) and not cell.startswith("="):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write(number, place, cell)
        if name == "Sheet1":
            for area, value in merges:
                sheet.merge_range(area, value)
    book.close()
    return target.getvalue()


def delimited(rows: Iterable[Sequence[Any]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    """The rows as text."""
    return "\r\n".join(separator.join(map(str, row)) for row in rows).encode(encoding)
