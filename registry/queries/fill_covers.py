"""Insurance by the fill: 一瓶一码、一充一保 (cylinders.md §8). Covers are computed from fills, never stored.

Under a policy paid by the fill, each fill of its holder's within its term and media covers the cylinder from the end of
the fill until its next fill, N days at most. A cover that began goes on when the policy ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Cylinder, Filling, FillSettlement, Policy, PolicyItem, Unit
from registry.queries import parameters, then
from registry.queries.paging import Page, paginate
from registry.queries.periods import Span, holds, within
from registry.rules.cylinders import same_medium
from registry.rules.dates import add_months
from registry.rules.kinds import MEDIA

PER_FILL, PER_STATION = "per_fill", "per_station_year"
FILL_LIABILITY = "fill_liability"
Where = ColumnElement[bool]


@dataclass(frozen=True)
class Terms:
    """What a policy paid by the fill says: its last day, how long a cover runs, the media it is for (none: all)."""

    id: int
    insurer_id: int
    holder_id: int
    starts_on: date
    last: date
    days: int
    media: tuple[str, ...]

    def takes(self, station_id: int, filled_on: date, medium: str) -> bool:
        """Whether a fill begins a cover under it."""
        inside = self.holder_id == station_id and self.starts_on <= filled_on <= self.last
        return inside and (not self.media or medium in self.media)


@dataclass(frozen=True)
class Cover:
    """The cover that a fill began; `until` is the moment it ends, by `next_fill` or by the days."""

    filling: Filling
    cylinder: Cylinder
    since: datetime
    until: datetime
    next_fill: bool
    premium_fen: int


@dataclass(frozen=True)
class Month:
    """The fills of a month under a policy, as they stand now and as they were settled."""

    month: date
    fills: int
    premium_fen: int
    settled: FillSettlement | None
    may_settle: bool


def terms(on: date, holder_id: int | None = None) -> list[Terms]:
    """The policies paid by the fill under which a cover may run on a day."""
    chosen = int(parameters.value("insurance.fill_cover_days", on))
    statement = select(Policy).where(
        Policy.subject == "cylinder",
        Policy.basis == PER_FILL,
        liability(),
        Policy.starts_on <= on,
    )
    if holder_id is not None:
        statement = statement.where(Policy.holder_id == holder_id)
    found = [of(row, chosen) for row in db.session.scalars(statement.order_by(Policy.id))]
    return [one for one in found if one.last + timedelta(days=one.days) > on]


def of(row: Policy, chosen: int) -> Terms:
    """The terms of one policy; `chosen`: the office's days for those that state none."""
    last = row.ends_on if row.cancelled_on is None else min(row.ends_on, row.cancelled_on - timedelta(days=1))
    media = _media(row.media, row.starts_on)
    return Terms(row.id, row.insurer_id, row.holder_id, row.starts_on, last, row.cover_days or chosen, media)


def _media(named: Sequence[str] | None, on: date) -> tuple[str, ...]:
    """The media that a policy names, with all of a family's where it names the family; none: whatever is filled."""
    return tuple(known for known in MEDIA if any(same_medium(known, one, on) for one in named or ()))


def insured(on: date, ids: Span = None) -> Where:
    """Cylinders insured on a day: by name, by their last fill, or with all of their station's; with `ids` nothing else
    is looked at."""
    return or_(_by_name(on, ids), _by_fill(on, ids), _by_station(on))


def liability() -> Where:
    """Policies that answer for filled cylinders: product and employer's liability say nothing of what one does to
    others."""
    return or_(Policy.line.is_(None), Policy.line == FILL_LIABILITY)


def _runs(on: date) -> Where:
    return and_(
        Policy.subject == "cylinder",
        Policy.starts_on <= on,
        Policy.ends_on >= on,
        or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
        liability(),
    )


def _by_name(on: date, ids: Span) -> Where:
    named = (
        select(PolicyItem.cylinder_id)
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(
            PolicyItem.cylinder_id.is_not(None),
            *within(PolicyItem.cylinder_id, ids),
            holds(PolicyItem, on),
            _runs(on),
        )
    )
    return Cylinder.id.in_(named)


def whole(station_id: int | None, on: date) -> list[tuple[tuple[str, ...], date]]:
    """Media and last day of each policy over all that a station fills; no media: whatever it fills."""
    every = Policy.basis.in_((PER_FILL, PER_STATION))
    rows = db.session.execute(
        select(Policy.media, Policy.ends_on).where(_runs(on), every, Policy.holder_id == station_id).order_by(Policy.id)
    )
    return [(tuple(media or ()), ends_on) for media, ends_on in rows]


def _by_station(on: date) -> Where:
    holders: dict[tuple[str, ...], list[int]] = {}
    named = select(Policy.holder_id, Policy.media, Policy.starts_on).where(_runs(on), Policy.basis == PER_STATION)
    for holder_id, media, since in db.session.execute(named.order_by(Policy.id)):
        holders.setdefault(_media(media, since), []).append(holder_id)
    if not holders:
        return false()
    owner = then.cylinder_owner(on)
    return or_(
        *(and_(owner.in_(ids), Cylinder.medium.in_(media) if media else true()) for media, ids in holders.items())
    )


def _by_fill(on: date, ids: Span) -> Where:
    """The last fill up to the day began a cover that still runs."""
    begun = [_began(one, on) for one in terms(on)]
    if not begun:
        return false()
    later = aliased(Filling)
    again = exists().where(
        later.cylinder_id == Filling.cylinder_id, later.ended_at > Filling.ended_at, later.filled_on <= on
    )
    return Cylinder.id.in_(select(Filling.cylinder_id).where(or_(*begun), *within(Filling.cylinder_id, ids), ~again))


def _began(one: Terms, on: date) -> Where:
    first = max(one.starts_on, on - timedelta(days=one.days) + timedelta(days=1))
    where = [Filling.station_id == one.holder_id, Filling.filled_on.between(first, min(on, one.last))]
    return and_(*where, Filling.medium.in_(one.media)) if one.media else and_(*where)


def insurer_of(owner_id: int, medium: str, last: Filling | None, on: date) -> str | None:
    """Who answers for a cylinder of a medium on a day by its last fill or with all of its station's; None when nobody
    does."""
    station = (
        select(Policy.insurer_id, Policy.media, Policy.starts_on)
        .where(_runs(on), Policy.basis == PER_STATION, Policy.holder_id == owner_id)
        .order_by(Policy.id)
    )
    whole = ((one, _media(media, since)) for one, media, since in db.session.execute(station))
    insurer = next((one for one, media in whole if not media or medium in media), None)
    if insurer is None and last is not None:
        insurer = next((one.insurer_id for one in terms(on, last.station_id) if _covers(one, last, on)), None)
    return None if insurer is None else db.session.scalar(select(Unit.name).where(Unit.id == insurer))


def _covers(one: Terms, fill: Filling, on: date) -> bool:
    takes = one.takes(fill.station_id, fill.filled_on, fill.medium)
    return takes and on < fill.filled_on + timedelta(days=one.days)


def ended(ids: Sequence[int], on: date) -> dict[int, tuple[str, date, bool]]:
    """Cylinder id -> the policy and the day on which its last cover by a fill ended, and whether another fill ended it;
    only for cylinders that had one and have none on a day."""
    held = select(Policy).where(
        Policy.subject == "cylinder", Policy.basis == PER_FILL, liability(), Policy.starts_on <= on
    )
    rows = list(db.session.scalars(held.order_by(Policy.id)))
    if not rows:
        return {}
    chosen = int(parameters.value("insurance.fill_cover_days", on))
    known = [(row.policy_no, of(row, chosen)) for row in rows]
    fills = db.session.scalars(
        select(Filling)
        .where(
            Filling.cylinder_id.in_(ids),
            Filling.filled_on.between(min(row.starts_on for row in rows), on),
        )
        .order_by(Filling.ended_at)
    )
    found: dict[int, tuple[str, date, bool]] = {}
    for fill in fills:
        before = found.get(fill.cylinder_id)
        if before is not None and before[1] > fill.filled_on:
            found[fill.cylinder_id] = (before[0], fill.filled_on, True)
        taken = next(((no, one) for no, one in known if one.takes(fill.station_id, fill.filled_on, fill.medium)), None)
        if taken is not None:
            found[fill.cylinder_id] = (taken[0], fill.filled_on + timedelta(days=taken[1].days), False)
    return {cylinder_id: last for cylinder_id, last in found.items() if last[1] <= on}


def fill_behind(row: Policy, cylinder_id: int, on: date) -> Filling | None:
    """The fill whose cover under this policy ran on a day: for a claim. None when none did."""
    one = of(row, int(parameters.value("insurance.fill_cover_days", on)))
    fill = db.session.scalar(
        select(Filling)
        .where(Filling.cylinder_id == cylinder_id, Filling.filled_on <= on)
        .order_by(Filling.ended_at.desc())
        .limit(1)
    )
    return fill if fill is not None and _covers(one, fill, on) else None


def covers(actor: Actor, policy_id: int, month: date, limit: int = 50, cursor: str | None = None) -> Page:
    """A page of the covers that a month's fills began under a policy.

    Raises:
        Missing: no such policy for this caller, or not one paid by the fill.
    """
    row = _policy(actor, policy_id)
    one = of(row, int(parameters.value("insurance.fill_cover_days", clock.today())))
    statement = select(Filling).where(*_fills(row, one, month)).options(joinedload(Filling.cylinder))
    found = paginate(statement, Filling.id, limit, cursor)
    following = _next_fills(found.items)
    return Page([_cover(fill, one, row.unit_fen or 0, following.get(fill.id)) for fill in found.items], found.next)


def months(actor: Actor, policy_id: int) -> list[Month]:
    """The months of a policy up to today with their fills, the newest first.

    Raises:
        Missing: no such policy for this caller, or not one paid by the fill.
    """
    row, today = _policy(actor, policy_id), clock.today()
    one = of(row, 0)
    kept = {
        settled.month: settled
        for settled in db.session.scalars(select(FillSettlement).where(FillSettlement.policy_id == row.id))
    }
    found: list[Month] = []
    first, open_before = row.starts_on.replace(day=1), False
    while first <= min(one.last, today):
        fills = count(row, first)
        settled = kept.get(first)
        over = add_months(first, 1) <= today
        may = settled is None and over and not open_before and policy.may(actor, "fill_cover.settle")
        open_before = open_before or settled is None
        found.append(Month(first, fills, fills * (row.unit_fen or 0), settled, may))
        first = add_months(first, 1)
    return found[::-1]


def count(row: Policy, month: date) -> int:
    """How many fills of a month a policy paid by the fill insures."""
    return db.session.scalar(select(func.count()).select_from(Filling).where(*_fills(row, of(row, 0), month))) or 0


def sums(row: Policy) -> Mapping[str, int]:
    """Fills insured so far under a policy paid by the fill, and what they come to in fen."""
    fills = db.session.scalar(select(func.count()).select_from(Filling).where(*_term(row, of(row, 0)))) or 0
    return {"fills": fills, "premium_fen": fills * (row.unit_fen or 0)}


def _policy(actor: Actor, policy_id: int) -> Policy:
    policy.require(actor, "fill_cover.read")
    row = policy.get(actor, Policy, Policy.id == policy_id)
    if row.basis != PER_FILL:
        raise Missing(T("这份保单不按次充装计费"))
    return row


def _term(row: Policy, one: Terms) -> list[Where]:
    where = [Filling.station_id == row.holder_id, Filling.filled_on.between(one.starts_on, one.last)]
    return [*where, Filling.medium.in_(one.media)] if one.media else where


def _fills(row: Policy, one: Terms, month: date) -> list[Where]:
    first = month.replace(day=1)
    return [*_term(row, one), Filling.filled_on >= first, Filling.filled_on < add_months(first, 1)]


def _next_fills(fills: Sequence[Filling]) -> dict[int, datetime]:
    """Filling id -> when its cylinder was filled next, by whomever."""
    later = aliased(Filling)
    statement = (
        select(Filling.id, func.min(later.ended_at, type_=Filling.ended_at.type))
        .join(later, and_(later.cylinder_id == Filling.cylinder_id, later.ended_at > Filling.ended_at))
        .where(Filling.id.in_([fill.id for fill in fills]))
        .group_by(Filling.id)
    )
    return dict(db.session.execute(statement).all())


def _cover(fill: Filling, one: Terms, fen: int, following: datetime | None) -> Cover:
    last = clock.start_of(fill.filled_on + timedelta(days=one.days))
    early = following is not None and following < last
    return Cover(fill, fill.cylinder, fill.ended_at, following if early and following else last, early, fen)
