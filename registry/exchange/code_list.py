"""A spreadsheet that names equipment: the codes in it, whatever else it holds."""

from __future__ import annotations

from collections.abc import Sequence

from registry.exchange.convert import cell_text
from registry.exchange.reading import Limits, Table, UnreadableSheet, read_table
from registry.exchange.text import clean, fold_heading
from registry.messages import T

# Headings under which lists keep a code, the surest first: the first one filled in a row names its equipment.
HEADINGS = (
    "标签编号",
    "标签码",
    "电梯标签码",
    "Label code",
    "设备代码",
    "Device code",
    "注册代码",
    "Register code",
    "使用登记证编号",
    "使用登记编号",
    "Use certificate",
    "救援识别码",
    "96366救援识别码",
    "Rescue code",
    "代码",
    "编号",
    "Code",
)
# Of cylinders: also by register number, and by serial number where that is all there is.
CYLINDER_HEADINGS = (
    "标签编号",
    "标签码",
    "追溯码",
    "Label code",
    "使用登记号",
    "使用登记编号",
    "Register number",
    "出厂编号",
    "产品编号",
    "Serial number",
    "代码",
    "编号",
    "Code",
)


def codes_of(name: str, content: bytes, limits: Limits | None = None, headings: Sequence[str] = HEADINGS) -> list[str]:
    """The code of each row, blank rows left out; `headings` a column of codes may have, the surest first.

    Raises:
        UnreadableSheet: not a spreadsheet, or no column of codes in it.
    """
    known = {fold_heading(heading) for heading in headings}
    table = read_table(content, name, known=known, limits=limits)
    places = _places(table, headings)
    if not places:
        raise UnreadableSheet(T("没有找到代码列，请给代码所在的列加上表头“标签编号”“设备代码”或“注册代码”"))
    found = []
    for row in table:
        texts = (clean(cell_text(row.values[place])) for place in places if place < len(row.values))
        if text := next(filter(None, texts), ""):
            found.append(text)
    return found


def _places(table: Table, headings: Sequence[str]) -> list[int]:
    by_heading = {fold_heading(heading): place for place, heading in reversed(list(enumerate(table.headings)))}
    folded = (fold_heading(heading) for heading in headings)
    return [by_heading[heading] for heading in folded if heading in by_heading]
