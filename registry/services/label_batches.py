"""Blank codes in batches: a unit asks, the office issues or refuses, the unit receives what came.

A batch's codes are made when it is issued and carry its block, so that a code tells which batch it is of. Only codes of
a received batch can be bound (`label_bindings`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.labels.layouts import LAYOUTS
from registry.labels.qr import LEVELS
from registry.messages import T
from registry.models import LabelBatch, LabelCode, Unit
from registry.replays import digest
from registry.rules import labels as rules
from registry.rules.workflow import find_move
from registry.services.labels import MOST, fresh_codes

WORKFLOW = "label_batch"
STURDINESS = tuple(LEVELS)  # of error correction, the sturdiest last


def request(actor: Actor, data: dict[str, Any]) -> tuple[LabelBatch, bool]:
    """Ask for blank codes for the caller's unit: `{ref, count, carrier, layout, reason}`; and whether it was here.

    Raises:
        Invalid: fewer than 1 or more than 5,000, an unknown carrier or layout, or a layout too small for the carrier.
        Conflict: the unit used `ref` for something else.
    """
    policy.require(actor, "label_batch.request")
    given = {**data, "station_id": actor.unit_id}
    try:
        with transaction() as session:
            return _requested(session, actor, given)
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        with transaction() as session:
            return _requested(session, actor, given)


def issue_new(actor: Actor, data: dict[str, Any]) -> LabelBatch:
    """Issue codes nobody has asked for: `{station_id, count, carrier, layout, reason}`.

    Raises:
        Invalid: as `request`. Missing: no such unit.
    """
    policy.require(actor, "label_batch.issue")
    with transaction() as session:
        unit = policy.get(actor, Unit, Unit.id == data["station_id"])
        batch, _again = _requested(session, actor, {**data, "station_id": unit.id, "ref": None})
        return _moved(session, actor, batch, "issue", "")


def issue(actor: Actor, batch_id: int) -> LabelBatch:
    """Make the codes of a batch that was asked for.

    Raises:
        Missing: no such batch for the caller. Conflict: it is no longer waiting.
    """
    policy.require(actor, "label_batch.issue")
    with transaction() as session:
        return _moved(session, actor, _batch(actor, batch_id), "issue", "")


def refuse(actor: Actor, batch_id: int, note: str | None) -> LabelBatch:
    """Do not issue it, with the reason."""
    policy.require(actor, "label_batch.refuse")
    with transaction() as session:
        return _moved(session, actor, _batch(actor, batch_id), "refuse", note)


def withdraw(actor: Actor, batch_id: int, note: str | None = None) -> LabelBatch:
    """Take one's own request back."""
    policy.require(actor, "label_batch.withdraw")
    with transaction() as session:
        return _moved(session, actor, _batch(actor, batch_id), "withdraw", note)


def receive(actor: Actor, batch_id: int, note: str | None = None) -> LabelBatch:
    """The unit has the labels in its hands; `note` says what is missing or damaged. From now on they can be bound."""
    policy.require(actor, "label_batch.receive")
    with transaction() as session:
        return _moved(session, actor, _batch(actor, batch_id), "receive", note)


def _requested(session: Session, actor: Actor, data: dict[str, Any]) -> tuple[LabelBatch, bool]:
    _check(data)
    known = data["ref"] and session.scalar(
        policy.scope(actor, LabelBatch).where(
            LabelBatch.station_id == data["station_id"], LabelBatch.ref == data["ref"]
        )
    )
    if known:
        if known.ref_digest != digest(data):
            raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
        return known, True
    year = clock.today().year
    batch = LabelBatch(
        number=f"BQ{year}-{next_number(session, WORKFLOW, '', year):04d}",
        ref=data["ref"],
        ref_digest=digest(data) if data["ref"] else None,
        station_id=data["station_id"],
        count=data["count"],
        carrier=data["carrier"],
        layout=data["layout"],
        reason=data.get("reason") or "",
        state=rules.REQUESTED,
        requested_at=clock.now(),
        requested_by_id=actor.person_id,
        note="",
    )
    session.add(batch)
    session.flush()
    keys = {"number": batch.number, "station_id": batch.station_id, "count": batch.count, "carrier": batch.carrier}
    audit.record(actor, "label_batch.requested", batch, **keys)
    return batch, False


def _check(data: dict[str, Any]) -> None:
    if not 1 <= data["count"] <= MOST:
        raise Invalid.field("count", T("一次可以发放1到{most}个编码", most=MOST))
    carrier, layout = rules.carriers(clock.today()).get(data["carrier"]), LAYOUTS.get(data["layout"])
    if carrier is None:
        raise Invalid.field("carrier", T("请从列表中选择"))
    if layout is None:
        raise Invalid.field("layout", T("没有这种版式"))
    if STURDINESS.index(layout.level) < STURDINESS.index(carrier.level):
        raise Invalid.field("layout", T("{carrier}请选择牌用版式", carrier=T(carrier.zh)))


def _batch(actor: Actor, batch_id: int) -> LabelBatch:
    return policy.get(actor, LabelBatch, LabelBatch.id == batch_id, lock=True)


def _moved(session: Session, actor: Actor, batch: LabelBatch, verb: str, note: str | None) -> LabelBatch:
    """The one place where a batch changes its state."""
    move = find_move(WORKFLOW, batch.state, verb)
    if move is None:
        raise Conflict(T("这批标签现在不能这样处理"))
    note = (note or "").strip()[:200]
    if "note" in move.needs and not note:
        raise Invalid.field("note", T("请写明原因"))
    before, batch.state = batch.state, move.target
    if verb == "receive":
        batch.received_at, batch.received_by_id = clock.now(), actor.person_id
    else:
        batch.decided_at, batch.decided_by_id = clock.now(), actor.person_id
    batch.note = note or batch.note
    if verb == "issue":
        block = _block(batch.id)
        blank = {"status": "blank", "issued_to_id": batch.station_id, "issued_on": clock.today(), "batch_id": batch.id}
        session.execute(insert(LabelCode), [{**blank, "code": code} for code in fresh_codes(batch.count, block)])
    keys = {"number": batch.number, "station_id": batch.station_id, "verb": verb, "from": before, "to": batch.state}
    audit.record(actor, "label_batch.moved", batch, **keys, note=note)
    return batch


def _block(number: int) -> str:
    """Three characters for a batch; after 32,768 batches they come round again, and codes stay random."""
    return "".join(codes.ALPHABET[number >> shift & 31] for shift in (10, 5, 0))
