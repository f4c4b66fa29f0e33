"""What scales and gauges measured and signed; a reading is used by one step of one turn."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Device, DeviceOutage, Reading
from registry.queries.station_registers import SILENT
from registry.settings import current

KINDS = ("gross_g", "pressure_kpa", "temperature_c")
FRESH = timedelta(minutes=30)
LEAD = timedelta(minutes=2)
USED = T("这条读数已经用过，或者时间太久")


def key_of(device: Device) -> bytes:
    """The secret a device signs with, derived so that it need not be kept."""
    text = f"device:{device.id}:{device.key_version}".encode()
    return hmac.new(current().secret_key, text, hashlib.sha256).digest()


def signed_text(number: str, ref: str, kind: str, value: int, at: datetime) -> bytes:
    """What a device signs: its number, the reading's ref, kind and value, the moment in whole seconds since 1970."""
    return f"{number}|{ref}|{kind}|{value}|{int(at.timestamp())}".encode()


def seen(device: Device, now: datetime) -> None:
    """Note, in a running transaction, that a device was heard of; a silence of more than five minutes before is kept.

    One that was never heard of has been silent since it was registered.
    """
    since = device.last_seen_at or device.registered_at
    if now - since > SILENT:
        db.session.add(DeviceOutage(device_id=device.id, since_at=since, until_at=now))
    device.last_seen_at = now


def record(actor: Actor, data: Mapping[str, Any]) -> tuple[Reading, bool]:
    """Keep a signed reading: `{device: number, ref, kind, value, at, signature}`; and whether it was here before.

    Raises:
        Missing: the station has no such device in service.
        Invalid: a kind or time that cannot be, or a signature that is not the device's.
        Conflict: the ref with another value.
    """
    policy.require(actor, "reading.record")
    if data["kind"] not in KINDS:
        raise Invalid.field("kind", T("没有这种读数"))
    now = clock.now()
    with transaction() as session:
        device = policy.get(
            actor,
            Device,
            Device.station_id == actor.unit_id,
            Device.number == data["device"],
            Device.retired_at.is_(None),
        )
        text = signed_text(device.number, data["ref"], data["kind"], data["value"], data["at"])
        wanted = hmac.new(key_of(device), text, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, str(data["signature"]).lower()):
            raise Invalid.field("signature", T("签名不是这台设备的"))
        if not now - FRESH <= data["at"] <= now + LEAD:
            raise Invalid.field("at", T("读数的时间与现在相差太多，请校准设备时钟"))
        known = session.scalar(select(Reading).where(Reading.device_id == device.id, Reading.ref == data["ref"]))
        if known is not None:
            if (known.kind, known.value) != (data["kind"], data["value"]):
                raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
            return known, True
        row = Reading(
            device_id=device.id,
            ref=data["ref"],
            kind=data["kind"],
            value=data["value"],
            at=data["at"],
            received_at=now,
            signature=wanted,
        )
        session.add(row)
        seen(device, now)
        audit.record(actor, "reading.recorded", row, device_id=device.id, kind=row.kind, value=row.value)
        return row, False


class Measured(NamedTuple):
    """What a step was given for a field, and the reading of a device that says so; None where it was typed."""

    value: int | None
    reading_id: int | None = None


def look(actor: Actor, data: Mapping[str, Any], field: str, kind: str, reading: str = "reading") -> Measured:
    """The value of a step: of the device's reading where one is named, else as typed. `use_up` goes with it.

    Raises:
        Missing: the station has no such reading. Conflict: it was used, or is too old. Invalid: it says otherwise.
    """
    typed: int | None = data.get(field)
    ref = data.get(reading)
    if not ref:
        return Measured(typed)
    found = db.session.execute(
        select(Reading.id, Reading.value, Reading.at, Reading.used_at)
        .join(Device, Device.id == Reading.device_id)
        .where(Device.station_id == actor.unit_id, Reading.ref == ref, Reading.kind == kind)
    ).first()
    if found is None:
        raise Missing(T("本站没有这条读数"))
    if typed is not None and typed != found.value:
        raise Invalid.field(field, T("与设备读数不一致"))
    if found.used_at is not None or found.at <= clock.now() - FRESH:
        raise Conflict(USED)
    return Measured(int(found.value), found.id)


def use_up(reading_id: int | None) -> None:
    """The step that named a reading is kept: no other may name it.

    Raises:
        Conflict: another step was faster.
    """
    if reading_id is None:
        return
    used = update(Reading).where(Reading.id == reading_id, Reading.used_at.is_(None)).values(used_at=clock.now())
    if db.session.execute(used).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(USED)


def take(actor: Actor, data: Mapping[str, Any], field: str, kind: str) -> int | None:
    """The value of a step that is kept whatever the verdict: looked up and used up at once. Raises like both."""
    measured = look(actor, data, field, kind)
    use_up(measured.reading_id)
    return measured.value
