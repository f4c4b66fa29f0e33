"""Scales, gauges, gun controllers and cameras of a station: registered, seen alive, retired (cylinders.md §4.5, §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import Capacity, Device, DeviceOutage
from registry.queries.station_registers import SILENT
from registry.services.readings import key_of

KINDS: dict[str, T] = {
    "scale": T("充装秤"),
    "gauge": T("压力表"),
    "controller": T("充装枪控制器"),
    "camera": T("摄像机"),
}
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
    """Add a device: `{station_id?, kind, number, gun?, channel?, view?, calibrated_until?}`; with its key in hex.

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
    if data.get("view") and data["view"] not in VIEWS:
        raise Invalid.field("view", T("请从列表中选择"))
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
            calibrated_until=data.get("calibrated_until"),
            registered_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "device.registered", row, station_id=station_id, kind=row.kind, number=number, gun=row.gun)
        return row, key_of(row).hex()


def change_key(actor: Actor, device_id: int) -> tuple[Device, str]:
    """Give a device another key; what it signs with the old one is refused from now on."""
    policy.require(actor, "device.register")
    with transaction():
        row = policy.get(actor, Device, Device.id == device_id, lock=True)
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


def heartbeat(actor: Actor, numbers: Sequence[str]) -> list[str]:
    """Devices of the caller's station say that they work; a silence longer than five minutes is kept as an outage.

    Returns the numbers that the station has in service. Many a minute, so they leave no trail entry each.
    """
    policy.require(actor, "reading.record")
    now = clock.now()
    with transaction() as session:
        rows = session.scalars(
            policy.scope(actor, Device).where(
                Device.station_id == actor.unit_id, Device.number.in_(numbers), Device.retired_at.is_(None)
            )
        ).all()
        for row in rows:
            if row.last_seen_at is not None and now - row.last_seen_at > SILENT:
                session.add(DeviceOutage(device_id=row.id, since_at=row.last_seen_at, until_at=now))
            row.last_seen_at = now
        return sorted(row.number for row in rows)
