"""Reading seals: is the trail still what was sealed, and the proof that one entry was in it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Filling, Seal, TrailEntry
from registry.queries import filling_facts, trail_digests
from registry.queries.paging import Page, paginate
from registry.rules import merkle

FORMAT = "registry-trail-proof-1"
TRAIL_FORMAT = "registry-trail-1"
NAMES = ("id", "at", "act", "subject", "subject_id", "person_id", "unit_id", "role", "request_id", "data")
COLUMNS = tuple(getattr(TrailEntry, name) for name in NAMES)
CHUNK = 2_000
FILLED = "filling.recorded"


@dataclass(frozen=True)
class Problem:
    """What is not as it was sealed. `entry_id` is None where the seal itself is wrong."""

    seal_no: int
    kind: str
    entry_id: int | None = None
    other: int | None = None


@dataclass(frozen=True)
class FillProof:
    """The last fill of a cylinder with its proof; `proof` is None until it is sealed, `fill_on` the day of the fill."""

    code: str
    station: str
    filled_on: Any
    net_g: int | None
    pressure_kpa: int | None
    proof: dict[str, Any] | None


def entries(after: int, upto: int) -> Iterator[dict[str, Any]]:
    """Trail entries with `after < id <= upto` in order, as seals see them; streamed."""
    statement = select(*COLUMNS).where(TrailEntry.id > after, TrailEntry.id <= upto).order_by(TrailEntry.id)
    for row in db.session.execute(statement.execution_options(yield_per=CHUNK)):
        yield plain(row)


def plain(row: Any) -> dict[str, Any]:
    """An entry as canonical JSON holds it."""
    found = dict(zip(NAMES, row, strict=True))
    found["at"] = found["at"].isoformat(timespec="microseconds")
    return found


def last() -> Seal | None:
    """The newest seal."""
    return db.session.scalars(select(Seal).order_by(Seal.no.desc()).limit(1)).first()


def newest_entry() -> int:
    """The id of the newest entry; 0 for none."""
    return db.session.scalar(select(func.max(TrailEntry.id))) or 0


def page(limit: int = 50, cursor: str | None = None) -> Page:
    """Published seals, newest first. Roots are for everybody: whoever kept one can prove what came before it."""
    return paginate(select(Seal), Seal.no, limit, cursor, newest=True)


def facts(seal: Seal) -> dict[str, Any]:
    """A seal as it is published and hashed."""
    names = ("no", "root", "previous", "first_id", "last_id", "count", "hash")
    return {**{name: getattr(seal, name) for name in names}, "sealed_at": _moment(seal)}


def sealed(first: int = 1) -> int:
    """How many entries the seals from number `first` on hold."""
    return int(db.session.scalar(select(func.sum(Seal.count)).where(Seal.no >= first)) or 0)


def verify(
    actor: Actor,
    first: int = 1,
    published: Sequence[Mapping[str, Any]] = (),
    walked: Callable[[int], object] = lambda _count: None,
) -> Iterator[Problem]:
    """Walk through the seals from number `first` on and yield everything that is not as it was sealed.

    `published` are seals somebody kept: each must still stand as it was published. Only that finds a trail whose end
    was cut off together with its seals. `walked` is told after each seal how many entries it holds.
    """
    policy.require(actor, "audit.verify")
    kept = {row["no"]: row["hash"] for row in published}
    before = db.session.scalars(select(Seal).where(Seal.no < first).order_by(Seal.no.desc()).limit(1)).first()
    expected, previous, reached = first, before.hash if before else merkle.GENESIS, before.last_id if before else 0
    for number in db.session.scalars(select(Seal.no).where(Seal.no >= first).order_by(Seal.no)).all():
        seal = db.session.scalars(select(Seal).where(Seal.no == number).options(undefer(Seal.digests))).one()
        if number != expected:
            yield Problem(expected, "seal_removed")
        yield from _of_chain(seal, previous)
        if kept.pop(number, seal.hash) != seal.hash:
            yield Problem(number, "not_as_published")
        yield from _of_entries(seal, reached)
        walked(seal.count)
        expected, previous, reached = number + 1, seal.hash, seal.last_id
        db.session.expunge(seal)
    yield from (Problem(number, "seal_removed") for number in sorted(kept) if number >= first)


def export(actor: Actor, first: int = 1) -> Iterator[dict[str, Any]]:
    """The sealed trail from seal number `first` on, to be checked without us (docs/examples/verify_trail.py): what came
    before it, then each seal followed by its entries.

    Raises:
        Missing: there is no such seal.
    """
    policy.require(actor, "audit.verify")
    numbers = db.session.scalars(select(Seal.no).where(Seal.no >= first).order_by(Seal.no)).all()
    if not numbers:
        raise Missing(T("没有这条记录，或者还没有封存"))
    before = db.session.scalars(select(Seal).where(Seal.no < first).order_by(Seal.no.desc()).limit(1)).first()
    reached, previous = (before.last_id, before.hash) if before else (0, merkle.GENESIS)
    yield {"format": TRAIL_FORMAT, "first": first, "previous": previous, "reached": reached}
    for number in numbers:
        seal = db.session.scalars(select(Seal).where(Seal.no == number).options(undefer(Seal.digests))).one()
        yield {"seal": facts(seal), "digests": b64encode(seal.digests).decode()}
        yield from entries(reached, seal.last_id)
        reached = seal.last_id
        db.session.expunge(seal)


def _of_chain(seal: Seal, previous: str) -> Iterator[Problem]:
    if seal.previous != previous:
        yield Problem(seal.no, "chain_broken")
    if seal.hash != merkle.seal_hash(facts(seal)):
        yield Problem(seal.no, "seal_changed")


def _of_entries(seal: Seal, reached: int) -> Iterator[Problem]:
    try:
        was = merkle.unpack(seal.digests)
    except ValueError:
        was = {}
    if not was or merkle.root(merkle.leaves(was)) != seal.root or len(was) != seal.count:
        yield Problem(seal.no, "digests_changed")
    found = dict(trail_digests.bodies(reached, seal.last_id))
    for one in merkle.differences(was, found) if was != found else ():
        yield Problem(seal.no, one.kind, one.entry_id, one.other)


def proof(actor: Actor, entry_id: int) -> dict[str, Any]:
    """The whole entry with the way from it to the root of its seal.

    Raises:
        Missing: no such entry, or it is not sealed yet.
    """
    policy.require(actor, "trail.read")
    found = _proof(entry_id, whole=True)
    if found is None:
        raise Missing(T("没有这条记录，或者还没有封存"))
    return found


def of_last_fill(code: str) -> FillProof:
    """The public proof of a cylinder's last fill: without who acted.

    Raises:
        Missing: the code leads to no cylinder, or it was never filled.
    """
    found = filling_facts.find(code)
    fill = found.cylinder and db.session.scalar(
        select(Filling).where(Filling.cylinder_id == found.cylinder.id).order_by(Filling.ended_at.desc()).limit(1)
    )
    if not fill:
        raise Missing(T("没有充装记录"))
    db.session.refresh(fill, ["station"])
    entry = db.session.scalar(
        select(TrailEntry.id).where(
            TrailEntry.subject == Filling.__tablename__, TrailEntry.subject_id == fill.id, TrailEntry.act == FILLED
        )
    )
    proved = _proof(entry, whole=False) if entry else None
    return FillProof(found.code, fill.station.name, fill.filled_on, fill.net_g, fill.pressure_kpa, proved)


def _proof(entry_id: int, whole: bool) -> dict[str, Any] | None:
    row = db.session.execute(select(*COLUMNS).where(TrailEntry.id == entry_id)).first()
    over = select(Seal).where(Seal.last_id >= entry_id).order_by(Seal.last_id).limit(1).options(undefer(Seal.digests))
    seal = db.session.scalars(over).first()
    if row is None or seal is None:
        return None
    sealed = merkle.unpack(seal.digests)
    if entry_id not in sealed:
        return None
    public, private = merkle.parts(plain(row))
    index = sorted(sealed).index(entry_id)
    secret = hashlib.sha256(merkle.canonical(private)).hexdigest()
    return {
        "format": FORMAT,
        "id": entry_id,
        "entry": public,
        "private_sha256": secret,
        **({"private": private} if whole else {}),
        "index": index,
        "path": [{"side": step.side, "hash": step.hash} for step in merkle.path(merkle.leaves(sealed), index)],
        "seal": facts(seal),
    }


def _moment(seal: Seal) -> str:
    return seal.sealed_at.isoformat(timespec="microseconds")
