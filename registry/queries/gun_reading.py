"""What a verdict at a gun is read from, in four statements: the cylinders, the station with its gun, the
office's parameters, who is present. On PostgreSQL the four of a scan travel together.

Columns rather than objects, and each statement written once: a gun asks all day, and putting a statement or an object
together takes several times as long as asking the database. Nothing read here outlives the request. One cylinder and a
batch are read alike. What is rare (a release by the authority, a scan elsewhere, a checker without a certificate) is
only noticed here; `gun_facts` then asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Date, and_, bindparam, exists, func, literal, or_, select

from registry.db import db, locked
from registry.models import (
    Capacity,
    Certificate,
    Cylinder,
    Device,
    FillCycle,
    GasBatch,
    Gun,
    Hazard,
    HoldRelease,
    LabelCode,
    Scan,
    StaffPresence,
)
from registry.models.base import UtcMoment
from registry.prepared import Prepared, Row, one_of, together
from registry.queries import parameters, safety_duties
from registry.queries.filling_facts import CODE, LICENCE, Found, Licence, Station, Wanted, looked_up, of_row
from registry.rules.hazards import OPEN_STATES

Question = tuple[Prepared, Mapping[str, Any]]
STATION: Any = bindparam("station")
GUN: Any = bindparam("gun")
NOW, SINCE, ON = bindparam("now", type_=UtcMoment), bindparam("since", type_=UtcMoment), bindparam("on", type_=Date)
CERTIFICATE = Certificate.item.startswith("P", autoescape=True)  # 气瓶充装: P, or P1-P5 of before 2019
DAY = timedelta(days=1)


class OpenTurn(NamedTuple):
    """The open turn of a cylinder: columns of its `FillCycle`."""

    id: int
    ref: str
    station_id: int
    state: str
    custody_before: str
    opened_at: datetime
    prechecked_at: datetime
    prechecker_id: int
    checks: Mapping[str, str]
    observed: Mapping[str, Any]
    gross_before_g: int | None
    filled_at: datetime | None


class Noticed(NamedTuple):
    """What there may be more to know of: the checker has no certificate, the authority released something, the code
    was scanned elsewhere. In a batch of different moments each may be true for no row of it, but never falsely false.
    """

    uncertified: bool
    released: bool
    elsewhere: bool


class Batch(NamedTuple):
    """A gas batch that a station fills from on a day."""

    medium: str
    tested_on: date | None
    dme_ppm: int | None


class Present(NamedTuple):
    """Somebody who signed on; `certified_until`: the last day of a filling certificate."""

    person_id: int
    since_at: datetime
    until_at: datetime | None
    certified_until: date | None


@dataclass(frozen=True, slots=True)
class Yard:
    """A station on a day, with the gun that was asked for. `values`: the office's parameters."""

    place: Station
    values: Mapping[str, Decimal]
    camera_seen_at: datetime | None
    red_order_open: bool
    daily_check_open: bool | None
    gas: tuple[Batch, ...]


_TURN = tuple(getattr(FillCycle, name) for name in OpenTurn._fields)
_CERTIFIED = exists().where(Certificate.person_id == FillCycle.prechecker_id, CERTIFICATE, Certificate.expires_on >= ON)
_RELEASED = exists().where(
    HoldRelease.cylinder_id == Cylinder.id,
    HoldRelease.station_id == STATION,
    HoldRelease.used_at.is_(None),
    HoldRelease.expires_at > NOW,
)
ELSEWHERE = (
    Scan.unit_id.is_distinct_from(STATION),
    Scan.at > SINCE,
    or_(Scan.unit_id.is_not(None), Scan.position.is_not(None)),
)
_AT_GUN = looked_up(
    *_TURN, ~_CERTIFIED.correlate(FillCycle), _RELEASED, exists().where(Scan.cylinder_id == Cylinder.id, *ELSEWHERE)
).outerjoin(FillCycle, and_(FillCycle.cylinder_id == Cylinder.id, FillCycle.closed_at.is_(None)))
_CODED = _AT_GUN.where(LabelCode.code == CODE)
_SEVERAL = _AT_GUN.where(one_of(LabelCode.code, "codes"))
_FOREIGN = LabelCode.scheme != "own"
# Own or not -> the statement.
_ONE = {True: Prepared(_CODED), False: Prepared(_CODED.where(_FOREIGN))}
_EACH = {True: Prepared(_SEVERAL), False: Prepared(_SEVERAL.where(_FOREIGN))}


_BEHIND = select(Cylinder.id).join(LabelCode, LabelCode.cylinder_id == Cylinder.id).order_by(Cylinder.id)
_LOCK = Prepared(locked(_BEHIND.where(LabelCode.code == CODE), of=Cylinder))
_LOCK_EACH = Prepared(locked(_BEHIND.where(one_of(LabelCode.code, "codes")), of=Cylinder))


def lock(asked: Iterable[Wanted]) -> None:
    """Hold the cylinders behind codes until the transaction ends, always in the same order, so that no two wait for
    each other. SQLite has one writer anyway."""
    codes = [one.code for one in asked if one.code is not None]
    if not codes or db.engine.dialect.name == "sqlite":
        return
    if len(codes) == 1:
        _LOCK.write({"code": codes[0]})
    else:
        _LOCK_EACH.write({"codes": codes})


def standing(
    asked: Sequence[Wanted], station_id: int | None, now: datetime, since: datetime, on: date
) -> tuple[list[Found], list[Present]]:
    """Where codes lead, each with its open turn and what was noticed in `more`; and who has been signed on at the
    station at any moment since a day before.

    `now` the earliest, `since` the earliest moment from which scans elsewhere count, `on` the latest day asked about.
    """
    given = {"station": station_id, "now": now, "since": since, "on": on}
    if len(asked) == 1:
        rows, signed_on = together(*_asked_of_one(asked[0], given))
        found = [of_row(asked[0], rows[0] if rows else None)]
    else:
        (signed_on,) = together(_asked_of_staff(given))
        several = {own: _rows([one for one in asked if one.own is own], given, own) for own in (True, False)}
        found = [of_row(one, several[one.own].get(one.code or "")) for one in asked]
    return found, [Present(*row) for row in signed_on]


def yard_and_standing(
    asked: Wanted, station_id: int | None, gun: str | None, now: datetime, since: datetime, on: date
) -> tuple[Yard, Found, list[Present]]:
    """What `yard` and `standing` find for one cylinder, read in one journey."""
    given = {"station": station_id, "gun": gun or "", "now": now, "since": since, "on": on}
    day, office, rows, signed_on = together(*_asked_of_yard(given), *_asked_of_one(asked, given))
    found = of_row(asked, rows[0] if rows else None)
    return _yard(station_id, day, office), found, [Present(*row) for row in signed_on]


def _asked_of_one(one: Wanted, given: Mapping[str, Any]) -> tuple[Question, Question]:
    """A text that leads nowhere is asked for as well: no code is empty."""
    return (_ONE[one.own], {**given, "code": one.code or ""}), _asked_of_staff(given)


def _asked_of_staff(given: Mapping[str, Any]) -> Question:
    return _PRESENT, {"station": given["station"], "since": given["now"] - DAY}


def _asked_of_yard(given: Mapping[str, Any]) -> tuple[Question, Question]:
    return (_YARD, given), (parameters.AT_GUN_ON, given)


def _rows(asked: list[Wanted], given: Mapping[str, Any], own: bool) -> dict[str, Any]:
    codes = [one.code for one in asked if one.code is not None]
    if not codes:
        return {}
    return {row[0]: row for row in _EACH[own].rows({**given, "codes": codes})}


def turn_of(found: Found) -> OpenTurn | None:
    """The open turn of a cylinder that `cylinders` found."""
    return None if not found.more or found.more[0] is None else OpenTurn(*found.more[: len(_TURN)])


def noticed(found: Found) -> Noticed:
    """What else there may be to know of it."""
    return Noticed(*(bool(flag) for flag in found.more[len(_TURN) :])) if found.more else Noticed(False, False, False)


_ALONE = select(literal(1).label("one")).subquery()  # a station without a licence has its day too
_YARD = Prepared(
    select(
        *LICENCE,
        Gun.number,
        Gun.medium,
        select(func.max(Device.last_seen_at))
        .where(Device.station_id == STATION, Device.kind == "camera", Device.gun == GUN, Device.retired_at.is_(None))
        .scalar_subquery(),
        exists(
            select(Hazard.id).where(
                Hazard.unit_id == STATION, Hazard.is_major, Hazard.state.in_([literal(state) for state in OPEN_STATES])
            )
        ),
        *safety_duties.daily_check(STATION, ON, "filling"),
        GasBatch.medium,
        GasBatch.tested_on,
        GasBatch.dme_ppm,
    )
    .select_from(_ALONE)
    .outerjoin(Capacity, and_(Capacity.unit_id == STATION, Capacity.capacity == "filling"))
    .outerjoin(Gun, and_(Gun.station_id == Capacity.unit_id, Gun.number == GUN))
    .outerjoin(
        GasBatch,
        and_(GasBatch.station_id == STATION, GasBatch.since <= ON, or_(GasBatch.until.is_(None), GasBatch.until > ON)),
    )
    .order_by(GasBatch.since.desc(), GasBatch.id.desc())
)


def yard(station_id: int | None, gun: str | None, on: date) -> Yard:
    """A station's day with the gun that was asked for."""
    day, office = together(*_asked_of_yard({"station": station_id, "gun": gun or "", "on": on}))
    return _yard(station_id, day, office)


def _yard(station_id: int | None, rows: Sequence[Row], office: Iterable[Row]) -> Yard:
    """From a row for each gas batch it fills from, the newest first, or one without; and the office's parameters."""
    first = iter(rows[0])
    licence = Licence(*(next(first) for _ in LICENCE))
    number, medium, camera, red, officer, done = (next(first) for _ in range(6))
    return Yard(
        Station(station_id, None if licence.id is None else licence, number, medium),
        parameters.at_gun(office),
        camera,
        bool(red),
        not done if officer else None,
        tuple(Batch(*row[-3:]) for row in rows if row[-3] is not None),
    )


_PRESENT = Prepared(
    select(
        StaffPresence.person_id,
        StaffPresence.since_at,
        StaffPresence.until_at,
        select(func.max(Certificate.expires_on))
        .where(Certificate.person_id == StaffPresence.person_id, CERTIFICATE)
        .scalar_subquery(),
    ).where(StaffPresence.station_id == STATION, or_(StaffPresence.until_at.is_(None), StaffPresence.until_at > SINCE))
)
