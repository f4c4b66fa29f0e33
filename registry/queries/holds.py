"""Holds at the gun that wait for the authority, and the photo of one that was released (cylinders.md §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists
from sqlalchemy.orm import aliased

from registry import files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Cylinder, Filling, HoldRelease, Scan, StoredFile, Unit
from registry.queries.filling_judging import restored
from registry.settings import current

WAITED = timedelta(hours=24)
MOST = 100


@dataclass(frozen=True, slots=True)
class Held:
    """A cylinder that a gun refused to fill until somebody has looked: where, since when, by which rules."""

    cylinder: Cylinder
    station: Unit
    at: datetime
    rules: tuple[str, ...]


def waiting(actor: Actor, now: datetime) -> list[Held]:
    """Cylinders held within a day whose newest answer at that station is a hold still, the newest first; not those
    that are released already or were filled since."""
    policy.require(actor, "hold.read")
    later = aliased(Scan)
    again = exists().where(
        later.cylinder_id == Scan.cylinder_id,
        later.unit_id == Scan.unit_id,
        later.gun.is_not(None),
        later.at >= now - WAITED,  # says nothing new, but which months to read
        (later.at > Scan.at) | ((later.at == Scan.at) & (later.id > Scan.id)),
    )
    released = exists().where(
        HoldRelease.cylinder_id == Scan.cylinder_id,
        HoldRelease.station_id == Scan.unit_id,
        HoldRelease.released_at >= Scan.at,
    )
    filled = exists().where(Filling.cylinder_id == Scan.cylinder_id, Filling.ended_at > Scan.at)
    rows = db.session.execute(
        policy.scope(actor, Scan, Scan, Cylinder, Unit)
        .join(Cylinder, Cylinder.id == Scan.cylinder_id)
        .join(Unit, Unit.id == Scan.unit_id)
        .where(Scan.at >= now - WAITED, Scan.verdict == "hold", Scan.gun.is_not(None), ~again, ~released, ~filled)
        .order_by(Scan.at.desc(), Scan.id.desc())
        .limit(MOST)
    ).all()
    return [Held(cylinder, station, scan.at, _rules(scan)) for scan, cylinder, station in rows]


def _rules(scan: Scan) -> tuple[str, ...]:
    return tuple(found.rule for found in restored(scan.findings).findings if found.severity == "hold")


def photo(actor: Actor, release_id: int) -> tuple[Path, str, str]:
    """Where the photo of the stamp lies, its type and its name.

    Raises:
        Missing: no such release, or not for this caller.
    """
    policy.require(actor, "hold.read")
    row = policy.get(actor, HoldRelease, HoldRelease.id == release_id)
    kept = db.session.get(StoredFile, row.photo_id)
    if kept is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, kept.sha256), kept.mime, kept.name
