"""What the registry knows of a filling station for its daily check, weekly report and monthly meeting (cylinders.md
§11): of the caller's own station. Stock, devices and gas stand as they are; refusals are those of the period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import (
    Certificate,
    Cylinder,
    Device,
    FillCycle,
    Filling,
    FillRefusal,
    GasBatch,
    HoldRelease,
    Membership,
    Scan,
)
from registry.queries import parameters, safety
from registry.queries.station_registers import SILENT
from registry.rules.safety import Span

IN_STOCK = ("empty_in_station", "prechecked", "full_in_station")
OVERDUE, UNREADABLE = "R08", "R01"
TEXTS: Mapping[str, T] = {
    "unchecked": T("{count}次充装还没有充后检查"),
    "overdue": T("超期瓶扫码被拒{count}次"),
    "refused": T("拒绝充装{count}次"),
    "holds": T("{count}只气瓶待监管放行"),
    "due_in_stock": T("库存气瓶中{count}只检验已到期或即将到期"),
    "certificates": T("{count}本作业人员证件已到期或即将到期"),
    "calibration": T("{count}台充装秤或仪表的检定已到期或即将到期"),
    "cameras": T("{count}路摄像头离线"),
    "unreadable": T("二维码读不出或校验不符{count}次"),
    "untested": T("{count}批气体还没有检验报告"),
}


def notes(actor: Actor, span: Span) -> list[T]:
    """What there is of each, in words. For a day the refusals are of it and of the day before."""
    return [T(TEXTS[name].template, count=count) for name, count in counts(actor, span).items() if count]


def counts(actor: Actor, span: Span) -> dict[str, int]:
    """Every item of the list with its number."""
    on = span.last
    ahead = on + timedelta(days=int(parameters.value("safety.ahead_days", on)))
    since = clock.start_of(span.first - timedelta(days=span.first == span.last))
    until = clock.start_of(on + timedelta(days=1))
    hit = _refused_scans(actor, since, until)
    return {
        "unchecked": _unchecked(actor),
        "overdue": hit[OVERDUE],
        "refused": _refused(actor, since, until),
        "holds": _holds(actor),
        "due_in_stock": _due_in_stock(actor, ahead),
        "certificates": _certificates(actor, on, ahead),
        "calibration": _devices(actor, Device.calibrated_until <= ahead),
        "cameras": _devices(
            actor,
            Device.kind == "camera",
            or_(Device.last_seen_at.is_(None), Device.last_seen_at < clock.now() - SILENT),
        ),
        "unreadable": hit[UNREADABLE],
        "untested": _untested(actor, on),
    }


def _count(statement: Any) -> int:
    return db.session.scalar(statement) or 0


def _unchecked(actor: Actor) -> int:
    statement = policy.scope(actor, FillCycle, func.count())
    where = (FillCycle.station_id == actor.unit_id, FillCycle.state == "filled", FillCycle.closed_at.is_(None))
    return _count(statement.where(*where))


def _refused_scans(actor: Actor, since: datetime, until: datetime) -> dict[str, int]:
    """How often scans were refused for an overdue cylinder, and for a label that could not be read."""
    rows = db.session.scalars(
        policy.scope(actor, Scan, Scan.findings).where(
            Scan.unit_id == actor.unit_id, Scan.at >= since, Scan.at < until, Scan.verdict == "block"
        )
    )
    found = {OVERDUE: 0, UNREADABLE: 0}
    for findings in rows:
        for rule in {finding["rule"] for finding in findings} & found.keys():
            found[rule] += 1
    return found


def _refused(actor: Actor, since: datetime, until: datetime) -> int:
    return _count(
        policy.scope(actor, FillRefusal, func.count()).where(
            FillRefusal.station_id == actor.unit_id, FillRefusal.at >= since, FillRefusal.at < until
        )
    )


def _holds(actor: Actor) -> int:
    """Cylinders that a scan held in the last day, and that the authority has not released nor anybody filled since."""
    now = clock.now()
    hours = int(parameters.value("filling.hold_release_hours", clock.day_of(now)))
    released = exists(
        select(HoldRelease.id).where(
            HoldRelease.cylinder_id == Scan.cylinder_id,
            HoldRelease.station_id == Scan.unit_id,
            HoldRelease.released_at >= Scan.at,
        )
    )
    filled = exists(select(Filling.id).where(Filling.cylinder_id == Scan.cylinder_id, Filling.ended_at >= Scan.at))
    return _count(
        policy.scope(actor, Scan, func.count(Scan.cylinder_id.distinct())).where(
            Scan.unit_id == actor.unit_id,
            Scan.verdict == "hold",
            Scan.purpose == "fill",
            Scan.at > now - timedelta(hours=hours),
            ~released,
            ~filled,
        )
    )


def _due_in_stock(actor: Actor, ahead: date) -> int:
    statement = policy.scope(actor, Cylinder, func.count()).where(
        Cylinder.owner_id == actor.unit_id,
        Cylinder.status == "in_use",
        Cylinder.custody.in_(IN_STOCK),
        Cylinder.next_inspection_on <= ahead,
    )
    return _count(statement)


def _certificates(actor: Actor, on: date, ahead: date) -> int:
    member = and_(Membership.person_id == Certificate.person_id, safety.in_force(Membership, on))
    statement = policy.scope(actor, Certificate, func.count(Certificate.id.distinct())).join(Membership, member)
    return _count(statement.where(Membership.unit_id == actor.unit_id, Certificate.expires_on <= ahead))


def _devices(actor: Actor, *where: Any) -> int:
    statement = policy.scope(actor, Device, func.count())
    return _count(statement.where(Device.station_id == actor.unit_id, Device.retired_at.is_(None), *where))


def _untested(actor: Actor, on: date) -> int:
    statement = policy.scope(actor, GasBatch, func.count()).where(
        GasBatch.station_id == actor.unit_id,
        GasBatch.since <= on,
        or_(GasBatch.until.is_(None), GasBatch.until > on),
        or_(GasBatch.tested_on.is_(None), GasBatch.dme_ppm.is_(None)),
    )
    return _count(statement)
