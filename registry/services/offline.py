"""Working without a network: the key of a station's list, and fills the register disagrees with when they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import FillRefusal, OfflineDisagreement, SnapshotKey
from registry.queries import offline_disagreements as queries
from registry.queries import snapshots
from registry.services import hazards

OPEN, HANDLED = "open", "handled"
# What was done with the gas in a cylinder that should not have been filled.
ACTIONS: Mapping[str, T] = {
    "emptied": T("已抽空"),
    "quarantined": T("已隔离封存"),
    "recalled": T("已出站，已追回"),
    "other": T("其他处理"),
}
HAZARD_SOURCE = "monitoring"


def make_key(actor: Actor) -> str:
    """A fresh key for the lists of the caller's station, shown once, in hex; the one before is worth nothing any more.

    Raises:
        Missing: the caller is of no unit.
    """
    policy.require(actor, "snapshot.make_key")
    if actor.unit_id is None:
        raise Missing(T("您不属于任何单位"))
    with transaction() as session:
        row = session.get(SnapshotKey, actor.unit_id)
        if row is None:
            row = SnapshotKey(station_id=actor.unit_id, version=1, made_at=clock.now())
            session.add(row)
        row.version += 1
        row.made_at = clock.now()
        session.flush()
        audit.record(actor, "snapshot.key_made", row, version=row.version)
        return snapshots.key_of(actor.unit_id).hex()


def note(actor: Actor, refusal: FillRefusal, code: str, filled_at: datetime) -> None:
    """Keep that a fill made without a network is refused on arrival: the gas is in the cylinder all the same."""
    policy.require(actor, "filling.record")
    db.session.flush()
    row = OfflineDisagreement(
        refusal_id=refusal.id,
        station_id=refusal.station_id,
        cylinder_id=refusal.cylinder_id,
        code=code[:200],
        filled_at=filled_at,
        found_at=clock.now(),
        rules=[found["rule"] for found in refusal.findings if found["severity"] in ("block", "hold")],
        state=OPEN,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "offline_disagreement.found", row, cylinder_id=row.cylinder_id, findings=list(row.rules))


def handle(actor: Actor, disagreement_id: int, data: Mapping[str, Any]) -> OfflineDisagreement:
    """Say what was done with the gas: `{action, note}`.

    Raises:
        Missing: no such row for the caller. Conflict: handled before. Invalid: no action, or `other` without a note.
    """
    policy.require(actor, "offline_disagreement.handle")
    said = str(data.get("note") or "").strip()[:200]
    if data.get("action") not in ACTIONS:
        raise Invalid.field("action", T("请从列表中选择"))
    if data["action"] == "other" and not said:
        raise Invalid.field("note", T("请写明怎样处理"))
    with transaction():
        row = policy.get(actor, OfflineDisagreement, OfflineDisagreement.id == disagreement_id, lock=True)
        if row.state != OPEN:
            raise Conflict(T("这条不一致已经处理"))
        row.state, row.action, row.note = HANDLED, data["action"], said
        row.handled_at, row.handled_by_id = clock.now(), actor.person_id
        audit.record(
            actor,
            "offline_disagreement.handled",
            row,
            cylinder_id=row.cylinder_id,
            action=row.action,
            note=said,
        )
        return row


def open_clue(actor: Actor, disagreement_id: int) -> OfflineDisagreement:
    """Make a hazard clue of it, once; an office recognises it or not.

    Raises:
        Missing: no such row for the caller. Conflict: there is a clue already.
    """
    policy.require(actor, "offline_disagreement.open_clue")
    with transaction():
        policy.get(actor, OfflineDisagreement, OfflineDisagreement.id == disagreement_id, lock=True)
        row = queries.show(actor, disagreement_id)
        if row.hazard_id is not None:
            raise Conflict(T("已经生成隐患线索"))
        clue = {
            "title": T("断网充装了不得充装的气瓶"),
            "description": T(
                "{station}在断网时于{at}充装气瓶{code}，联网后判定不得充装（{rules}）。",
                station=row.station.name,
                at=row.filled_at.astimezone(clock.CITY_ZONE).strftime("%Y-%m-%d %H:%M"),
                code=row.code,
                rules="、".join(row.rules),
            ),
            "source": HAZARD_SOURCE,
            "unit": str(row.station_id),
        }
        row.hazard_id = hazards.report(actor, clue).id
        db.session.flush()
        db.session.expire(row, ["hazard"])
        audit.record(
            actor,
            "offline_disagreement.clue_opened",
            row,
            cylinder_id=row.cylinder_id,
            hazard_id=row.hazard_id,
        )
        return row
