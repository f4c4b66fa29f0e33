"""The figures of sunshine filling by station and month, and how a station's cameras stand (cylinders.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Capacity,
    Cylinder,
    CylinderAnomaly,
    CylinderReport,
    Device,
    DeviceOutage,
    FillCycle,
    Filling,
    FillRefusal,
    Hazard,
    ScaleStrokes,
    StaffPresence,
    Unit,
)
from registry.queries import fill_clips, parameters, spot_checks
from registry.queries.indicator_definitions import coded, cylinders_in_use
from registry.queries.station_registers import SILENT
from registry.rules import anomalies as anomaly_states
from registry.rules import sunshine as rules
from registry.rules.dates import add_months, add_working_days

COMPLAINT = "complaint"
MOST = 500
Counts = dict[int, tuple[int, int | None]]
"""station -> (numerator, denominator; None for a plain count)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a station and month. `of` is None for a plain count; a share of nothing has no value."""

    kpi: rules.Kpi
    count: int
    of: int | None

    @property
    def value(self) -> Decimal | None:
        if self.of is None:
            return Decimal(self.count)
        return Decimal(self.count) / Decimal(self.of) if self.of else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is nothing to judge."""
        return self.kpi.met(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A station's month."""

    unit: Unit
    fills: int
    figures: Mapping[str, Figure]
    checked: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CameraNow:
    """A camera today. `state`: never, silent or alive; `clock`: good, off or unknown; seconds of this month."""

    row: Device
    state: str
    clock: str
    silent_seconds: int
    service_seconds: int

    @property
    def uptime(self) -> Decimal | None:
        if not self.service_seconds:
            return None
        return Decimal(self.service_seconds - self.silent_seconds) / self.service_seconds


@dataclass(frozen=True, slots=True)
class Wall:
    """What a station shows to everybody: no people, no cylinders."""

    unit: Unit
    fills: int
    scanned: int
    filmed: int
    refused: int
    on_duty: int
    cameras: Sequence[tuple[str, str, bool]]


def month_of(first: date | None) -> tuple[date, date, date]:
    """(first day, first day after, the day the figures are of: the month's last day, or today)."""
    first = (first or clock.today()).replace(day=1)
    after = add_months(first, 1)
    return first, after, min(after - timedelta(days=1), clock.today())


def lines(actor: Actor, month: date | None = None, station: int | None = None) -> list[Line]:
    """Every station the caller sees (or one) with its figures of a month, by name.

    Raises:
        Missing: no such station for the caller.
    """
    policy.require(actor, "sunshine.read")
    first, after, on = month_of(month)
    units = _stations(actor, station)
    if station is not None and not units:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    ids = [unit.id for unit in units]
    counts = {key: count(ids, first, after, on) for key, count in COUNTS.items()} if ids else {}
    checked = spot_checks.by_month(actor, ids, first, after) if ids else {}
    kpis = rules.kpis(on)
    return [
        Line(
            unit,
            counts["clips"].get(unit.id, (0, 0))[1] or 0,
            {
                key: Figure(kpi, *counts[key].get(unit.id, (0, None if kpi.unit == "count" else 0)))
                for key, kpi in kpis.items()
            },
            checked.get(unit.id, {}),
        )
        for unit in units
    ]


def _stations(actor: Actor, station: int | None) -> Sequence[Unit]:
    statement = (
        policy.scope(actor, Unit)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "filling")
        .order_by(Unit.name)
        .limit(MOST)
    )
    if actor.role != "system" and actor.role not in OFFICE_ROLES:
        statement = statement.where(Unit.id == actor.unit_id)
    if actor.areas:
        statement = statement.where(Unit.area_code.in_(actor.areas))
    if station is not None:
        statement = statement.where(Unit.id == station)
    return db.session.scalars(statement).all()


def _fills(ids: Sequence[int], first: date, after: date) -> tuple[Any, ...]:
    return Filling.station_id.in_(ids), Filling.filled_on >= first, Filling.filled_on < after


def _pairs(statement: Any) -> Counts:
    return {station: (int(count or 0), int(of)) for station, count, of in db.session.execute(statement)}


def _clips(ids: Sequence[int], first: date, after: date, on: date) -> Counts:
    return _pairs(
        select(Filling.station_id, func.sum(case((fill_clips.filmed(on), 1), else_=0)), func.count())
        .where(*_fills(ids, first, after))
        .group_by(Filling.station_id)
    )


def _scans(ids: Sequence[int], first: date, after: date, _on: date) -> Counts:
    """Scanned fills at guns and on days whose scale counted, of its strokes; no more than the strokes."""
    strokes = {
        (station, gun, day): count
        for station, gun, day, count in db.session.execute(
            select(ScaleStrokes.station_id, ScaleStrokes.gun, ScaleStrokes.day, func.max(ScaleStrokes.strokes))
            .where(ScaleStrokes.station_id.in_(ids), ScaleStrokes.day >= first, ScaleStrokes.day < after)
            .group_by(ScaleStrokes.station_id, ScaleStrokes.gun, ScaleStrokes.day)
        )
    }
    if not strokes:
        return {}
    told = sorted({station for station, _gun, _day in strokes})
    scanned = {
        (station, gun, day): count
        for station, gun, day, count in db.session.execute(
            select(Filling.station_id, Filling.gun, Filling.filled_on, func.count())
            .where(*_fills(told, first, after), Filling.scanned)
            .group_by(Filling.station_id, Filling.gun, Filling.filled_on)
        )
    }
    found: Counts = {}
    for key, count in strokes.items():
        done, of = found.get(key[0], (0, 0))
        found[key[0]] = (done + min(scanned.get(key, 0), count), (of or 0) + count)
    return found


def _overdue(ids: Sequence[int], first: date, after: date, _on: date) -> Counts:
    """Fills after the inspection had run out; of one inspected since then it is not known, and it is not counted."""
    not_since = or_(Cylinder.last_inspected_on.is_(None), Cylinder.last_inspected_on <= Filling.filled_on)
    rows = db.session.execute(
        select(Filling.station_id, func.count())
        .join(Cylinder, Cylinder.id == Filling.cylinder_id)
        .where(*_fills(ids, first, after), Cylinder.next_inspection_on < Filling.filled_on, not_since)
        .group_by(Filling.station_id)
    )
    return {station: (count, None) for station, count in rows}


def _checks(ids: Sequence[int], first: date, after: date, _on: date) -> Counts:
    """Fills of a turn that was checked before and after."""
    whole = and_(FillCycle.prechecked_at.is_not(None), FillCycle.postchecked_at.is_not(None))
    return _pairs(
        select(Filling.station_id, func.sum(case((whole, 1), else_=0)), func.count())
        .outerjoin(FillCycle, FillCycle.filling_id == Filling.id)
        .where(*_fills(ids, first, after))
        .group_by(Filling.station_id)
    )


def _anomalies(ids: Sequence[int], first: date, after: date, on: date) -> Counts:
    """Of the anomalies found in the month whose working days are over or that are closed: those closed in time."""
    off, works = parameters.holidays()
    days = rules.limit_of("anomaly_days", on)
    found: Counts = {}
    rows = db.session.execute(
        select(
            CylinderAnomaly.station_id, CylinderAnomaly.found_on, CylinderAnomaly.decided_on, CylinderAnomaly.state
        ).where(
            CylinderAnomaly.station_id.in_(ids), CylinderAnomaly.found_on >= first, CylinderAnomaly.found_on < after
        )
    )
    for station, found_on, decided_on, state in rows:
        due = add_working_days(found_on, days, off, works)
        ended = state in (anomaly_states.CONFIRMED, anomaly_states.DISMISSED)
        if not ended and due >= clock.today():
            continue
        done, of = found.get(station, (0, 0))
        found[station] = (done + (ended and decided_on is not None and decided_on <= due), (of or 0) + 1)
    return found


def _complaints(ids: Sequence[int], first: date, after: date, _on: date) -> Counts:
    """Citizens' reports on the station's cylinders, in the month they came; clues from complaints that came otherwise.

    All that came, whatever became of them, so that a past month keeps its figure.
    """
    reported = (
        select(CylinderReport.station_id, func.count())
        .where(
            CylinderReport.station_id.in_(ids),
            CylinderReport.reported_on >= first,
            CylinderReport.reported_on < after,
        )
        .group_by(CylinderReport.station_id)
    )
    from_report = exists().where(CylinderReport.hazard_id == Hazard.id, CylinderReport.station_id == Hazard.unit_id)
    clues = (
        select(Hazard.unit_id, func.count())
        .where(
            Hazard.unit_id.in_(ids),
            Hazard.source == COMPLAINT,
            Hazard.found_on >= first,
            Hazard.found_on < after,
            ~from_report,
        )
        .group_by(Hazard.unit_id)
    )
    found: Counts = {}
    for station, count in (row for statement in (reported, clues) for row in db.session.execute(statement)):
        if station is not None:
            found[station] = (found.get(station, (0, None))[0] + count, None)
    return found


def _coded(ids: Sequence[int], _first: date, _after: date, on: date) -> Counts:
    return _pairs(
        select(Cylinder.owner_id, func.sum(case((coded(on, {}), 1), else_=0)), func.count())
        .where(Cylinder.owner_id.in_(ids), cylinders_in_use(on))
        .group_by(Cylinder.owner_id)
    )


def _uptime(ids: Sequence[int], first: date, after: date, _on: date) -> Counts:
    """Seconds alive of seconds in service, of all cameras of a station."""
    found: Counts = {}
    for row, silent, service in _service(ids, first, after):
        alive, of = found.get(row.station_id, (0, 0))
        found[row.station_id] = (alive + service - silent, (of or 0) + service)
    return found


def _service(ids: Sequence[int], first: date, after: date) -> list[tuple[Device, int, int]]:
    """Each camera with its seconds of silence and of service in `[first, after)`, up to now."""
    now = clock.now()
    since, until = clock.start_of(first), min(clock.start_of(after), now)
    rows = db.session.scalars(
        select(Device)
        .where(Device.station_id.in_(ids), Device.kind == "camera", Device.registered_at < until)
        .where(or_(Device.retired_at.is_(None), Device.retired_at > since))
        .order_by(Device.station_id, Device.number)
    ).all()
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    statement = select(DeviceOutage.device_id, DeviceOutage.since_at, DeviceOutage.until_at).where(
        DeviceOutage.device_id.in_([row.id for row in rows]),
        DeviceOutage.until_at > since,
        DeviceOutage.since_at < until,
    )
    for device_id, start, end in db.session.execute(statement):
        spans.setdefault(device_id, []).append((start, end))
    found = []
    for row in rows:
        begins, ends = max(since, row.registered_at), min(until, row.retired_at or until)
        silences, last = spans.get(row.id, []), row.last_seen_at or row.registered_at
        if ends - last > SILENT:
            silences = [*silences, (last, ends)]
        service = max(int((ends - begins).total_seconds()), 0)
        found.append((row, min(rules.silent_seconds(silences, begins, ends), service), service))
    return found


COUNTS = {
    "clips": _clips,
    "uptime": _uptime,
    "scan_to_fill": _scans,
    "overdue_fills": _overdue,
    "checks": _checks,
    "anomalies_in_time": _anomalies,
    "complaints": _complaints,
    "coded": _coded,
}


def cameras(actor: Actor, station: int, month: date | None = None) -> list[CameraNow]:
    """The cameras of a station in service, with this month's uptime and how their clocks stand."""
    policy.require(actor, "sunshine.read")
    first, after, on = month_of(month)
    now, drift = clock.now(), rules.limit_of("drift_ms", on)
    visible = set(db.session.scalars(policy.scope(actor, Device, Device.id).where(Device.station_id == station)))
    found = []
    for row, silent, service in _service([station], first, after):
        if row.id in visible and row.retired_at is None:
            off = row.clock_off_ms
            told = "unknown" if off is None else "good" if abs(off) <= drift else "off"
            found.append(CameraNow(row, _state(row, now), told, silent, service))
    return found


def _state(row: Device, now: datetime) -> str:
    if row.last_seen_at is None:
        return "never"
    return "silent" if now - row.last_seen_at > SILENT else "alive"


def wall(unit_id: int) -> Wall:
    """What a station shows on its wall today, to everybody.

    Raises:
        Missing: no filling station of that number.
    """
    today, now = clock.today(), clock.now()
    unit = db.session.scalar(
        select(Unit)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Unit.id == unit_id, Capacity.capacity == "filling")
    )
    if unit is None:
        raise Missing(T("没有这个充装单位"))
    fills, scanned, filmed = db.session.execute(
        select(
            func.count(),
            func.sum(case((Filling.scanned, 1), else_=0)),
            func.sum(case((Filling.clip.is_not(None), 1), else_=0)),
        ).where(Filling.station_id == unit_id, Filling.filled_on == today)
    ).one()
    refused = select(func.count()).where(FillRefusal.station_id == unit_id, FillRefusal.at >= clock.start_of(today))
    on_duty = select(func.count(StaffPresence.person_id.distinct())).where(
        StaffPresence.station_id == unit_id, StaffPresence.until_at.is_(None)
    )
    rows = db.session.scalars(
        select(Device)
        .where(Device.station_id == unit_id, Device.kind == "camera", Device.retired_at.is_(None))
        .order_by(Device.view, Device.gun, Device.number)
        .limit(100)
    )
    return Wall(
        unit,
        fills,
        scanned or 0,
        filmed or 0,
        db.session.scalar(refused) or 0,
        db.session.scalar(on_duty) or 0,
        [(row.view or "", row.gun or "", _state(row, now) == "alive") for row in rows],
    )
