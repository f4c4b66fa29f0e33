"""What a circular says: totals, the ranking of the counties, the overdue items by name, the ledger behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Hazard, HazardStep, Paper, Unit
from registry.queries import hazard_months, paper_facts, papers
from registry.queries.hazard_months import Line, Period, Table
from registry.queries.paging import Page, paginate
from registry.queries.paper_facts import chinese_day
from registry.rules import hazards as rules
from registry.rules.comparisons import Change

RUNNING = tuple(state for state in rules.OPEN_STATES if state != "SUSPENDED")
WORDS = {"up": "上升", "down": "下降", "flat": "持平", "new": "新增", "": "—"}
TEXTS = ("practice", "problems", "demands", "copies")


def page(actor: Actor, cursor: str | None) -> Page:
    """Circulars, newest first."""
    policy.require(actor, "circular.read")
    found = policy.scope(actor, Paper).where(Paper.kind == "circular").options(*papers.LOADED)
    return paginate(found, Paper.id, cursor=cursor, newest=True)


def issued_today(actor: Actor, facts: Mapping[str, Any], on: date) -> Paper | None:
    """The caller's circular of a day that is in force over the same period with the same texts."""
    rows = db.session.scalars(
        policy.scope(actor, Paper)
        .where(Paper.kind == "circular", Paper.issued_on == on, Paper.person_id == actor.person_id)
        .options(joinedload(Paper.withdrawal))
        .order_by(Paper.id.desc())
        .limit(20)
    )
    same = ("period", "until", *TEXTS)
    return next(
        (row for row in rows if not row.withdrawal and all(row.facts[name] == facts[name] for name in same)), None
    )


def overdue(actor: Actor, on: date) -> Sequence[Hazard]:
    """The hazards that a circular names: past their date, the clock running, the longest overdue first."""
    return db.session.scalars(
        policy.scope(actor, Hazard)
        .where(Hazard.state.in_(RUNNING), Hazard.due_on < on)
        .options(joinedload(Hazard.unit), joinedload(Hazard.elevator), joinedload(Hazard.cylinder))
        .order_by(Hazard.due_on, Hazard.id)
    ).all()


def facts(actor: Actor, table: Table, named: Sequence[Hazard], texts: dict[str, Any], on: date) -> dict[str, Any]:
    """The facts of a circular over a period. `texts`: what people write into it."""
    total = table.total
    city = paper_facts.area_name(papers.body_of(actor))
    offices = issuers(named)
    return {
        "office": paper_facts.office(actor),
        "today": chinese_day(clock.today()),
        "title": f"关于{_period(table.period)}{city}特种设备重大事故隐患整治情况的通报",
        "period": _period(table.period),
        "until": chinese_day(table.period.until),
        "place": city,
        "total": _figures(total),
        "lines": [_figures(line) for line in table.lines],
        "overdue": [_named(number, hazard, on, offices) for number, hazard in enumerate(named, 1)],
        **{name: texts.get(name) or "" for name in TEXTS},
    }


def blank() -> dict[str, Any]:
    """Every name a circular's template may use, with nothing behind it."""
    figures = dict.fromkeys(FIGURES, "")
    return {
        **dict.fromkeys(("number", "today", "title", "period", "until", "place", *TEXTS), ""),
        "office": dict.fromkeys(paper_facts.BLANK["office"], ""),
        "total": figures,
        "lines": [figures],
        "overdue": [dict.fromkeys(NAMED, "")],
    }


FIGURES = (
    *("area", "opening", "new", "reopened", "closed", "voided", "closing", "overdue", "listed", "found_in_year"),
    *("closed_in_year", "rate", "year_on_year", "month_on_month", "rank"),
)
NAMED = ("n", "no", "area", "unit", "title", "original_due_on", "due_on", "days", "office", "listed")


def _figures(line: Line) -> dict[str, str]:
    stock = line.stock
    return {
        "area": line.area.name,
        **{name: str(getattr(stock, name)) for name in ("opening", "new", "reopened", "closed", "voided", "closing")},
        "overdue": str(stock.overdue),
        "listed": str(stock.listed_supervision),
        "found_in_year": str(line.year.found),
        "closed_in_year": str(line.year.closed),
        "rate": percent(line.year.rate),
        "year_on_year": points(line.year_on_year),
        "month_on_month": points(line.month_on_month),
        "rank": str(line.rank or "—"),
    }


def percent(rate: Decimal | None) -> str:
    """85.71%, or a dash where there is nothing to divide by."""
    return "—" if rate is None else f"{rate * 100:.2f}%"


def points(change: Change) -> str:
    """上升3.20个百分点."""
    if change.difference is None or change.words == "flat":
        return WORDS[change.words]
    return f"{WORDS[change.words]}{abs(change.difference):.2f}个百分点"


def issuers(hazards: Sequence[Hazard]) -> dict[int, str]:
    """The office that coordinates each hazard, as its assignment says; by hazard id."""
    rows = db.session.execute(
        select(HazardStep.hazard_id, HazardStep.data)
        .where(HazardStep.hazard_id.in_([hazard.id for hazard in hazards]), HazardStep.verb == "assign")
        .order_by(HazardStep.id)
    ).all()
    wanted = {hazard_id: data.get("coordinating_party") for hazard_id, data in rows}
    names = dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(set(wanted.values()) - {None}))).all())
    return {hazard_id: names.get(unit_id, "") for hazard_id, unit_id in wanted.items()}


def _named(number: int, hazard: Hazard, on: date, offices: dict[int, str]) -> dict[str, str]:
    return {
        "n": str(number),
        "no": hazard.no,
        "area": paper_facts.area_name(hazard.area_code),
        "unit": hazard.unit.name,
        "title": hazard.title,
        "original_due_on": chinese_day(hazard.original_due_on),
        "due_on": chinese_day(hazard.due_on),
        "days": str(rules.overdue(hazard.due_on, None, on)),
        "office": offices.get(hazard.id, ""),
        "listed": {"county": "县级", "city": "市级", "province": "省级"}.get(hazard.listed_supervision or "", ""),
    }


def _period(period: Period) -> str:
    if period == hazard_months.month(period.since):
        return f"{period.since.year}年{period.since.month}月"
    return f"{chinese_day(period.since)}至{chinese_day(period.until)}"
