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

from sqlalchemy import ColumnElement, case, func, select

from registry import clock
from registry.actor import Actor
from registry.db import db, make_room
from registry.models import AreaLeft, Cylinder, CylinderTally, CylinderTouch, Parameter
from registry.queries import cylinder_differences as differences
from registry.queries import fill_covers, indicator_counts, indicator_definitions, parameters, periods, then
from registry.queries.indicator_definitions import INDICATORS
from registry.queries.periods import Span, within
from registry.rules import cylinder_lifecycle, cylinders, kinds

BLOCK = 16_384  # ids in a block; the triggers of migration 0046 divide by it
EVERYWHERE = -1  # the block of a change that may concern every cylinder
FEWEST_BLOCKS = 4  # of fewer cylinders the records themselves answer soon enough
DAYS = 3 * 366
NEAR = 31  # days between a day and another whose count is used for it
FOLDED_DAYS = 7  # hosts may disagree about what day it is
COVER_DAYS = "insurance.fill_cover_days"
OVER_CYLINDERS = tuple(indicator for indicator in INDICATORS.values() if indicator.model is Cylinder)
RULES = (differences, indicator_definitions, fill_covers, then, periods, cylinder_lifecycle, cylinders, kinds)

Places = Mapping[str, Sequence[int]]
"""area -> [population, counted of each of OVER_CYLINDERS]."""
Counts = dict[str, dict[str, tuple[int, int]]]


def counts(actor: Actor, on: date) -> Counts | None:
    """Indicator -> area -> (counted, population) on a past day, for who sees every cylinder or those of some areas;
    None where it is as well to walk over all of them."""
    seen = indicator_counts.seen(actor, Cylinder)
    if not first_day() <= on < clock.today() or seen is None:
        return None
    blocks = all_blocks()
    if len(blocks) < FEWEST_BLOCKS:
        return None
    before = touched(on) if seen else None
    parts = _parts(on, blocks)
    places = _sums(parts) if parts is not None else None
    if seen and places is not None:
        places = _inside(places, on, seen)
        if touched(on) != before:
            return None
    return None if places is None else _by_indicator(places)


def _parts(on: date, blocks: Sequence[int]) -> list[Places] | None:
    kept = holding(on)
    stale = [block for block in blocks if block not in kept]
    if len(stale) > len(blocks) // 4:
        like = by_another_day(on, blocks)
        return None if like is None else list(like.values())
    parts = [places for block in blocks if (places := kept.get(block))]
    for ids in spans(blocks, stale):
        parts += counted(on, ids).values()
    return parts


def _inside(places: Places, on: date, areas: Sequence[str]) -> Places | None:
    """What is in some areas now, by where it was on a day: the same but for the cylinders that changed their area
    since. None where these are too many."""
    moved = select(AreaLeft.cylinder_id).where(AreaLeft.cylinder_id.is_not(None), AreaLeft.left_on > on).distinct()
    ids = [id_ for id_ in db.session.scalars(moved.limit(differences.MOST + 1)) if id_ is not None]
    if len(ids) > differences.MOST:
        return None
    own = {area: said for area, said in places.items() if area in areas}
    if not ids:
        return own
    here = _sums(counted(on, ids, Cylinder.area_code.in_(areas)).values())
    left = {area: said for area, said in _sums(counted(on, ids).values()).items() if area in areas}
    return moved_to(own, left, here)


def by_another_day(on: date, blocks: Sequence[int]) -> dict[int, Places] | None:
    """Each block of a day as the nearest day says of which every block is kept, but for the cylinders in which the two
    may differ: those are counted for both. None where no such day is near, or they differ in too many.

    All of it is of one moment, or None: nothing that says anything of either day is committed meanwhile.
    """
    for other in _near(on, len(blocks)):
        before = touched(max(on, other))
        kept = holding(other)
        ids = None if any(block not in kept for block in blocks) else differences.between(*sorted((on, other)))
        if ids is None:
            continue
        gone, come = (counted(day, ids) if ids else {} for day in (other, on))
        if touched(max(on, other)) != before:
            return None
        return {block: moved_to(kept[block], gone.get(block, {}), come.get(block, {})) for block in blocks}
    return None


def _near(on: date, blocks: int) -> list[date]:
    """The nearest day before and the nearest after one of which so many blocks were kept, by the same rules."""
    since, until = on - timedelta(days=NEAR), on + timedelta(days=NEAR)
    rows = db.session.execute(
        select(CylinderTally.day, CylinderTally.rules)
        .where(CylinderTally.day.between(since, until), CylinderTally.day != on)
        .group_by(CylinderTally.day, CylinderTally.rules)
        .having(func.count() >= blocks)
    ).all()
    rules = rules_of([on])[on]
    days = [day for day, said in rows if said == rules]
    nearest = (
        max((day for day in days if day < on), default=None),
        min((day for day in days if day > on), default=None),
    )
    return sorted((day for day in nearest if day is not None), key=lambda day: abs(day - on))


def moved_to(kept: Places, gone: Places, come: Places) -> Places:
    """Places without some cylinders as they were, and with them as they are."""
    nothing = [0] * (len(OVER_CYLINDERS) + 1)
    found = {}
    for area in kept.keys() | come.keys():
        parts = (place.get(area, nothing) for place in (kept, gone, come))
        found[area] = [was - less + more for was, less, more in zip(*parts, strict=True)]
    return {area: said for area, said in found.items() if any(said)}


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


def counted(on: date, ids: Span = None, *where: ColumnElement[bool]) -> dict[int, Places]:
    """Each block that has a cylinder in use on a day as the records say, all of them or those of some ids."""
    make_room()  # what has changed since a day long past may be nearly every cylinder
    population = OVER_CYLINDERS[0].population(on, ids)
    if ids is None and db.engine.dialect.name == "sqlite":
        population = case((population, 1)) == 1  # else the ids are gathered first, and all of them sorted for the areas
    values = parameters.values((COVER_DAYS,), on)
    sums = [func.sum(case((one.counted(on, values, ids), 1), else_=0)) for one in OVER_CYLINDERS]
    block, area = (Cylinder.id // BLOCK).label("block"), then.cylinder_area(on).label("area")
    rows = db.session.execute(
        select(block, area, func.count(), *sums)
        .select_from(Cylinder)
        .where(*within(Cylinder.id, ids), population, *where)
        .group_by(block, area)
    )
    found: dict[int, dict[str, list[int]]] = {}
    for number, code, *said in rows:
        found.setdefault(number, {})[code] = [int(one or 0) for one in said]
    return found  # type: ignore[return-value]


def touches(on: date) -> dict[int, int]:
    """Block -> how often its records of a day were touched so far; those that touch every block under EVERYWHERE."""
    sums = select(CylinderTouch.block, func.sum(CylinderTouch.times)).where(CylinderTouch.since <= on)
    return {block: int(times) for block, times in db.session.execute(sums.group_by(CylinderTouch.block))}


def touched(on: date) -> int:
    """How often records of a day were touched so far, of whichever block."""
    return int(db.session.scalar(select(func.sum(CylinderTouch.times)).where(CylinderTouch.since <= on)) or 0)


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


def holding(on: date) -> dict[int, Places]:
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


def _sums(parts: Iterable[Places]) -> Places:
    sums: dict[str, list[int]] = {}
    for places in parts:
        for area, said in places.items():
            sums[area] = [before + more for before, more in zip(sums.get(area, [0] * len(said)), said, strict=True)]
    return sums


def _by_indicator(sums: Places) -> Counts:
    return {
        one.key: {area: (said[number], said[0]) for area, said in sums.items()}
        for number, one in enumerate(OVER_CYLINDERS, start=1)
    }


def stale_blocks(on: date, blocks: Sequence[int]) -> list[int]:
    """Those of the blocks whose count of a day is not kept, or does not hold any more."""
    kept = holding(on)
    return [block for block in blocks if block not in kept]


def stale_days(blocks: Sequence[int]) -> list[date]:
    """The days to be kept of which a block is missing or does not hold, the newest first: each has a neighbour that
    is kept."""
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
    return sorted(found, reverse=True)
