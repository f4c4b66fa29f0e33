"""Batches of label codes: who asked, who issued, who received, and what became of the codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import LabelBatch, LabelCode, Unit
from registry.queries.paging import Page, paginate
from registry.rules import labels as rules
from registry.rules.workflow import Move, moves_from

WITH_ALL = (
    joinedload(LabelBatch.station),
    joinedload(LabelBatch.requested_by),
    joinedload(LabelBatch.decided_by),
    joinedload(LabelBatch.received_by),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A batch with how many of its codes are blank, on equipment, and out of use (replaced or void), and how many were
    never printed."""

    row: LabelBatch
    blank: int = 0
    active: int = 0
    ended: int = 0
    unprinted: int = 0


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """Batches as `Counted`, newest first, by `state` and `unit` (part of the unit's name)."""
    policy.require(actor, "label_batch.read")
    statement = policy.scope(actor, LabelBatch).options(*WITH_ALL)
    if filters.get("state"):
        statement = statement.where(LabelBatch.state == filters["state"])
    if filters.get("unit"):
        named = select(Unit.id).where(Unit.name.contains(filters["unit"], autoescape=True))
        statement = statement.where(LabelBatch.station_id.in_(named))
    found = paginate(statement, LabelBatch.id, filters.get("limit") or 50, cursor, newest=True)
    return Page(_counted(found.items), found.next)


def show(actor: Actor, batch_id: int) -> Counted:
    """One batch.

    Raises:
        Missing: no such batch for the caller.
    """
    policy.require(actor, "label_batch.read")
    return _counted([policy.get(actor, LabelBatch, LabelBatch.id == batch_id, options=WITH_ALL)])[0]


def codes_of(actor: Actor, batch_id: int) -> list[str]:
    """The codes of a batch that can still be printed, in the order they were made."""
    policy.require(actor, "label.print")
    batch = policy.get(actor, LabelBatch, LabelBatch.id == batch_id)
    rows = policy.scope(actor, LabelCode, LabelCode.code).where(
        LabelCode.batch_id == batch.id, LabelCode.status.in_(("blank", "active"))
    )
    return list(db.session.scalars(rows.order_by(LabelCode.id)))


def moves(actor: Actor, batch: LabelBatch) -> list[Move]:
    """What the caller may do with it now. Units act for themselves only: their scope holds no other's batch."""
    return [move for move in moves_from("label_batch", batch.state) if policy.may(actor, f"label_batch.{move.verb}")]


def count_in(state: str) -> Any:
    """How many batches wait in a state, for the first page."""

    def count(actor: Actor, _day: date) -> int:
        statement = policy.scope(actor, LabelBatch, func.count(LabelBatch.id))
        return db.session.scalar(statement.where(LabelBatch.state == state)) or 0

    return count


count_requested = count_in(rules.REQUESTED)
count_issued = count_in(rules.ISSUED)


def _counted(rows: Collection[LabelBatch]) -> list[Counted]:
    unprinted = func.sum(case((LabelCode.prints == 0, 1), else_=0))
    found: dict[int, dict[str, int]] = {}
    for batch_id, status, count, fresh in db.session.execute(
        select(LabelCode.batch_id, LabelCode.status, func.count(), unprinted)
        .where(LabelCode.batch_id.in_([row.id for row in rows]))
        .group_by(LabelCode.batch_id, LabelCode.status)
    ):
        by_status = found.setdefault(batch_id, {"unprinted": 0})
        by_status[status] = count
        by_status["unprinted"] += fresh if status in ("blank", "active") else 0
    return [_with(row, found.get(row.id, {})) for row in rows]


def _with(row: LabelBatch, counts: Mapping[str, int]) -> Counted:
    ended = counts.get("void", 0) + counts.get("replaced", 0)
    return Counted(row, counts.get("blank", 0), counts.get("active", 0), ended, counts.get("unprinted", 0))
