"""A spreadsheet that names equipment: the codes in it, whatever else it holds."""

from __future__ import annotations

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


def codes_of(name: str, content: bytes, limits: Limits | None = None) -> list[str]:
    """The code of each row, blank rows left out.

    Raises:
        UnreadableSheet: not a spreadsheet, or no column of codes in it.
    """
    known = {fold_heading(heading) for heading in HEADINGS}
    table = read_table(content, name, known=known, limits=limits)
    places = _places(table)
    if not places:
        raise UnreadableSheet(T("没有找到代码列，请给代码所在的列加上表头“标签编号”“设备代码”或“注册代码”"))
    found = []
    for row in table:
        texts = (clean(cell_text(row.values[place])) for place in places if place < len(row.values))
        if text := next(filter(None, texts), ""):
            found.append(text)
    return found


def _places(table: Table) -> list[int]:
    by_heading = {fold_heading(heading): place for place, heading in reversed(list(enumerate(table.headings)))}
    folded = (fold_heading(heading) for heading in HEADINGS)
    return [by_heading[heading] for heading in folded if heading in by_heading]
