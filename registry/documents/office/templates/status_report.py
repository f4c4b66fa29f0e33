"""特种设备安全状况分析: quantities, accidents, supervision, risk and hazards, problems, next steps (§5.1)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.word import Cell, Each, WordPaper, head


def status_report(on: date) -> bytes:
    """The report with its charts and two attachments: the indicators and the table of the counties."""
    paper = WordPaper(on)
    paper.issuer("{{ office.name }}文件")
    paper.number("{{ number }}")
    paper.title("{{ title }}")
    paper.body("统计时期：{{ period }}。")
    _quantities(paper)
    _accidents(paper)
    paper.heading("三、监督检查和检验工作情况")
    paper.body("{{ work }}。检验检测：{{ inspections }}。各项指标及其分子、分母见附件1。")
    paper.heading("四、风险和隐患情况")
    paper.body("电梯风险分级：{{ colours }}。")
    _chart(paper, "chart_colours")
    paper.body("隐患排查治理：{{ hazards }}。")
    for number, heading, name in (("五", "主要问题", "problems"), ("六", "下一步工作", "next_steps")):
        paper.heading(f"{number}、{heading}")
        paper.body("{{ " + name + " or '无。' }}")
    paper.attachments("附件：1．安全状况指标表{{ '；2．各县区情况表' if counties }}")
    paper.signature("{{ office.name }}", "{{ today }}")
    _figures(paper)
    _counties(paper)
    paper.imprint(
        "{{ '抄送：' ~ copies if copies else '抄送：' ~ place ~ '人民政府' }}。",
        "{{ office.name }}　　　　{{ today }}印发",
    )
    return paper.save()


def _chart(paper: WordPaper, name: str) -> None:
    paper.mark("{%p if " + name + " %}")
    paper.picture("{{ " + name + " }}")
    paper.mark("{%p endif %}")


def _quantities(paper: WordPaper) -> None:
    paper.heading("一、基本情况")
    paper.body("截至{{ until }}，{{ place }}在用电梯{{ elevators }}台：{{ elevator_kinds }}。")
    _chart(paper, "chart_kinds")
    _chart(paper, "chart_ages")
    paper.body("在用气瓶{{ cylinders }}只（单独统计，不计入设备台数）：{{ cylinder_kinds }}。")
    paper.body("单位：{{ units }}。持有效证书人员（按作业项目）：{{ people }}。")


def _accidents(paper: WordPaper) -> None:
    paper.heading("二、安全状况")
    paper.body("{{ accidents }}。")
    _chart(paper, "chart_accidents")
    paper.body("按等级：{{ by_grade }}。按环节：{{ by_link }}。按原因：{{ by_cause }}。")
    paper.mark("{%p for row in cases %}")
    paper.body("{{ row.n }}．{{ row.day }}，{{ row.title }}，死亡{{ row.deaths }}人，受伤{{ row.injured }}人。")
    paper.mark("{%p endfor %}")


def _figures(paper: WordPaper) -> None:
    paper.attachment("附件1", "安全状况指标表")
    names = ("指标", "数值", "单位", "上年同期", "分子", "分母")
    marks = ("name", "value", "unit", "before", "numerator", "denominator")
    centred = ("value", "unit", "before")
    row = [Cell("{{ row." + mark + " }}", align="centre" if mark in centred else "left") for mark in marks]
    widths = (26, 15, 17, 15, 42, 41)
    paper.table(widths, [[head(name) for name in names], Each("row in figures", [row])], heads=1)
    paper.body("万台设备死亡率、事故率的分母：{{ denominator }}。分母为零的，以“—”表示。")


def _counties(paper: WordPaper) -> None:
    paper.mark("{%p if counties %}")
    paper.attachment("附件2", "各县区情况表")
    places = range(5)
    heads = [head(name) for name in ("县区", "在用电梯", "事故", "死亡")]
    heads += [head("{{ county_heads[" + str(place) + "] }}") for place in places]
    row = [Cell("{{ line." + mark + " }}", align="centre") for mark in ("area", "elevators", "accidents", "deaths")]
    row += [Cell("{{ line['values'][" + str(place) + "] }}", align="centre") for place in places]
    paper.table((22, 14, 11, 11, 18, 18, 18, 18, 18), [heads, Each("line in counties", [row])], heads=1)
    _chart(paper, "chart_counties")
    paper.mark("{%p endif %}")
