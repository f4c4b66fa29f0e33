"""Targets of indicators: dated rows by year and area. One that was in force is never edited; the next one is added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Area, IndicatorTarget
from registry.queries.indicator_targets import COMPARATORS
from registry.rules import indicator_book
from registry.settings import current

MOST_YEARS = 10


def set_targets(actor: Actor, data: Mapping[str, Any]) -> list[IndicatorTarget]:
    """Add rows for one or several years: `{key, area_code?, comparator, years: [{year, value, value2?}], since?,
    nature?, baseline_year?, baseline_value?, weight?, source}`. Of rates every value is a share. All or none.

    Each row is in force from 1 January of its year, this year's from today; `since` moves the first one. Days before
    keep being judged by the older rows.

    Raises:
        Invalid: no such indicator, year or bound; a past day. Conflict: a row begins on that day already.
        Missing: no such area.
    """
    policy.require(actor, "target.set")
    _check(data)
    area, today = data.get("area_code"), clock.today()
    if area == current().city_code:
        area = None
    with transaction() as session:
        if area:
            policy.get(actor, Area, Area.code == area)
        rows: list[IndicatorTarget] = []
        for place, each in enumerate(sorted(data["years"], key=lambda given: int(given["year"]))):
            since = data.get("since") if place == 0 and data.get("since") else max(date(each["year"], 1, 1), today)
            if since is None or since < today or since > date(each["year"], 12, 31):
                raise Invalid.field("since", T("应从今天或以后、不晚于该年度末的日子起生效"))
            _add(actor, session, data, each, area, since, rows)
        return rows


def _add(
    actor: Actor,
    session: Session,
    data: Mapping[str, Any],
    each: Mapping[str, Any],
    area: str | None,
    since: date,
    rows: list[IndicatorTarget],
) -> None:
    taken = select(IndicatorTarget.id).where(
        IndicatorTarget.key == data["key"],
        IndicatorTarget.area_code == area if area else IndicatorTarget.area_code.is_(None),
        IndicatorTarget.since == since,
    )
    if session.execute(taken).first():
        raise Conflict(T("{day}起已有目标：尚未生效的可先撤销再设", day=since))
    row = IndicatorTarget(
        key=data["key"],
        area_code=area,
        since=since,
        year=each["year"],
        comparator=data.get("comparator") or ">=",
        value=each["value"],
        value2=each.get("value2"),
        nature=data.get("nature") or "expected",
        baseline_year=data.get("baseline_year"),
        baseline_value=data.get("baseline_value"),
        weight=data.get("weight"),
        source=data["source"],
    )
    session.add(row)
    session.flush()
    keys = ("key", "area_code", "value", "value2", "comparator", "since", "year", "source")
    audit.record(actor, "target.set", row, **{name: getattr(row, name) for name in keys})
    rows.append(row)


def _check(data: Mapping[str, Any]) -> None:
    definition = indicator_book.definitions().get(data["key"])
    if definition is None:
        raise Invalid.field("key", T("没有这个指标"))
    comparator, years = data.get("comparator") or ">=", data["years"]
    if comparator not in COMPARATORS:
        raise Invalid.field("comparator", T("请从列表中选择"))
    if not 1 <= len(years) <= MOST_YEARS:
        raise Invalid.field("years", T("请填写1到{most}个年度", most=MOST_YEARS))
    if len({each["year"] for each in years}) < len(years):
        raise Invalid.field("years", T("同一年度只能有一个目标"))
    for each in years:
        _check_year(each, comparator, definition.is_rate)
    if comparator == "growth>=" and (not data.get("baseline_value") or not data.get("baseline_year")):
        raise Invalid.field("baseline_value", T("按增长考核的，请填写基期年度和不为0的基期值"))


def _check_year(each: Mapping[str, Any], comparator: str, rate: bool) -> None:
    year, value, upper = int(each["year"]), Decimal(each["value"]), each.get("value2")
    if not clock.today().year <= year <= clock.today().year + 30:
        raise Invalid.field("years", T("{year}年：只能设今年及以后30年内的目标", year=year))
    if rate and comparator != "growth>=" and value > 1:
        raise Invalid.field("years", T("{year}年：比率的目标不能大于100%", year=year))
    if comparator == "between" and (upper is None or upper < value):
        raise Invalid.field("years", T("{year}年：区间要有下限和不小于它的上限", year=year))
    if comparator != "between" and upper is not None:
        raise Invalid.field("years", T("{year}年：只有区间才有第二个数", year=year))


def withdraw(actor: Actor, target_id: int, reason: str) -> None:
    """Take back a row that is not in force yet.

    Raises:
        Missing: no such row. Conflict: it is or was in force. Invalid: no reason.
    """
    policy.require(actor, "target.withdraw")
    if not reason.strip():
        raise Invalid.field("reason", T("请填写原因"))
    with transaction() as session:
        row = session.get(IndicatorTarget, target_id, with_for_update=True)
        if row is None:
            raise Missing(T("没有这个目标"))
        if row.since <= clock.today():
            raise Conflict(T("这个目标自{day}起已生效，不能撤销；请从今后某日起另设", day=row.since))
        said = {name: getattr(row, name) for name in ("key", "area_code", "value", "since", "year")}
        audit.record(actor, "target.withdrawn", row, **said, reason=reason.strip()[:200])
        session.delete(row)
