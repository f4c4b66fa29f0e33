"""What the register knows of cylinders and fills that may be forged: read by day and station, never whole tables.

Every statement begins at an index (station and day, cylinder and time); what needs arithmetic over times is streamed
and left to the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from registry import clock, places
from registry.db import db
from registry.models import (
    Capacity,
    Cylinder,
    CylinderEvent,
    CylinderStatus,
    FillCycle,
    Filling,
    GasBatch,
    Scan,
    Unit,
)
from registry.queries import parameters
from registry.rules import cylinder_anomalies as rules
from registry.rules.cylinder_anomalies import Limits, Quota
from registry.rules.cylinders import same_medium
from registry.rules.kinds import CYLINDER_KINDS

VEHICLES = tuple(kind.id for kind in CYLINDER_KINDS.values() if kind.vehicle)
ENDED = ("scrap_pending", "destroyed", "cancelled")
STREAM = 2_000


def limits_of(on: date) -> Limits:
    """The thresholds in force on a day: the office's own."""
    keys = tuple(f"cylinder_anomaly.{key}" for key in rules.default_limits(on))
    chosen = parameters.values(keys, on)
    return Limits(on, {key.removeprefix("cylinder_anomaly."): int(value) for key, value in chosen.items()})


def start_of(day: date) -> datetime:
    """The first moment of a legal day."""
    return datetime.combine(day, time(), clock.CITY_ZONE)


def stations() -> Sequence[int]:
    """The filling stations."""
    return db.session.scalars(
        select(Capacity.unit_id).where(Capacity.capacity == "filling").order_by(Capacity.unit_id)
    ).all()


def group_of(kind: str, medium: str, on: date) -> str:
    """What a cylinder is to the shortest time between fills: vehicle, lpg or industrial."""
    if kind in VEHICLES:
        return "vehicle"
    return "lpg" if same_medium(medium, "lpg", on) else "industrial"


def fills_of(station_id: int, since: date, until: date) -> Iterator[Any]:
    """The fills of a station in some days, each with its cylinder's marks and the fill before it."""
    before = aliased(Filling)
    last = (
        select(func.max(before.ended_at))
        .where(before.cylinder_id == Filling.cylinder_id, before.ended_at < Filling.ended_at)
        .scalar_subquery()
    )
    yield from db.session.execute(
        select(
            Filling.id,
            Filling.cylinder_id,
            Filling.station_id,
            Filling.ended_at,
            Filling.filled_on,
            Filling.gross_before_g,
            Filling.tare_g,
            Cylinder.kind,
            Cylinder.medium,
            Cylinder.permitted_fill_g,
            last.label("before"),
        )
        .join(Cylinder, Cylinder.id == Filling.cylinder_id)
        .where(Filling.station_id == station_id, Filling.filled_on >= since, Filling.filled_on <= until)
        .order_by(Filling.id)
    ).yield_per(STREAM)


def often_filled(station_id: int, on: date, least: int) -> Sequence[Any]:
    """(cylinder, permitted fill, fills in the 30 days to a day) of LPG cylinders that the station filled that day."""
    today = (
        select(Filling.cylinder_id)
        .where(Filling.station_id == station_id, Filling.filled_on == on)
        .distinct()
        .subquery()
    )
    return db.session.execute(
        select(Cylinder.id, Cylinder.permitted_fill_g, func.count().label("count"))
        .select_from(today)
        .join(Cylinder, Cylinder.id == today.c.cylinder_id)
        .join(Filling, Filling.cylinder_id == Cylinder.id)
        .where(
            Filling.ended_at >= start_of(on - timedelta(days=29)),
            Filling.ended_at < start_of(on + timedelta(days=1)),
            Cylinder.kind.in_(("lpg_steel", "composite_lpg")),
        )
        .group_by(Cylinder.id, Cylinder.permitted_fill_g)
        .having(func.count() > least)
    ).all()


def scans_of(station_id: int, day: date) -> Sequence[Any]:
    """(scan, cylinder, moment) of a station on a day, in order."""
    return db.session.execute(
        select(Scan.id, Scan.cylinder_id, Scan.at)
        .where(
            Scan.unit_id == station_id,
            Scan.at >= start_of(day),
            Scan.at < start_of(day + timedelta(days=1)),
            Scan.cylinder_id.is_not(None),
        )
        .order_by(Scan.at, Scan.id)
    ).all()


def scans_before(station_id: int, day: date, days: int) -> dict[date, list[int]]:
    """The earlier scans at a station of what it scanned on a day: cylinders in order, by day."""
    today, earlier = aliased(Scan), aliased(Scan)
    mine = (
        select(today.cylinder_id)
        .where(today.unit_id == station_id, today.at >= start_of(day), today.at < start_of(day + timedelta(days=1)))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(
        select(earlier.at, earlier.cylinder_id)
        .join(mine, mine.c.cylinder_id == earlier.cylinder_id)
        .where(
            earlier.unit_id == station_id,
            earlier.at >= start_of(day - timedelta(days=days)),
            earlier.at < start_of(day),
        )
        .order_by(earlier.at, earlier.id)
    )
    found: dict[date, list[int]] = {}
    for at, cylinder in rows:
        assert cylinder is not None  # joined by it
        found.setdefault(clock.day_of(at), []).append(cylinder)
    return found


def jumps(station_id: int, since: date, until: date) -> Iterator[Any]:
    """Scans at a station with the last scan of the same cylinder elsewhere within a day, and both places."""
    here, there, unit, other = aliased(Scan), aliased(Scan), aliased(Unit), aliased(Unit)
    yield from db.session.execute(
        select(
            here.id,
            here.cylinder_id,
            here.at,
            unit.lat,
            unit.lon,
            there.id.label("other_id"),
            there.at.label("other_at"),
            there.position,
            other.lat.label("other_lat"),
            other.lon.label("other_lon"),
        )
        .join(unit, unit.id == here.unit_id)
        .join(there, and_(there.cylinder_id == here.cylinder_id, there.at <= here.at, there.id != here.id))
        .outerjoin(other, other.id == there.unit_id)
        .where(
            here.unit_id == station_id,
            here.at >= start_of(since),
            here.at < start_of(until + timedelta(days=1)),
            there.at > start_of(since - timedelta(days=1)),
            there.unit_id.is_distinct_from(here.unit_id),
        )
        .order_by(here.id, there.at.desc())
    ).yield_per(STREAM)


def place_of(position: dict[str, Any] | None, lat: float | None, lon: float | None) -> dict[str, Any] | None:
    """Where a scan was: the device's own position, else the unit's."""
    return position or ({"lat": lat, "lon": lon} if lat is not None else None)


def metres_of(row: Any) -> int | None:
    """The way between the two places of a jump."""
    return places.distance_to(place_of(row.position, row.other_lat, row.other_lon), row.lat, row.lon)


def moves_of(station_id: int, since: date, until: date) -> Iterator[Any]:
    """The events of a station in some days by cylinder and time, with the last good days of each cylinder."""
    ended = (
        select(func.min(CylinderStatus.since))
        .where(
            CylinderStatus.cylinder_id == Cylinder.id, CylinderStatus.status.in_(ENDED), CylinderStatus.until.is_(None)
        )
        .scalar_subquery()
    )
    yield from db.session.execute(
        select(
            CylinderEvent.cylinder_id,
            CylinderEvent.kind,
            CylinderEvent.at,
            Cylinder.kind.label("cylinder_kind"),
            Cylinder.next_inspection_on,
            Cylinder.last_inspected_on,
            Cylinder.service_end_on,
            ended.label("ended_on"),
        )
        .join(Cylinder, Cylinder.id == CylinderEvent.cylinder_id)
        .where(
            CylinderEvent.unit_id == station_id,
            CylinderEvent.at >= start_of(since),
            CylinderEvent.at < start_of(until + timedelta(days=1)),
        )
        .order_by(CylinderEvent.cylinder_id, CylinderEvent.at, CylinderEvent.id)
    ).yield_per(STREAM)


def unfinished(since: date, now: datetime) -> Iterator[Any]:
    """Filled turns that are open, and those filled lately: (turn's cylinder, station, filled, checked, released)."""
    yield from db.session.execute(
        select(
            FillCycle.cylinder_id,
            FillCycle.station_id,
            FillCycle.filling_id,
            FillCycle.filled_at,
            FillCycle.postchecked_at,
            FillCycle.closed_at,
        ).where(
            FillCycle.filled_at.is_not(None),
            FillCycle.filled_at <= now,
            or_(FillCycle.closed_at.is_(None), FillCycle.opened_at >= start_of(since)),
        )
    ).yield_per(STREAM)


def gas_of(station_id: int, first: date, after: date, on: date) -> tuple[int | None, int | None]:
    """(grams of LPG bought, grams filled) of a station from a day to before another; None: nothing known."""
    batches = db.session.execute(
        select(GasBatch.medium, GasBatch.mass_g).where(
            GasBatch.station_id == station_id, GasBatch.since >= first, GasBatch.since < after
        )
    )
    bought = [mass for medium, mass in batches if same_medium(medium, "lpg", on)]
    fills = db.session.execute(
        select(Filling.medium, func.sum(Filling.gross_after_g - Filling.gross_before_g))
        .where(Filling.station_id == station_id, Filling.filled_on >= first, Filling.filled_on < after)
        .group_by(Filling.medium)
    )
    filled = [mass for medium, mass in fills if mass is not None and same_medium(medium, "lpg", on)]
    return sum(bought) if bought else None, sum(filled) if bought else None


def weights_of(station_id: int, first: date, after: date) -> Sequence[Any]:
    """(gross after, net, permitted fill) of the weighed fills of a station from a day to before another."""
    return db.session.execute(
        select(Filling.gross_after_g, Filling.gross_after_g - Filling.gross_before_g, Cylinder.permitted_fill_g)
        .join(Cylinder, Cylinder.id == Filling.cylinder_id)
        .where(
            Filling.station_id == station_id,
            Filling.filled_on >= first,
            Filling.filled_on < after,
            Filling.gross_after_g.is_not(None),
            Filling.gross_before_g.is_not(None),
        )
        .order_by(Filling.id)
    ).all()


def double_serials() -> Sequence[Any]:
    """(maker code, serial number) that more than one owner has on file, of live cylinders."""
    return db.session.execute(
        select(Cylinder.maker_code, Cylinder.serial_no)
        .where(Cylinder.maker_code != "", Cylinder.serial_no != "", Cylinder.status.not_in(("destroyed", "cancelled")))
        .group_by(Cylinder.maker_code, Cylinder.serial_no)
        .having(func.count(Cylinder.owner_id.distinct()) > 1)
    ).all()


def of_serial(maker_code: str, serial_no: str) -> Sequence[Any]:
    """(id, owner, month made) of the live cylinders of one number, the oldest first."""
    return db.session.execute(
        select(Cylinder.id, Cylinder.owner_id, Cylinder.made_on)
        .where(
            Cylinder.maker_code == maker_code,
            Cylinder.serial_no == serial_no,
            Cylinder.status.not_in(("destroyed", "cancelled")),
        )
        .order_by(Cylinder.made_on, Cylinder.id)
    ).all()


def quotas(on: date, limits: Limits) -> dict[int, Quota]:
    """What became of the cylinders of each owner that has some to be destroyed for too long."""
    late = on - timedelta(days=limits["scrap_days"])
    rows = db.session.execute(
        select(Cylinder.owner_id, func.count())
        .join(CylinderStatus, CylinderStatus.cylinder_id == Cylinder.id)
        .where(
            Cylinder.status == "scrap_pending",
            CylinderStatus.status == "scrap_pending",
            CylinderStatus.until.is_(None),
            CylinderStatus.since < late,
        )
        .group_by(Cylinder.owner_id)
    ).all()
    return {owner: _quota(owner, count) for owner, count in rows}


def _quota(owner_id: int, late: int) -> Quota:
    counts: dict[str, int] = dict(
        db.session.execute(
            select(Cylinder.status, func.count()).where(Cylinder.owner_id == owner_id).group_by(Cylinder.status)
        ).all()
    )
    destroyed = counts.get("destroyed", 0) + counts.get("cancelled", 0)
    lost, total = counts.get("lost", 0), sum(counts.values())
    return Quota(total, total - destroyed - lost - late, destroyed, lost, late)


def consumer_scans(since: date, until: date) -> Iterator[Any]:
    """Looks of the public by cylinder and time, with the owner and where it works."""
    yield from db.session.execute(
        select(
            Scan.id,
            Scan.cylinder_id,
            Scan.at,
            Scan.position,
            Scan.device,
            Cylinder.owner_id,
            Unit.lat,
            Unit.lon,
        )
        .join(Cylinder, Cylinder.id == Scan.cylinder_id)
        .join(Unit, Unit.id == Cylinder.owner_id)
        .where(
            Scan.unit_id.is_(None),
            Scan.purpose == "look",
            Scan.at >= start_of(since),
            Scan.at < start_of(until + timedelta(days=1)),
        )
        .order_by(Scan.cylinder_id, Scan.at)
    ).yield_per(STREAM)
