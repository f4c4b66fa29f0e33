"""Sunshine filling as spreadsheets: the figures of stations, and the fills of spot checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Filters, Listing, Row, column
from registry.messages import T
from registry.queries import spot_checks, sunshine
from registry.queries.paging import LARGEST, Page
from registry.rules import spot_checks as rules
from registry.rules.sunshine import kpis

_KPIS = kpis(clock.today())


def _page(actor: Actor, filters: Filters, _cursor: str | None) -> Page:
    return Page(sunshine.lines(actor, filters.get("month"), filters.get("station")), None)


def _rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for line in items:
        row: Row = {"station": line.unit.name, "fills": line.fills}
        for key, figure in line.figures.items():
            share = figure.kpi.unit == "share"
            row[key] = round(figure.value * 100, 2) if share and figure.value is not None else figure.value
            if share:
                row[f"{key}_of"] = f"{figure.count}/{figure.of}"
        yield row | {f"checked_{state}": line.checked.get(state, 0) for state in rules.states(rules.WORKFLOW)}


def _columns() -> Iterator[Any]:
    yield column("station", T("充装单位"), "Station", width=36)
    yield column("fills", T("充装次数"), "Fills", kind="integer")
    for key, kpi in _KPIS.items():
        if kpi.unit == "share":
            yield column(key, T("{name}（%）", name=kpi.zh), f"{kpi.en} (%)", kind="decimal", places=2)
            if key != "uptime":
                yield column(f"{key}_of", T("{name}（件数）", name=kpi.zh), f"{kpi.en} (of)")
        else:
            yield column(key, T("{name}", name=kpi.zh), kpi.en, kind="integer")
    for state in rules.states(rules.WORKFLOW).values():
        yield column(
            f"checked_{state.id}", T("抽查：{name}", name=state.zh), f"Spot checks: {state.en}", kind="integer"
        )


SUNSHINE = Listing(
    heading=T("阳光充装"),
    heading_en="Sunshine filling",
    permission="sunshine.read",
    columns=tuple(_columns()),
    page=_page,
    rows=_rows,
)


def _checked_page(actor: Actor, filters: Filters, cursor: str | None) -> Page:
    return spot_checks.items_page(actor, filters, cursor, LARGEST)


def _checked_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    states = rules.states(rules.WORKFLOW)
    for item in items:
        check = item.check
        yield {
            "drawn_on": check.drawn_on,
            "station": check.station.name,
            "place": item.place,
            "filled_at": item.filling.ended_at,
            "cylinder": item.filling.cylinder.label_code,
            "gun": item.filling.gun,
            "weight": item.weight,
            "state": states[item.state].zh,
            "note": item.note,
            "judged_at": item.judged_at,
            "seed": check.seed,
        }


SPOT_CHECKS = Listing(
    heading=T("视频抽查"),
    heading_en="Spot checks",
    permission="spot_check.read",
    columns=(
        column("drawn_on", T("抽取日期"), "Drawn on", kind="date"),
        column("station", T("充装单位"), "Station", width=36),
        column("place", T("序号"), "No.", kind="integer"),
        column("filled_at", T("充装时间"), "Filled at", kind="moment"),
        column("cylinder", T("气瓶标签码"), "Cylinder"),
        column("gun", T("枪号"), "Gun"),
        column("weight", T("权重"), "Weight", kind="integer"),
        column("state", T("结果"), "Result"),
        column("note", T("说明"), "Note", width=36),
        column("judged_at", T("查看时间"), "Looked at", kind="moment"),
        column("seed", T("种子"), "Seed"),
    ),
    page=_checked_page,
    rows=_checked_rows,
)
