"""Where the entries of a cylinder's timeline come from: each source is one statement along an index of the cylinder.

Records with a moment are read newest first from the cursor on and never more than a page; what has a day only
(inspections, statuses, labels, insurance) is few for one cylinder and read up to `MOST`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.messages import T
from registry.models import (
    Cylinder,
    CylinderAnomaly,
    CylinderEvent,
    CylinderInspection,
    CylinderReport,
    CylinderStatus,
    FillCycle,
    Filling,
    FillRefusal,
    HoldRelease,
    LabelCode,
    OfflineDisagreement,
    Policy,
    PolicyItem,
    Scan,
    TrailEntry,
)
from registry.rules import cylinder_reports, fill_cycle
from registry.rules.cylinder_anomalies import names as anomaly_names
from registry.rules.cylinder_lifecycle import EVENTS, STATUSES, custodies

MOST = 200
# Told by the record itself, which says more; an owner's change is read from the trail.
ELSEWHERE = ("fill", "inspection", "transfer")
TURN, LABEL = ("precheck", "postcheck"), ("code_bind", "code_replace")
MOVING = tuple(event.kind for event in EVENTS.values() if event.move)
REGISTERED = {
    "cylinder.registered": T("建档"),
    "cylinder.corrected": T("更正档案"),
    "cylinder.transferred": T("产权变更"),
}
PURPOSES = {
    "fill": T("充装"),
    "post_check": T("充装后检查"),
    "release": T("出站"),
    "receive": T("入站"),
    "deliver": T("配送"),
    "inspect": T("检验"),
    "look": T("公众查询"),
}
ANSWERS = {"allow": T("允许"), "warn": T("允许（有提示）"), "hold": T("须监管放行"), "block": T("禁止")}
ANSWER_TONES = {"allow": "neutral", "warn": "warn", "hold": "bad", "block": "bad"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the timeline ended: entries are ordered by moment, then source, then number, newest first."""

    at: datetime
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class Raw:
    """An entry before anything was masked. `own_only` is what only the unit that recorded it may read; `customer`:
    the unit is the customer himself, who is named to nobody."""

    at: datetime
    rank: int
    id: int
    kind: str
    title: Any
    details: tuple[Any, ...] = ()
    tone: str = "neutral"
    unit_id: int | None = None
    person_id: int | None = None
    received_at: datetime | None = None
    position: dict[str, Any] | None = None
    day_only: bool = False
    record: tuple[str, Any] | None = None
    own_only: tuple[Any, ...] = ()
    customer: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom, of which cylinder, from where on, how many."""

    actor: Actor
    cylinder: Cylinder
    mark: Mark | None
    most: int

    def before(
        self, rank: int, at: InstrumentedAttribute[Any], number: InstrumentedAttribute[int]
    ) -> ColumnElement[bool]:
        """What comes after the mark, in the order of the timeline."""
        mark = self.mark
        if mark is None:
            return at.is_not(None)
        if rank > mark.rank:
            return at <= mark.at
        return at < mark.at if rank < mark.rank else or_(at < mark.at, and_(at == mark.at, number < mark.id))

    def after_mark(self, rows: Iterable[Raw]) -> list[Raw]:
        """The same for rows that were all read."""
        mark = self.mark
        ordered = sorted(rows, key=order)
        if mark is not None:
            ordered = [row for row in ordered if order(row) > (-mark.at.timestamp(), mark.rank, -mark.id)]
        return ordered[: self.most]

    def may(self, permission: str) -> bool:
        return policy.may(self.actor, permission)


Source = Callable[[Asked], Iterable[Raw]]


def order(row: Raw) -> tuple[float, int, int]:
    """Newest first, then by source, then by number."""
    return (-row.at.timestamp(), row.rank, -row.id)


def _start(day: date) -> datetime:
    return clock.start_of(day)


def _newest(asked: Asked, rank: int, model: Any, at: Any, *where: Any) -> Any:
    statement = select(model).where(model.cylinder_id == asked.cylinder.id, *where, asked.before(rank, at, model.id))
    return db.session.scalars(statement.order_by(at.desc(), model.id.desc()).limit(asked.most))


def _events(rank: int, kind: str, kinds: ColumnElement[bool]) -> Source:
    def source(asked: Asked) -> Iterator[Raw]:
        for row in _newest(asked, rank, CylinderEvent, CylinderEvent.at, kinds):
            yield _event(rank, kind, row)

    return source


def _event(rank: int, kind: str, row: CylinderEvent) -> Raw:
    data, event = row.data or {}, EVENTS.get(row.kind)
    given = data.get("given") or {}
    findings = data.get("findings") or ()
    details: list[Any] = [T("系统补记：充前检查时在站，没有扫码入站")] if data.get("implicit") else []
    if data.get("custody") in custodies():
        details.append(custodies()[data["custody"]])
    details += [given[name] for name in ("reason", "document", "valve_code") if given.get(name)]
    details += [Bilingual(found.get("text", ""), found.get("text_en", "")) for found in findings]
    own = [T("客户编号 {number}", number=given["customer"])] if given.get("customer") else []
    own += [given["note"]] if given.get("note") else []
    return Raw(
        row.at,
        rank,
        row.id,
        kind,
        event or row.kind,
        tuple(details),
        "warn" if findings else "neutral",
        row.unit_id,
        row.person_id,
        row.received_at,
        data.get("position"),
        record=("turn", data["cycle_id"]) if data.get("cycle_id") else None,
        own_only=tuple(own),
        customer=row.kind == "receipt",
    )


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A sentence that was kept in both languages."""

    zh: str
    en: str


def _fills(asked: Asked) -> Iterator[Raw]:
    for row in _newest(asked, 2, Filling, Filling.ended_at):
        if row.net_g is not None:
            title = T("充装 {kg} kg", kg=f"{row.net_g / 1000:.1f}")
        else:
            title = T("充装 {mpa} MPa", mpa=f"{(row.pressure_kpa or 0) / 1000:.1f}")
        details: list[Any] = [T("充装枪 {gun}", gun=row.gun)]
        details += [T("断网时充装")] if row.offline else []
        details += [] if row.scanned else [T("充装前没有扫码")]
        yield Raw(
            row.ended_at,
            2,
            row.id,
            "fill",
            title,
            tuple(details),
            "good",
            row.station_id,
            row.filler_id,
            row.received_at,
            record=("filling", row.id),
        )


def _refusals(asked: Asked) -> Iterator[Raw]:
    if not asked.may("filling.read"):
        return
    for row in _newest(asked, 3, FillRefusal, FillRefusal.at, policy.visible(asked.actor, FillRefusal)):
        found = tuple(Bilingual(one.get("text", ""), one.get("text_en", "")) for one in row.findings)
        title = T("充装被拒绝")
        yield Raw(row.at, 3, row.id, "fill", title, found, "bad", row.station_id, row.person_id)


def _closed_turns(asked: Asked) -> Iterator[Raw]:
    for row in _newest(asked, 4, FillCycle, FillCycle.closed_at):
        state = fill_cycle.STATES[row.state]
        details = (row.reason,) if row.reason else ()
        tone = "neutral" if row.state == "released" else "warn"
        yield Raw(
            row.closed_at,
            4,
            row.id,
            "turn",
            state,
            details,
            tone,
            row.station_id,
            row.released_by_id,
            record=("turn", row.id),
        )


def _scans(asked: Asked) -> Iterator[Raw]:
    if not asked.may("filling.read"):
        return
    mine = or_(Scan.unit_id == asked.actor.unit_id, Scan.unit_id.is_(None))
    seen = () if asked.actor.role in OFFICE_ROLES else (mine,)
    for row in _newest(asked, 5, Scan, Scan.at, *seen):
        title = T("扫码：{purpose}", purpose=PURPOSES.get(row.purpose, T("查询")))
        tone = ANSWER_TONES.get(row.verdict, "neutral")
        details = (ANSWERS.get(row.verdict, row.verdict),)
        yield Raw(
            row.at, 5, row.id, "scan", title, details, tone, row.unit_id, row.person_id, row.received_at, row.position
        )


def _anomalies(asked: Asked) -> Iterator[Raw]:
    if not asked.may("cylinder_anomaly.read"):
        return
    seen = policy.visible(asked.actor, CylinderAnomaly)
    known = anomaly_names(clock.today())
    for row in _newest(asked, 6, CylinderAnomaly, CylinderAnomaly.found_at, seen):
        title = known.get(row.code, row.code)
        yield Raw(
            row.found_at, 6, row.id, "anomaly", title, (row.code,), "bad", row.station_id, record=("anomaly", row.id)
        )


def _disagreements(asked: Asked) -> Iterator[Raw]:
    if not asked.may("offline_disagreement.read"):
        return
    seen = policy.visible(asked.actor, OfflineDisagreement)
    for row in _newest(asked, 7, OfflineDisagreement, OfflineDisagreement.found_at, seen):
        rules = ", ".join(row.rules)
        record = ("offline_disagreement", row.id)
        yield Raw(row.found_at, 7, row.id, "anomaly", T("断网误充"), (rules,), "bad", row.station_id, record=record)


def _holds(asked: Asked) -> Iterator[Raw]:
    if not asked.may("hold.read"):
        return
    seen = policy.visible(asked.actor, HoldRelease)
    for row in _newest(asked, 8, HoldRelease, HoldRelease.released_at, seen):
        details = (", ".join(row.rules), row.reason)
        yield Raw(
            row.released_at,
            8,
            row.id,
            "hold",
            T("监管放行"),
            details,
            "warn",
            None,
            row.released_by_id,
            record=("hold", row.id),
        )


def _reports(asked: Asked) -> Iterator[Raw]:
    if not asked.may("cylinder_report.read"):
        return
    seen = policy.visible(asked.actor, CylinderReport)
    for row in _newest(asked, 9, CylinderReport, CylinderReport.reported_at, seen):
        state = cylinder_reports.STATES[row.state]
        title = T("公众举报")
        details = (cylinder_reports.KINDS[row.kind], state)
        yield Raw(row.reported_at, 9, row.id, "report", title, details, "warn", record=("report", row.no))


def _registration(asked: Asked) -> Iterator[Raw]:
    """From the trail: who registered, corrected or wrote it over."""
    of_it = (TrailEntry.subject == Cylinder.__tablename__, TrailEntry.subject_id == asked.cylinder.id)
    statement = select(TrailEntry).where(*of_it, TrailEntry.act.in_(REGISTERED))
    statement = statement.where(asked.before(10, TrailEntry.at, TrailEntry.id))
    for row in db.session.scalars(statement.order_by(TrailEntry.at.desc(), TrailEntry.id.desc()).limit(asked.most)):
        document = (row.data or {}).get("document")
        details = (document,) if document else ()
        title = REGISTERED[row.act]
        yield Raw(row.at, 10, row.id, "registration", title, details, "info", row.unit_id, row.person_id)


def _made(asked: Asked) -> list[Raw]:
    row = asked.cylinder
    made = Raw(_start(row.made_on), 15, row.id, "registration", EVENTS["manufacture"], (row.maker,), day_only=True)
    return asked.after_mark([made])


def _inspections(asked: Asked) -> list[Raw]:
    statement = select(CylinderInspection).where(CylinderInspection.cylinder_id == asked.cylinder.id)
    rows = db.session.scalars(statement.order_by(CylinderInspection.done_on.desc()).limit(MOST))
    return asked.after_mark(_inspection(row) for row in rows)


def _inspection(row: CylinderInspection) -> Raw:
    title = T("定期检验合格") if row.passed else T("定期检验不合格")
    next_on = row.next_inspection_on
    details: list[Any] = [T("下次检验 {day}", day=next_on.isoformat())] if next_on else []
    details += [row.report_no] if row.report_no else []
    tone = "good" if row.passed else "bad"
    at = _start(row.done_on)
    return Raw(at, 11, row.id, "inspection", title, tuple(details), tone, row.body_id, day_only=True)


def _statuses(asked: Asked) -> list[Raw]:
    """The periods; one that an event of that day already tells with its hour is left out."""
    of_it = CylinderStatus.cylinder_id == asked.cylinder.id
    periods = db.session.scalars(select(CylinderStatus).where(of_it).order_by(CylinderStatus.since.desc()).limit(MOST))
    told = select(CylinderEvent.at).where(
        CylinderEvent.cylinder_id == asked.cylinder.id, CylinderEvent.kind.in_(MOVING)
    )
    days = {clock.day_of(at) for at in db.session.scalars(told.order_by(CylinderEvent.at.desc()).limit(MOST))}
    return asked.after_mark(_status(row) for row in periods if row.since not in days)


def _status(row: CylinderStatus) -> Raw:
    title = STATUSES[row.status]
    details = tuple(text for text in (row.reason, row.document) if text)
    return Raw(_start(row.since), 12, row.id, "status", title, details, "info", day_only=True)


def _labels(asked: Asked) -> list[Raw]:
    """The code of the registration, and codes that were voided; bindings and replacements are events."""
    statement = select(LabelCode).where(LabelCode.cylinder_id == asked.cylinder.id).order_by(LabelCode.id).limit(MOST)
    bound = select(CylinderEvent.data).where(
        CylinderEvent.cylinder_id == asked.cylinder.id, CylinderEvent.kind.in_(LABEL)
    )
    told = {(data or {}).get("code") for data in db.session.scalars(bound.limit(MOST))}
    raws = []
    for row in db.session.scalars(statement):
        if row.bound_on and row.code not in told:
            raws.append(_label(row, row.bound_on, EVENTS["code_bind"]))
        if row.ended_on and row.status == "void":
            raws.append(_label(row, row.ended_on, T("标签作废"), row.reason))
    return asked.after_mark(raws)


def _label(row: LabelCode, day: date, title: Any, reason: str = "") -> Raw:
    details = tuple(text for text in (row.code, reason) if text)
    # Two entries of one label: the later one stands first.
    number = row.id * 2 + bool(reason)
    return Raw(_start(day), 13, number, "label", title, details, day_only=True, record=("label", row.code))


def _insurance(asked: Asked) -> list[Raw]:
    statement = (
        select(PolicyItem, Policy)
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(PolicyItem.cylinder_id == asked.cylinder.id)
        .options(joinedload(Policy.insurer))
        .order_by(PolicyItem.since.desc())
        .limit(MOST)
    )
    raws: list[Raw] = []
    for item, held in db.session.execute(statement):
        last = min(day for day in (held.ends_on, held.cancelled_on, item.until) if day)
        details = (held.insurer.name, T("至 {day}", day=last.isoformat()))
        at = _start(item.since)
        record = ("policy", held.id)
        raws.append(Raw(at, 14, item.id, "insurance", T("投保"), details, "good", day_only=True, record=record))
    return asked.after_mark(raws)


# Filter -> what is read for it.
SOURCES: dict[str, tuple[Source, ...]] = {
    "registration": (_registration, _made),
    "label": (_events(0, "label", CylinderEvent.kind.in_(LABEL)), _labels),
    "turn": (_events(1, "turn", CylinderEvent.kind.in_(TURN)), _closed_turns),
    "fill": (_fills, _refusals),
    "hand_over": (_events(16, "hand_over", CylinderEvent.kind.not_in((*ELSEWHERE, *TURN, *LABEL, *MOVING))),),
    "inspection": (_inspections,),
    "status": (_events(17, "status", CylinderEvent.kind.in_(MOVING)), _statuses),
    "insurance": (_insurance,),
    "anomaly": (_anomalies, _disagreements),
    "hold": (_holds,),
    "report": (_reports,),
    "scan": (_scans,),
}
