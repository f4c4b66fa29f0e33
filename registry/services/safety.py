"""Safety officers of a unit: appointed, trained, given their elevators; the risk list; the papers (elevators.md §5).

All of it is the unit's own affair: the office reads it. Whoever is appointed signs by that appointment; the role with
which he signs in stays that of the unit, so that he also sees and confirms what the unit has to confirm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import (
    Elevator,
    SafetyAppointment,
    SafetyCharge,
    SafetyPaper,
    SafetyRisk,
    SafetyTraining,
)
from registry.queries import safety as queries
from registry.rules import safety as rules
from registry.services import files

Data = Mapping[str, Any]
PURPOSE = "safety"
STARTS = {b"%PDF": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
LARGEST = 10 * 1024 * 1024
TRAININGS: dict[str, T] = {"training": T("培训"), "examination": T("考核")}


def appoint(actor: Actor, data: Data) -> SafetyAppointment:
    """Appoint somebody of the caller's unit: `subject, role, person` (id), `since, document, file?` (name, content).

    Raises:
        Invalid: unknown role or person, a file we do not keep.
        Conflict: the role is taken, or he holds it already.
    """
    policy.require(actor, "safety.appoint")
    role = _role(data)
    with transaction() as session:
        _check_person(actor, data["person"])
        held = session.scalars(
            policy.scope(actor, SafetyAppointment).where(
                SafetyAppointment.unit_id == actor.unit_id,
                SafetyAppointment.subject == role.subject,
                SafetyAppointment.role == role.id,
                SafetyAppointment.until.is_(None) | (SafetyAppointment.until > data["since"]),
            )
        ).all()
        if any(row.person_id == data["person"] for row in held):
            raise Conflict(T("此人已担任这一职务"))
        if role.single and held:
            raise Conflict(T("这一职务已有人担任，请先免去"))
        row = SafetyAppointment(
            unit_id=actor.unit_id,
            subject=role.subject,
            role=role.id,
            person_id=data["person"],
            since=data["since"],
            document=data["document"],
            file_id=_kept(actor, data.get("file")),
        )
        session.add(row)
        audit.record(
            actor,
            "safety.appointed",
            row,
            subject=row.subject,
            role=row.role,
            appointee_id=row.person_id,
            since=row.since,
            document=row.document,
        )
        return row


def dismiss(actor: Actor, appointment_id: int, until: date, reason: str) -> SafetyAppointment:
    """End an appointment; an officer's elevators are then without an officer.

    Raises:
        Conflict: ended before.
        Invalid: a day before it began.
    """
    policy.require(actor, "safety.appoint")
    with transaction() as session:
        row = policy.get(
            actor,
            SafetyAppointment,
            SafetyAppointment.id == appointment_id,
            SafetyAppointment.unit_id == actor.unit_id,
            lock=True,
        )
        if row.until is not None:
            raise Conflict(T("这项任命已经结束"))
        if until <= row.since:
            raise Invalid.field("until", T("应晚于任命日期"))
        row.until, row.end_reason = until, reason
        if row.role == "officer":
            for charge in session.scalars(_open_charges(actor).where(SafetyCharge.person_id == row.person_id)):
                _end(session, charge, until)
        audit.record(
            actor,
            "safety.dismissed",
            row,
            subject=row.subject,
            role=row.role,
            appointee_id=row.person_id,
            until=until,
            reason=reason,
        )
        return row


def train(actor: Actor, data: Data) -> SafetyTraining:
    """Record a training or examination: `subject, person, kind, done_on, passed, document?, file?`.

    Raises:
        Invalid: a day in the future, somebody who is not appointed, a file we do not keep.
    """
    policy.require(actor, "safety.manage")
    with transaction() as session:
        if data["done_on"] > clock.today():
            raise Invalid.field("done_on", T("不能晚于今天"))
        known = policy.scope(actor, SafetyAppointment, SafetyAppointment.id).where(
            SafetyAppointment.unit_id == actor.unit_id,
            SafetyAppointment.subject == data["subject"],
            SafetyAppointment.person_id == data["person"],
        )
        if session.execute(known.limit(1)).first() is None:
            raise Invalid.field("person", T("此人没有任命"))
        row = SafetyTraining(
            unit_id=actor.unit_id,
            subject=data["subject"],
            person_id=data["person"],
            kind=data["kind"],
            done_on=data["done_on"],
            passed=bool(data.get("passed")),
            document=data.get("document") or "",
            file_id=_kept(actor, data.get("file")),
            recorded_at=clock.now(),
        )
        session.add(row)
        audit.record(
            actor,
            "safety.trained",
            row,
            subject=row.subject,
            trainee_id=row.person_id,
            kind=row.kind,
            done_on=row.done_on,
            passed=row.passed,
        )
        return row


def charge(actor: Actor, person: int, codes: Sequence[str], since: date | None = None) -> int:
    """Give elevators (label codes) of the unit to an officer from a day on; how many were not his before.

    Raises:
        Invalid: not an officer on that day, an elevator that the unit does not use.
    """
    policy.require(actor, "safety.manage")
    since = since or clock.today()
    with transaction() as session:
        if person not in dict(queries.officers(actor, "elevator", "officer", since)):
            raise Invalid.field("officer", T("此人当日不是电梯安全员"))
        wanted = {code.strip().upper() for code in codes}
        if not wanted:
            raise Invalid.field("elevators", T("请选择电梯"))
        used = policy.scope(actor, Elevator, Elevator.label_code, Elevator.id).where(
            Elevator.label_code.in_(wanted), Elevator.use_unit_id == actor.unit_id
        )
        found = {row.label_code: row.id for row in session.execute(used)}
        if missing := sorted(wanted - found.keys()):
            raise Invalid.field("elevators", T("不是本单位使用的电梯：{codes}", codes="、".join(missing[:5])))
        held = {
            row.elevator_id: row
            for row in session.scalars(_open_charges(actor).where(SafetyCharge.elevator_id.in_(found.values())))
        }
        changed = []
        for number in found.values():
            if number in held:
                if held[number].person_id == person:
                    continue
                _end(session, held[number], since)
            changed.append(SafetyCharge(elevator_id=number, unit_id=actor.unit_id, person_id=person, since=since))
        session.add_all(changed)
        audit.record(actor, "safety.charged", None, officer_id=person, elevators=len(changed), since=since)
        return len(changed)


def list_risks(actor: Actor, subject: str) -> int:
    """Take the reference points that concern the unit's equipment into its list; those it dropped stay out.

    Raises:
        Conflict: there is nothing to add.
    """
    policy.require(actor, "safety.manage")
    today = clock.today()
    with transaction() as session:
        known = set(
            session.scalars(
                policy.scope(actor, SafetyRisk, SafetyRisk.code).where(
                    SafetyRisk.unit_id == actor.unit_id, SafetyRisk.subject == subject
                )
            )
        )
        points = [risk for risk in queries.reference(actor.unit_id, subject, today) if risk.code not in known]
        if not points:
            raise Conflict(T("参考清单中没有可以增加的风险点"))
        session.add_all(
            SafetyRisk(
                unit_id=actor.unit_id,
                subject=subject,
                code=risk.code,
                title=risk.zh,
                check=risk.check[0],
                serious=risk.serious,
                since=today,
            )
            for risk in points
        )
        audit.record(actor, "safety.risks_listed", None, subject=subject, points=len(points), since=today)
        return len(points)


def set_risk(actor: Actor, data: Data, risk_id: int | None = None) -> SafetyRisk:
    """Add a point of the unit's own, or give one another wording from today on: `subject, title, check, serious`."""
    policy.require(actor, "safety.manage")
    today = clock.today()
    with transaction() as session:
        old = _risk(actor, risk_id) if risk_id else None
        row = SafetyRisk(
            unit_id=actor.unit_id,
            subject=old.subject if old else data["subject"],
            code=old.code if old else "",
            title=data["title"],
            check=data["check"],
            serious=bool(data.get("serious")),
            since=today,
        )
        if old is not None and old.since < today:
            old.until, old.end_reason = today, str(T("修改内容"))
        elif old is not None:
            # Of today: nothing was ever checked by another wording.
            old.title, old.check, old.serious = row.title, row.check, row.serious
            row = old
        session.add(row)
        audit.record(
            actor, "safety.risk_set", row, subject=row.subject, code=row.code, title=row.title, since=row.since
        )
        return row


def drop_risk(actor: Actor, risk_id: int, reason: str) -> SafetyRisk:
    """Take a point off the list from tomorrow on, with the reason: today's check may have used it.

    Raises:
        Invalid: no reason.
    """
    policy.require(actor, "safety.manage")
    if not reason.strip():
        raise Invalid.field("reason", T("请写明原因"))
    with transaction():
        row = _risk(actor, risk_id)
        row.until = max(clock.today(), date.fromordinal(row.since.toordinal() + 1))
        row.end_reason = reason.strip()
        audit.record(
            actor, "safety.risk_dropped", row, subject=row.subject, title=row.title, until=row.until, reason=reason
        )
        return row


def keep_paper(actor: Actor, data: Data) -> SafetyPaper:
    """Keep one of the papers that have to be there: `subject, paper, title, since, file` (name, content).

    Raises:
        Invalid: not such a paper, a file we do not keep.
    """
    policy.require(actor, "safety.manage")
    if data["paper"] not in {paper.id for paper in rules.papers(data["subject"]) if paper.source == "file"}:
        raise Invalid.field("paper", T("请从列表中选择"))
    with transaction() as session:
        file_id = _kept(actor, data.get("file"))
        if file_id is None:
            raise Invalid.field("file", T("请上传文件"))
        row = SafetyPaper(
            unit_id=actor.unit_id,
            subject=data["subject"],
            paper=data["paper"],
            title=data["title"],
            since=data["since"],
            file_id=file_id,
            kept_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "safety.paper_kept", row, subject=row.subject, paper=row.paper, since=row.since)
        return row


def _role(data: Data) -> rules.Role:
    found = rules.roles(data["subject"]).get(data["role"]) if data["subject"] in rules.subjects() else None
    if found is None:
        raise Invalid.field("role", T("请从列表中选择"))
    return found


def _check_person(actor: Actor, person: int) -> None:
    if person not in dict(queries.people(actor)):
        raise Invalid.field("person", T("不是本单位的人员"))


def _risk(actor: Actor, risk_id: int) -> SafetyRisk:
    return policy.get(
        actor,
        SafetyRisk,
        SafetyRisk.id == risk_id,
        SafetyRisk.unit_id == actor.unit_id,
        SafetyRisk.until.is_(None),
        lock=True,
    )


def _open_charges(actor: Actor) -> Any:
    return select(SafetyCharge).where(SafetyCharge.unit_id == actor.unit_id, SafetyCharge.until.is_(None))


def _end(session: Any, row: SafetyCharge, until: date) -> None:
    """A charge that would be shorter than a day never was."""
    if until <= row.since:
        session.delete(row)
    else:
        row.until = until


def _kept(actor: Actor, sent: tuple[str, bytes] | None) -> int | None:
    if not sent or not sent[1]:
        return None
    name, content = sent
    mime = next((mime for start, mime in STARTS.items() if content.startswith(start)), None)
    if mime is None:
        raise Invalid.field("file", T("请上传 PDF、JPG 或 PNG 文件"))
    if len(content) > LARGEST:
        raise Invalid.field("file", T("文件不能超过10 MB"))
    return files.store(actor, name, mime, content, PURPOSE).id
