"""The counts of the running day that the workers in the background keep, for who sees the whole city.

The desk of an office stays open all day and asks again and again; over a million cylinders that takes seconds each
time. A count that is older than MINUTES is not used: then the records are counted, as for every other day and caller.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.sql.elements import True_

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import IndicatorCount
from registry.queries.indicator_definitions import INDICATORS

EVERY = timedelta(minutes=1)
MINUTES = timedelta(minutes=3)

Kept = dict[str, dict[str, tuple[int, int]]]


def fresh(actor: Actor, on: date) -> tuple[Kept, datetime] | None:
    """key -> area -> (counted, population), and when they were counted; None where the records have to be asked."""
    if on != clock.today() or not sees_all(actor):
        return None
    rows = list(
        db.session.execute(
            select(
                IndicatorCount.key,
                IndicatorCount.area_code,
                IndicatorCount.numerator,
                IndicatorCount.denominator,
                IndicatorCount.counted_at,
            ).where(IndicatorCount.day == on, IndicatorCount.counted_at > clock.now() - MINUTES)
        )
    )
    kept: Kept = {}
    for key, area, numerator, denominator, _ in rows:
        kept.setdefault(key, {})[area] = (numerator, denominator)
    if not _whole(kept):
        return None
    return kept, min(row.counted_at for row in rows)


def _whole(kept: Collection[str]) -> bool:
    return INDICATORS.keys() <= set(kept)


def sees_all(actor: Actor) -> bool:
    """Whether nothing that the indicators count is hidden from a caller."""
    models = {indicator.model for indicator in INDICATORS.values()}
    return all(isinstance(policy.visible(actor, model), True_) for model in models)


def is_due(now: datetime) -> bool:
    """Whether it is time to count again."""
    last = db.session.scalar(select(func.max(IndicatorCount.counted_at)).where(IndicatorCount.day == clock.day_of(now)))
    return last is None or now - last >= EVERY
