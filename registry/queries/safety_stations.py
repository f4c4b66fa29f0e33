"""What the registry knows of a filling station for its daily check (cylinders.md §11): of the caller's own."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, or_

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Cylinder, Device, FillCycle, GasBatch
from registry.queries import parameters

IN_STOCK = ("empty_in_station", "prechecked", "full_in_station")
SILENT = timedelta(minutes=10)


def notes(actor: Actor, on: date) -> list[T]:
    """Fills without their check, stock that is due, scales, cameras and gas; only what there is of it."""
    ahead = on + timedelta(days=int(parameters.value("safety.ahead_days", on)))
    return [
        T(text, count=count)
        for text, count in (
            (T("{count}次充装还没有充后检查").template, _unchecked(actor)),
            (T("库存气瓶中{count}只检验已到期或即将到期").template, _due_in_stock(actor, ahead)),
            (T("{count}台充装秤或仪表的检定已到期或即将到期").template, _calibration(actor, ahead)),
            (T("{count}路摄像头离线").template, _cameras(actor)),
            (T("{count}批气体还没有检验报告").template, _untested(actor, on)),
        )
        if count
    ]


def _unchecked(actor: Actor) -> int:
    statement = policy.scope(actor, FillCycle, func.count())
    where = (FillCycle.station_id == actor.unit_id, FillCycle.state == "filled", FillCycle.closed_at.is_(None))
    return db.session.scalar(statement.where(*where)) or 0


def _due_in_stock(actor: Actor, ahead: date) -> int:
    statement = policy.scope(actor, Cylinder, func.count()).where(
        Cylinder.owner_id == actor.unit_id,
        Cylinder.status == "in_use",
        Cylinder.custody.in_(IN_STOCK),
        Cylinder.next_inspection_on <= ahead,
    )
    return db.session.scalar(statement) or 0


def _calibration(actor: Actor, ahead: date) -> int:
    statement = policy.scope(actor, Device, func.count()).where(
        Device.station_id == actor.unit_id, Device.retired_at.is_(None), Device.calibrated_until <= ahead
    )
    return db.session.scalar(statement) or 0


def _cameras(actor: Actor) -> int:
    silent = or_(Device.last_seen_at.is_(None), Device.last_seen_at < clock.now() - SILENT)
    statement = policy.scope(actor, Device, func.count()).where(
        Device.station_id == actor.unit_id, Device.kind == "camera", Device.retired_at.is_(None), silent
    )
    return db.session.scalar(statement) or 0


def _untested(actor: Actor, on: date) -> int:
    statement = policy.scope(actor, GasBatch, func.count()).where(
        GasBatch.station_id == actor.unit_id,
        GasBatch.since <= on,
        or_(GasBatch.until.is_(None), GasBatch.until > on),
        GasBatch.tested_on.is_(None),
    )
    return db.session.scalar(statement) or 0
