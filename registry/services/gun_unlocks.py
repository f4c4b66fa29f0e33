"""The leave of a gun to fill one cylinder: given with an allowing scan, used once, soon over."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Missing
from registry.messages import T
from registry.models import FillCycle, GunUnlock
from registry.queries import parameters


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(actor: Actor, cycle: FillCycle, gun: str, now: datetime, seconds: int | None = None) -> str:
    """A token for one fill of the turn at a gun, inside the transaction of the scan that allowed it.

    `seconds` is how long it holds, where the office's value was read already.
    """
    policy.require(actor, "filling.record")
    token = secrets.token_urlsafe(24)
    if seconds is None:
        seconds = int(parameters.value("filling.unlock_seconds", clock.day_of(now)))
    row = GunUnlock(
        token_sha256=_digest(token),
        cycle_id=cycle.id,
        station_id=cycle.station_id,
        gun=gun,
        issued_at=now,
        expires_at=now + timedelta(seconds=seconds),
    )
    with transaction() as session:
        session.add(row)
        audit.record(actor, "gun.unlocked", row, cycle_id=cycle.id, gun=gun, expires_at=row.expires_at)
    return token


def redeem(actor: Actor, token: str, gun: str) -> GunUnlock:
    """Open the gun: the token is used up, whatever else asks at the same moment.

    Raises:
        Missing: no such token of this station and gun. Conflict: used before, or its time is over.
    """
    policy.require(actor, "filling.record")
    now = clock.now()
    with transaction() as session:
        row = session.scalar(
            select(GunUnlock).where(
                GunUnlock.token_sha256 == _digest(token), GunUnlock.station_id == actor.unit_id, GunUnlock.gun == gun
            )
        )
        if row is None:
            raise Missing(T("没有这个解锁凭证"))
        fresh = update(GunUnlock).where(GunUnlock.id == row.id, GunUnlock.used_at.is_(None), GunUnlock.expires_at > now)
        if session.execute(fresh.values(used_at=now)).rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(T("解锁凭证已用过或已过期，请重新扫码"))
        db.session.refresh(row)
        audit.record(actor, "gun.opened", row, cycle_id=row.cycle_id, gun=gun)
        return row
