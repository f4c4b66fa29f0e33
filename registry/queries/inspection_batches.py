"""Deliveries of cylinders to inspection bodies as pages and the interface need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Capacity, Cylinder, InspectionBatch, InspectionBatchItem, Unit
from registry.queries import trail
from registry.queries.paging import Page, paginate
from registry.rules.workflow import Move, moves_from, states

WORKFLOW = "inspection_batch"
UNITS = (joinedload(InspectionBatch.station), joinedload(InspectionBatch.body))
RUNNING = tuple(state.id for state in states(WORKFLOW).values() if not state.ended)
LARGEST = 1000


@dataclass(frozen=True)
class Line:
    """A delivery in a list with how many of its cylinders wait, are missing, passed and failed."""

    row: InspectionBatch
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Shown:
    """One delivery with its cylinders, what the caller may do, and what was done."""

    row: InspectionBatch
    items: Sequence[InspectionBatchItem]
    counts: Mapping[str, int]
    moves: list[Move]
    history: Sequence[Any]


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Deliveries of the caller's, newest first: `state` (or `open`), `station`, `body` (units), `q` (certificate)."""
    policy.require(actor, "inspection_batch.read")
    statement = policy.scope(actor, InspectionBatch).options(*UNITS)
    if state := filters.get("state"):
        statement = statement.where(InspectionBatch.state.in_(RUNNING if state == "open" else (state,)))
    for name, column in (("station", InspectionBatch.station_id), ("body", InspectionBatch.body_id)):
        if filters.get(name):
            statement = statement.where(column == int(filters[name]))
    if text := filters.get("q"):
        statement = statement.where(InspectionBatch.certificate_no.startswith(text, autoescape=True))
    found = paginate(statement, InspectionBatch.id, limit, cursor, newest=True)
    counts = _counts([row.id for row in found.items])
    return Page([Line(row, counts.get(row.id, {})) for row in found.items], found.next)


def show(actor: Actor, batch_id: int) -> Shown:
    """One delivery.

    Raises:
        Missing: no such delivery, or not for this caller to see.
    """
    policy.require(actor, "inspection_batch.read")
    row = policy.get(actor, InspectionBatch, InspectionBatch.id == batch_id, options=UNITS)
    items = db.session.scalars(
        select(InspectionBatchItem)
        .where(InspectionBatchItem.batch_id == row.id)
        .options(joinedload(InspectionBatchItem.cylinder), joinedload(InspectionBatchItem.inspection))
        .order_by(InspectionBatchItem.id)
        .limit(LARGEST)
    ).all()
    offered = [move for move in moves_from(WORKFLOW, row.state) if policy.may(actor, f"inspection_batch.{move.verb}")]
    return Shown(row, items, _counts([row.id]).get(row.id, {}), offered, trail.history(row))


def _counts(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    statement = (
        select(InspectionBatchItem.batch_id, InspectionBatchItem.state, func.count())
        .where(InspectionBatchItem.batch_id.in_(ids))
        .group_by(InspectionBatchItem.batch_id, InspectionBatchItem.state)
    )
    for batch_id, state, number in db.session.execute(statement):
        found.setdefault(batch_id, {})[state] = number
    return found


def bodies() -> list[tuple[int, str]]:
    """(id, name) of the inspection bodies."""
    statement = (
        select(Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "inspection")
        .order_by(Unit.name)
        .limit(500)
    )
    return [(unit_id, name) for unit_id, name in db.session.execute(statement)]


def of_cylinder(row: Cylinder) -> InspectionBatch | None:
    """The open delivery that a cylinder, found through the policy, is in."""
    return db.session.scalars(
        select(InspectionBatch)
        .join(InspectionBatchItem, InspectionBatchItem.batch_id == InspectionBatch.id)
        .where(InspectionBatchItem.cylinder_id == row.id, InspectionBatchItem.open)
    ).first()


def tally(actor: Actor, _on: date) -> Mapping[str, int]:
    """How many deliveries of the caller's stand in each state, for the first page."""
    statement = policy.scope(actor, InspectionBatch, InspectionBatch.state, func.count())
    counted: dict[str, int] = dict(db.session.execute(statement.group_by(InspectionBatch.state)).all())
    return {state: counted.get(state, 0) for state in RUNNING}
