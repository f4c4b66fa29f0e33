"""The video of fills: which camera shows what, what must be kept, what is still to be linked (cylinders.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    CylinderAnomaly,
    Device,
    DeviceOutage,
    FillClip,
    Filling,
    Hazard,
    SpotCheckItem,
    StoredFile,
)
from registry.queries.cylinder_anomalies import RUNNING
from registry.queries.paging import Page, paginate
from registry.rules import spot_checks
from registry.rules import sunshine as rules
from registry.rules.hazards import OPEN_STATES
from registry.rules.sunshine import Camera
from registry.settings import current

MOST = 500
SNAPSHOT = "snapshot"
WITH_ALL = (selectinload(FillClip.filling), selectinload(FillClip.camera))
NEAR_THE_GUN = ("precheck", "postcheck")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Why a clip must be kept."""

    text: str
    text_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the video of a fill lies: linked (`clip`), or what the cameras beside it should show."""

    camera: Device | None
    start: datetime
    end: datetime
    recorded: bool
    clip: FillClip | None = None
    kept_until: date | None = None
    keeping: Keeping | None = None


def filmed(on: date) -> ColumnElement[bool]:
    """Fills that had a readable clip at the end of a day.

    `Filling.clip` says so for now; for a day before today the clips linked since and those lost since are read too.
    """
    if on >= clock.today():
        return Filling.clip.is_not(None)
    later = select(FillClip.filling_id).where(FillClip.counts, FillClip.since > on)
    gone = select(FillClip.filling_id).where(FillClip.counts, FillClip.until > on, FillClip.since <= on)
    return or_(and_(Filling.clip.is_not(None), Filling.id.not_in(later)), Filling.id.in_(gone))


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """Clips by `camera` (device id), `since`, `until` (days of filling) and `kept` (must be kept although its days
    are over, because something is not closed), newest first."""
    policy.require(actor, "fill_clip.read")
    statement = policy.scope(actor, FillClip).options(*WITH_ALL)
    if filters.get("camera"):
        statement = statement.where(FillClip.camera_id == filters["camera"])
    if filters.get("since"):
        statement = statement.where(FillClip.from_at >= clock.start_of(filters["since"]))
    if filters.get("until"):
        statement = statement.where(FillClip.from_at < clock.start_of(filters["until"] + timedelta(days=1)))
    if filters.get("kept"):
        statement = statement.where(FillClip.dropped_at.is_(None), _unsettled(FillClip.filling_id))
    return paginate(statement, FillClip.id, limit, cursor, newest=True)


def _unsettled(filling_id: Any) -> Any:
    """Whether something about a fill is not closed: an anomaly, or a look at its video."""
    running = exists().where(
        or_(CylinderAnomaly.filling_id == filling_id, CylinderAnomaly.other_filling_id == filling_id),
        CylinderAnomaly.state.in_(RUNNING),
    )
    hazard = exists().where(
        or_(CylinderAnomaly.filling_id == filling_id, CylinderAnomaly.other_filling_id == filling_id),
        CylinderAnomaly.hazard_id == Hazard.id,
        Hazard.state.in_(OPEN_STATES),
    )
    drawn = exists().where(
        SpotCheckItem.filling_id == filling_id, SpotCheckItem.state.in_((spot_checks.OPEN, spot_checks.CLIP_MISSING))
    )
    return or_(running, hazard, drawn)


def kept(row: FillClip, on: date) -> Keeping | None:
    """Why a clip (with its camera) must be kept on a day; None when its recorder may delete it."""
    last = rules.kept_until(clock.day_of(row.from_at), row.camera.retention_days if row.camera else None)
    if db.session.scalar(select(_unsettled(row.filling_id))):
        return Keeping(
            "与未办结的异常、隐患或抽查有关，须保存到办结",
            "It belongs to an anomaly, hazard or spot check that is not closed: keep it until then",
            "阳光充装（地方要求）",
        )
    if on <= last:
        return Keeping(f"应保存到{last}", f"To be kept until {last}", "反恐怖主义法第32条，参照执行")
    return None


def of_filling(actor: Actor, filling: Filling) -> list[Pointer]:
    """The clips of a fill, and beside them what the station's other cameras of the place should show."""
    policy.require(actor, "fill_clip.read")
    today = clock.today()
    rows = db.session.scalars(
        policy.scope(actor, FillClip).where(FillClip.filling_id == filling.id).options(*WITH_ALL).order_by(FillClip.id)
    ).all()
    found = [
        Pointer(
            row.camera,
            row.from_at,
            row.to_at,
            row.until is None,
            row,
            rules.kept_until(filling.filled_on, row.camera.retention_days if row.camera else None),
            kept(row, today) if row.until is None and row.dropped_at is None else None,
        )
        for row in rows
    ]
    linked = {row.camera_id for row in rows}
    start, end = rules.window(filling.started_at, filling.ended_at, filling.filled_on)
    near = or_(Device.gun == filling.gun, Device.view.in_(NEAR_THE_GUN))
    for device, camera in _cameras(filling.station_id, start, near):
        in_service = camera.registered_at <= start and (camera.retired_at is None or camera.retired_at >= end)
        if device.id not in linked and in_service:
            last = rules.kept_until(filling.filled_on, device.retention_days)
            found.append(Pointer(device, start, end, rules.recorded(camera, start, end), None, last))
    return found


def stations_with_cameras() -> list[int]:
    """Units that have a camera at a gun."""
    statement = select(Device.station_id).where(Device.kind == "camera", Device.gun.is_not(None)).distinct()
    return sorted(db.session.scalars(statement))


def unlinked(station_id: int, since: datetime, until: datetime, guns: Sequence[str] | None = None) -> Sequence[Any]:
    """Fills of a station that ended in `[since, until)` without a clip, at most 5,000."""
    statement = (
        select(
            Filling.id,
            Filling.station_id,
            Filling.gun,
            Filling.started_at,
            Filling.ended_at,
            Filling.filled_on,
            Filling.received_at,
        )
        .where(
            Filling.station_id == station_id,
            Filling.filled_on.between(clock.day_of(since), clock.day_of(until)),
            Filling.clip.is_(None),
            Filling.ended_at >= since,
            Filling.ended_at < until,
        )
        .order_by(Filling.id)
        .limit(5000)
    )
    if guns is not None:
        statement = statement.where(Filling.gun.in_(guns))
    return db.session.execute(statement).all()


def cameras_of(station_id: int, since: datetime) -> dict[str, list[tuple[Device, Camera]]]:
    """gun -> its cameras, with their outages since a moment."""
    found: dict[str, list[tuple[Device, Camera]]] = {}
    for device, camera in _cameras(station_id, since, Device.gun.is_not(None)):
        found.setdefault(device.gun or "", []).append((device, camera))
    return found


def _cameras(station_id: int, since: datetime, *where: Any) -> list[tuple[Device, Camera]]:
    rows = db.session.scalars(
        select(Device).where(Device.station_id == station_id, Device.kind == "camera", *where).order_by(Device.number)
    ).all()
    silences: dict[int, list[tuple[datetime, datetime]]] = {}
    outages = select(DeviceOutage.device_id, DeviceOutage.since_at, DeviceOutage.until_at).where(
        DeviceOutage.device_id.in_([row.id for row in rows]), DeviceOutage.until_at > since - timedelta(days=1)
    )
    for device_id, start, end in db.session.execute(outages):
        silences.setdefault(device_id, []).append((start, end))
    return [
        (
            row,
            Camera(row.id, row.registered_at, row.retired_at, row.last_seen_at, tuple(silences.get(row.id, ()))),
        )
        for row in rows
    ]


def cameras_of_fill(filling_id: int) -> set[int | None]:
    """Cameras whose clip of a fill was linked before, also one that was found to be missing."""
    return set(db.session.scalars(select(FillClip.camera_id).where(FillClip.filling_id == filling_id)))


def snapshot(actor: Actor, clip_id: int, which: str) -> tuple[Path, str]:
    """The picture taken at the `scan` or the `reweigh` of a fill: (path, mime).

    Raises:
        Missing: no such clip for this caller, or no such picture.
    """
    policy.require(actor, "fill_clip.read")
    row = policy.get(actor, FillClip, FillClip.id == clip_id)
    file_id = {"scan": row.scan_snapshot_id, "reweigh": row.reweigh_snapshot_id}.get(which)
    stored = db.session.get(StoredFile, file_id) if file_id else None
    if stored is None:
        raise Missing(T("没有这张快照"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime
