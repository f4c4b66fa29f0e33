"""Recording the steps of a cylinder's life as devices and delivery software report them (cylinders.md §5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Cylinder, CylinderEvent
from registry.queries import cylinders as queries
from registry.rules.cylinder_lifecycle import EVENTS, LIVE, STATUSES, custodies, custody_after
from registry.rules.verdict import Finding
from registry.services.cylinders import change_status

CLOCK_SKEW = timedelta(minutes=2)
OTHER_CONTENT = T("这个 ref 已用于另一条记录")


@dataclass(frozen=True)
class Recorded:
    """An event and what was noticed about it; `replayed` when its `ref` had arrived before."""

    event: CylinderEvent
    findings: tuple[Finding, ...]
    replayed: bool


def record_event(actor: Actor, code: str, data: Mapping[str, Any]) -> Recorded:
    """Record one event. `data`: `ref`, `kind` (one that devices may send), `at`, `position`, `data` (free; `reason`
    and `document` where the event changes the status).

    An event that does not fit where the cylinder was is kept and marked: it is what somebody saw. One that arrives
    after later ones is kept too, but no longer moves the cylinder.

    Raises:
        Invalid: a kind that is recorded elsewhere, or a moment in the future.
        Conflict: the `ref` belongs to another record, or the change of status is not legal.
    """
    policy.require(actor, "cylinder.record_event")
    kind = EVENTS.get(data["kind"])
    if kind is None or not kind.sent:
        raise Invalid.field("kind", T("这种事件不由本接口登记"))
    if data["at"] > clock.now() + CLOCK_SKEW:
        raise Invalid.field("at", T("时间晚于服务器时间，请校准终端时钟"))
    with transaction() as session:
        options = (selectinload(Cylinder.statuses),)
        cylinder = policy.get(actor, Cylinder, Cylinder.id == queries.id_of(code), lock=True, options=options)
        earlier = session.scalars(select(CylinderEvent).where(CylinderEvent.ref == data["ref"])).first()
        if earlier is not None:
            _refuse_other(actor, cylinder, earlier, data)
            return Recorded(earlier, _kept_findings(earlier), replayed=True)
        custody, findings = _judge(cylinder, data)
        if kind.move:
            _change(actor, code, cylinder, kind.move, data)
        if not _is_late(session, cylinder, data):
            cylinder.custody = custody
        event = CylinderEvent(
            cylinder_id=cylinder.id,
            ref=data["ref"],
            kind=kind.kind,
            at=data["at"],
            received_at=clock.now(),
            unit_id=actor.unit_id,
            person_id=actor.person_id,
            data={
                "given": data.get("data"),
                "position": data.get("position"),
                "custody": cylinder.custody,
                "findings": [_plain(finding) for finding in findings],
            },
        )
        session.add(event)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict(OTHER_CONTENT) from None
        audit.record(actor, "cylinder.event_recorded", cylinder, kind=kind.kind, at=data["at"])
        return Recorded(event, findings, replayed=False)


def _refuse_other(actor: Actor, cylinder: Cylinder, earlier: CylinderEvent, data: Mapping[str, Any]) -> None:
    kept = earlier.data or {}
    before = (earlier.cylinder_id, earlier.unit_id, earlier.kind, earlier.at, kept.get("given"), kept.get("position"))
    now = (cylinder.id, actor.unit_id, data["kind"], data["at"], data.get("data"), data.get("position"))
    if before != now:
        raise Conflict(OTHER_CONTENT)


def _judge(cylinder: Cylinder, data: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...]]:
    """Where the cylinder is afterwards, and what is odd about that."""
    on = clock.day_of(data["at"])
    kind = EVENTS[data["kind"]]
    custody, expected = custody_after(kind.kind, cylinder.custody, on)
    findings = []
    if not expected:
        was = custodies()[cylinder.custody]
        text = f"系统流转状态为“{was.zh}”，与“{kind.zh}”不符，已记录，请核对"
        text_en = f"The register held the cylinder as “{was.en}”, which does not fit “{kind.en}”: recorded, check"
        findings.append(Finding("custody", "warn", text, text_en, "GB/T 43072-2023", "G"))
    if cylinder.status not in LIVE:
        status = STATUSES[cylinder.status]
        text = f"气瓶{status.zh}，仍有流转记录，已标记异常"
        text_en = f"The cylinder is “{status.en}” and still moves: marked as an anomaly"
        findings.append(Finding("ended", "warn", text, text_en, "特种设备安全法 第四十八条", "G"))
    return custody, tuple(findings)


def _change(actor: Actor, code: str, cylinder: Cylinder, verb: str, data: Mapping[str, Any]) -> None:
    """The change of status that comes with the event, dated by the event but never before the present status."""
    since = max([clock.day_of(data["at"]), *(period.since for period in cylinder.statuses)])
    given = data.get("data") or {}
    grounds = {name: str(given.get(name) or "")[:200] for name in ("reason", "document")}
    change_status(actor, code, verb, {"since": min(since, clock.today()), **grounds})


def _is_late(session: Session, cylinder: Cylinder, data: Mapping[str, Any]) -> bool:
    """Whether a later event has arrived already."""
    latest = session.scalar(select(func.max(CylinderEvent.at)).where(CylinderEvent.cylinder_id == cylinder.id))
    return latest is not None and latest > data["at"]


def _plain(finding: Finding) -> dict[str, str]:
    return {name: getattr(finding, name) for name in ("rule", "severity", "text", "text_en", "basis", "certainty")}


def _kept_findings(event: CylinderEvent) -> tuple[Finding, ...]:
    return tuple(Finding(**kept) for kept in (event.data or {}).get("findings", ()))
