"""The account of a station's cylinders over a period, and what does not add up (cylinders.md §9).

opening + new on file + written over to it = what it has at the end, by status + written over to others + destroyed +
cancelled otherwise. And what it bought must be on file. Every number is the length of the list behind it: both come
from one statement of (cylinder, station).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from registry import clock, policy
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import (
    Capacity,
    Cylinder,
    CylinderEvent,
    CylinderLeft,
    CylinderPurchase,
    CylinderStatus,
    Filling,
    ScrapItem,
    Unit,
)
from registry.queries import parameters
from registry.queries.paging import Page, paginate
from registry.rules.cylinder_lifecycle import STATUSES

GONE = ("destroyed", "cancelled")
HELD = tuple(status for status in STATUSES if status not in GONE)
CAME = ("opening", "new", "received")
WENT = ("handed_on", "destroyed", "cancelled")
DOUBTS: dict[str, T] = {
    "no_evidence": T("已销毁或注销，但没有销毁证据"),
    "slow_scrap": T("判废后超过期限未销毁"),
    "not_confirmed": T("已销毁，超过期限未确认注销"),
    "silent": T("在用，但超过期限没有充装和流转"),
    "filled_after": T("销毁或注销之后仍有充装"),
}
LABELS: dict[str, T] = {
    "opening": T("期初在册"),
    "new": T("本期新建档"),
    "received": T("本期过户转入"),
    "handed_on": T("本期过户转出"),
    "destroyed": T("本期销毁"),
    "cancelled": T("本期其他注销"),
    **DOUBTS,
}
Pairs = Any  # a select of (id, station_id)


@dataclass(frozen=True)
class Account:
    """A station's account: `numbers` by key (CAME, statuses at the end, WENT, DOUBTS), `bought` by its papers.

    Doubts are those of today.
    """

    station_id: int
    station: str
    since: date
    until: date
    numbers: Mapping[str, int]
    bought: int

    @property
    def came(self) -> int:
        return sum(self.numbers[key] for key in CAME)

    @property
    def held(self) -> int:
        return sum(self.numbers[key] for key in HELD)

    @property
    def went(self) -> int:
        return sum(self.numbers[key] for key in WENT)

    @property
    def difference(self) -> int:
        """Came less what is held and what went: 0 when the account adds up."""
        return self.came - self.held - self.went

    @property
    def unregistered(self) -> int:
        """Bought but not on file (below nothing: on file without a purchase)."""
        return self.bought - self.numbers["new"]

    @property
    def doubts(self) -> int:
        return sum(self.numbers[key] for key in DOUBTS)


def page(actor: Actor, since: date, until: date, limit: int = 50, cursor: str | None = None) -> Page:
    """The accounts of the stations that the caller may see, by station.

    Raises:
        Invalid: the period ends before it begins or after today, or the cursor is not one of ours.
    """
    policy.require(actor, "cylinder_balance.read")
    _check(since, until)
    found = paginate(_stations(actor), Unit.id, limit, cursor)
    return Page(accounts(found.items, since, until), found.next)


def show(actor: Actor, station_id: int, since: date, until: date) -> Account:
    """The account of one station.

    Raises:
        Missing: no such station, or not for this caller to see.
        Invalid: the period ends before it begins or after today.
    """
    policy.require(actor, "cylinder_balance.read")
    _check(since, until)
    unit = db.session.scalars(_stations(actor).where(Unit.id == station_id)).first()
    if unit is None:
        raise Missing(T("没有这个充装单位"))
    return accounts([unit], since, until)[0]


def behind(
    actor: Actor, station_id: int, key: str, since: date, until: date, limit: int = 50, cursor: str | None = None
) -> Page:
    """The cylinders that a number counts, of those the caller may see or that were this station's.

    Raises:
        Missing: no such number or station.
    """
    show(actor, station_id, since, until)
    if key not in (*LABELS, *HELD):
        raise Missing(T("没有这个数"))
    pairs = _pairs(key, since, until, [station_id]).subquery()
    statement = select(Cylinder).where(Cylinder.id.in_(select(pairs.c.id))).options(joinedload(Cylinder.owner))
    return paginate(statement, Cylinder.id, limit, cursor)


def purchases(actor: Actor, station_id: int, since: date, until: date) -> Sequence[CylinderPurchase]:
    """What a station bought in a period by its papers, those taken back too."""
    show(actor, station_id, since, until)
    return db.session.scalars(
        select(CylinderPurchase)
        .where(CylinderPurchase.station_id == station_id, CylinderPurchase.bought_on.between(since, until))
        .order_by(CylinderPurchase.bought_on, CylinderPurchase.id)
        .limit(500)
    ).all()


def purchase(actor: Actor, purchase_id: int) -> CylinderPurchase:
    """One purchase that the caller may see.

    Raises:
        Missing: no such purchase for this caller.
    """
    policy.require(actor, "cylinder_balance.read")
    return policy.get(actor, CylinderPurchase, CylinderPurchase.id == purchase_id)


def accounts(units: Sequence[Unit], since: date, until: date) -> list[Account]:
    """The accounts of these stations: a statement for each number, and one for what they have by status, for which
    all of a station's cylinders are gone through."""
    ids = [unit.id for unit in units]
    numbers: dict[int, dict[str, int]] = {unit_id: dict.fromkeys(HELD, 0) for unit_id in ids}
    held = _owned(ids, until, HELD).subquery()
    by_status = select(held.c.station_id, held.c.status, func.count()).group_by(held.c.station_id, held.c.status)
    for unit_id, status, count in db.session.execute(by_status):
        numbers[unit_id][status] = count
    for key in (*CAME, *WENT, *DOUBTS):
        pairs = _pairs(key, since, until, ids).subquery()
        counted: dict[int, int] = dict(
            db.session.execute(select(pairs.c.station_id, func.count()).group_by(pairs.c.station_id)).all()
        )
        for unit_id in ids:
            numbers[unit_id][key] = counted.get(unit_id, 0)
    bought = dict(
        db.session.execute(
            select(CylinderPurchase.station_id, func.sum(CylinderPurchase.count))
            .where(
                CylinderPurchase.station_id.in_(ids),
                CylinderPurchase.bought_on.between(since, until),
                CylinderPurchase.withdrawn_on.is_(None),
            )
            .group_by(CylinderPurchase.station_id)
        ).all()
    )
    return [Account(unit.id, unit.name, since, until, numbers[unit.id], bought.get(unit.id) or 0) for unit in units]


def _check(since: date, until: date) -> None:
    if until < since:
        raise Invalid.field("until", T("止期不能早于起期"))
    if until > clock.today():
        raise Invalid.field("until", T("日期不能晚于今天"))


def _stations(actor: Actor) -> Select[Any]:
    statement = select(Unit).join(Capacity, Capacity.unit_id == Unit.id).where(Capacity.capacity == "filling")
    if actor.role in COUNTY_ROLES:
        return statement.where(Unit.area_code.in_(actor.areas))
    return statement if actor.role in OFFICE_ROLES else statement.where(Unit.id == actor.unit_id)


def _pairs(key: str, since: date, until: date, ids: Sequence[int]) -> Pairs:
    """(cylinder, station) of what a number counts."""
    if key == "opening":
        return _owned(ids, since - timedelta(days=1), HELD)
    if key in HELD:
        return _owned(ids, until, (key,))
    if key in DOUBTS:
        until = clock.today()  # what does not add up is looked for as things stand
    return _NUMBERS[key](since, until, ids)


def _first_left(*where: ColumnElement[bool]) -> Any:
    """Whom each cylinder left first, of the times it changed hands that are asked for: few, beside all cylinders."""
    place = func.row_number().over(partition_by=CylinderLeft.cylinder_id, order_by=(CylinderLeft.at, CylinderLeft.id))
    left = select(CylinderLeft.cylinder_id, CylinderLeft.unit_id, place.label("place")).where(*where).subquery()
    return select(left.c.cylinder_id, left.c.unit_id).where(left.c.place == 1).subquery()


def _ever(ids: Sequence[int]) -> ColumnElement[bool]:
    """Cylinders that are or were these stations'."""
    left = select(CylinderLeft.cylinder_id).where(CylinderLeft.unit_id.in_(ids))
    return or_(Cylinder.owner_id.in_(ids), Cylinder.id.in_(left))


def _owned(ids: Sequence[int], day: date, statuses: Sequence[str]) -> Pairs:
    """What a station had at the end of a day in one of these statuses, each with its `status` then."""
    later = _first_left(CylinderLeft.at >= clock.start_of(day + timedelta(days=1)))
    owner = func.coalesce(later.c.unit_id, Cylinder.owner_id)
    return (
        select(Cylinder.id, owner.label("station_id"), CylinderStatus.status)
        .outerjoin(later, later.c.cylinder_id == Cylinder.id)
        .join(CylinderStatus, CylinderStatus.cylinder_id == Cylinder.id)
        .where(
            _ever(ids),
            owner.in_(ids),
            CylinderStatus.status.in_(statuses),
            CylinderStatus.since <= day,
            or_(CylinderStatus.until.is_(None), CylinderStatus.until > day),
        )
    )


def _new(since: date, until: date, ids: Sequence[int]) -> Pairs:
    """On file for the first time in the period: its first status began then. Whoever had it first."""
    begun = select(func.min(CylinderStatus.since)).where(CylinderStatus.cylinder_id == Cylinder.id).scalar_subquery()
    earliest = _first_left()
    owner = func.coalesce(earliest.c.unit_id, Cylinder.owner_id)
    return (
        select(Cylinder.id, owner.label("station_id"))
        .outerjoin(earliest, earliest.c.cylinder_id == Cylinder.id)
        .where(_ever(ids), owner.in_(ids), begun.between(since, until), ~_ended_at_once(until))
    )


def _ended_at_once(until: date) -> ColumnElement[bool]:
    """Put on file as destroyed or cancelled already: never the station's to account for."""
    first = aliased(CylinderStatus)
    other = aliased(CylinderStatus)
    return exists().where(
        first.cylinder_id == Cylinder.id,
        first.status.in_(GONE),
        first.since <= until,
        ~exists().where(other.cylinder_id == Cylinder.id, other.status.not_in(GONE)),
    )


def _moved(since: date, until: date, *where: ColumnElement[bool]) -> Any:
    return and_(
        CylinderLeft.at >= clock.start_of(since), CylinderLeft.at < clock.start_of(until + timedelta(days=1)), *where
    )


def _received(since: date, until: date, ids: Sequence[int]) -> Pairs:
    """Written over to the station: it is whose the cylinder was next."""
    after = aliased(CylinderLeft)
    following = (
        select(after.unit_id)
        .where(after.cylinder_id == CylinderLeft.cylinder_id, after.id > CylinderLeft.id)
        .order_by(after.id)
        .limit(1)
        .correlate(CylinderLeft)
        .scalar_subquery()
    )
    owner = func.coalesce(following, Cylinder.owner_id)
    return (
        select(CylinderLeft.cylinder_id.label("id"), owner.label("station_id"))
        .join(Cylinder, Cylinder.id == CylinderLeft.cylinder_id)
        .where(_moved(since, until, owner.in_(ids)))
    )


def _handed_on(since: date, until: date, ids: Sequence[int]) -> Pairs:
    return select(CylinderLeft.cylinder_id.label("id"), CylinderLeft.unit_id.label("station_id")).where(
        _moved(since, until, CylinderLeft.unit_id.in_(ids))
    )


def _ended(status: str, *more: ColumnElement[bool]) -> Callable[[date, date, Sequence[int]], Pairs]:
    def pairs(since: date, until: date, ids: Sequence[int]) -> Pairs:
        return (
            select(Cylinder.id, Cylinder.owner_id.label("station_id"))
            .join(CylinderStatus, CylinderStatus.cylinder_id == Cylinder.id)
            .where(
                Cylinder.owner_id.in_(ids),
                CylinderStatus.status == status,
                CylinderStatus.since.between(since, until),
                ~_ended_at_once(until),
                *more,
            )
        )

    return pairs


def _never_destroyed() -> ColumnElement[bool]:
    other = aliased(CylinderStatus)
    return ~exists().where(other.cylinder_id == Cylinder.id, other.status == "destroyed")


def _now(status: Sequence[str], *where: ColumnElement[bool]) -> Pairs:
    return select(Cylinder.id, Cylinder.owner_id.label("station_id")).where(Cylinder.status.in_(status), *where)


def _no_evidence(_since: date, until: date, ids: Sequence[int]) -> Pairs:
    batched = select(ScrapItem.cylinder_id).where(ScrapItem.missing.is_(False))
    destroyed = exists().where(
        CylinderStatus.cylinder_id == Cylinder.id, CylinderStatus.status == "destroyed", CylinderStatus.since <= until
    )
    return _now(GONE, Cylinder.owner_id.in_(ids), destroyed, Cylinder.id.not_in(batched))


def _since_when(status: str, last: date) -> ColumnElement[bool]:
    return exists().where(
        CylinderStatus.cylinder_id == Cylinder.id,
        CylinderStatus.status == status,
        CylinderStatus.until.is_(None),
        CylinderStatus.since < last,
    )


def _slow_scrap(_since: date, until: date, ids: Sequence[int]) -> Pairs:
    days = int(parameters.value("cylinder_anomaly.scrap_days", until))
    last = until - timedelta(days=days)
    return _now(("scrap_pending",), Cylinder.owner_id.in_(ids), _since_when("scrap_pending", last))


def _not_confirmed(_since: date, until: date, ids: Sequence[int]) -> Pairs:
    last = until - timedelta(days=int(parameters.value("scrap.confirm_days", until)))
    return _now(("destroyed",), Cylinder.owner_id.in_(ids), _since_when("destroyed", last))


def _silent(_since: date, until: date, ids: Sequence[int]) -> Pairs:
    """In use at the end and neither filled nor seen for longer than the office allows: does it still exist?"""
    last = until - timedelta(days=int(parameters.value("scrap.silent_days", until)))
    moment = clock.start_of(last)
    seen = exists().where(CylinderEvent.cylinder_id == Cylinder.id, CylinderEvent.at >= moment)
    return _now(
        ("in_use",),
        Cylinder.owner_id.in_(ids),
        or_(Cylinder.last_filled_at.is_(None), Cylinder.last_filled_at < moment),
        Cylinder.registered_on < last,
        ~seen,
    )


def _filled_after(_since: date, until: date, ids: Sequence[int]) -> Pairs:
    ended = select(func.min(CylinderStatus.since)).where(
        CylinderStatus.cylinder_id == Cylinder.id, CylinderStatus.status.in_(GONE)
    )
    filled = exists().where(
        Filling.cylinder_id == Cylinder.id,
        Filling.filled_on > ended.correlate(Cylinder).scalar_subquery(),
        Filling.filled_on <= until,
    )
    return _now(GONE, Cylinder.owner_id.in_(ids), filled)


_NUMBERS: Mapping[str, Callable[[date, date, Sequence[int]], Pairs]] = {
    "new": _new,
    "received": _received,
    "handed_on": _handed_on,
    "destroyed": _ended("destroyed"),
    "cancelled": _ended("cancelled", _never_destroyed()),
    "no_evidence": _no_evidence,
    "slow_scrap": _slow_scrap,
    "not_confirmed": _not_confirmed,
    "silent": _silent,
    "filled_after": _filled_after,
}
