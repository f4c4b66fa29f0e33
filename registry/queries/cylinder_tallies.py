"""The indicators over cylinders on past days, from counts that are kept by blocks of cylinders.

A walk over a million cylinders takes a second, and an office looks at any day. So the workers keep what each day came
to, block by block of the cylinders' ids: a record that comes late, or a cylinder registered with all its past, makes
one block count anew and leaves the others.

A kept count is never stale. Whatever changes a record that a count reads leaves a row in `cylinder_touch` (by triggers
of the database, in the same transaction) with the block and the first day that may differ. These rows are only added.
Who counts reads their sum first and the records after it; who reads a count compares that sum with the present one, in
one statement. Equal sums are the same rows, so nothing was committed since that the count does not know; a change that
was committed while it was counted is in the present sum and not in the kept one. What does not agree is counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

from sqlalchemy import case, func, select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Cylinder, CylinderTally, CylinderTouch, Parameter
from registry.queries import fill_covers, indicator_counts, indicator_definitions, parameters, periods, then
from registry.queries.indicator_definitions import INDICATORS
from registry.queries.periods import Span, within
from registry.rules import cylinder_lifecycle, cylinders, kinds
from registry.rules.dates import end_of_month

BLOCK = 16_384  # ids in a block; the triggers of migration 0046 divide by it
EVERYWHERE = -1  # the block of a change that may concern every cylinder
FEWEST_BLOCKS = 4  # of fewer cylinders the records themselves answer soon enough
DAYS = 3 * 366
FOLDED_DAYS = 7  # hosts may disagree about what day it is
COVER_DAYS = "insurance.fill_cover_days"
OVER_CYLINDERS = tuple(indicator for indicator in INDICATORS.values() if indicator.model is Cylinder)
RULES = (indicator_definitions, fill_covers, then, periods, cylinder_lifecycle, cylinders, kinds)

Places = Mapping[str, Sequence[int]]
"""area -> [population, counted of each of OVER_CYLINDERS]."""
Counts = dict[str, dict[str, tuple[int, int]]]


def counts(actor: Actor, on: date) -> Counts | None:
    """Indicator -> area -> (counted, population) on a past day, for who sees every cylinder; None where it is as well
    to walk over all of them."""
    if not first_day() <= on < clock.today() or not indicator_counts.sees_all(actor):
        return None
    blocks = all_blocks()
    if len(blocks) < FEWEST_BLOCKS:
        return None
    kept = _holding(on)
    stale = [block for block in blocks if block not in kept]
    if len(stale) > len(blocks) // 4:
        return None
    parts = [places for block in blocks if (places := kept.get(block))]
    for ids in spans(blocks, stale):
        parts += counted(on, ids).values()
    return _together(parts)


def first_day() -> date:
    """The first of the days whose counts are kept."""
    return clock.today() - timedelta(days=DAYS)


def all_blocks() -> list[int]:
    """The blocks that have a cylinder, by stepping from one to the next."""
    walk = select((func.min(Cylinder.id) // BLOCK).label("block")).cte("walk", recursive=True)
    following = select(func.min(Cylinder.id)).where(Cylinder.id >= (walk.c.block + 1) * BLOCK).scalar_subquery()
    walk = walk.union_all(select(following // BLOCK).where(walk.c.block.is_not(None)))
    return list(db.session.scalars(select(walk.c.block).where(walk.c.block.is_not(None)).order_by(walk.c.block)))


def spans(blocks: Sequence[int], stale: Iterable[int]) -> list[tuple[int, int]]:
    """The ids of stale blocks, those side by side together."""
    place = {block: number for number, block in enumerate(blocks)}
    runs = groupby(enumerate(sorted(stale)), key=lambda pair: place[pair[1]] - pair[0])
    found = [[block for _, block in run] for _, run in runs]
    return [(run[0] * BLOCK, run[-1] * BLOCK + BLOCK - 1) for run in found]


def counted(on: date, ids: Span = None) -> dict[int, Places]:
    """Each block that has a cylinder in use on a day as the records say, all of them or those of some ids."""
    values = parameters.values((COVER_DAYS,), on)
    sums = [func.sum(case((one.counted(on, values, ids), 1), else_=0)) for one in OVER_CYLINDERS]
    block, area = (Cylinder.id // BLOCK).label("block"), then.cylinder_area(on).label("area")
    rows = db.session.execute(
        select(block, area, func.count(), *sums)
        .select_from(Cylinder)
        .where(*within(Cylinder.id, ids), OVER_CYLINDERS[0].population(on, ids))
        .group_by(block, area)
    )
    found: dict[int, dict[str, list[int]]] = {}
    for number, code, *said in rows:
        found.setdefault(number, {})[code] = [int(one or 0) for one in said]
    return found  # type: ignore[return-value]


def touches(on: date) -> dict[int, int]:
    """Block -> how often its records of a day were touched so far; those that touch every block under EVERYWHERE."""
    touched = select(CylinderTouch.block, func.sum(CylinderTouch.times)).where(CylinderTouch.since <= on)
    return {block: int(times) for block, times in db.session.execute(touched.group_by(CylinderTouch.block))}


def rules_of(days: Sequence[date]) -> dict[date, str]:
    """What days are counted by: another version of the product counts anew, as does another parameter."""
    chosen = select(Parameter.since, Parameter.value).where(Parameter.key == COVER_DAYS).order_by(Parameter.since)
    rows = db.session.execute(chosen).all()
    values = {day: next((value for since, value in reversed(rows) if since <= day), "") for day in days}
    return {day: f"{_source()}-{value[:15]}" for day, value in values.items()}


@cache
def _source() -> str:
    tables = sorted((Path(kinds.__file__).parent / "tables").glob("*.csv"))
    files = [*(Path(str(module.__file__)) for module in RULES), *tables]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:24]


def _holding(on: date) -> dict[int, Places]:
    """The blocks whose count is kept and holds. One statement, so that counts and touches are of one moment."""
    touched = (
        select(CylinderTouch.block, func.sum(CylinderTouch.times).label("times"))
        .where(CylinderTouch.since <= on)
        .group_by(CylinderTouch.block)
        .cte("touched")
    )
    every = select(touched.c.times).where(touched.c.block == EVERYWHERE).scalar_subquery()
    now = func.coalesce(touched.c.times, 0) + func.coalesce(every, 0)
    rows = db.session.execute(
        select(CylinderTally.block, CylinderTally.counts)
        .outerjoin(touched, touched.c.block == CylinderTally.block)
        .where(CylinderTally.day == on, CylinderTally.rules == rules_of([on])[on], CylinderTally.touched == now)
    )
    return dict(rows.all())


def _together(parts: Iterable[Places]) -> Counts:
    sums: dict[str, list[int]] = {}
    for places in parts:
        for area, said in places.items():
            sums[area] = [before + more for before, more in zip(sums.get(area, [0] * len(said)), said, strict=True)]
    return {
        one.key: {area: (said[number], said[0]) for area, said in sums.items()}
        for number, one in enumerate(OVER_CYLINDERS, start=1)
    }


def stale_blocks(on: date, blocks: Sequence[int]) -> list[int]:
    """Those of the blocks whose count of a day is not kept, or does not hold any more."""
    kept = _holding(on)
    return [block for block in blocks if block not in kept]


def stale_days(blocks: Sequence[int]) -> list[date]:
    """The days to be kept of which a block is missing or does not hold: month-ends, which reports compare, and then the
    others, the newest first."""
    days = [clock.today() - timedelta(days=ago) for ago in range(1, DAYS + 1)]
    running: dict[int, list[tuple[date, int]]] = {}
    for block, since, times in db.session.execute(
        select(CylinderTouch.block, CylinderTouch.since, func.sum(CylinderTouch.times))
        .group_by(CylinderTouch.block, CylinderTouch.since)
        .order_by(CylinderTouch.since.desc())
    ):
        running.setdefault(block, []).append((since, int(times)))  # the oldest last
    kept: dict[date, dict[int, tuple[int, str]]] = {}
    for day, block, touched, rules in db.session.execute(
        select(CylinderTally.day, CylinderTally.block, CylinderTally.touched, CylinderTally.rules)
    ):
        kept.setdefault(day, {})[block] = touched, rules
    sums, rules_by_day = dict.fromkeys((*blocks, EVERYWHERE), 0), rules_of(days)
    found = []
    for day in reversed(days):
        for block in sums:
            rows = running.get(block, [])
            while rows and rows[-1][0] <= day:
                sums[block] += rows.pop()[1]
        of_day, rules = kept.get(day, {}), rules_by_day[day]
        if any(of_day.get(block) != (sums[block] + sums[EVERYWHERE], rules) for block in blocks):
            found.append(day)
    return sorted(found, key=lambda day: (end_of_month(day.year, day.month) == day, day), reverse=True)
