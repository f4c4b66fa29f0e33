"""重大事故隐患整治情况通报: totals, ranking, overdue items by name, good practice, problems, what comes next (§1.6)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.word import Cell, Each, WordPaper, head


def circular(on: date) -> bytes:
    """The circular with its two attachments: the month table and the overdue items."""
    paper = WordPaper(on)
    paper.issuer("{{ office.name }}文件")
    paper.number("{{ number }}")
    paper.title("{{ title }}")
    paper.addressee("各县、区市场监督管理局，各园区分局，各有关单位：")
    paper.body("现将{{ period }}{{ place }}特种设备重大事故隐患整治情况通报如下。")
    paper.heading("一、总体情况")
    paper.body(
        "截至{{ until }}，列入清单的重大事故隐患存量{{ total.closing }}件。期初存量{{ total.opening }}件，本期新增{{ total.new }}件，"
        "重新立案{{ total.reopened }}件，销号{{ total.closed }}件，作废{{ total.voided }}件；期末逾期{{ total.overdue }}件，"
        "挂牌督办{{ total.listed }}件。本年累计排查{{ total.found_in_year }}件，累计销号{{ total.closed_in_year }}件，"
        "整改率{{ total.rate }}，同比{{ total.year_on_year }}，环比{{ total.month_on_month }}。"
    )
    paper.heading("二、各县区情况")
    paper.body("各县区重大事故隐患存量、增减和整改率排名见附件1。")
    paper.heading("三、逾期未整改情况")
    paper.mark("{%p if overdue %}")
    paper.body("下列{{ overdue|length }}件隐患超过整改时限，现予点名通报（详见附件2）：")
    paper.mark("{%p for row in overdue %}")
    paper.body(
        "{{ row.n }}．{{ row.area }}：{{ row.unit }}“{{ row.title }}”，逾期{{ row.days }}天，督办单位{{ row.office }}。"
    )
    paper.mark("{%p endfor %}")
    paper.mark("{%p else %}")
    paper.body("本期没有超过整改时限的重大事故隐患。")
    paper.mark("{%p endif %}")
    for number, heading, name in (
        ("四", "好的做法", "practice"),
        ("五", "存在问题", "problems"),
        ("六", "下一步要求", "demands"),
    ):
        paper.heading(f"{number}、{heading}")
        paper.body("{{ " + name + " or '无。' }}")
    paper.attachments("附件：1．各县区重大事故隐患整治情况表")
    paper.body("　　　2．逾期未整改重大事故隐患清单")
    paper.signature("{{ office.name }}", "{{ today }}")
    _month(paper)
    _overdue(paper)
    paper.imprint(
        "抄送：{{ copies or '市安全生产委员会办公室，各县区人民政府' }}。",
        "{{ office.name }}办公室　　　　{{ today }}印发",
    )
    return paper.save()


def _month(paper: WordPaper) -> None:
    paper.attachment("附件1", "各县区重大事故隐患整治情况表")
    names = (
        "县区",
        "期初",
        "新增",
        "重开",
        "销号",
        "作废",
        "期末",
        "逾期",
        "累计排查",
        "累计整改",
        "整改率",
        "同比",
        "环比",
        "排名",
    )
    marks = (
        *("area", "opening", "new", "reopened", "closed", "voided", "closing", "overdue", "found_in_year"),
        *("closed_in_year", "rate", "year_on_year", "month_on_month", "rank"),
    )
    row = [Cell("{{ line." + mark + " }}", align="centre") for mark in marks]
    total = [Cell("{{ total." + mark + " }}", align="centre") for mark in marks]
    widths = (20, 9, 9, 9, 9, 9, 9, 9, 11, 11, 15, 16, 16, 9)
    paper.table(widths, [[head(name) for name in names], Each("line in lines", [row]), total], heads=1)


def _overdue(paper: WordPaper) -> None:
    paper.attachment("附件2", "逾期未整改重大事故隐患清单")
    names = ("序号", "隐患编号", "县区", "责任单位", "隐患", "原定时限", "现行时限", "逾期天数", "督办单位")
    marks = ("n", "no", "area", "unit", "title", "original_due_on", "due_on", "days", "office")
    row = [Cell("{{ row." + mark + " }}", align="centre" if mark in ("n", "days") else "left") for mark in marks]
    widths = (9, 24, 15, 26, 30, 17, 17, 10, 22)
    paper.table(widths, [[head(name) for name in names], Each("row in overdue", [row])], heads=1)
