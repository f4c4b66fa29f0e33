"""The codes of labels as a spreadsheet for a print house that draws the symbols itself."""

from __future__ import annotations

from collections.abc import Sequence

from registry.codes import grouped
from registry.exchange.columns import Column
from registry.exchange.export import export_xlsx
from registry.labels.compose import Label

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    Column(name="number", heading="序号", heading_en="No.", kind="integer"),
    Column(name="code", heading="编码", heading_en="Code"),
    Column(name="grouped", heading="人读编码", heading_en="Code in groups"),
    Column(name="url", heading="二维码内容", heading_en="Text of the symbol"),
    Column(name="title", heading="单位", heading_en="Unit"),
    Column(name="lines", heading="其他文字", heading_en="Other text"),
)


def workbook(labels: Sequence[Label]) -> bytes:
    """One row a label, in the order given: its code, the text of its symbol (for error level Q), its words."""
    rows = [
        {
            "number": number,
            "code": label.code,
            "grouped": grouped(label.code),
            "url": label.code_url,
            "title": label.title,
            "lines": " ｜ ".join(label.lines) or None,
        }
        for number, label in enumerate(labels, 1)
    ]
    return export_xlsx(COLUMNS, rows, "标签编码")
