"""What the database has to say afterwards.

Each acknowledged act is there once, as it was acknowledged, and nothing else is; every act has its trail entry, every
entry its act; numbers have no gaps; seals, indexes and files are whole.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select, text

from benchmarks.rig.callers import Sent
from registry import files
from registry.actor import SYSTEM
from registry.db import Base, among, db
from registry.models import (
    Call,
    CallStep,
    CylinderAnomaly,
    FillCycle,
    Filling,
    FillRefusal,
    Hazard,
    HazardStep,
    Job,
    Paper,
    Scan,
    StoredFile,
    TrailEntry,
    Visit,
    VisitAnomaly,
)
from registry.models import (
    Counter as Numbers,
)
from registry.queries import seals as sealed
from registry.services import seals
from registry.settings import current

Pair = tuple[Any, Any]
CHUNK = 500


@dataclass(frozen=True)
class Kept:
    """How a kind of act is kept: in which table, under which `ref`, what its answer and its body say of the row, and
    its entry in the trail."""

    model: Any
    ref: str
    same: Callable[[Any, Any, Any], Sequence[Pair]]  # (body, answer, row) -> pairs that have to be equal
    trail: str = ""


KEPT = {
    "precheck": Kept(
        FillCycle, "ref", lambda b, a, r: [(a["id"], r.id), (b["gross_before_g"], r.gross_before_g)],
        "fill_cycle.prechecked",
    ),
    "fill": Kept(
        Filling, "ref", lambda b, a, r: [(a["id"], r.id), (b["gross_after_g"], r.gross_after_g), (a["net_g"], r.net_g)],
        "filling.recorded",
    ),
    "overfill": Kept(
        FillRefusal, "ref", lambda b, a, r: [(b["gross_after_g"], r.asked["gross_after_g"])], "filling.refused"
    ),
    "post_check": Kept(
        FillCycle, "post_ref", lambda b, a, r: [(a["id"], r.id), (b["reweigh_g"], r.reweigh_g)],
        "fill_cycle.postchecked",
    ),
    "release": Kept(
        FillCycle, "release_ref", lambda b, a, r: [(a["id"], r.id), ("released", r.state)], "fill_cycle.closed"
    ),
    "visit": Kept(
        Visit, "ref", lambda b, a, r: [(a["id"], r.id), (b["check_in"]["at"], r.started_at.isoformat())],
        "visit.recorded",
    ),
    "hazard": Kept(Hazard, "ref", lambda b, a, r: [(a["no"], r.no), (b["title"], r.title)], "hazard.reported"),
    "hazard_move": Kept(HazardStep, "ref", lambda b, a, r: []),
    "call": Kept(Call, "ref", lambda b, a, r: [(a["no"], r.no), (b["trapped"], r.trapped)], "call.taken"),
    "call_move": Kept(CallStep, "ref", lambda b, a, r: []),
}  # fmt: skip
# Each row of these has its entry, and each entry its row.
TOLD = {
    "scan.recorded": Scan,
    "filling.recorded": Filling,
    "filling.refused": FillRefusal,
    "visit.recorded": Visit,
    "hazard.reported": Hazard,
    "call.taken": Call,
    "file.stored": StoredFile,
    "paper.issued": Paper,
    "anomaly.found": VisitAnomaly,
    "cylinder_anomaly.found": CylinderAnomaly,
    "job.asked": Job,
}
LEDGERS = {"hazard.moved": (HazardStep, "report"), "call.moved": (CallStep, "take")}


def of_acts(sent: Iterable[Sent]) -> Iterator[str]:
    """What is wrong with what was answered for good."""
    by_kind: dict[str, list[tuple[Any, Any, bool]]] = {}
    for kind, *came in _each(sent):
        by_kind.setdefault(kind, []).append((came[0], came[1], came[2]))
    for kind, acts in by_kind.items():
        for start in range(0, len(acts), CHUNK):
            yield from _of_kind(kind, KEPT[kind], acts[start : start + CHUNK])
    db.session.rollback()


def _each(sent: Iterable[Sent]) -> Iterator[tuple[str, Any, Any, bool]]:
    """Kind, body, answer and whether it was taken, of all that is kept under a `ref`; each row of a batch for itself.
    A fill that the rules refuse is kept as a refusal; one that cannot be (by a clock that is wrong) is not kept."""
    for one in sent:
        if one.act.kind == "batch" and one.ok:
            for row, result in zip(one.act.body["fillings"], one.answer["results"], strict=True):
                yield _fill(row, result, result["status"] in (200, 201))
        elif one.act.kind in ("fill", "overfill"):
            yield _fill(one.act.body, one.answer, one.status in (200, 201))
        elif one.act.kind in KEPT:
            yield one.act.kind, one.act.body, one.answer, one.ok


def _fill(body: Any, answer: Any, taken: bool) -> tuple[str, Any, Any, bool]:
    refused = not taken and answer.get("type") == "refused-by-rule"
    return "overfill" if refused else "fill", body, answer, taken or refused


def _of_kind(kind: str, kept: Kept, acts: Sequence[tuple[Any, Any, bool]]) -> Iterator[str]:
    column = getattr(kept.model, kept.ref)
    rows: dict[str, list[Any]] = {}
    for row in db.session.scalars(select(kept.model).where(among(column, [body["ref"] for body, _, _ in acts]))):
        rows.setdefault(getattr(row, kept.ref), []).append(row)
    told = _entries(kept, [row.id for found in rows.values() for row in found])
    for body, answer, ok in acts:
        found = rows.get(body["ref"], [])
        if len(found) != (1 if ok else 0):
            yield f"{kind} {body['ref']}: {'acknowledged' if ok else 'refused'}, but there {len(found)} times"
        for row in found:
            wrong = [pair for pair in kept.same(body, answer, row) if pair[0] != pair[1]] if ok else []
            if wrong:
                yield f"{kind} {body['ref']}: acknowledged and kept differ: {wrong}"
            if kept.trail and told[row.id] != 1:
                yield f"{kind} {body['ref']}: {told[row.id]} trail entries {kept.trail}"


def _entries(kept: Kept, ids: Sequence[int]) -> Counter[int]:
    if not kept.trail or not ids:
        return Counter()
    entry = TrailEntry.subject_id
    about = (TrailEntry.subject == kept.model.__tablename__, TrailEntry.act == kept.trail, among(entry, ids))
    counted = db.session.execute(select(entry, func.count()).where(*about).group_by(entry)).all()
    return Counter(dict(counted))


def lost_scans(sent: Iterable[Sent]) -> list[Sent]:
    """Scans that were answered and are not there, or not as they were answered."""
    answered = {one.answer["id"]: one for one in sent if one.act.kind == "scan" and one.ok}
    ids, there = list(answered), {}
    for start in range(0, len(ids), CHUNK):
        found = select(Scan.id, Scan.text, Scan.verdict).where(among(Scan.id, ids[start : start + CHUNK]))
        there.update({id_: (code, verdict) for id_, code, verdict in db.session.execute(found)})
    db.session.rollback()
    return [one for id_, one in answered.items() if there.get(id_) != (one.act.body["code"], one.answer["verdict"])]


def of_everything(sent: Sequence[Sent]) -> Iterator[str]:
    """What is wrong with the database as a whole, after acts that were all answered."""
    yield from _nothing_else(sent)
    yield from _cycles()
    yield from _trail()
    yield from _numbers()
    db.session.rollback()


def _nothing_else(sent: Sequence[Sent]) -> Iterator[str]:
    """Nothing is there that nobody was told of: every `ref` in the tables was acknowledged."""
    acknowledged: dict[Any, set[str]] = {}
    for kind, body, _, taken in _each(sent):
        if taken and KEPT[kind].ref == "ref":
            acknowledged.setdefault(KEPT[kind].model, set()).add(body["ref"])
    # A turn that begins with its fill has the fill's name.
    acknowledged.setdefault(FillCycle, set()).update(acknowledged.get(Filling, set()))
    for model, refs in acknowledged.items():
        found = list(db.session.scalars(select(model.ref).where(model.ref.is_not(None))))
        yield from (f"{model.__tablename__} {name}: nobody was told of it" for name in set(found) - refs)
        if len(found) != len(set(found)):
            yield f"{model.__tablename__}: {len(found) - len(set(found))} are there twice"


def _cycles() -> Iterator[str]:
    """One open turn and one fill for a cylinder, one turn for a fill."""
    for what, column, of in (
        ("open turns of cylinder", FillCycle.cylinder_id, FillCycle.closed_at.is_(None)),
        ("fills of cylinder", Filling.cylinder_id, Filling.id > 0),
        ("turns of fill", FillCycle.filling_id, FillCycle.filling_id.is_not(None)),
    ):
        many = select(column, func.count()).where(of).group_by(column).having(func.count() > 1)
        yield from (f"{count} {what} {id_}" for id_, count in db.session.execute(many))
    alone = select(Filling.id).where(~select(FillCycle.id).where(FillCycle.filling_id == Filling.id).exists())
    yield from (f"fill {id_} has no turn" for id_ in db.session.scalars(alone))


def _trail() -> Iterator[str]:
    for act, model in TOLD.items():
        about = and_(TrailEntry.subject == model.__tablename__, TrailEntry.act == act)
        untold = select(model.id).where(~select(TrailEntry.id).where(about, TrailEntry.subject_id == model.id).exists())
        empty = select(TrailEntry.id).where(about, ~select(model.id).where(model.id == TrailEntry.subject_id).exists())
        twice = select(TrailEntry.subject_id).where(about).group_by(TrailEntry.subject_id).having(func.count() > 1)
        yield from (f"{model.__tablename__} {id_} has no entry {act}" for id_ in db.session.scalars(untold))
        yield from (f"entry {id_} {act} is about nothing" for id_ in db.session.scalars(empty))
        yield from (f"{model.__tablename__} {id_} has several entries {act}" for id_ in db.session.scalars(twice))
    for act, (ledger, first) in LEDGERS.items():
        lines = db.session.scalar(select(func.count()).select_from(ledger).where(ledger.verb != first))
        entries = db.session.scalar(select(func.count()).where(TrailEntry.act == act))
        if lines != entries:
            yield f"{ledger.__tablename__}: {lines} lines, {entries} entries {act}"


def _numbers() -> Iterator[str]:
    """Every running number from 1 on was used, once."""
    used = {"ZDYH": select(Hazard.no), "JY": select(Call.no)}
    for row in db.session.scalars(select(Numbers)):
        if row.kind in used:
            names = db.session.scalars(used[row.kind])
            given = sorted(int(no.rpartition("-")[2]) for no in names if f"-{row.year}-" in no)
        elif row.kind.startswith("paper."):
            of = (Paper.kind == row.kind.removeprefix("paper."), Paper.body == row.body, Paper.year == row.year)
            given = sorted(db.session.scalars(select(Paper.sequence).where(*of, Paper.sequence.is_not(None))))
        else:
            continue
        if given != list(range(1, row.value + 1)):
            missing = sorted(set(range(1, row.value + 1)) - set(given))
            yield f"{row.kind} {row.body} {row.year}: {len(given)} of {row.value} numbers, missing {missing[:10]}"


def of_files(after: int) -> tuple[list[str], int]:
    """What is wrong with the contents of files after this id, and the last id."""
    wrong, root = [], current().files_dir
    for id_, digest in db.session.execute(select(StoredFile.id, StoredFile.sha256).where(StoredFile.id > after)):
        path = files.path_of(root, digest)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(f"file {id_}: its content is not there, or not its own")
        after = max(after, id_)
    db.session.rollback()
    return wrong, after


def of_seals() -> Iterator[str]:
    """Seal what is new, and look whether everything still is as it was sealed."""
    seals.seal(SYSTEM)
    for problem in sealed.verify(SYSTEM):
        yield f"seal {problem.seal_no}: {problem.kind} {problem.entry_id or ''}"
    db.session.rollback()


def of_storage() -> Iterator[str]:
    """What SQLite itself finds wrong."""
    if db.engine.dialect.name != "sqlite":
        return
    with db.engine.connect() as connection:
        found = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        yield from (f"integrity_check: {line}" for line in found if line != "ok")
        found = connection.execute(text("PRAGMA foreign_key_check")).all()  # type: ignore[assignment]
        yield from (f"foreign_key_check: {tuple(line)}" for line in found)


def size(model: type[Base]) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0
