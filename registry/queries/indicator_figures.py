"""Frozen and reported figures: lists, one with its revisions, and whether the records still say the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, joinedload

from registry import policy
from registry.actor import COUNTY_ROLES, SYSTEM, Actor
from registry.db import db
from registry.models import IndicatorSnapshot
from registry.queries import indicators
from registry.queries.indicators import Figure
from registry.queries.paging import Page, paginate
from registry.rules import indicator_book
from registry.rules import indicator_figures as rules
from registry.rules.indicator_book import Definition
from registry.rules.indicator_figures import Move

PEOPLE = ("unit", "entered_by", "submitted_by", "approved_by", "locked_by")
Frozen = Mapping[tuple[date, str, str], IndicatorSnapshot]
"""(period's end, indicator, area) -> the revision that is read."""


@dataclass(frozen=True)
class Shown:
    """One figure with its earlier revisions, what the records say of its day now, and what the caller may do."""

    row: IndicatorSnapshot
    definition: Definition
    revisions: Sequence[IndicatorSnapshot]
    now: Figure | None
    moves: Sequence[Move]
    newest: bool

    @property
    def differs(self) -> bool:
        """Whether the records say something else of that day now."""
        return self.now is not None and differs(self.row, self.now)


def differs(row: IndicatorSnapshot, now: Figure) -> bool:
    """Whether a frozen figure is not what its day comes to when it is computed now."""
    return row.numerator != now.numerator or row.denominator != now.denominator


def is_newest() -> ColumnElement[bool]:
    """The revision that is read: no later one of the same figure."""
    later = aliased(IndicatorSnapshot)
    return ~(
        select(later.id)
        .where(
            later.key == IndicatorSnapshot.key,
            later.area_code == IndicatorSnapshot.area_code,
            later.period_end == IndicatorSnapshot.period_end,
            later.revision > IndicatorSnapshot.revision,
        )
        .exists()
    )


def newest(key: str, area: str, period_end: date) -> IndicatorSnapshot | None:
    """The revision that is read of one figure, whoever asks."""
    return db.session.scalar(
        select(IndicatorSnapshot)
        .where(
            IndicatorSnapshot.key == key,
            IndicatorSnapshot.area_code == area,
            IndicatorSnapshot.period_end == period_end,
        )
        .order_by(IndicatorSnapshot.revision.desc())
        .limit(1)
    )


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Figures by `key`, `area`, `month` (a period's end), `state`, `origin` and `late`, each in the revision that is
    read; newest first, those of one month in the order they came."""
    policy.require(actor, "indicator_figure.read")
    statement = policy.scope(actor, IndicatorSnapshot).where(is_newest()).options(joinedload(IndicatorSnapshot.unit))
    columns = {
        "key": IndicatorSnapshot.key,
        "area": IndicatorSnapshot.area_code,
        "month": IndicatorSnapshot.period_end,
        "state": IndicatorSnapshot.state,
        "origin": IndicatorSnapshot.origin,
    }
    for name, column in columns.items():
        if filters.get(name):
            statement = statement.where(column == filters[name])
    if filters.get("late"):
        statement = statement.where(IndicatorSnapshot.late)
    return paginate(statement, IndicatorSnapshot.id, limit, cursor, newest=not filters.get("month"))


def show(actor: Actor, figure_id: int) -> Shown:
    """One figure; Missing where there is none for the caller."""
    policy.require(actor, "indicator_figure.read")
    people = [joinedload(getattr(IndicatorSnapshot, name)) for name in PEOPLE]
    row = policy.get(actor, IndicatorSnapshot, IndicatorSnapshot.id == figure_id, options=tuple(people))
    revisions = db.session.scalars(
        policy.scope(actor, IndicatorSnapshot)
        .where(
            IndicatorSnapshot.key == row.key,
            IndicatorSnapshot.area_code == row.area_code,
            IndicatorSnapshot.period_end == row.period_end,
        )
        .options(*people)
        .order_by(IndicatorSnapshot.revision.desc())
    ).all()
    definition = indicator_book.definitions(row.period_end)[row.key]
    # Whoever sees a frozen figure sees the whole of its area; a county asks for its own.
    asking = SYSTEM if actor.sees_city or actor.role in COUNTY_ROLES else actor
    now = indicators.in_area(asking, row.key, row.period_end, row.area_code) if definition.computed else None
    latest = revisions[0].id == row.id
    moves = [
        move
        for move in rules.moves_from(rules.WORKFLOW, row.state)
        if latest
        and policy.may(actor, f"indicator_figure.{move.verb}")
        and not (move.verb == "approve" and row.submitted_by_id == actor.person_id)
    ]
    return Shown(row, definition, revisions, now, moves, latest)


def frozen(actor: Actor, ends: Collection[date], key: str | None = None, area: str | None = None) -> Frozen:
    """What is frozen at the ends of some periods, as far as the caller sees it."""
    if not policy.may(actor, "indicator_figure.read"):
        return {}
    statement = policy.scope(actor, IndicatorSnapshot).where(IndicatorSnapshot.period_end.in_(ends))
    if key:
        statement = statement.where(IndicatorSnapshot.key == key)
    if area:
        statement = statement.where(IndicatorSnapshot.area_code == area)
    rows = db.session.scalars(statement.order_by(IndicatorSnapshot.revision))
    return {(row.period_end, row.key, row.area_code): row for row in rows}


def counts(actor: Actor, month_end: date) -> dict[str, int]:
    """state -> how many figures of a month stand in it."""
    policy.require(actor, "indicator_figure.read")
    rows = db.session.execute(
        policy.scope(actor, IndicatorSnapshot, IndicatorSnapshot.state, func.count())
        .where(IndicatorSnapshot.period_end == month_end, is_newest())
        .group_by(IndicatorSnapshot.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - rows are no tuples to mypy


def steps_of_month(actor: Actor, month_end: date) -> list[tuple[Move, int]]:
    """Steps the caller may take for the whole month at once, each with how many figures wait for it."""
    found, standing, seen = [], counts(actor, month_end), set()
    for move in rules.moves(rules.WORKFLOW):
        number = standing.get(move.source, 0)
        if move.verb not in seen and move.verb != "return" and number:
            if policy.may(actor, f"indicator_figure.{move.verb}"):
                found.append((move, number))
            seen.add(move.verb)
    return found
