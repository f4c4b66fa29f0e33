"""Keeping what the indicators over cylinders came to on past days; see `queries/cylinder_tallies.py`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from time import monotonic

from sqlalchemy import delete, func, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.counters import upsert
from registry.db import db, transaction
from registry.models import CylinderTally, CylinderTouch
from registry.queries import cylinder_tallies as kept

SECONDS = 10.0  # of one worker's time, each time
LOOSE = 1_000  # rows of touches that are worth putting together


def keep(actor: Actor, on: date) -> int:
    """Count what is not kept of a past day, or does not hold any more; how many blocks that were.

    No entry in the trail: nothing is decided, and the records say the same at any time.
    """
    policy.require(actor, "indicator.keep")
    if not kept.first_day() <= on < clock.today():
        return 0
    touched = kept.touches(on)  # before the records: what is committed after this makes the count stale
    rules, blocks = kept.rules_of([on])[on], kept.all_blocks()
    stale = kept.stale_blocks(on, blocks)
    found: dict[int, kept.Places] = {}
    if len(stale) > len(blocks) // 4:
        found = kept.by_another_day(on, blocks) or kept.counted(on)
    else:
        for ids in kept.spans(blocks, stale):
            found |= kept.counted(on, ids)
    every = touched.get(kept.EVERYWHERE, 0)
    rows = [
        {
            "day": on,
            "block": block,
            "counts": found.get(block, {}),
            "touched": touched.get(block, 0) + every,
            "rules": rules,
        }
        for block in stale
    ]
    db.session.rollback()  # the walk is over before the writers are asked to wait
    if rows:
        with transaction(durable=False) as session:
            new = upsert(session, CylinderTally)
            said = {name: new.excluded[name] for name in ("counts", "touched", "rules")}
            named = [CylinderTally.day, CylinderTally.block]
            session.execute(new.values(rows).on_conflict_do_update(index_elements=named, set_=said))
    return len(rows)


def keep_some(actor: Actor, seconds: float | None = None) -> int:
    """Keep days for some seconds, the newest first; how many. Nothing where the cylinders are few."""
    policy.require(actor, "indicator.keep")
    blocks = kept.all_blocks()
    if len(blocks) < kept.FEWEST_BLOCKS:
        return 0
    fold(actor)
    days, until, done = kept.stale_days(blocks), monotonic() + (SECONDS if seconds is None else seconds), 0
    for day in days:
        if monotonic() >= until:
            break
        keep(actor, day)
        done += 1
    return done


def fold(actor: Actor) -> int:
    """Put touches together that kept days cannot tell apart, and drop the days that are kept no longer; how many rows
    were put together. The sum that a kept day sees stays what it is."""
    policy.require(actor, "indicator.keep")
    first = kept.first_day()
    oldest = first - timedelta(days=kept.FOLDED_DAYS)
    loose = or_(CylinderTouch.number != 0, CylinderTouch.since < oldest)
    count = db.session.scalar(select(func.count()).select_from(CylinderTouch).where(loose)) or 0
    if count < LOOSE:
        return 0
    blocks = list(db.session.scalars(select(CylinderTouch.block).where(loose).distinct().order_by(CylinderTouch.block)))
    db.session.rollback()
    for block in blocks:
        with transaction(durable=False) as session:
            session.execute(delete(CylinderTally).where(CylinderTally.day < first))
            gone = session.execute(
                delete(CylinderTouch)
                .where(CylinderTouch.block == block, loose)
                .returning(CylinderTouch.since, CylinderTouch.times)
            ).all()
            sums: dict[date, int] = {}
            for since, times in gone:
                day = max(since, oldest)
                sums[day] = sums.get(day, 0) + times
            _add(block, sums)
    return count


def _add(block: int, sums: Mapping[date, int]) -> None:
    rows = [{"block": block, "since": day, "number": 0, "times": times} for day, times in sorted(sums.items())]
    named = [CylinderTouch.block, CylinderTouch.since, CylinderTouch.number]
    for start in range(0, len(rows), 500):
        new = upsert(db.session(), CylinderTouch)
        more = {"times": CylinderTouch.times + new.excluded.times}
        db.session.execute(new.values(rows[start : start + 500]).on_conflict_do_update(index_elements=named, set_=more))
