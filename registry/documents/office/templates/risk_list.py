"""安全风险管控清单: every graded device of a unit with its colour, reasons, measures and who controls it."""

from __future__ import annotations

from datetime import date

from registry.documents.office.word import Cell, Each, WordPaper, head


def risk_list(on: date) -> bytes:
    """The list, across the page."""
    paper = WordPaper(on, form=True, landscape=True)
    paper.title("安全风险管控清单")
    paper.subtitle("{{ unit.name }}　　{{ unit.credit_code }}　　{{ today }}")
    paper.subtitle("{{ counts }}")
    names = ("序号", "设备（场所）", "标签代码", "风险等级", "原因", "使用", "管控措施", "评估周期", "管控责任人")
    marks = ("n", "name", "code", "level", "reasons", "use", "unit", "review", "person")
    centred = ("n", "level", "person")
    row = [Cell("{{ row." + mark + " }}", align="centre" if mark in centred else "left") for mark in marks]
    widths = (9, 40, 30, 18, 48, 24, 42, 26, 24)
    paper.table(widths, [[head(name) for name in names], Each("row in lines", [row])], heads=1)
    return paper.save()
