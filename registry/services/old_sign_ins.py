"""Sessions that are over and browsers nobody came back with, forgotten when their days are over: an address and a
browser are personal data (个人信息保护法 art. 19), and the trail keeps who signed in."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import delete, func, select

from registry import audit, clock, policy
from registry.actor import SYSTEM
from registry.db import transaction
from registry.models import KnownDevice, SignIn
from registry.queries import parameters
from registry.settings import current

MOST = 1_000  # in one transaction
PAUSE = 3600.0  # seconds between two looks

_looked_at = float("-inf")  # of this process, by its own clock


def drop_when_due() -> None:
    """Like `drop_old`, until nothing is left, at most once an hour."""
    global _looked_at
    if time.monotonic() - _looked_at < PAUSE:
        return
    _looked_at = time.monotonic()
    while drop_old():
        pass


def drop_old() -> int:
    """Delete sessions that ended, and devices last seen, longer ago than `access.kept_days`; how many there were. A
    session that could still be used is never among them."""
    policy.require(SYSTEM, "job.run")
    days = int(parameters.value("access.kept_days", clock.today()))
    before = clock.now() - max(timedelta(days=days), timedelta(hours=current().session_hours))
    with transaction() as session:
        over = select(SignIn.id).where(func.coalesce(SignIn.ended_at, SignIn.seen_at) < before)
        ids = session.scalars(over.order_by(SignIn.id).limit(MOST)).all()
        left = select(KnownDevice.id).where(KnownDevice.seen_at < before)
        devices = session.scalars(left.order_by(KnownDevice.id).limit(MOST)).all()
        if not ids and not devices:
            return 0
        session.execute(delete(SignIn).where(SignIn.id.in_(ids)))
        session.execute(delete(KnownDevice).where(KnownDevice.id.in_(devices)))
        audit.record(SYSTEM, "sign_in.forgotten", None, sessions=len(ids), devices=len(devices), before=before)
    return len(ids) + len(devices)
