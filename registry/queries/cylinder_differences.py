"""Which cylinders may be counted differently on two days: those of which a record begins or ends between them.

So a day that nobody has counted yet is another day's count and the few cylinders in which the two differ. What it comes
to is always asked of the conditions of the indicators themselves; here is only whom they have to be asked about. Too
many do no harm, one too few would: a condition that comes to read another table needs it here too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union

from registry import clock
from registry.db import db
from registry.models import AreaLeft, Cylinder, CylinderLeft, CylinderStatus, Filling, LabelCode, Policy, PolicyItem
from registry.queries import fill_covers

Where = ColumnElement[bool]
MOST = 60_000  # of more it is as well to walk over all cylinders


def between(first: date, last: date) -> list[int] | None:
    """Ids of the cylinders that may count differently at the end of the earlier day and of the later; None when they
    are more than MOST."""
    asked = (
        *_periods(first, last),
        *_codes(first, last),
        *_places(first, last),
        *_items(first, last),
        *_fills(first, last),
        *_stations(first, last),
    )
    found = list(db.session.scalars(union(*asked).limit(MOST + 1)))
    return None if len(found) > MOST else found


def _in(column: Any, first: date, last: date) -> Where:
    return and_(column > first, column <= last)


def _periods(first: date, last: date) -> tuple[Select[Any], ...]:
    of = select(CylinderStatus.cylinder_id)
    return of.where(_in(CylinderStatus.since, first, last)), of.where(_in(CylinderStatus.until, first, last))


def _codes(first: date, last: date) -> tuple[Select[Any], ...]:
    of = select(LabelCode.cylinder_id).where(LabelCode.cylinder_id.is_not(None))
    return of.where(_in(LabelCode.bound_on, first, last)), of.where(_in(LabelCode.ended_on, first, last))


def _places(first: date, last: date) -> tuple[Select[Any], ...]:
    of = select(AreaLeft.cylinder_id).where(AreaLeft.cylinder_id.is_not(None))
    return (of.where(_in(AreaLeft.left_on, first, last)),)


def _items(first: date, last: date) -> tuple[Select[Any], ...]:
    """Items that begin or end, and all of a policy that does."""
    of = select(PolicyItem.cylinder_id).where(PolicyItem.cylinder_id.is_not(None))
    policies = select(Policy.id).where(Policy.subject == "cylinder", _begins_or_ends(first, last))
    return (
        of.where(_in(PolicyItem.since, first, last)),
        of.where(_in(PolicyItem.until, first, last)),
        of.where(PolicyItem.policy_id.in_(policies)),
    )


def _begins_or_ends(first: date, last: date) -> Where:
    return or_(
        _in(Policy.starts_on, first, last),
        and_(Policy.ends_on >= first, Policy.ends_on < last),
        _in(Policy.cancelled_on, first, last),
    )


def _fills(first: date, last: date) -> tuple[Select[Any], ...]:
    """Where a policy is paid by the fill: cylinders that were filled, by whomever, and those whose days were over."""
    terms = {one.id: one for day in (first, last) for one in fill_covers.terms(day)}.values()
    if not terms:
        return ()
    of = select(Filling.cylinder_id)
    filled = of.where(Filling.station_id.in_(_stations_that_fill()), _in(Filling.filled_on, first, last))
    over = [
        of.where(
            Filling.station_id == one.holder_id,
            _in(Filling.filled_on, first - timedelta(days=one.days), last - timedelta(days=one.days)),
        )
        for one in terms
    ]
    return filled, *over


def _stations_that_fill() -> Select[Any]:
    """By stepping from one to the next: the index of fills begins with the station."""
    walk = select(func.min(Filling.station_id).label("id")).cte("stations", recursive=True)
    following = select(func.min(Filling.station_id)).where(Filling.station_id > walk.c.id).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.id.is_not(None)))
    return select(walk.c.id).where(walk.c.id.is_not(None))


def _stations(first: date, last: date) -> tuple[Select[Any], ...]:
    """Where a policy is over all that a station has: cylinders that came to another, and all of a station of which a
    policy begins or ends."""
    policies = select(Policy.holder_id).where(
        Policy.subject == "cylinder", Policy.basis == fill_covers.PER_STATION, Policy.starts_on <= last,
        Policy.ends_on >= first,
    )  # fmt: skip
    if db.session.scalar(policies.limit(1)) is None:
        return ()
    holders = policies.where(_begins_or_ends(first, last))
    after, before = (clock.start_of(day + timedelta(days=1)) for day in (first, last))
    return (
        select(CylinderLeft.cylinder_id).where(CylinderLeft.at >= after, CylinderLeft.at < before),
        select(CylinderLeft.cylinder_id).where(CylinderLeft.unit_id.in_(holders)),
        select(Cylinder.id).where(Cylinder.owner_id.in_(holders)),
    )
