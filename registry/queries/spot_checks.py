"""Spot checks of fills by their video: the pool a draw is made from, one check, the list, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import CylinderAnomaly, FillCycle, Filling, SpotCheck, SpotCheckItem
from registry.queries import fill_clips
from registry.queries.fill_clips import Pointer
from registry.queries.paging import Page, paginate
from registry.rules import spot_checks as rules
from registry.rules.cylinder_anomalies import SPOT_CHECK
from registry.rules.spot_checks import Drawn
from registry.rules.workflow import Move, moves_from

WAITING = (rules.OPEN, rules.CLIP_MISSING)
LISTED = (joinedload(SpotCheck.station), joinedload(SpotCheck.office), selectinload(SpotCheck.items))
SHOWN = (
    joinedload(SpotCheck.station),
    joinedload(SpotCheck.office),
    joinedload(SpotCheck.drawn_by),
    selectinload(SpotCheck.items).joinedload(SpotCheckItem.judged_by),
    selectinload(SpotCheck.items).joinedload(SpotCheckItem.filling).joinedload(Filling.cylinder),
)
ONE = (
    joinedload(SpotCheckItem.check).joinedload(SpotCheck.station),
    joinedload(SpotCheckItem.judged_by),
    joinedload(SpotCheckItem.filling).joinedload(Filling.cylinder),
    joinedload(SpotCheckItem.filling).joinedload(Filling.station),
    joinedload(SpotCheckItem.filling).joinedload(Filling.filler),
    joinedload(SpotCheckItem.filling).joinedload(Filling.checker),
)


@dataclass(frozen=True)
class Known:
    """What the register itself knows of a fill, beside what the video shows."""

    scanned: bool
    prechecked_at: datetime | None
    postchecked_at: datetime | None
    reweigh_g: int | None
    warnings: int


@dataclass(frozen=True)
class Shown:
    """One fill to look at: its clips, what the register knows, what may be done."""

    row: SpotCheckItem
    pointers: list[Pointer]
    known: Known
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Repetition:
    """A draw made again from the register of today. `same`: the same pool gave the same fills."""

    pool_size: int
    pool_digest: str
    drawn: list[Drawn]
    same_pool: bool
    same: bool


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """Checks by `station` (unit id), `since`, `until` (days drawn) and `waiting`, drawn last first."""
    policy.require(actor, "spot_check.read")
    statement = policy.scope(actor, SpotCheck).where(*_wanted(filters)).options(*LISTED)
    if filters.get("waiting"):
        statement = statement.where(SpotCheck.items.any(SpotCheckItem.state.in_(WAITING)))
    return paginate(statement, SpotCheck.id, limit, cursor, newest=True)


def items_page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 50) -> Page:
    """The fills of the checks that `page` lists, for the spreadsheet."""
    policy.require(actor, "spot_check.read")
    checks = policy.scope(actor, SpotCheck, SpotCheck.id).where(*_wanted(filters))
    statement = policy.scope(actor, SpotCheckItem).where(SpotCheckItem.check_id.in_(checks)).options(*ONE)
    if filters.get("waiting"):
        statement = statement.where(SpotCheckItem.state.in_(WAITING))
    return paginate(statement, SpotCheckItem.id, limit, cursor, newest=True)


def _wanted(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found = []
    if filters.get("station"):
        found.append(SpotCheck.station_id == int(filters["station"]))
    if filters.get("since"):
        found.append(SpotCheck.drawn_on >= filters["since"])
    if filters.get("until"):
        found.append(SpotCheck.drawn_on <= filters["until"])
    return found


def show(actor: Actor, check_id: int) -> SpotCheck:
    """One check with its fills.

    Raises:
        Missing: no such check for this caller.
    """
    policy.require(actor, "spot_check.read")
    return policy.get(actor, SpotCheck, SpotCheck.id == check_id, options=SHOWN)


def tally(row: SpotCheck) -> dict[str, int]:
    """How many fills of a check stand in each state."""
    counts = dict.fromkeys(rules.states(rules.WORKFLOW), 0)
    for item in row.items:
        counts[item.state] += 1
    return counts


def item(actor: Actor, check_id: int, place: int) -> Shown:
    """One fill of a check with its clip pointers.

    Raises:
        Missing: no such fill for this caller.
    """
    policy.require(actor, "spot_check.read")
    row = policy.get(
        actor, SpotCheckItem, SpotCheckItem.check_id == check_id, SpotCheckItem.place == place, options=ONE
    )
    turn = db.session.execute(
        select(FillCycle.prechecked_at, FillCycle.postchecked_at, FillCycle.reweigh_g)
        .where(FillCycle.filling_id == row.filling_id)
        .limit(1)
    ).first()
    fill = row.filling
    before, after, weighed = turn or (None, None, None)
    known = Known(fill.scanned, before, after, weighed, len(fill.findings or ()))
    moves = moves_from(rules.WORKFLOW, row.state) if policy.may(actor, "spot_check.judge") else ()
    return Shown(row, fill_clips.of_filling(actor, fill), known, moves)


def pool(station_id: int, first: date, last: date, at: datetime, table: Mapping[str, int]) -> list[Drawn]:
    """Every fill of a station and period that the registry had at a moment, with its weight.

    Only what never changes afterwards makes the weight, so that the pool can be made again at any time.
    """
    anomalous = select(CylinderAnomaly.filling_id).where(
        CylinderAnomaly.station_id == station_id,
        CylinderAnomaly.filling_id.is_not(None),
        CylinderAnomaly.found_at <= at,
        CylinderAnomaly.code != SPOT_CHECK[0],
    )
    known = set(db.session.scalars(anomalous))
    rows = db.session.execute(
        select(Filling.id, Filling.scanned, Filling.findings, Filling.weighed_by, Filling.offline).where(
            Filling.station_id == station_id, Filling.filled_on.between(first, last), Filling.received_at <= at
        )
    )
    return [
        Drawn(
            row.id,
            rules.weight(
                (
                    name
                    for name, holds in (
                        ("unscanned", not row.scanned),
                        ("warned", bool(row.findings)),
                        ("typed", row.weighed_by == "typed"),
                        ("offline", row.offline),
                        ("anomaly", row.id in known),
                    )
                    if holds
                ),
                table,
            ),
        )
        for row in rows
    ]


def repetition(actor: Actor, check_id: int) -> Repetition:
    """Draw again from the same seed, for anybody who may see the check.

    Raises:
        Missing: no such check for this caller.
    """
    row = show(actor, check_id)
    again = pool(row.station_id, row.first_on, row.last_on, row.drawn_at, row.weights)
    drawn, digest = rules.draw(row.seed, again, row.size), rules.digest(again)
    kept = [Drawn(each.filling_id, each.weight) for each in row.items]
    return Repetition(len(again), digest, drawn, digest == row.pool_digest, drawn == kept)


def count_waiting(actor: Actor, _on: date) -> int:
    """Fills that were drawn by the caller's own office and not looked at yet."""
    statement = (
        policy.scope(actor, SpotCheckItem, func.count())
        .select_from(SpotCheckItem)
        .join(SpotCheck, SpotCheck.id == SpotCheckItem.check_id)
        .where(SpotCheckItem.state == rules.OPEN, SpotCheck.office_id == actor.unit_id)
    )
    return db.session.scalar(statement) or 0


def count_missing(actor: Actor, _on: date) -> int:
    """Fills of the caller's station whose clip an inspector did not find."""
    statement = policy.scope(actor, SpotCheckItem, func.count()).where(SpotCheckItem.state == rules.CLIP_MISSING)
    return db.session.scalar(statement) or 0


def by_month(actor: Actor, station_ids: list[int], first: date, after: date) -> dict[int, dict[str, int]]:
    """station -> state -> fills, of the checks drawn in `[first, after)`."""
    rows = db.session.execute(
        policy.scope(actor, SpotCheck, SpotCheck.station_id, SpotCheckItem.state, func.count())
        .join(SpotCheckItem, SpotCheckItem.check_id == SpotCheck.id)
        .where(SpotCheck.station_id.in_(station_ids), SpotCheck.drawn_on >= first, SpotCheck.drawn_on < after)
        .group_by(SpotCheck.station_id, SpotCheckItem.state)
    )
    found: dict[int, dict[str, int]] = {}
    for station, state, count in rows:
        found.setdefault(station, {})[state] = count
    return found
