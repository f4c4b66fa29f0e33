"""Alerts of indicators: raised and cleared by what the records say, acknowledged by people."""

from __future__ import annotations

import time
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.db import among, db, locked, transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import IndicatorAlert
from registry.queries import indicator_alerts as queries
from registry.rules import indicator_alerts as rules

PAUSE = 300.0  # seconds between two looks of a process

_looked_at = float("-inf")  # of this process, by its own clock


def look(actor: Actor) -> tuple[int, int]:
    """Raise an alert for what is to be told of and clear those that are over: (how many, how many). What stands already
    stays as it is, so that it is told of once; what was raised and cleared on this very day stands again as it was,
    and is not told of anew (`rules.is_told_anew`)."""
    policy.require(actor, "indicator_alert.look")
    found = queries.found(actor, clock.today())
    standing = select(IndicatorAlert).where(IndicatorAlert.cleared_at.is_(None)).order_by(IndicatorAlert.id)
    if {row.name for row in db.session.scalars(standing)} == set(found):
        return 0, 0
    db.session.rollback()  # the long walk is over before the writers are asked to wait
    with transaction() as session:
        rows = list(session.scalars(locked(standing).execution_options(populate_existing=True)))
        over = [row for row in rows if row.name not in found]
        for row in over:
            row.cleared_at = clock.now()
            audit.record(actor, "indicator_alert.cleared", row, name=row.name, kind=row.kind, area_code=row.area_code)
        session.flush()
        names = set(found) - {row.name for row in rows}
        before = _latest(session, names)
        fresh = [name for name in sorted(names) if rules.is_told_anew(_day(before.get(name)), clock.today())]
        for name in fresh:
            _raise(actor, session, found[name])
        for name in sorted(names.difference(fresh)):
            row = before[name]
            row.cleared_at = None
            audit.record(actor, "indicator_alert.reopened", row, name=row.name, kind=row.kind, area_code=row.area_code)
    return len(fresh), len(over)


def _latest(session: Session, names: set[str]) -> dict[str, IndicatorAlert]:
    """Of each name the alert that was raised last."""
    newest = select(func.max(IndicatorAlert.id)).where(among(IndicatorAlert.name, sorted(names)))
    rows = session.scalars(
        locked(select(IndicatorAlert).where(IndicatorAlert.id.in_(newest.group_by(IndicatorAlert.name))))
    )
    return {row.name: row for row in rows}


def _day(row: IndicatorAlert | None) -> date | None:
    return None if row is None else clock.day_of(row.raised_at)


def _raise(actor: Actor, session: Session, one: queries.Found) -> None:
    row = IndicatorAlert(
        name=one.name,
        kind=one.kind,
        key=one.key,
        area_code=one.area,
        period_end=one.period_end,
        value=one.value,
        target=one.target,
        raised_at=clock.now(),
    )
    session.add(row)
    session.flush()
    said = {"name": row.name, "kind": row.kind, "area_code": row.area_code}
    audit.record(actor, "indicator_alert.raised", row, **said, value=one.value, target=one.target)


def look_when_due() -> bool:
    """Like `look`, at most every five minutes; whether it was done."""
    global _looked_at
    if time.monotonic() - _looked_at < PAUSE:
        return False
    _looked_at = time.monotonic()
    look(SYSTEM)
    return True


def acknowledge(actor: Actor, alert_id: int, note: str) -> IndicatorAlert:
    """Somebody has seen to it; the alert stands until it is over, and says who and what.

    Raises:
        Missing: no such alert for the caller. Invalid: no note. Conflict: it is over, or acknowledged already.
    """
    policy.require(actor, "indicator_alert.acknowledge")
    note = note.strip()[:2000]
    if not note:
        raise Invalid.field("note", T("请填写说明"))
    with transaction():
        row = policy.get(actor, IndicatorAlert, IndicatorAlert.id == alert_id, lock=True)
        if row.cleared_at is not None:
            raise Conflict(T("这条预警已经解除"))
        if row.acknowledged_at is not None:
            raise Conflict(T("这条预警已有人确认"))
        row.acknowledged_at, row.acknowledged_by_id, row.note = clock.now(), actor.person_id, note
        said = {"name": row.name, "kind": row.kind, "area_code": row.area_code}
        audit.record(actor, "indicator_alert.acknowledged", row, **said, note=note)
        return row
