"""What a station keeps for filling: devices, gas batches, who is on duty; and the holds the authority released."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Certificate,
    Cylinder,
    Device,
    DeviceOutage,
    GasBatch,
    HoldRelease,
    Person,
    StaffPresence,
    StoredFile,
)
from registry.queries.paging import Page, paginate
from registry.rules.dates import add_months
from registry.rules.limits import edition
from registry.settings import current

SILENT = timedelta(minutes=5)  # R36: a camera that says nothing for longer is offline
BLANK = re.compile(r"\{[^}]*\}")
ENDING = timedelta(days=60)  # renewal is asked for at least a month before the end (cylinders.md §4.2)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person on duty, and until when the certificate for filling runs; `ending`: within 60 days."""

    id: int
    name: str
    since_at: datetime
    expires_on: date | None
    ending: bool


def devices(actor: Actor, cursor: str | None = None, limit: int = 50) -> Page:
    """Devices of the caller's station or area, those added last first."""
    policy.require(actor, "device.read")
    statement = policy.scope(actor, Device).options(joinedload(Device.station))
    return paginate(statement, Device.id, limit, cursor, newest=True)


def device(actor: Actor, device_id: int) -> Device:
    """One device.

    Raises:
        Missing: no such device for the caller.
    """
    policy.require(actor, "device.read")
    return policy.get(actor, Device, Device.id == device_id)


def outages(rows: Sequence[Device], days: int = 30) -> dict[int, int]:
    """Minutes each of these devices was silent in the last days, by device id."""
    since = clock.now() - timedelta(days=days)
    statement = select(DeviceOutage.device_id, DeviceOutage.since_at, DeviceOutage.until_at).where(
        DeviceOutage.device_id.in_([row.id for row in rows]), DeviceOutage.until_at > since
    )
    found: dict[int, int] = {}
    for device_id, start, end in db.session.execute(statement):
        found[device_id] = found.get(device_id, 0) + int((end - max(start, since)).total_seconds()) // 60
    return found


def device_state(row: Device, now: datetime) -> str:
    """retired | never | silent | alive."""
    if row.retired_at is not None:
        return "retired"
    if row.last_seen_at is None:
        return "never"
    return "silent" if now - row.last_seen_at > SILENT else "alive"


def count_silent(actor: Actor, day: date) -> int:
    """Devices in service that have said nothing for more than five minutes."""
    late = clock.now() - SILENT
    scoped = policy.scope(actor, Device).where(Device.retired_at.is_(None), Device.last_seen_at < late)
    return db.session.scalar(select(func.count()).select_from(scoped.subquery())) or 0


def gas_batches(actor: Actor, cursor: str | None = None, limit: int = 50) -> Page:
    """Gas batches of the caller's station or area, newest first."""
    policy.require(actor, "gas_batch.read")
    statement = policy.scope(actor, GasBatch).options(joinedload(GasBatch.station))
    return paginate(statement, GasBatch.id, limit, cursor, newest=True)


def in_use(row: GasBatch, on: date) -> bool:
    """Whether a station fills from this batch on a day."""
    return row.since <= on and (row.until is None or row.until > on)


def count_untested(actor: Actor, day: date) -> int:
    """Batches that are filled from on a day and lack a test (R35)."""
    scoped = policy.scope(actor, GasBatch).where(
        GasBatch.since <= day,
        or_(GasBatch.until.is_(None), GasBatch.until > day),
        or_(GasBatch.tested_on.is_(None), GasBatch.dme_ppm.is_(None)),
    )
    return db.session.scalar(select(func.count()).select_from(scoped.subquery())) or 0


def on_duty(actor: Actor, on: date) -> list[OnDuty]:
    """Who is on duty at the caller's station now."""
    policy.require(actor, "presence.sign")
    statement = (
        policy.scope(
            actor,
            StaffPresence,
            StaffPresence.id,
            Person.name,
            StaffPresence.since_at,
            func.max(Certificate.expires_on),
        )
        .join(Person, Person.id == StaffPresence.person_id)
        .outerjoin(
            Certificate,
            and_(Certificate.person_id == Person.id, Certificate.item.startswith("P", autoescape=True)),
        )
        .where(StaffPresence.station_id == actor.unit_id, StaffPresence.until_at.is_(None))
        .group_by(StaffPresence.id, Person.name, StaffPresence.since_at)
        .order_by(StaffPresence.id)
    )
    return [
        OnDuty(row_id, name, since, until, until is not None and until - on < ENDING)
        for row_id, name, since, until in db.session.execute(statement)
    ]


def presences(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """Who was on duty, of one `station` and on one `day` where given, signed on last first."""
    policy.require(actor, "presence.read")
    statement = policy.scope(actor, StaffPresence).options(
        joinedload(StaffPresence.station), joinedload(StaffPresence.person)
    )
    if filters.get("station"):
        statement = statement.where(StaffPresence.station_id == filters["station"])
    day = filters.get("day")
    if day:
        start, end = clock.start_of(day), clock.start_of(day + timedelta(days=1))
        statement = statement.where(
            StaffPresence.since_at < end, or_(StaffPresence.until_at.is_(None), StaffPresence.until_at >= start)
        )
    return paginate(statement, StaffPresence.id, limit, cursor, newest=True)


def gas_report(actor: Actor, batch_id: int) -> tuple[Path, str, str]:
    """The test report of a gas batch: (path, mime, name).

    Raises:
        Missing: no such batch for the caller, or none was kept.
    """
    policy.require(actor, "gas_batch.read")
    row = policy.get(actor, GasBatch, GasBatch.id == batch_id)
    stored = db.session.get(StoredFile, row.file_id) if row.file_id else None
    if stored is None:
        raise Missing(T("没有这份文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime, stored.name


def hold_releases(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """Holds the authority released, newest first; of a `month` (its first day) where given."""
    policy.require(actor, "hold.read")
    statement = policy.scope(actor, HoldRelease).options(
        joinedload(HoldRelease.cylinder).joinedload(Cylinder.owner),
        joinedload(HoldRelease.station),
        joinedload(HoldRelease.released_by),
    )
    month = filters.get("month")
    if month:
        statement = statement.where(
            HoldRelease.released_at >= clock.start_of(month),
            HoldRelease.released_at < clock.start_of(add_months(month, 1)),
        )
    return paginate(statement, HoldRelease.id, filters.get("limit") or 50, cursor, newest=True)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's sentence in both languages, with … where a fill's values would stand."""

    zh: str
    en: str


def rule_texts(on: date) -> dict[str, RuleText]:
    """The rules of filling in force on a day with their texts."""
    return {
        row["rule"]: RuleText(*(f"{row['rule']} " + BLANK.sub("…", row[language]) for language in ("zh", "en")))
        for row in edition("filling_rules", on)
    }
