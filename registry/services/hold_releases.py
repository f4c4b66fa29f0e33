"""The authority releases a held cylinder for filling: with reason and photo, for a day, for one fill (cylinders.md §6).

There is no other way round a hold, and none round a block: no account, no card, no switch at the station.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, HoldRelease, StoredFile, Unit
from registry.queries import filling_facts, parameters
from registry.replays import in_turn
from registry.rules.limits import edition

PHOTOS = ("image/jpeg", "image/png", "image/webp")


def releasable(on: Any) -> tuple[str, ...]:
    """The rules whose hold the authority may release."""
    return tuple(row["rule"] for row in edition("filling_rules", on) if "hold" in row["adjustable"].split())


def release(actor: Actor, data: Mapping[str, Any]) -> tuple[HoldRelease, bool]:
    """Release `{ref, code, station_id, rules, reason, photo: stored file id}`; and whether it was here before.

    Raises:
        Invalid: rules that nobody may release, no reason, no photo.
        Missing: no such cylinder or station in the caller's area. Conflict: the ref of another release.
    """
    policy.require(actor, "hold.release")
    now = clock.now()
    wanted = sorted(set(data["rules"]))
    reason = str(data.get("reason") or "").strip()
    if not wanted or not set(wanted) <= set(releasable(clock.day_of(now))):
        raise Invalid.field("rules", T("只能放行标为“待放行”的规则"))
    if len(reason) < 4:
        raise Invalid.field("reason", T("请写明放行的原因"))
    with transaction() as session:
        in_turn(data["ref"])
        known = session.scalar(policy.scope(actor, HoldRelease).where(HoldRelease.ref == data["ref"]))
        found = filling_facts.find(data["code"])
        if found.cylinder is None:
            raise Missing(T("没有找到这只气瓶"))
        if known is not None:
            if (known.cylinder_id, known.rules) != (found.cylinder.id, wanted):
                raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
            return known, True
        policy.get(actor, Cylinder, Cylinder.id == found.cylinder.id)
        station = policy.get(actor, Unit, Unit.id == data["station_id"])
        photo = _photo(actor, data.get("photo"))
        row = HoldRelease(
            ref=data["ref"],
            cylinder_id=found.cylinder.id,
            station_id=station.id,
            rules=wanted,
            reason=reason[:200],
            photo_id=photo.id,
            released_by_id=actor.person_id,
            released_at=now,
            expires_at=now + timedelta(hours=int(parameters.value("filling.hold_release_hours", clock.day_of(now)))),
        )
        session.add(row)
        audit.record(
            actor,
            "hold.released",
            row,
            cylinder_id=row.cylinder_id,
            station_id=row.station_id,
            rules=wanted,
            expires_at=row.expires_at,
            reason=row.reason,
        )
        return row, False


def _photo(actor: Actor, file_id: Any) -> StoredFile:
    try:
        return policy.get(actor, StoredFile, StoredFile.id == file_id, StoredFile.mime.in_(PHOTOS))
    except Missing:
        raise Invalid.field("photo", T("请拍下钢印的照片")) from None


def use_up(cylinder_id: int, station_id: int, now: datetime) -> None:
    """A release is good for one fill, which has just been recorded."""
    db.session.execute(
        update(HoldRelease)
        .where(
            HoldRelease.cylinder_id == cylinder_id, HoldRelease.station_id == station_id, HoldRelease.used_at.is_(None)
        )
        .values(used_at=now)
    )
