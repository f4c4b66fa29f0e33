"""Scanned codes that lead nowhere: kept once a unit and text, counted, and dealt with."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import upsert
from registry.db import db, transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import LabelCode, UnknownCode
from registry.queries import gun_reading
from registry.queries.filling_facts import Found, plain_text
from registry.rules import labels as rules
from registry.rules.workflow import find_move
from registry.services import hazards, labels

WORKFLOW = "unknown_code"
HAZARD_SOURCE = "monitoring"
# Of a citizen's scan only what looks like a label of ours is kept: whatever else a phone reads may be personal.
KINDS_OF_CITIZENS = ("unknown", "bad_mac", "blank")
# Telephone and identity numbers, cards and networks: what a scanner reads by mistake and we must not keep.
PERSONAL = re.compile(
    r"(tel|sms|smsto|mailto|mecard|wifi|begin):.*|1[3-9]\d{9}|\d{6}(18|19|20)\d{9}[\dX]", re.IGNORECASE | re.DOTALL
)


def note(actor: Actor, found: Found, at: datetime, position: Any) -> None:
    """Count a scan that led to no equipment; part of the verb that records the scan."""
    if found.cylinder is not None or found.elevator_id is not None or found.status in ("void", "replaced"):
        return
    kind = "blank" if found.label_status is not None else found.status
    text = plain_text(found.text)
    ours = kind in KINDS_OF_CITIZENS or kind == "bad_check"
    if not text or PERSONAL.fullmatch(text) or (actor.unit_id is None and kind not in KINDS_OF_CITIZENS):
        return
    shown = found.code if ours else text
    key = hashlib.sha256(f"{actor.unit_id or ''}|{shown}".encode()).hexdigest()[:40]
    first = {
        "digest": key,
        "text": text,
        "code": found.code[:200] if ours else "",
        "unit_id": actor.unit_id,
        "first_at": at,
        "times": 1,
        "state": rules.OPEN,
        "note": "",
    }
    last = {"kind": kind, "last_at": at, "person_id": actor.person_id, "position": position}
    session = db.session()
    session.execute(
        upsert(session, UnknownCode)
        .values(**first, **last)
        .on_conflict_do_update(index_elements=[UnknownCode.digest], set_={**last, "times": UnknownCode.times + 1})
    )


def bound(session: Session, actor: Actor, label: LabelCode) -> None:
    """What was scanned as unknown is bound now; part of the verb that binds it."""
    session.execute(
        update(UnknownCode)
        .where(UnknownCode.code == label.code, UnknownCode.state == rules.OPEN)
        .values(state=rules.BOUND, label_id=label.id, handled_at=clock.now(), handled_by_id=actor.person_id)
    )


def register_foreign(actor: Actor, unknown_id: int, data: dict[str, Any]) -> UnknownCode:
    """It is the code of a maker or an older system: put it on file for a cylinder, `{scheme, equipment, note?}`.

    Raises:
        Missing: no such row for the caller. Conflict: it is dealt with. As `labels.register_foreign`.
    """
    policy.require(actor, "unknown_code.register_foreign")
    with transaction() as session:
        row = _open(actor, unknown_id)
        label = labels.register_foreign(actor, {**data, "code": row.text})
        # Other units may have scanned the same text.
        session.execute(
            update(UnknownCode)
            .where(UnknownCode.text == row.text, UnknownCode.state == rules.OPEN, UnknownCode.id != row.id)
            .values(state="foreign", label_id=label.id, handled_at=clock.now(), handled_by_id=actor.person_id)
        )
        return _settle(actor, row, "register_foreign", data.get("note"), label_id=label.id)


def dismiss(actor: Actor, unknown_id: int, reason: str | None) -> UnknownCode:
    """It is nothing: a shop's code, a typing error. `reason` says what."""
    policy.require(actor, "unknown_code.dismiss")
    with transaction():
        return _settle(actor, _open(actor, unknown_id), "dismiss", reason)


def mark_forged(actor: Actor, unknown_id: int, reason: str | None) -> UnknownCode:
    """It imitates a label of ours: a hazard clue is opened against the filling station that scanned it. One that an
    officer or a citizen scanned names no unit: who is behind it is for the officer to report.

    Raises:
        Missing: no such row for the caller. Conflict: it is dealt with. Invalid: no reason.
    """
    policy.require(actor, "unknown_code.mark_forged")
    with transaction():
        row = _open(actor, unknown_id)
        settled = _settle(actor, row, "mark_forged", reason)
        if row.unit_id is not None and gun_reading.yard(row.unit_id, None, clock.today()).place.filling is not None:
            clue = {
                "title": T("发现假冒的气瓶标签"),
                "description": T(
                    "扫码发现假冒标签“{text}”，共扫到{times}次。{note}", text=row.text, times=row.times, note=row.note
                ),
                "source": HAZARD_SOURCE,
                "unit": str(row.unit_id),
            }
            settled.hazard_id = hazards.report(actor, clue).id
        return settled


def _open(actor: Actor, unknown_id: int) -> UnknownCode:
    row = policy.get(actor, UnknownCode, UnknownCode.id == unknown_id, lock=True)
    if row.state != rules.OPEN:
        raise Conflict(T("这个码已经处理过"))
    return row


def _settle(actor: Actor, row: UnknownCode, verb: str, note: str | None, label_id: int | None = None) -> UnknownCode:
    """The one place where a row that somebody looked at changes its state."""
    move = find_move(WORKFLOW, row.state, verb)
    if move is None:
        raise Conflict(T("这个码已经处理过"))
    text = (note or "").strip()[:200]
    if "note" in move.needs and not text:
        raise Invalid.field("note", T("请写明原因"))
    row.state, row.note, row.label_id = move.target, text, label_id
    row.handled_at, row.handled_by_id = clock.now(), actor.person_id
    audit.record(actor, "unknown_code.settled", row, verb=verb, note=text, label_id=label_id)
    return row
