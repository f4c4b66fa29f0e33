"""Alerts of indicators: what stands on a day, the list, one, and those of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import IndicatorAlert, IndicatorSnapshot
from registry.queries import indicators, parameters
from registry.queries.indicator_definitions import INDICATORS
from registry.queries.paging import Page, paginate
from registry.rules import indicator_alerts as rules
from registry.rules import indicator_book
from registry.rules.indicator_book import Definition
from registry.settings import current

MOST_ON_DESK = 12
MARGIN, REPORT_DAYS = "indicator.warning_points", "indicator.report_days"
ORDER = (rules.TARGET, rules.FREEZE, rules.REPORT, rules.WARNING)


@dataclass(frozen=True)
class Found:
    """Something to be told of; `name` tells it from everything else that may stand beside it."""

    kind: str
    area: str
    key: str = ""
    period_end: date | None = None
    value: Decimal | None = None
    target: Decimal | None = None

    @property
    def name(self) -> str:
        return ":".join((self.kind, self.key, self.area, self.period_end.isoformat() if self.period_end else ""))


def found(actor: Actor, on: date) -> dict[str, Found]:
    """All there is to be told of on a day, by name."""
    policy.require(actor, "indicator_alert.read")
    return {one.name: one for one in (*_against_targets(actor, on), *_not_frozen(on), *_not_reported(on))}


def _against_targets(actor: Actor, on: date) -> list[Found]:
    margin = parameters.value(MARGIN, on) / 100
    board = indicators.board(actor, on, kept=True)
    said = []
    for areas in board.by_area.values():
        for figure in areas.values():
            kind = rules.against(figure.value, figure.goal, margin)
            if kind is not None and figure.value is not None and figure.goal is not None:
                value = figure.value.quantize(Decimal("0.000001"))
                said.append(Found(kind, figure.area, figure.key, None, value, figure.goal.value))
    return said


def _not_frozen(on: date) -> list[Found]:
    end = rules.last_month_end(on)
    if not rules.freeze_is_late(on) or frozen_until() in (None, end):
        return []
    return [Found(rules.FREEZE, current().city_code, "", end)]


def frozen_until() -> date | None:
    """The latest month's end of which every computed indicator is frozen for the city; None where none ever was."""
    captured = (
        select(IndicatorSnapshot.period_end)
        .where(
            IndicatorSnapshot.origin == "captured",
            IndicatorSnapshot.revision == 0,
            IndicatorSnapshot.area_code == current().city_code,
            IndicatorSnapshot.key.in_(INDICATORS),
        )
        .group_by(IndicatorSnapshot.period_end)
        .having(func.count() >= len(INDICATORS))
        .order_by(IndicatorSnapshot.period_end.desc())
        .limit(1)
    )
    return db.session.scalar(captured)


def _not_reported(on: date) -> list[Found]:
    """One alert a period, however many figures it lacks: thirty at once would be read by nobody."""
    ends = sorted({end for _, end in _overdue(on)})
    return [Found(rules.REPORT, current().city_code, "", end) for end in ends]


def missing(actor: Actor, row: IndicatorAlert) -> list[Definition]:
    """The figures that an alert of reports waits for, today."""
    policy.require(actor, "indicator_alert.read")
    if row.kind != rules.REPORT:
        return []
    known = indicator_book.definitions()
    return [known[key] for key, end in _overdue(clock.today()) if end == row.period_end]


def _overdue(on: date) -> list[tuple[str, date]]:
    city = current().city_code
    known = db.session.execute(
        select(IndicatorSnapshot.key, IndicatorSnapshot.period_end)
        .where(IndicatorSnapshot.origin == "reported", IndicatorSnapshot.area_code == city)
        .distinct()
    )
    reported = {(key, end) for key, end in known}
    days = int(parameters.value(REPORT_DAYS, on))
    return list(rules.overdue(indicator_book.definitions(on), on, days, reported))


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Alerts by `kind`, `area`, `key`; those that stand, or with `over` those that are cleared; newest first."""
    policy.require(actor, "indicator_alert.read")
    over = IndicatorAlert.cleared_at.is_not(None) if filters.get("over") else IndicatorAlert.cleared_at.is_(None)
    statement = policy.scope(actor, IndicatorAlert).where(over).options(joinedload(IndicatorAlert.acknowledged_by))
    columns = {"kind": IndicatorAlert.kind, "area": IndicatorAlert.area_code, "key": IndicatorAlert.key}
    for name, column in columns.items():
        if filters.get(name):
            statement = statement.where(column == filters[name])
    return paginate(statement, IndicatorAlert.id, limit, cursor, newest=True)


def one(actor: Actor, alert_id: int) -> IndicatorAlert:
    """One alert; Missing where there is none for the caller."""
    policy.require(actor, "indicator_alert.read")
    who = (joinedload(IndicatorAlert.acknowledged_by),)
    return policy.get(actor, IndicatorAlert, IndicatorAlert.id == alert_id, options=who)


def title(row: IndicatorAlert) -> T | Definition:
    """What an alert is about."""
    if row.kind == rules.FREEZE:
        return T("指标月末数据")
    if row.kind == rules.REPORT and not row.key:
        return T("填报的指标数据")
    return indicator_book.definitions()[row.key]


@dataclass(frozen=True)
class Standing:
    """What the desk shows: the gravest alerts that nobody has acknowledged, how many those are, and how many more
    stand that somebody has."""

    rows: Sequence[IndicatorAlert]
    waiting: int
    acknowledged: int


def standing(actor: Actor) -> Standing:
    """The alerts of the caller's desk."""
    policy.require(actor, "indicator_alert.read")
    stands = policy.scope(actor, IndicatorAlert).where(IndicatorAlert.cleared_at.is_(None))
    found = db.session.scalars(stands.order_by(IndicatorAlert.id)).all()
    open_ = [row for row in found if row.acknowledged_at is None]
    city = current().city_code
    graver = sorted(open_, key=lambda row: (ORDER.index(row.kind), row.area_code != city, row.key, row.area_code))
    return Standing(graver[:MOST_ON_DESK], len(open_), len(found) - len(open_))
