"""Fills and refusals as lists and as one page each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from registry import codes, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Cylinder, Filling, FillRefusal, Gun, LabelCode, Scan, Unit
from registry.queries import filling_judging
from registry.queries.paging import Page, paginate
from registry.rules.verdict import Verdict

WITH_ALL = (
    joinedload(Filling.station),
    joinedload(Filling.cylinder),
    joinedload(Filling.filler),
    joinedload(Filling.checker),
)


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """Fills by `q` (label code, serial number or station), `since`, `until` (days, inclusive) and `scanned`
    (yes, no), newest first."""
    policy.require(actor, "filling.read")
    statement = policy.scope(actor, Filling).options(*WITH_ALL)
    if filters.get("since"):
        statement = statement.where(Filling.filled_on >= filters["since"])
    if filters.get("until"):
        statement = statement.where(Filling.filled_on <= filters["until"])
    if filters.get("scanned"):
        statement = statement.where(Filling.scanned.is_(filters["scanned"] == "yes"))
    if filters.get("q"):
        statement = statement.where(_matches(filters["q"]))
    return paginate(statement, Filling.id, filters.get("limit") or 50, cursor, newest=True)


def _matches(text: str) -> Any:
    code = codes.split(text).code
    cylinders = select(Cylinder.id).where(Cylinder.serial_no == text)
    labelled = select(LabelCode.cylinder_id).where(LabelCode.code == code)
    stations = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
    return or_(Filling.cylinder_id.in_(cylinders), Filling.cylinder_id.in_(labelled), Filling.station_id.in_(stations))


def show(actor: Actor, filling_id: int) -> tuple[Filling, Verdict]:
    """One fill with what was found when it was judged.

    Raises:
        Missing: no such fill, or not for this caller.
    """
    policy.require(actor, "filling.read")
    row = policy.get(actor, Filling, Filling.id == filling_id, options=WITH_ALL)
    return row, filling_judging.restored(row.findings)


def read_by(row: Filling) -> str:
    """How the code was read at the gun before a fill: `symbol` by a device, `typed`, "" where nobody scanned it there.
    Nobody types what only the symbol carries."""
    text = db.session.scalar(
        select(Scan.text)
        .where(
            Scan.cylinder_id == row.cylinder_id,
            Scan.unit_id == row.station_id,
            Scan.gun.is_not(None),
            Scan.at <= row.ended_at,
            Scan.at >= row.started_at - timedelta(hours=1),
        )
        .order_by(Scan.at.desc(), Scan.id.desc())
        .limit(1)
    )
    if text is None:
        return ""
    return "symbol" if codes.split(text).mac else "typed"


def refusals(actor: Actor, cursor: str | None = None) -> Page:
    """Fills that were refused, newest first, each with its station and, where known, its cylinder."""
    policy.require(actor, "filling.read")
    statement: Select[Any] = policy.scope(actor, FillRefusal).options(
        joinedload(FillRefusal.station), joinedload(FillRefusal.cylinder)
    )
    return paginate(statement, FillRefusal.id, cursor=cursor, newest=True)


def guns(actor: Actor) -> list[tuple[str, str]]:
    """(number, medium id) of the registered guns of the caller's station."""
    rows = db.session.scalars(policy.scope(actor, Gun).where(Gun.station_id == actor.unit_id).order_by(Gun.number))
    return [(row.number, row.medium) for row in rows]


def medium_of_gun(actor: Actor, number: str, stated: str | None) -> str | None:
    """The medium of a gun of the caller's station as registered, else as stated."""
    return dict(guns(actor)).get(number, stated)
