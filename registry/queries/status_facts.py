"""What the paper of a safety-status report says, as plain texts, and its charts as names and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.queries import paper_facts
from registry.queries.paper_facts import chinese_day
from registry.queries.status_report import Count, Report
from registry.rules.comparisons import Change

TEXTS = ("problems", "next_steps", "copies")
DENOMINATORS = {
    1: "期末设备总量（在用、停用的电梯，不含气瓶、压力管道）",
    2: "期末在用设备数量（电梯，不含气瓶、压力管道）",
    3: "期内各月末在用设备数量的平均值（电梯，不含气瓶、压力管道）",
}
QUARTERS = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}
COLOURS = {"red": "E63031", "orange": "F48400", "yellow": "E3C800", "blue": "00A0D8"}


def of(actor: Actor, found: Report, texts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the paper. `texts`: what people write into it."""
    return {
        "office": paper_facts.office(actor),
        "today": chinese_day(clock.today()),
        "title": title(found),
        "place": found.area.name,
        "period": f"{chinese_day(found.period.since)}至{chinese_day(found.period.until)}",
        "until": chinese_day(found.period.until),
        "elevators": str(sum(one.number for one in found.elevators)),
        "elevator_kinds": _listed(found.elevators, "台"),
        "cylinders": str(sum(one.number for one in found.cylinders)),
        "cylinder_kinds": _listed(found.cylinders, "只"),
        "units": _listed(found.units, "家"),
        "people": _listed(found.people, "人"),
        "accidents": "；".join(
            f"{one.zh}{one.number}{'起' if one.key == 'accidents' else '人'}，{_compared(one)}"
            for one in found.casualties
        ),
        "by_grade": _listed(found.by_grade, "起"),
        "by_link": _listed(found.by_link, "起"),
        "by_cause": _listed(found.by_cause, "起"),
        "cases": [
            {"n": str(n), "day": chinese_day(one.happened_on), "title": one.title, "deaths": str(one.deaths)}
            | {"injured": str(one.serious_injuries + one.minor_injuries)}
            for n, one in enumerate(found.accidents, 1)
        ],
        "work": _listed(found.work, ""),
        "inspections": _listed(found.inspections, "台次"),
        "colours": _listed(found.colours, "台") if any(one.number for one in found.colours) else "期末没有评级记录",
        "hazards": _listed(found.hazards, "件"),
        "figures": [
            {
                "name": one.definition.zh,
                "value": one.written,
                "unit": one.definition.unit[0],
                "numerator": f"{one.definition.numerator[0]}：{_plain(one.numerator)}",
                "denominator": (
                    "" if one.denominator is None else f"{one.definition.denominator[0]}：{_plain(one.denominator)}"
                ),
                "before": found.before[one.definition.key].written,
            }
            for one in found.figures
        ],
        "counties": [
            {
                "area": line.area.name,
                "elevators": str(line.elevators),
                "accidents": str(line.accidents),
                "deaths": str(line.deaths),
                "values": [figure.written for figure in line.figures],
            }
            for line in found.counties
        ],
        "county_heads": [figure.definition.zh for figure in found.counties[0].figures] if found.counties else [],
        "companies": [{"name": n, "trapped": str(t), "faults": str(f)} for n, t, f in found.companies],
        "stations": [{"name": n, "fills": str(f)} for n, f in found.stations],
        "denominator": DENOMINATORS[found.denominator],
        **{name: texts.get(name) or "" for name in TEXTS},
        **charts(found),
    }


def charts(found: Report) -> dict[str, Any]:
    """The charts as the paper draws them: `{"chart": title, "unit", "bars": [[name, number, colour?]]}`."""
    rate = [
        [line.area.name, float(figure.value) if figure.value is not None else None]
        for line in found.counties
        for figure in line.figures
        if figure.definition.key == "inspection_rate"
    ]
    return {
        "chart_kinds": _chart("在用电梯按品种（台）", [[one.zh, one.number] for one in found.elevators]),
        "chart_ages": _chart("在用电梯按使用年限（台）", [[one.zh, one.number] for one in found.ages]),
        "chart_colours": _chart(
            "电梯风险等级（台）",
            [[one.zh, one.number, COLOURS[one.key]] for one in found.colours]
            if any(c.number for c in found.colours)
            else [],
        ),
        "chart_accidents": _chart(
            "事故与上年同期比较",
            [
                bar
                for one in found.casualties
                for bar in ([f"{one.zh}（上年同期）", one.before, "9AA5B1"], [f"{one.zh}（本期）", one.number])
            ],
        ),
        "chart_counties": _chart("各县区电梯定期检验率（%）", rate),
    }


def title(found: Report) -> str:
    """宿州市2026年第三季度特种设备安全状况分析."""
    quarter = QUARTERS[found.quarter] if found.quarter else "度"
    return f"{found.area.name}{found.year}年{quarter}特种设备安全状况分析"


def blank() -> dict[str, Any]:
    """Every name the template may use, with nothing behind it."""
    texts = (
        *("number", "today", "title", "place", "period", "until", "elevators", "elevator_kinds", "cylinders"),
        *("cylinder_kinds", "units", "people", "accidents", "by_grade", "by_link", "by_cause", "work"),
        *("inspections", "colours", "hazards", "denominator", *TEXTS),
    )
    charts_of = ("chart_kinds", "chart_ages", "chart_colours", "chart_accidents", "chart_counties")
    return {
        **dict.fromkeys(texts, ""),
        **dict.fromkeys(charts_of, ""),
        "office": dict.fromkeys(paper_facts.BLANK["office"], ""),
        "cases": [dict.fromkeys(("n", "day", "title", "deaths", "injured"), "")],
        "figures": [dict.fromkeys(("name", "value", "unit", "numerator", "denominator", "before"), "")],
        "counties": [{**dict.fromkeys(("area", "elevators", "accidents", "deaths"), ""), "values": [""] * 5}],
        "county_heads": [""] * 5,
        "companies": [dict.fromkeys(("name", "trapped", "faults"), "")],
        "stations": [dict.fromkeys(("name", "fills"), "")],
    }


def _chart(name: str, bars: Sequence[Any]) -> dict[str, Any] | str:
    return {"chart": name, "bars": [list(bar) for bar in bars]} if bars else ""


def _listed(counts: Sequence[Count], unit: str) -> str:
    return "，".join(f"{one.zh}{one.number}{unit}" for one in counts) or "无"


def _plain(number: Any) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _compared(one: Count) -> str:
    """比上年同期增加1，升幅50.00%."""
    change = one.change
    assert isinstance(change, Change)
    assert change.difference is not None
    match change.words:
        case "flat":
            return "与上年同期持平"
        case "new":
            return f"上年同期为0，新增{one.number}"
    word, width = ("增加", "升幅") if change.words == "up" else ("减少", "降幅")
    share = f"，{width}{abs(change.ratio) * 100:.2f}%" if change.ratio is not None else ""
    return f"比上年同期{word}{abs(int(change.difference))}{share}"
