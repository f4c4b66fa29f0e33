"""Counting the indicators of the running day ahead, for the desks that stay open."""

from __future__ import annotations

from sqlalchemy import delete

from registry import clock, policy
from registry.actor import SYSTEM, Actor
from registry.counters import upsert
from registry.db import db, transaction
from registry.models import IndicatorCount
from registry.queries import indicator_counts as kept
from registry.queries import indicators
from registry.services import cylinder_tallies

NOWHERE = "-"  # of an indicator whose population is empty, so that it is known to have been counted


def keep(actor: Actor) -> int:
    """Count everything now and put it in the place of what was kept; how many counts.

    No entry in the trail: nothing is decided, and the records say the same at any time.
    """
    policy.require(actor, "indicator.keep")
    now = clock.now()
    day = clock.day_of(now)
    found = indicators.count_all(actor, day)
    rows = [
        {"day": day, "key": key, "area_code": area, "numerator": n, "denominator": d, "counted_at": now}
        for key, areas in found.items()
        for area, (n, d) in (areas or {NOWHERE: (0, 0)}).items()
    ]
    db.session.rollback()  # the long walk is over before the writers are asked to wait
    with transaction(durable=False) as session:
        new = upsert(session, IndicatorCount)
        said = {name: new.excluded[name] for name in ("numerator", "denominator", "counted_at")}
        named = [IndicatorCount.day, IndicatorCount.key, IndicatorCount.area_code]
        session.execute(new.values(rows).on_conflict_do_update(index_elements=named, set_=said))
        session.execute(delete(IndicatorCount).where(IndicatorCount.counted_at < now))
    return len(rows)


def keep_when_due() -> bool:
    """Count again when the last time is a while ago, and then keep some past days; whether it was done."""
    due = kept.is_due(clock.now())
    if due:
        keep(SYSTEM)
        cylinder_tallies.keep_some(SYSTEM)
    return due
