"""Pointers to the video of fills: made from the heartbeats of the gun's cameras, or reported by the recorder (§7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from registry import audit, clock, evidence, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Refused
from registry.messages import T
from registry.models import Device, FillClip, Filling
from registry.queries import fill_clips as queries
from registry.rules import sunshine as rules
from registry.rules.verdict import Finding
from registry.services import visit_evidence

DERIVED, REPORTED, STATED = "derived", "reported", "stated"
NIGHTS = 3  # days whose late arrivals a night links
LATE = timedelta(minutes=30)  # how long after its end a fill may reach us and still be linked by the next heartbeat
DIGEST = re.compile(r"[0-9a-f]{64}")


def link_night(actor: Actor, on: date) -> int:
    """Link the fills of the last days whose gun had a working camera and that have no clip yet; how many.

    Doing it twice links nothing new. The system only.
    """
    policy.require(actor, "fill_clip.link")
    linked = 0
    for station in queries.stations_with_cameras():
        with transaction():
            since = clock.start_of(on - timedelta(days=NIGHTS))
            linked += link(actor, station, since, clock.start_of(on + timedelta(days=1)))
    return linked


def link(actor: Actor, station_id: int, since: datetime, until: datetime, guns: Sequence[str] | None = None) -> int:
    """Link a station's fills that ended in `[since, until)` to the first camera of their gun that recorded them.

    Inside a running transaction; one trail entry for all of them.
    """
    rows = queries.unlinked(station_id, since, until, guns)
    cameras = queries.cameras_of(station_id, since) if rows else {}
    found: list[dict[str, Any]] = []
    for row in rows:
        start, end = rules.window(row.started_at, row.ended_at, row.filled_on)
        tried = queries.cameras_of_fill(row.id)
        for device, camera in cameras.get(row.gun, ()):
            if device.id not in tried and rules.recorded(camera, start, end):
                found.append(_values(row, device, start, end, DERIVED))
                break
    if found:
        db.session.execute(insert(FillClip), found)
        for values in found:
            mark = update(Filling).where(Filling.id == values["filling_id"], Filling.clip.is_(None))
            db.session.execute(mark.values(clip=values["pointer"]))
        audit.record(actor, "fill_clip.linked", None, station_id=station_id, count=len(found))
    return len(found)


def after_heartbeat(actor: Actor, devices: Sequence[Device], before: Mapping[int, datetime | None]) -> int:
    """Cameras that are alive prove what they recorded since they were heard of before: link those fills."""
    cameras = [row for row in devices if row.kind == "camera" and row.gun]
    if not cameras:
        return 0
    now = clock.now()
    heard = [seen for row in cameras if (seen := before[row.id]) is not None]
    since = min(heard, default=now) - LATE
    return link(actor, cameras[0].station_id, since, now, [row.gun for row in cameras if row.gun])


def report(actor: Actor, data: Mapping[str, Any]) -> tuple[FillClip, bool]:
    """The recorder's index line of a fill: `{ref, camera: number, filling: ref, from_at, to_at, digest,
    scan_snapshot?, reweigh_snapshot?}`; and whether it was here before. A snapshot is the id of a stored file or
    the picture itself. A camera that stands elsewhere than at the gun is kept, but does not make the fill count.

    Raises:
        Missing: the station has no such camera or fill. Conflict: the ref with other content, or a second index line
        of one camera. Invalid: the clip does not show the whole fill, or the digest is none.
    """
    policy.require(actor, "fill_clip.report")
    digest, content = str(data["digest"]).lower(), evidence.digest_of(data)
    if not DIGEST.fullmatch(digest):
        raise Invalid.field("digest", T("应为64位十六进制的SHA-256"))
    with transaction() as session:
        mine = policy.scope(actor, FillClip).where(FillClip.station_id == actor.unit_id, FillClip.ref == data["ref"])
        known = session.scalar(mine)
        if known is not None:
            if known.ref_digest != content:
                raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
            return known, True
        camera = policy.get(
            actor, Device, Device.station_id == actor.unit_id, Device.number == data["camera"], Device.kind == "camera"
        )
        fill = policy.get(
            actor, Filling, Filling.station_id == actor.unit_id, Filling.ref == data["filling"], lock=True
        )
        if data["from_at"] > fill.started_at or data["to_at"] < fill.ended_at:
            raise Invalid.field("from_at", T("片段应从充装开始前到充装结束后"))
        row = session.scalar(
            select(FillClip).where(
                FillClip.filling_id == fill.id, FillClip.camera_id == camera.id, FillClip.until.is_(None)
            )
        )
        if row is not None and row.source == REPORTED:
            raise Conflict(T("这路摄像机对这次充装的片段已经上报"))
        if row is None:
            row = FillClip(**_values(fill, camera, data["from_at"], data["to_at"], REPORTED))
            row.counts = fill.clip is None and camera.gun == fill.gun
            session.add(row)
        row.source, row.ref, row.ref_digest, row.digest = REPORTED, data["ref"], content, digest
        row.from_at, row.to_at = data["from_at"], data["to_at"]
        row.pointer = _pointer(camera, row.from_at, row.to_at)
        row.scan_snapshot_id = _snapshot(actor, data, "scan_snapshot")
        row.reweigh_snapshot_id = _snapshot(actor, data, "reweigh_snapshot")
        if row.counts:
            fill.clip = row.pointer
        audit.record(
            actor,
            "fill_clip.reported",
            row,
            filling_id=fill.id,
            camera_id=camera.id,
            digest=digest,
            counts=row.counts,
        )
        return row, False


def drop(actor: Actor, clip_id: int) -> FillClip:
    """The recorder has deleted a clip, or asks whether it may.

    Raises:
        Refused: it has to be kept: its days are not over, or something about the fill is not closed.
        Conflict: deleted before.
    """
    policy.require(actor, "fill_clip.report")
    with transaction():
        row = policy.get(actor, FillClip, FillClip.id == clip_id, lock=True, options=queries.WITH_ALL)
        if row.dropped_at is not None:
            raise Conflict(T("这个片段已经删除"))
        keeping = queries.kept(row, clock.today())
        if keeping is not None:
            raise Refused([Finding("KEEP", "block", keeping.text, keeping.text_en, keeping.basis)])
        row.dropped_at = clock.now()
        audit.record(actor, "fill_clip.dropped", row, filling_id=row.filling_id, camera_id=row.camera_id)
        return row


def lose(actor: Actor, fill: Filling) -> None:
    """A look at the video found none: from today the fill no longer counts as filmed. In a running transaction."""
    today = clock.today()
    rows = db.session.scalars(select(FillClip).where(FillClip.filling_id == fill.id, FillClip.until.is_(None))).all()
    if fill.clip is not None and not any(row.counts for row in rows):
        start, end = rules.window(fill.started_at, fill.ended_at, fill.filled_on)
        stated = FillClip(**_values(fill, None, start, end, STATED))
        stated.pointer, stated.since = fill.clip, clock.day_of(fill.received_at)
        db.session.add(stated)
        rows = [*rows, stated]
    for row in rows:
        row.until = max(today, row.since)
    fill.clip = None
    db.session.flush()
    audit.record(actor, "fill_clip.lost", fill, filling_id=fill.id, clips=[row.id for row in rows])


def _values(fill: Any, camera: Device | None, start: datetime, end: datetime, source: str) -> dict[str, Any]:
    now = clock.now()
    return {
        "station_id": fill.station_id,
        "filling_id": fill.id,
        "camera_id": camera.id if camera else None,
        "source": source,
        "counts": True,
        "pointer": _pointer(camera, start, end),
        "from_at": start,
        "to_at": end,
        "linked_at": now,
        "since": clock.day_of(now),
    }


def _pointer(camera: Device | None, start: datetime, end: datetime) -> str:
    """Channel (or number) of the camera and the span, as ISO 8601 writes one."""
    name = (camera.channel or camera.number) if camera else ""
    return f"{name} {start.astimezone(clock.CITY_ZONE):%Y-%m-%dT%H:%M:%S%z}/{end.astimezone(clock.CITY_ZONE):%H:%M:%S}"


def _snapshot(actor: Actor, data: Mapping[str, Any], field: str) -> int | None:
    if not data.get(field):
        return None
    try:
        return int(visit_evidence.keep_picture(actor, data[field], "snapshot", field)["file"])
    except evidence.PictureError:
        raise Invalid.field(field, T("照片或签名应为 JPEG、PNG 或 WebP 图片")) from None
