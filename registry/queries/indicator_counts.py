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
from registry.db import Base, db
from registry.models import IndicatorCount
from registry.queries.indicator_definitions import INDICATORS, Indicator

EVERY = timedelta(minutes=1)
MINUTES = timedelta(minutes=3)

Kept = dict[str, dict[str, tuple[int, int]]]


def fresh(actor: Actor, on: date) -> tuple[Kept, datetime] | None:
    """key -> area -> (counted, population) of the indicators of which a caller sees everything, or all of some areas,
    and when they were counted; None where the records have to be asked."""
    if on != clock.today():
        return None
    wanted = {key: areas for key, one in INDICATORS.items() if (areas := _seen(actor, one, on)) is not None}
    if not wanted:
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
    own = {
        key: {area: counts for area, counts in kept[key].items() if not areas or area in areas}
        for key, areas in wanted.items()
    }
    return own, min(row.counted_at for row in rows)


def seen(actor: Actor, model: type[Base]) -> tuple[str, ...] | None:
    """The areas whose rows are just what a caller sees of a table, none for all of them; None where it is not a matter
    of areas."""
    shown = policy.visible(actor, model)
    if isinstance(shown, True_):
        return ()
    area = getattr(model, "area_code", None)
    return actor.areas if area is not None and actor.areas and shown.compare(area.in_(actor.areas)) else None


def _seen(actor: Actor, indicator: Indicator, on: date) -> tuple[str, ...] | None:
    """The same of an indicator, where it counts by the area in which its rows are now."""
    areas = seen(actor, indicator.model)
    return areas if not areas or indicator.area(on) is indicator.model.area_code else None  # type: ignore[attr-defined]


def _whole(kept: Collection[str]) -> bool:
    return INDICATORS.keys() <= set(kept)


def is_due(now: datetime) -> bool:
    """Whether it is time to count again."""
    last = db.session.scalar(select(func.max(IndicatorCount.counted_at)).where(IndicatorCount.day == clock.day_of(now)))
    return last is None or now - last >= EVERY
