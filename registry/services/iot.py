"""Remote monitoring of elevators: on line and off line, as platforms report it (elevators.md §2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy, replays
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Elevator, IotPeriod
from registry.queries.elevators import by_code


def report(actor: Actor, data: Mapping[str, Any]) -> tuple[IotPeriod | None, bool]:
    """Note that the monitoring of an elevator went on or off line; returns its period and whether it was here before.

    `data`: `{elevator: code, online, at, ref?, platform?, reason?}`. A report of the state it is in already changes
    nothing; off line before it was ever on line there is no period.

    Raises:
        Missing: no such elevator for this caller.
        Invalid: `at` lies in the future, or before the present state began.
        Conflict: `ref` came with other content.
    """
    policy.require(actor, "iot.report")
    ref = data.get("ref")
    digest = replays.digest(dict(data))
    with transaction() as session:
        found = by_code(actor, data["elevator"])
        elevator = policy.get(actor, Elevator, Elevator.id == found.id, lock=True)
        if ref and (known := _known(session, elevator.id, ref, digest)):
            return known, True
        at = data["at"]
        if at > clock.now():
            raise Invalid.field("at", T("时间不能晚于现在"))
        row = session.scalars(
            locked(select(IotPeriod).where(IotPeriod.elevator_id == elevator.id, IotPeriod.ended_at.is_(None)))
        ).first()
        _require_later(session, elevator.id, at)
        if bool(data["online"]) == (row is not None):
            return row, False
        since = clock.day_of(at)
        if row is None:
            row = IotPeriod(
                elevator_id=elevator.id,
                since=since,
                started_at=at,
                platform=data.get("platform") or "",
                ref=ref,
                ref_digest=digest if ref else None,
            )
            session.add(row)
        else:
            row.until, row.ended_at, row.ended_reason = since, at, data.get("reason") or ""
            row.ended_ref, row.ended_ref_digest = ref, digest if ref else None
        audit.record(
            actor,
            "iot.reported",
            row,
            elevator_id=elevator.id,
            online=bool(data["online"]),
            since=since,
            reason=data.get("reason") or "",
        )
        return row, False


def _known(session: Session, elevator_id: int, ref: str, digest: str) -> IotPeriod | None:
    row = session.scalars(select(IotPeriod).where(or_(IotPeriod.ref == ref, IotPeriod.ended_ref == ref))).first()
    if row is None:
        return None
    before = row.ref_digest if row.ref == ref else row.ended_ref_digest
    if before != digest or row.elevator_id != elevator_id:
        raise Conflict(T("这条上报已经收到过，内容与这次不同（ref 重复）"))
    return row


def _require_later(session: Session, elevator_id: int, at: Any) -> None:
    """Reports come in the order of their moments: an older one would rewrite days that were judged."""
    last = session.scalars(
        select(IotPeriod).where(IotPeriod.elevator_id == elevator_id).order_by(IotPeriod.id.desc()).limit(1)
    ).first()
    if last is not None and at < (last.ended_at or last.started_at):
        moment = (last.ended_at or last.started_at).astimezone(clock.CITY_ZONE)
        raise Invalid.field("at", T("不能早于上一次上报（{moment}）", moment=f"{moment:%Y-%m-%d %H:%M}"))
