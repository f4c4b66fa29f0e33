"""Recording the steps of a cylinder's life as devices and delivery software report them (cylinders.md §5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, RegistryError
from registry.messages import T
from registry.models import Cylinder, CylinderEvent
from registry.queries import cylinders as queries
from registry.rules import cylinder_handover as handover
from registry.rules.cylinder_lifecycle import EVENTS, LIVE, STATUSES, Event, custodies, custody_after
from registry.rules.verdict import Finding
from registry.services.cylinders import move_status

CLOCK_SKEW = timedelta(minutes=2)
LONGEST_BATCH = 1_000
ROWS_A_TRANSACTION = 100
OTHER_CONTENT = T("这个 ref 已用于另一条记录")


@dataclass(frozen=True)
class Recorded:
    """An event and what was noticed about it; `replayed` when its `ref` had arrived before."""

    event: CylinderEvent
    findings: tuple[Finding, ...]
    replayed: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a batch."""

    ref: str
    recorded: Recorded | None = None
    error: RegistryError | None = None


def record_events(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Record up to 1,000 events, each a `code` beside what `record_event` takes; a bad row never loses a good one.

    Kept in the order in which they happened, answered in the order sent.
    """
    policy.require(actor, "cylinder.record_event")
    if len(rows) > LONGEST_BATCH:
        raise Invalid.field("events", T("一次最多{count}条", count=LONGEST_BATCH))
    order = sorted(range(len(rows)), key=lambda index: (rows[index]["at"], index))
    outcomes: dict[int, Outcome] = {}
    for start in range(0, len(order), ROWS_A_TRANSACTION):
        with transaction():
            for index in order[start : start + ROWS_A_TRANSACTION]:
                outcomes[index] = _outcome(actor, rows[index])
    return [outcomes[index] for index in range(len(rows))]


def _outcome(actor: Actor, row: Mapping[str, Any]) -> Outcome:
    data = {name: value for name, value in row.items() if name != "code"}
    try:
        with db.session.begin_nested():
            return Outcome(row["ref"], recorded=record_event(actor, row["code"], data))
    except RegistryError as error:
        return Outcome(row["ref"], error=error)


def record_event(actor: Actor, code: str, data: Mapping[str, Any]) -> Recorded:
    """Record one event. `data`: `ref`, `kind` (one that somebody may tell, or its number in older systems), `at`,
    `position`, `data` (free but for personal data; `customer`: the station's anonymous number of a customer,
    `valve_code` of a new valve, `reason` and `document` where the event changes the status).

    An event that does not fit where the cylinder was is kept and marked: it is what somebody saw. One that arrives
    after later ones is kept too, but no longer moves the cylinder. A customer (use unit) confirms the receipt of any
    cylinder whose code it holds, and says nothing but its customer number.

    Raises:
        Invalid: a kind that is recorded elsewhere, a moment in the future, personal data, a valve without its code.
        Forbidden: it is not for the caller's party to tell this (`cylinder_events.csv`, column `by`).
        Conflict: the `ref` belongs to another record, or the change of status is not legal.
    """
    policy.require(actor, "cylinder.record_event")
    kind = handover.kind_of(data["kind"])
    if kind is None or not kind.sent:
        raise Invalid.field("kind", T("这种事件不由本接口登记"))
    if not handover.may_tell(actor.role, kind):
        raise Forbidden(T("“{kind}”不由您的角色登记", kind=T(kind.zh)))
    data = {**data, "kind": kind.kind}
    _check_given(kind, data.get("data") or {})
    if data["at"] > clock.now() + CLOCK_SKEW:
        raise Invalid.field("at", T("时间晚于服务器时间，请校准终端时钟"))
    with transaction() as session:
        options = (selectinload(Cylinder.statuses),)
        # Whoever holds a cylinder holds its code: a customer needs no other right to say that it has arrived.
        by_code_alone = "customer" in kind.by and not queries.UNLABELLED.fullmatch(code.strip())
        seen_by = SYSTEM if by_code_alone else actor
        cylinder = policy.get(seen_by, Cylinder, Cylinder.id == queries.id_of(code), lock=True, options=options)
        earlier = session.scalars(select(CylinderEvent).where(CylinderEvent.ref == data["ref"])).first()
        if earlier is not None:
            _refuse_other(actor, cylinder, earlier, data)
            return Recorded(earlier, _kept_findings(earlier), replayed=True)
        custody, findings = _judge(cylinder, data)
        if kind.move:
            _change(actor, cylinder, kind.move, data)
        if not _is_late(session, cylinder, data):
            cylinder.custody = custody
            if kind.kind == "valve_change":
                cylinder.valve_code = str((data.get("data") or {})["valve_code"])
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


def _check_given(kind: Event, given: Mapping[str, Any]) -> None:
    if (key := handover.personal(given)) is not None:
        text = T("“{key}”像是个人信息：流转记录不收姓名、电话、住址，客户请用本单位的客户编号", key=key)
        raise Invalid.field("data", text)
    if kind.by == {"customer"} and set(given) - {"customer"}:
        raise Invalid.field("data", T("签收只需填写客户编号（customer）"))
    customer = given.get("customer")
    if customer is not None and not handover.CUSTOMER.fullmatch(str(customer)):
        raise Invalid.field("data", T("客户编号只能是32位以内的字母、数字和短横线"))
    if kind.kind == "valve_change" and not handover.VALVE.fullmatch(str(given.get("valve_code") or "")):
        raise Invalid.field("data", T("更换瓶阀请在 valve_code 中填写新瓶阀编号"))


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


def _change(actor: Actor, cylinder: Cylinder, verb: str, data: Mapping[str, Any]) -> None:
    """The change of status that comes with the event, dated by the event but never before the present status."""
    since = max([clock.day_of(data["at"]), *(period.since for period in cylinder.statuses)])
    given = data.get("data") or {}
    grounds = {name: str(given.get(name) or "")[:200] for name in ("reason", "document")}
    move_status(actor, cylinder, verb, {"since": min(since, clock.today()), **grounds})


def _is_late(session: Session, cylinder: Cylinder, data: Mapping[str, Any]) -> bool:
    """Whether a later event has arrived already."""
    latest = session.scalar(select(func.max(CylinderEvent.at)).where(CylinderEvent.cylinder_id == cylinder.id))
    return latest is not None and latest > data["at"]


def _plain(finding: Finding) -> dict[str, str]:
    return {name: getattr(finding, name) for name in ("rule", "severity", "text", "text_en", "basis", "certainty")}


def _kept_findings(event: CylinderEvent) -> tuple[Finding, ...]:
    return tuple(Finding(**kept) for kept in (event.data or {}).get("findings", ()))
