"""Turns of cylinders through stations: what is open now, all of them, and one in full (cylinders.md §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, codes, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Cylinder, FillCycle, Filling, LabelCode
from registry.queries import filling_judging
from registry.queries.paging import Page, paginate
from registry.rules.fill_cycle import CHECKED, FILLED, PRECHECKED
from registry.rules.verdict import Verdict

OPEN = (PRECHECKED, FILLED, CHECKED)
LATE = timedelta(hours=2)  # R55: a filled cylinder that is not checked and released by then
MOST = 100
WITH_ALL = (
    joinedload(FillCycle.cylinder).joinedload(Cylinder.owner),
    joinedload(FillCycle.station),
    joinedload(FillCycle.filling),
    joinedload(FillCycle.prechecker),
    joinedload(FillCycle.postchecker),
    joinedload(FillCycle.released_by),
)

WITH_PEOPLE = (
    joinedload(FillCycle.filling).joinedload(Filling.filler),
    joinedload(FillCycle.prechecker),
    joinedload(FillCycle.postchecker),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open turn, how long it stands where it is, and whether that is longer than R55 allows."""

    cycle: FillCycle
    minutes: int
    late: bool


def aged(cycle: FillCycle, now: datetime) -> Waiting:
    """How long a turn has stood in its state."""
    since = cycle.postchecked_at or cycle.filled_at or cycle.prechecked_at
    late = cycle.filled_at is not None and now - cycle.filled_at > LATE
    return Waiting(cycle, max(0, int((now - since).total_seconds()) // 60), late)


def waiting(actor: Actor) -> dict[str, list[Waiting]]:
    """The open turns of the caller's station or area by state, the longest waiting first; at most 100."""
    policy.require(actor, "filling.read")
    now = clock.now()
    statement = policy.scope(actor, FillCycle).where(FillCycle.closed_at.is_(None)).options(*WITH_ALL)
    found: dict[str, list[Waiting]] = {state: [] for state in OPEN}
    for cycle in db.session.scalars(statement.order_by(FillCycle.opened_at).limit(MOST)).unique():
        found[cycle.state].append(aged(cycle, now))
    return found


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """Turns by `state` and `q` (label code or serial number), newest first."""
    policy.require(actor, "filling.read")
    statement = policy.scope(actor, FillCycle).options(*WITH_ALL)
    if filters.get("state"):
        statement = statement.where(FillCycle.state == filters["state"])
    if filters.get("q"):
        text = filters["q"]
        numbered = select(Cylinder.id).where(Cylinder.serial_no == text)
        labelled = select(LabelCode.cylinder_id).where(LabelCode.code == codes.split(text).code)
        statement = statement.where(FillCycle.cylinder_id.in_(numbered) | FillCycle.cylinder_id.in_(labelled))
    return paginate(statement, FillCycle.id, filters.get("limit") or 50, cursor, newest=True)


def show(actor: Actor, cycle_id: int) -> tuple[FillCycle, Verdict]:
    """One turn with what was found at its last judged step.

    Raises:
        Missing: no such turn, or not for this caller.
    """
    policy.require(actor, "filling.read")
    row = policy.get(actor, FillCycle, FillCycle.id == cycle_id, options=WITH_ALL)
    return row, filling_judging.restored(row.findings)


def open_here(actor: Actor, cylinder_id: int) -> FillCycle | None:
    """The open turn of a cylinder at the caller's station, with its fill and its people."""
    statement = select(FillCycle).where(
        FillCycle.cylinder_id == cylinder_id, FillCycle.closed_at.is_(None), FillCycle.station_id == actor.unit_id
    )
    row: FillCycle | None = db.session.scalar(statement.options(*WITH_PEOPLE))
    return row


def count_in(actor: Actor, state: str) -> int:
    """How many turns stand in a state."""
    scoped = policy.scope(actor, FillCycle).where(FillCycle.closed_at.is_(None), FillCycle.state == state)
    return db.session.scalar(select(func.count()).select_from(scoped.subquery())) or 0


def count_to_check(actor: Actor, day: date) -> int:
    """Cylinders that were filled and wait for the check after filling."""
    return count_in(actor, FILLED)


def count_to_release(actor: Actor, day: date) -> int:
    """Cylinders that were checked after filling and wait to be released."""
    return count_in(actor, CHECKED)


def of_filling(actor: Actor, filling_id: int) -> int | None:
    """The turn that a fill belongs to; None where the caller may not see one."""
    statement = policy.scope(actor, FillCycle, FillCycle.id).where(FillCycle.filling_id == filling_id)
    found: int | None = db.session.scalar(statement)
    return found
