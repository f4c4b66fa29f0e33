"""Scales, gauges, gun controllers and cameras of a station: registered, seen alive, retired (cylinders.md §4.5, §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import Capacity, Device, ScaleStrokes
from registry.rules import sunshine
from registry.services import fill_clips
from registry.services.readings import key_of, seen

KINDS: dict[str, T] = {
    "scale": T("充装秤"),
    "gauge": T("压力表"),
    "controller": T("充装枪控制器"),
    "camera": T("摄像机"),
}
COUNTING = ("scale", "controller")
CORRECTABLE = ("gun", "channel", "view", "retention_days", "calibrated_until", "calibration_no")
MOST_OFF = 2_000_000_000  # ms: a clock that is off by more says the same
VIEWS: dict[str, T] = {
    "gate": T("大门车辆"),
    "unloading": T("卸车点"),
    "precheck": T("充前检查位"),
    "gun": T("充装位（看得清标签和秤）"),
    "postcheck": T("充后复称位"),
    "store": T("重瓶库"),
    "residue": T("残液处理"),
    "scrap": T("报废区"),
}


def register(actor: Actor, data: Mapping[str, Any]) -> tuple[Device, str]:
    """Add a device: `{station_id?, kind, number, gun?, channel?, view?, retention_days?, calibrated_until?,
    calibration_no?}`; with its key in hex.

    The key is shown now and never again; `change_key` makes another.

    Raises:
        Forbidden: a device of another station. Invalid: an unknown kind or view, or no filling station.
        Conflict: the number is taken.
    """
    policy.require(actor, "device.register")
    station_id = data.get("station_id") or actor.unit_id
    if actor.role not in OFFICE_ROLES and station_id != actor.unit_id:
        raise Forbidden(T("充装单位只能登记本单位的设备"))
    if data["kind"] not in KINDS:
        raise Invalid.field("kind", T("请从列表中选择"))
    _check(data["kind"], data)
    number = str(data["number"]).strip()
    with transaction() as session:
        licence = policy.scope(actor, Capacity).where(Capacity.unit_id == station_id, Capacity.capacity == "filling")
        if session.scalars(licence).first() is None:
            raise Invalid.field("station_id", T("该单位不是充装单位，或者不在您的辖区"))
        if session.scalar(select(Device.id).where(Device.station_id == station_id, Device.number == number)):
            raise Conflict(T("本单位已有编号为{number}的设备", number=number))
        row = Device(
            station_id=station_id,
            kind=data["kind"],
            number=number,
            gun=data.get("gun") or None,
            channel=data.get("channel") or None,
            view=data.get("view") or None,
            retention_days=_retention(data),
            calibrated_until=data.get("calibrated_until"),
            calibration_no=data.get("calibration_no") or None,
            registered_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "device.registered", row, station_id=station_id, kind=row.kind, number=number, gun=row.gun)
        return row, key_of(row).hex()


def correct(actor: Actor, device_id: int, data: Mapping[str, Any]) -> Device:
    """Change what is known of a device, as after a calibration or when a camera was moved: `{gun?, channel?, view?,
    retention_days?, calibrated_until?, calibration_no?}`; what is not named stays.

    Raises:
        Missing: no such device for the caller. Conflict: it is out of service. Invalid: an unknown view, too few days.
    """
    policy.require(actor, "device.correct")
    with transaction():
        row = policy.get(actor, Device, Device.id == device_id, lock=True)
        if row.retired_at is not None:
            raise Conflict(T("这台设备已经停用"))
        _check(row.kind, data)
        changes = audit.changes(row, {name: data[name] or None for name in CORRECTABLE if name in data})
        audit.record(actor, "device.corrected", row, number=row.number, changes=changes)
        return row


def change_key(actor: Actor, device_id: int) -> tuple[Device, str]:
    """Give a device another key; what it signs with the old one is refused from now on.

    Raises:
        Conflict: it is out of service.
    """
    policy.require(actor, "device.register")
    with transaction():
        row = policy.get(actor, Device, Device.id == device_id, lock=True)
        if row.retired_at is not None:
            raise Conflict(T("这台设备已经停用"))
        row.key_version += 1
        audit.record(actor, "device.key_changed", row, number=row.number, key_version=row.key_version)
        return row, key_of(row).hex()


def retire(actor: Actor, device_id: int) -> Device:
    """Take a device out of service.

    Raises:
        Conflict: it is out of service.
    """
    policy.require(actor, "device.register")
    with transaction():
        row = policy.get(actor, Device, Device.id == device_id, lock=True)
        if row.retired_at is not None:
            raise Conflict(T("这台设备已经停用"))
        row.retired_at = clock.now()
        audit.record(actor, "device.retired", row, number=row.number)
        return row


def heartbeat(actor: Actor, numbers: Sequence[str], clocks: Mapping[str, datetime] | None = None) -> list[str]:
    """Devices of the caller's station say that they work; a silence longer than five minutes is kept as an outage.

    `clocks`: what a device's own clock says. A camera that is heard of proves what it recorded since: the fills of
    its gun get their clip. Returns the numbers that the station has in service. Many a minute, so they leave no
    trail entry each.
    """
    policy.require(actor, "reading.record")
    now = clock.now()
    with transaction() as session:
        rows = session.scalars(
            policy.scope(actor, Device).where(
                Device.station_id == actor.unit_id, Device.number.in_(numbers), Device.retired_at.is_(None)
            )
        ).all()
        before = {row.id: row.last_seen_at for row in rows}
        for row in rows:
            seen(row, now)
            told = (clocks or {}).get(row.number)
            if told is not None:
                off = round((told - now).total_seconds() * 1000)
                row.clock_off_ms, row.clock_seen_at = max(-MOST_OFF, min(off, MOST_OFF)), now
        session.flush()
        fill_clips.after_heartbeat(actor, rows, before)
        return sorted(row.number for row in rows)


def report_strokes(actor: Actor, number: str, day: date, strokes: int) -> ScaleStrokes:
    """A scale's own count of the fills of a day; a later report of the day replaces an earlier, smaller one.

    Raises:
        Missing: the station has no such scale or controller. Invalid: it stands at no gun, a day to come, or fewer
        than it said before.
    """
    policy.require(actor, "device.report_strokes")
    if day > clock.today():
        raise Invalid.field("day", T("不能晚于今天"))
    with transaction() as session:
        device = policy.get(
            actor,
            Device,
            Device.station_id == actor.unit_id,
            Device.number == number,
            Device.kind.in_(COUNTING),
            lock=True,
        )
        if not device.gun:
            raise Invalid.field("device", T("这台设备没有对应的枪号"))
        row = session.scalar(select(ScaleStrokes).where(ScaleStrokes.device_id == device.id, ScaleStrokes.day == day))
        if row is None:
            row = ScaleStrokes(station_id=device.station_id, device_id=device.id, gun=device.gun, day=day, strokes=0)
            session.add(row)
        if strokes < row.strokes:
            raise Invalid.field("strokes", T("不能少于已上报的{strokes}次", strokes=row.strokes))
        row.strokes, row.reported_at = strokes, clock.now()
        audit.record(actor, "device.strokes_reported", row, number=number, day=day, strokes=strokes)
        return row


def _check(kind: str, data: Mapping[str, Any]) -> None:
    if data.get("view") and data["view"] not in VIEWS:
        raise Invalid.field("view", T("请从列表中选择"))
    least = sunshine.limit_of("retention_least_days", clock.today())
    if data.get("retention_days") is not None and data["retention_days"] < least:
        raise Invalid.field("retention_days", T("录像至少保存{days}天", days=least))
    if kind != "camera" and (data.get("view") or data.get("channel")):
        raise Invalid.field("view" if data.get("view") else "channel", T("只有摄像机填写"))


def _retention(data: Mapping[str, Any]) -> int | None:
    """What a camera keeps where nothing was said: as the table advises."""
    if data["kind"] != "camera":
        return None
    return data.get("retention_days") or sunshine.limit_of("retention_days", clock.today())
