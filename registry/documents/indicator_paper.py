"""The month report of the indicators as a Word file, A4 across: comparisons, county tables, charts, what is divided by
what. Each figure leads to the list behind it."""

from __future__ import annotations

from registry.documents.office.charts import bars
from registry.documents.office.word import Cell, WordPaper, head
from registry.queries import indicator_links, indicator_words
from registry.queries.indicator_months import Line, Table
from registry.queries.indicator_report import Report

CHART_WIDTH = 150.0
OVERVIEW = ("指标", "上年同期", "本期", "分子/分母", "同比", "环比", "较上年末", "目标", "完成率", "序时", "备注")
OVERVIEW_WIDTHS = (38, 20, 20, 26, 26, 26, 26, 18, 20, 26, 30)
COUNTIES = ("县区", "上年同期", "本期", "增减", "同比", "环比", "目标", "完成率", "序时", "排名", "备注")
COUNTY_WIDTHS = (24, 22, 22, 20, 30, 30, 19, 21, 30, 22, 36)


def month(found: Report, address: str) -> bytes:
    """The report of a month, in Chinese as it is handed in; `address` where the registry is reached."""
    paper = WordPaper(found.end, form=True, landscape=True)
    paper.title(f"{found.name}质量与特种设备安全指标月报")
    paper.subtitle(f"{found.end.year}年{found.end.month}月（截至{found.end}）")
    paper.heading("一、指标完成情况")
    rows = [_overview(line, address) for line in found.lines]
    paper.table(OVERVIEW_WIDTHS, [[head(name) for name in OVERVIEW], *rows], heads=1)
    if found.tables:
        paper.heading("二、各县区情况")
    for table in found.tables:
        paper.heading(table.definition.zh, level=3)
        lines = [*table.lines, *([table.total] if table.total else [])]
        paper.table(
            COUNTY_WIDTHS, [[head(name) for name in COUNTIES], *(_county(line, address) for line in lines)], heads=1
        )
        if len(table.lines) > 1:
            paper.drawing(bars(_chart(table)), CHART_WIDTH)
    paper.heading("三、说明" if found.tables else "二、说明")
    for line in found.lines:
        definition = line.definition
        if definition.denominator[0]:
            paper.body(f"{definition.zh}＝{definition.numerator[0]}÷{definition.denominator[0]}。")
    paper.body(
        "全市的比率为各县区分子之和除以分母之和；分母为零的以“—”表示；比率的同比、环比以百分点表示；"
        "排名按本期数值，数值相同的并列，没有数值的不排名；本期数值可点开查看名单。"
    )
    return paper.save()


def _figure(line: Line, address: str) -> Cell:
    definition = line.definition
    text = definition.written(line.now.value) + ("%" if definition.is_rate and line.now.value is not None else "")
    return Cell(text, align="centre", link=indicator_links.of(line, address))


def _ago(line: Line) -> str:
    definition, value = line.definition, line.year_ago.value
    return definition.written(value) + ("%" if definition.is_rate and value is not None else "")


def _overview(line: Line, address: str) -> list[Cell]:
    definition = line.definition
    texts = (
        indicator_words.parts(line) or "—",
        indicator_words.said(definition, line.year_on_year),
        indicator_words.said(definition, line.period_on_period),
        indicator_words.said(definition, line.since_december),
        indicator_words.target(definition, line.goal),
        indicator_words.progress(line),
        indicator_words.lamp(line),
        "；".join(line.remarks) or "—",
    )
    first = [Cell(definition.zh), Cell(_ago(line), align="centre"), _figure(line, address)]
    return [*first, *(Cell(str(text), align="centre") for text in texts)]


def _county(line: Line, address: str) -> list[Cell]:
    definition = line.definition
    texts = (
        indicator_words.difference(definition, line.year_on_year),
        indicator_words.said(definition, line.year_on_year),
        indicator_words.said(definition, line.period_on_period),
        indicator_words.target(definition, line.goal),
        indicator_words.progress(line),
        indicator_words.lamp(line),
        indicator_words.rank(line),
        "；".join(line.remarks) or "—",
    )
    first = [Cell(str(line.name)), Cell(_ago(line), align="centre"), _figure(line, address)]
    return [*first, *(Cell(str(text), align="centre") for text in texts)]


def _chart(table: Table) -> dict[str, object]:
    unit = table.definition.unit[0]
    rows = [(str(line.name), table.definition.shown(line.now.value)) for line in table.lines]
    return {
        "chart": f"{table.definition.zh}（{unit}）",
        "bars": [[name, None if value is None else float(value)] for name, value in rows],
    }
