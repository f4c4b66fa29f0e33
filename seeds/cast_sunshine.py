"""The cast's LPG station under the eyes of its cameras: devices, heartbeats, strokes, people on duty, a spot check."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import Device, DeviceOutage, FillClip, Filling
from registry.queries import spot_checks as queries
from registry.queries.filling_staff import choices
from registry.rules.spot_checks import items
from registry.services import devices, fill_clips, gas_batches, presence, spot_checks
from seeds import cast, past, pictures
from seeds.cast_cylinders import GUN

SINCE_DAYS = 80
OUTAGE_HOURS = 5
MOUNTED = "CAM-04"  # put up yesterday, not connected yet: the gun is not asked about it
REPORTED = 3  # fills of which the recorder's index line came
DEVICES: tuple[dict[str, Any], ...] = (
    {"kind": "camera", "number": "CAM-01", "view": "gate", "retention_days": 90},
    {"kind": "camera", "number": "CAM-02", "view": "unloading", "retention_days": 90},
    {"kind": "camera", "number": "CAM-03", "view": "precheck", "retention_days": 90},
    {"kind": "camera", "number": MOUNTED, "view": "gun", "gun": "1", "retention_days": 120},
    {"kind": "camera", "number": "CAM-05", "view": "gun", "gun": "2", "retention_days": 120},
    {"kind": "camera", "number": "CAM-06", "view": "postcheck", "retention_days": 90},
    {"kind": "camera", "number": "CAM-07", "view": "store", "retention_days": 60},
    {"kind": "scale", "number": "CH-01", "gun": "1", "calibration_no": "皖计检2026-0311"},
    {"kind": "scale", "number": "CH-02", "gun": "2", "calibration_no": "皖计检2025-1207"},
)


def build() -> None:
    """Everything, by the verbs themselves; the cameras were heard of ever since, but for one afternoon."""
    manager, filler = cast.actor("filling"), cast.actor("filler")
    today = clock.today()
    for number, each in enumerate(DEVICES, 1):
        with past.at(past.moment(today - timedelta(days=1 if each["number"] == MOUNTED else SINCE_DAYS))):
            more = {"channel": f"34130200001320{number:06d}"} if each["kind"] == "camera" else {}
            until = {"CH-01": today + timedelta(days=230), "CH-02": today + timedelta(days=12)}
            given = {**each, **more, "calibrated_until": until.get(each["number"])}
            devices.register(manager, given)
    _heard_of()
    _film()
    numbers = [each["number"] for each in DEVICES if each["number"] != MOUNTED]
    clocks = {"CAM-01": clock.now() + timedelta(milliseconds=300), "CAM-07": clock.now() - timedelta(seconds=8)}
    devices.heartbeat(filler, numbers, clocks)
    for number in ("CH-01", "CH-02"):
        devices.report_strokes(filler, number, today - timedelta(days=3), 1)
    for person in [each for each in choices(manager) if each.certified][:3]:
        presence.sign_on(filler, person.login)
    gas_batches.record(
        manager,
        {
            "ref": str(uuid4()),
            "medium": "propane",
            "supplier": "安庆石化销售有限公司",
            "delivery_note": "AQ-0107",
            "mass_g": 9_800_000,
        },
    )
    _look(today)


def _heard_of() -> None:
    """What a quarter of heartbeats leaves behind: one outage, and that they were heard of just now."""
    now = clock.now()
    with transaction() as session:
        for row in session.query(Device).filter_by(station_id=cast.unit("station").id):
            if row.number == MOUNTED:
                continue
            row.last_seen_at = now - timedelta(minutes=1)
            if row.number == "CAM-06":
                broken = now - timedelta(days=2)
                session.add(
                    DeviceOutage(device_id=row.id, since_at=broken, until_at=broken + timedelta(hours=OUTAGE_HOURS))
                )


def _film() -> None:
    """Each night the fills of the day were linked; of the last ones the recorder sent its index line as well."""
    station = cast.unit("station").id
    mine = select(Filling).where(Filling.station_id == station, Filling.gun == GUN)
    for day in sorted(set(db.session.scalars(mine.with_only_columns(Filling.filled_on)))):
        with past.at(past.moment(day + timedelta(days=1), 1)):
            fill_clips.link_night(SYSTEM, day)
    linked = select(FillClip).join(Filling).where(FillClip.station_id == station).order_by(FillClip.id.desc())
    for clip in db.session.scalars(linked.limit(REPORTED)).all():
        _report(clip, db.session.get_one(Filling, clip.filling_id))


def _report(clip: FillClip, fill: Filling) -> None:
    """The recorder's index line of a clip, with a picture of the scan and one of the weighing again."""
    camera = db.session.get_one(Device, clip.camera_id).number
    index_line = f"{camera} {clip.from_at.isoformat()} {clip.to_at.isoformat()}"
    line = {
        "ref": f"cast-clip-{fill.ref}",
        "camera": camera,
        "filling": fill.ref,
        "from_at": clip.from_at,
        "to_at": clip.to_at,
        "digest": sha256(index_line.encode()).hexdigest(),
        "scan_snapshot": pictures.photo(f"scan {fill.ref}"),
        "reweigh_snapshot": pictures.photo(f"reweigh {fill.ref}"),
    }
    with past.at(fill.ended_at + timedelta(days=1)):
        fill_clips.report(cast.actor("filling"), line)


def _look(today: Any) -> None:
    """The county drew five fills; one was not weighed again, two wait."""
    county = cast.actor("county")
    station = cast.unit("station").id
    given = {"station_id": station, "first_on": today - timedelta(days=60), "last_on": today, "size": 5}
    row = spot_checks.draw(county, given)
    good = {item.id: "yes" for item in items(today)}
    places = [item.place for item in queries.show(county, row.id).items]
    for place in places[:2]:
        spot_checks.judge(county, row.id, place, "pass", {"answers": good})
    for place in places[2:3]:
        answers = {**good, "reweighed": "no"}
        spot_checks.judge(county, row.id, place, "fail", {"answers": answers, "note": "视频中没有复称动作"})
