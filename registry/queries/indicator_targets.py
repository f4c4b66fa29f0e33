"""Targets of indicators: which holds on a day and where, and the rows that an office keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import IndicatorTarget
from registry.rules import indicator_book
from registry.rules.comparisons import Target
from registry.rules.indicator_book import Definition

COMPARATORS = {
    ">=": ("≥", "≥"),
    "<=": ("≤", "≤"),
    "=": ("=", "="),
    "between": ("介于", "between"),
    "growth>=": ("比基期增长≥", "growth over the baseline ≥"),
}

Goals = Mapping[tuple[str, str | None], Target]
"""(indicator, area or None for the city) -> the target in force."""


@dataclass(frozen=True)
class Line:
    """A target row with its definition; `begun` when it is or was in force, and so never edited."""

    row: IndicatorTarget
    definition: Definition
    begun: bool


def target_of(row: IndicatorTarget) -> Target:
    """What a row asks for."""
    return Target(row.value, row.comparator, row.value2, row.baseline_value, row.baseline_year, row.year)


def in_force(on: date) -> Goals:
    """The targets in force on a day: of several rows the one that began last."""
    rows: Any = db.session.execute(
        select(
            IndicatorTarget.key,
            IndicatorTarget.area_code,
            IndicatorTarget.value,
            IndicatorTarget.comparator,
            IndicatorTarget.value2,
            IndicatorTarget.baseline_value,
            IndicatorTarget.baseline_year,
            IndicatorTarget.year,
        )
        .where(IndicatorTarget.since <= on)
        .order_by(IndicatorTarget.since, IndicatorTarget.id)
    )
    return {(key, area): Target(*values) for key, area, *values in rows}


def goal(goals: Goals, key: str, area: str, city: str) -> Target | None:
    """An area's own target, else the city's."""
    return goals.get((key, None)) if area == city else goals.get((key, area), goals.get((key, None)))


def lines(actor: Actor, key: str | None = None) -> Sequence[Line]:
    """Target rows, newest last; of one indicator when named."""
    policy.require(actor, "parameter.read")
    statement = select(IndicatorTarget).order_by(IndicatorTarget.since, IndicatorTarget.area_code, IndicatorTarget.id)
    if key:
        statement = statement.where(IndicatorTarget.key == key)
    known, today = indicator_book.definitions(), clock.today()
    order = {name: place for place, name in enumerate(known)}
    rows = [row for row in db.session.scalars(statement) if row.key in known]
    return [Line(row, known[row.key], row.since <= today) for row in sorted(rows, key=lambda row: order[row.key])]


def find(actor: Actor, target_id: int) -> Line:
    """One row; Missing when there is none."""
    for line in lines(actor):
        if line.row.id == target_id:
            return line
    raise Missing(T("没有这个目标"))
