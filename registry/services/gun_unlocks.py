"""The leave of a gun to fill one cylinder: given with an allowing scan, used once, soon over."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Missing
from registry.messages import T
from registry.models import GunUnlock
from registry.prepared import Prepared
from registry.queries.gun_reading import OpenTurn


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_UNLOCK = Prepared(insert(GunUnlock), "token_sha256", "cycle_id", "station_id", "gun", "issued_at", "expires_at")


def issue(actor: Actor, turn: OpenTurn, gun: str, now: datetime, seconds: int) -> str:
    """A token for one fill of the turn at a gun, inside the transaction of the scan that allowed it.

    `seconds` is how long it holds.
    """
    policy.require(actor, "filling.record")
    token = secrets.token_urlsafe(24)
    until = now + timedelta(seconds=seconds)
    given = {
        "token_sha256": _digest(token),
        "cycle_id": turn.id,
        "station_id": turn.station_id,
        "gun": gun,
        "issued_at": now,
        "expires_at": until,
    }
    with transaction():
        new = _UNLOCK.insert(given)
        data = {"cycle_id": turn.id, "gun": gun, "expires_at": until}
        audit.record_many(actor, "gun.unlocked", GunUnlock.__tablename__, [(new, data)])
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
