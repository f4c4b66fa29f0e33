"""Sealing the trail: batches of entries under a Merkle root, each seal tied to the one before it."""

from __future__ import annotations

from sqlalchemy import select, text

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.models import Seal, TrailEntry
from registry.queries import seals as queries
from registry.queries import trail_digests
from registry.rules import merkle

BATCH = merkle.TOGETHER
MADE = "seal.made"


def seal(actor: Actor, batch: int = BATCH) -> list[Seal]:
    """Seal everything that was recorded until now, `batch` entries a seal; nothing when there is nothing new.

    Raises:
        ValueError: a batch of nothing.
    """
    policy.require(actor, "audit.seal")
    if batch < 1:
        raise ValueError("a batch holds at least one entry")
    upto = _settled()
    made: list[Seal] = []
    while (found := _one(actor, upto, batch)) is not None:
        made.append(found)
    return made


def _settled() -> int:
    """The newest entry below which no other can appear any more.

    On PostgreSQL a number is drawn before its transaction is committed: a later number may be visible first. Waiting
    once for all writers settles that.
    """
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE trail_entry IN SHARE MODE"))
        return queries.newest_entry()


def _one(actor: Actor, upto: int, batch: int) -> Seal | None:
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE seal IN SHARE ROW EXCLUSIVE MODE"))
        before = queries.last()
        reached = before.last_id if before else 0
        if not _anything_new(reached, upto):
            return None
        bodies = dict(trail_digests.bodies(reached, upto, batch))
        row = Seal(
            no=before.no + 1 if before else 1,
            root=merkle.root(merkle.leaves(bodies)),
            previous=before.hash if before else merkle.GENESIS,
            first_id=min(bodies),
            last_id=max(bodies),
            count=len(bodies),
            sealed_at=clock.now(),
            digests=merkle.pack(bodies),
        )
        row.hash = merkle.seal_hash(queries.facts(row))
        session.add(row)
        names = ("no", "root", "first_id", "last_id", "count")
        audit.record(actor, MADE, row, **{name: getattr(row, name) for name in names})
        return row


def _anything_new(reached: int, upto: int) -> bool:
    """Whether more happened since the last seal than the sealing itself; the first entry that did is enough."""
    others = select(TrailEntry.id).where(TrailEntry.id > reached, TrailEntry.id <= upto, TrailEntry.act != MADE)
    return db.session.scalar(others.order_by(TrailEntry.id).limit(1)) is not None
