"""What anyone may know who scans a label (cylinders.md §5.4): no people, no costs, no history of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from registry import clock
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Contract,
    Elevator,
    Filling,
    Hazard,
    Policy,
    PolicyItem,
    RescueEnrolment,
    Unit,
    Visit,
)
from registry.queries import cylinder_anomalies, elevator_inspections, fill_covers, filling_facts
from registry.queries.filling_facts import Found, OnFile
from registry.queries.visit_standing import held_back
from registry.rules.filling import FillingVerdict
from registry.rules.hazards import OPEN_STATES
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS, MEDIA, Kind, Medium
from registry.rules.lifecycle import STATUSES, Status
from registry.rules.maintenance import cycles
from registry.rules.verdict import Finding, Verdict

SOON = timedelta(days=30)
RESCUE_NUMBER = "96366"
RIDDEN = "in_use"


@dataclass(frozen=True, slots=True)
class PublicCylinder:
    """A cylinder as its user may know it. `filler` and `net_g` are of the last fill."""

    code: str
    verdict: Verdict
    kind: Kind | None
    medium: Medium | None
    serial_no: str
    owner: str
    filler: str | None
    filled_on: date | None
    filled_at: datetime | None
    net_g: int | None
    pressure_kpa: int | None
    inspection_valid_until: date | None
    service_end: date | None
    insured: bool
    insurer: str | None = None


@dataclass(frozen=True, slots=True)
class PublicElevator:
    """An elevator as its riders may know it. `maintained_on`: the last visit that counts, `maintained_in_time`: whether
    it is recent enough. The phone is the unit's own, never a person's."""

    code: str
    verdict: Verdict
    kind: Kind | None
    status: Status | None
    address: str
    use_unit: str | None
    company: str | None
    company_phone: str | None
    maintained_on: date | None
    maintained_in_time: bool
    inspection_valid_until: date | None
    insured_until: date | None
    rescue_code: str | None
    rescue_number: str = RESCUE_NUMBER


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """Where a label is, for those who report something there."""

    code: str
    address: str
    rescue_code: str | None
    rescue_number: str = RESCUE_NUMBER


def place_of(text: str) -> PublicPlace:
    """The elevator behind a label.

    Raises:
        Missing: the code leads to no elevator.
    """
    found = filling_facts.find(text)
    row = db.session.get(Elevator, found.elevator_id) if found.elevator_id else None
    if row is None:
        raise Missing(T("没有找到这台电梯，请核对编号"))
    return PublicPlace(found.code, row.address, _rescue_code(row, clock.today()))


@dataclass(frozen=True, slots=True)
class PublicBottle:
    """The cylinder somebody reports about, where there is one; `code` is what was scanned."""

    code: str
    serial_no: str | None
    owner: str | None


def bottle_of(text: str) -> PublicBottle | None:
    """What a report from behind a label would be about; None when the label is that of an elevator."""
    found = filling_facts.find(text)
    if found.elevator_id is not None:
        return None
    row = found.cylinder
    code = found.code or found.text
    return PublicBottle(code, row.serial_no if row else None, row.owner_name if row else None)


def cylinder(found: Found, judged: FillingVerdict) -> PublicCylinder | None:
    """The public side of a scanned cylinder; None when the code leads to none."""
    row = found.cylinder
    if row is None:
        return None
    today = clock.today()
    fill = db.session.scalar(
        select(Filling)
        .where(Filling.cylinder_id == row.id)
        .options(joinedload(Filling.station))
        .order_by(Filling.ended_at.desc())
        .limit(1)
    )
    insurer = _insurer(row.id, today) or fill_covers.insurer_of(row.owner_id, row.medium, fill, today)
    return PublicCylinder(
        code=found.code,
        verdict=judged.verdict + Verdict.of([*_of_copies(row.id), *_ending_soon(row, today)]),
        kind=CYLINDER_KINDS.get(row.kind),
        medium=MEDIA.get(row.medium),
        serial_no=row.serial_no,
        owner=row.owner_name,
        filler=fill.station.name if fill else None,
        filled_on=fill.filled_on if fill else None,
        filled_at=fill.ended_at if fill else None,
        net_g=fill.net_g if fill else None,
        pressure_kpa=fill.pressure_kpa if fill else None,
        inspection_valid_until=row.next_inspection_on,
        service_end=row.service_end_on,
        insured=insurer is not None,
        insurer=insurer,
    )


def _of_copies(cylinder_id: int) -> list[Finding]:
    """Its code was copied: nobody can tell from the label any more which bottle this is."""
    suspicion = cylinder_anomalies.suspicion(cylinder_id)
    if suspicion == "confirmed":
        return [
            _finding("Q03", "block", "此码已查实被复制，请勿使用", "The code of this label was copied. Do not use it")
        ]
    if suspicion == "running":
        zh, en = (
            "此码疑似被复制，正在核实，请核对瓶身钢印",
            "The code may have been copied and is being looked into: check the stamp",
        )
        return [_finding("Q04", "warn", zh, en)]
    return []


def _ending_soon(row: OnFile, on: date) -> list[Finding]:
    found = []
    if row.next_inspection_on is not None and on <= row.next_inspection_on <= on + SOON:
        found.append(_finding("Q01", "warn", "检验有效期将到", "The inspection period ends soon"))
    if row.service_end_on is not None and on <= row.service_end_on <= on + SOON:
        found.append(_finding("Q02", "warn", "设计使用年限将到", "The service life ends soon"))
    return found


def elevator(found: Found) -> PublicElevator | None:
    """The public side of a scanned elevator; None when the code leads to none."""
    row = db.session.get(Elevator, found.elevator_id) if found.elevator_id else None
    if row is None or found.label_status is None:
        return None
    today = clock.today()
    maintained_on = _maintained_on(row.id, today)
    late = _of_maintenance(maintained_on, today)
    inspections = elevator_inspections.state(row, elevator_inspections.of(row.id), today)
    insured_until = _insured_until(PolicyItem.elevator_id, row.id, today)
    status = STATUSES.get(row.status)
    findings = [
        *_of_label(found.label_status),
        *_of_status(status),
        *_of_order(row.id),
        *_of_inspection(inspections.valid_until, today),
        *late,
    ]
    if insured_until is None:
        findings.append(_finding("Q16", "warn", "没有有效的责任保险", "No liability insurance in force"))
    company, phone = _company(row.id, today)
    return PublicElevator(
        code=found.code,
        verdict=Verdict.of(findings),
        kind=ELEVATOR_KINDS.get(row.kind),
        status=status,
        address=row.address,
        use_unit=_name(select(Unit.name).where(Unit.id == row.use_unit_id)),
        company=company,
        company_phone=phone,
        maintained_on=maintained_on,
        maintained_in_time=not late,
        inspection_valid_until=inspections.valid_until,
        insured_until=insured_until,
        rescue_code=_rescue_code(row, today),
    )


def _finding(rule: str, severity: str, zh: str, en: str) -> Finding:
    return Finding(rule, severity, zh, en, "", "G")


def _of_label(status: str) -> list[Finding]:
    if status == "active":
        return []
    return [_finding("Q11", "block", "此标签已作废，请以现场新标签为准", "This label is void: a newer one is in force")]


def _of_status(status: Status | None) -> list[Finding]:
    """Only an elevator in use may be ridden: one that stands still for a while is in use by the law alone."""
    if status is not None and status.id == RIDDEN:
        return []
    name, english = (status.zh, status.en) if status else ("未知", "unknown")
    zh, en = f"登记状态为“{name}”，请勿乘坐", f"Status on file: {english}. Do not ride"
    return [_finding("Q12", "block", zh, en)]


def _of_order(elevator_id: int) -> list[Finding]:
    """An office has ordered it to stop for a hazard."""
    ordered = select(Hazard.id).where(
        Hazard.elevator_id == elevator_id, Hazard.stop_use.is_(True), Hazard.state.in_(OPEN_STATES)
    )
    if db.session.execute(ordered.limit(1)).first() is None:
        return []
    return [_finding("Q17", "block", "监管部门已责令停止使用，请勿乘坐", "Ordered out of use. Do not ride")]


def _of_inspection(until: date | None, on: date) -> list[Finding]:
    if until is None:
        return [_finding("Q13", "warn", "没有检验有效期记录", "No inspection validity on record")]
    if until < on:
        return [_finding("Q13", "block", f"检验已于{until}到期", f"The inspection expired on {until}")]
    return [_finding("Q14", "warn", "检验有效期将到", "The inspection period ends soon")] if until <= on + SOON else []


def _of_maintenance(done_on: date | None, on: date) -> list[Finding]:
    most = cycles(on)["half_month"].max_days
    if done_on is not None and done_on + timedelta(days=most) >= on:
        return []
    zh, en = f"近{most}天没有有效的维保记录", f"No counted maintenance visit within {most} days"
    return [_finding("Q15", "warn", zh, en)]


def _maintained_on(elevator_id: int, on: date) -> date | None:
    """The day of the last visit that counts as paperless maintenance today."""
    return db.session.scalar(
        select(func.max(Visit.done_on)).where(
            Visit.elevator_id == elevator_id,
            Visit.done_on <= on,
            Visit.counts_from <= on,
            or_(Visit.counts_until.is_(None), Visit.counts_until > on),
            *held_back(on),
        )
    )


def _company(elevator_id: int, on: date) -> tuple[str | None, str | None]:
    """Name and phone of the maintenance company."""
    found = db.session.execute(
        select(Unit.name, Unit.phone)
        .join(Contract, Contract.company_id == Unit.id)
        .where(
            Contract.elevator_id == elevator_id,
            Contract.since <= on,
            or_(Contract.until.is_(None), Contract.until > on),
        )
        .order_by(Contract.since.desc())
        .limit(1)
    ).first()
    return (found[0], found[1] or None) if found else (None, None)


def _rescue_code(row: Elevator, on: date) -> str | None:
    enrolled = (
        select(RescueEnrolment.code)
        .where(
            RescueEnrolment.elevator_id == row.id,
            RescueEnrolment.since <= on,
            or_(RescueEnrolment.until.is_(None), RescueEnrolment.until > on),
        )
        .limit(1)
    )
    return row.rescue_code or _name(enrolled)


def _name(statement: Select[str]) -> str | None:
    return db.session.scalar(statement)


def _insurer(cylinder_id: int, on: date) -> str | None:
    """Who answers for a cylinder on a day; None when nobody does."""
    return _name(
        select(Unit.name)
        .join(Policy, Policy.insurer_id == Unit.id)
        .join(PolicyItem, PolicyItem.policy_id == Policy.id)
        .where(
            PolicyItem.cylinder_id == cylinder_id,
            PolicyItem.since <= on,
            or_(PolicyItem.until.is_(None), PolicyItem.until > on),
            Policy.starts_on <= on,
            Policy.ends_on >= on,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
            fill_covers.liability(),
        )
        .order_by(Policy.ends_on.desc())
        .limit(1)
    )


def _insured_until(column: InstrumentedAttribute[int | None], equipment_id: int, on: date) -> date | None:
    """The last day of cover under the policies in force on a day; None when there is none."""
    rows = db.session.execute(
        select(Policy.ends_on, Policy.cancelled_on, PolicyItem.until)
        .join(PolicyItem, PolicyItem.policy_id == Policy.id)
        .where(
            column == equipment_id,
            PolicyItem.since <= on,
            or_(PolicyItem.until.is_(None), PolicyItem.until > on),
            Policy.starts_on <= on,
            Policy.ends_on >= on,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
        )
    )
    one = timedelta(days=1)
    ends = [min(day for day in (end, off and off - one, until and until - one) if day) for end, off, until in rows]
    return max(ends, default=None)
