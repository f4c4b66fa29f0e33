"""Cylinders on their way to destruction as pages and the interface need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from registry import files, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Cylinder, ScrapBatch, ScrapItem, StoredFile
from registry.queries import parameters, trail
from registry.queries.paging import Page, paginate
from registry.rules.workflow import Move, moves_from, states
from registry.settings import current

WORKFLOW = "scrap_batch"
UNITS = (joinedload(ScrapBatch.station), joinedload(ScrapBatch.handler), joinedload(ScrapBatch.confirmed_by))
RUNNING = tuple(state.id for state in states(WORKFLOW).values() if not state.ended)
LARGEST = 1000
BY_HANDLER = ("destroy", "supplement")


@dataclass(frozen=True)
class Line:
    """A batch in a list with how many cylinders it has."""

    row: ScrapBatch
    cylinders: int


@dataclass(frozen=True)
class Weighed:
    """What the ticket says against the tares of record of what was destroyed, in g; `tares_g` None when one is not
    known. `doubtful`: further apart than the office allows."""

    ticket_g: int
    tares_g: int | None
    permille: int | None
    doubtful: bool


@dataclass(frozen=True)
class Shown:
    """One batch with its cylinders, what the caller may do, what was done, and what was weighed."""

    row: ScrapBatch
    items: Sequence[ScrapItem]
    moves: list[Move]
    history: Sequence[Any]
    weighed: Weighed | None


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Batches of the caller's, newest first: `state` (or `open`), `station` (unit id), `q` (certificate)."""
    policy.require(actor, "scrap_batch.read")
    statement = policy.scope(actor, ScrapBatch).options(*UNITS)
    if state := filters.get("state"):
        statement = statement.where(ScrapBatch.state.in_(RUNNING if state == "open" else (state,)))
    if station := filters.get("station"):
        statement = statement.where(ScrapBatch.station_id == int(station))
    if text := filters.get("q"):
        statement = statement.where(ScrapBatch.certificate_no.startswith(text, autoescape=True))
    found = paginate(statement, ScrapBatch.id, limit, cursor, newest=True)
    counts = dict(
        db.session.execute(
            select(ScrapItem.batch_id, func.count())
            .where(ScrapItem.batch_id.in_([row.id for row in found.items]))
            .group_by(ScrapItem.batch_id)
        ).all()
    )
    return Page([Line(row, counts.get(row.id, 0)) for row in found.items], found.next)


def show(actor: Actor, batch_id: int) -> Shown:
    """One batch.

    Raises:
        Missing: no such batch, or not for this caller to see.
    """
    policy.require(actor, "scrap_batch.read")
    row = policy.get(actor, ScrapBatch, ScrapBatch.id == batch_id, options=UNITS)
    items = db.session.scalars(
        select(ScrapItem)
        .where(ScrapItem.batch_id == row.id)
        .options(joinedload(ScrapItem.cylinder))
        .order_by(ScrapItem.id)
        .limit(LARGEST)
    ).all()
    offered = [move for move in moves_from(WORKFLOW, row.state) if _may(actor, row, move)]
    return Shown(row, items, offered, trail.history(row), _weighed(row, items))


def _may(actor: Actor, row: ScrapBatch, move: Move) -> bool:
    """Only who destroys records the destruction and its evidence."""
    mine = move.verb not in BY_HANDLER or actor.role in OFFICE_ROLES or actor.unit_id == row.handler_id
    return mine and policy.may(actor, f"scrap_batch.{move.verb}")


def _weighed(row: ScrapBatch, items: Sequence[ScrapItem]) -> Weighed | None:
    if row.weighed_g is None:
        return None
    tares = [item.cylinder.tare_g for item in items if not item.missing]
    if not tares or None in tares:
        return Weighed(row.weighed_g, None, None, False)
    whole = sum(tare for tare in tares if tare is not None)
    apart = abs(row.weighed_g - whole) * 1000 // whole
    allowed = parameters.value("scrap.weight_permille", row.destroyed_on or row.ordered_on)
    return Weighed(row.weighed_g, whole, apart, apart > allowed)


def of_cylinder(row: Cylinder) -> ScrapBatch | None:
    """The newest batch that a cylinder, found through the policy, stands in."""
    return db.session.scalars(
        select(ScrapBatch)
        .join(ScrapItem, ScrapItem.batch_id == ScrapBatch.id)
        .where(ScrapItem.cylinder_id == row.id, ScrapBatch.state != "withdrawn")
        .order_by(ScrapBatch.id.desc())
        .limit(1)
    ).first()


def file(actor: Actor, batch_id: int, file_id: int) -> tuple[Path, str, str]:
    """(path, mime, name) of a picture or ticket of a batch the caller may see.

    Raises:
        Missing: no such file of this batch.
    """
    policy.require(actor, "scrap_batch.read")
    row = policy.get(actor, ScrapBatch, ScrapBatch.id == batch_id)
    known = {*(row.photos_before or ()), *(row.photos_after or ()), row.ticket_id}
    stored = db.session.get(StoredFile, file_id) if file_id in known else None
    if stored is None:
        raise Missing(T("没有这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime, stored.name


def tally(actor: Actor, _on: date) -> Mapping[str, int]:
    """How many batches of the caller's stand in each state, for the first page; `mine_<state>`: the caller destroys."""
    mine = func.sum(case((ScrapBatch.handler_id == actor.unit_id, 1), else_=0))
    statement = policy.scope(actor, ScrapBatch, ScrapBatch.state, func.count(), mine).group_by(ScrapBatch.state)
    counted = {state: (number, own or 0) for state, number, own in db.session.execute(statement)}
    found = {state: counted.get(state, (0, 0)) for state in RUNNING}
    return {
        key: number for state, both in found.items() for key, number in zip((state, f"mine_{state}"), both, strict=True)
    }


def count_unbatched(actor: Actor, _on: date) -> int:
    """How many cylinders are to be scrapped and stand in no batch."""
    batched = select(ScrapItem.cylinder_id).where(ScrapItem.open)
    statement = policy.scope(actor, Cylinder, func.count()).where(
        Cylinder.status == "scrap_pending", Cylinder.id.not_in(batched)
    )
    return db.session.scalar(statement) or 0


def unbatched(actor: Actor, limit: int = LARGEST) -> list[str]:
    """The handles of the first of them."""
    batched = select(ScrapItem.cylinder_id).where(ScrapItem.open)
    statement = policy.scope(actor, Cylinder).where(Cylinder.status == "scrap_pending", Cylinder.id.not_in(batched))
    return [row.handle for row in db.session.scalars(statement.order_by(Cylinder.id).limit(limit))]
