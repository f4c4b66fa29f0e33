"""What a station bought: the other side of its register (cylinders.md §9, scrap quota reconciliation)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import CylinderPurchase, Unit
from registry.replays import digest, sent_before
from registry.rules.kinds import CYLINDER_KINDS


def record(actor: Actor, data: Mapping[str, Any]) -> tuple[CylinderPurchase, bool]:
    """A purchase of new cylinders: `bought_on, kind, count, supplier, document` (invoice or contract), optionally
    `station_id` (an office names the station), `note, ref`; and whether the `ref` was here before.

    Raises:
        Invalid: a day to come, no cylinders, an unknown kind or station.
        Conflict: the same `ref` came with other content, or this document was recorded for that kind already.
    """
    policy.require(actor, "cylinder_purchase.record")
    content = digest({**data, "unit": actor.unit_id})
    with transaction() as session:
        known = sent_before(actor, CylinderPurchase, data.get("ref"), content)
        if known is not None:
            return known, True
        _check(data)
        station = data.get("station_id") if actor.role in OFFICE_ROLES else actor.unit_id
        if station is None:
            raise Invalid.field("station_id", T("请选择充装单位"))
        policy.get(actor, Unit, Unit.id == station)
        same = policy.scope(actor, CylinderPurchase).where(
            CylinderPurchase.station_id == station,
            CylinderPurchase.document == data["document"],
            CylinderPurchase.kind == data["kind"],
            CylinderPurchase.withdrawn_on.is_(None),
        )
        if session.execute(same).first():
            raise Conflict(T("{document}的这种气瓶已经登记过", document=data["document"]))
        row = CylinderPurchase(
            station_id=station,
            note=data.get("note") or "",
            recorded_at=clock.now(),
            ref=data.get("ref"),
            ref_digest=content if data.get("ref") else None,
            **{name: data[name] for name in ("bought_on", "kind", "count", "supplier", "document")},
        )
        session.add(row)
        audit.record(
            actor,
            "cylinder_purchase.recorded",
            row,
            station_id=station,
            bought_on=row.bought_on,
            kind=row.kind,
            count=row.count,
            document=row.document,
        )
        return row, False


def withdraw(actor: Actor, purchase_id: int, reason: str) -> CylinderPurchase:
    """Take back a purchase that was recorded by mistake; it stays on file and counts no more.

    Raises:
        Invalid: no reason. Conflict: taken back already.
    """
    policy.require(actor, "cylinder_purchase.withdraw")
    if not reason.strip():
        raise Invalid.field("reason", T("请填写原因"))
    with transaction():
        row = policy.get(actor, CylinderPurchase, CylinderPurchase.id == purchase_id, lock=True)
        if row.withdrawn_on is not None:
            raise Conflict(T("这笔购入已经撤销"))
        row.withdrawn_on = clock.today()
        audit.record(
            actor,
            "cylinder_purchase.withdrawn",
            row,
            station_id=row.station_id,
            count=row.count,
            reason=reason.strip()[:200],
        )
        return row


def _check(data: Mapping[str, Any]) -> None:
    if data["bought_on"] > clock.today():
        raise Invalid.field("bought_on", T("日期不能晚于今天"))
    if data["kind"] not in CYLINDER_KINDS:
        raise Invalid.field("kind", T("没有这种气瓶品种"))
    if data["count"] < 1:
        raise Invalid.field("count", T("请填写只数"))
