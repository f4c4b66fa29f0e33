"""Fault reports of riders: received from anybody, then taken, answered and closed by who is responsible."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from registry import audit, clock, photos, policy
from registry.actor import SYSTEM, Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Elevator, FaultReport, FaultReportStep
from registry.queries import elevators, fault_reports, filling_facts, legal_moves
from registry.replays import OTHER_CONTENT, digest
from registry.rules import fault_reports as rules
from registry.services import files, hazards, report_intake

Data = Mapping[str, Any]

KIND = "BX"
PURPOSE = "fault_report"
HAZARD_SOURCE = "complaint"


def submit(code: str, data: Data, address: str) -> tuple[FaultReport, bool]:
    """Receive what a rider says of the elevator behind a label: `kind, ref, text?, phone?, photo?` (bytes).

    Returns the report and whether it was here before. `address` is where it came from; only a keyed digest of it that
    changes every day is kept, and that for two days.

    Raises:
        Missing: the code leads to no elevator.
        Invalid: unknown kind, nothing said of a fault of another kind, a picture we cannot keep.
        Conflict: the same `ref` came with other content.
        TooMany: too many from this address or on this elevator within the hour.
    """
    policy.require(SYSTEM, "fault_report.submit")
    found = filling_facts.find(code)
    if found.elevator_id is None:
        raise Missing(T("没有找到这台电梯，请核对编号"))
    content = digest({**data, "photo": hashlib.sha256(data.get("photo") or b"").hexdigest(), "on": found.elevator_id})
    _check(data)
    if (known := _known(data["ref"], content)) is not None:
        return known, True
    photo = report_intake.picture(data.get("photo"))
    with transaction() as session:
        now = clock.now()
        _refuse_flood(session, found.elevator_id, address, now)
        if (known := _known(data["ref"], content)) is not None:  # both arrived at once, the other one won
            return known, True
        row = _new(session, session.get_one(Elevator, found.elevator_id), data, now)
        row.ref_digest = content
        if photo:
            row.photo_id = files.store(SYSTEM, "photo.jpg", photos.MIME, photo, PURPOSE).id
        session.add(row)
        audit.record(
            SYSTEM,
            "fault_report.received",
            row,
            no=row.no,
            elevator_id=row.elevator_id,
            kind=row.kind,
            photo=photo is not None,
        )
        return row, False


def pass_on(actor: Actor, elevator_id: int, data: Data) -> FaultReport:
    """Note what somebody told the rescue desk as a fault report: `kind, text?, phone?`; who maintains it is told.

    Raises:
        Missing: no such elevator. Invalid: unknown kind.
    """
    policy.require(actor, "fault_report.pass_on")
    _check(data)
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id)
        row = _new(session, elevator, {**data, "ref": str(uuid4())}, clock.now())
        row.ref_digest = digest({**data, "on": elevator_id})
        session.add(row)
        audit.record(
            actor,
            "fault_report.received",
            row,
            no=row.no,
            elevator_id=row.elevator_id,
            kind=row.kind,
            photo=False,
        )
        return row


def move(actor: Actor, no: str, verb: str, note: str = "", version: int | None = None) -> FaultReport:
    """Make one of the moves of `rules.fault_reports` (take, answer, close, dismiss, reopen); `note` is read by the
    rider too.

    Raises:
        Conflict: the move is not legal now, or somebody else was faster.
        Invalid: nothing said where something must be.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"fault_report.{verb}")
    with transaction() as session:
        row = _locked(actor, no, version)
        found = legal_moves.find(rules.NAME, row.state, verb)
        if "note" in found.needs and not note.strip():
            raise Invalid.field("note", T("办理这一项必须填写"))
        _enter(session, actor, row, verb, found.target, note)
        return row


def make_hazard(actor: Actor, no: str, data: Data) -> FaultReport:
    """Note a hazard clue from a report: `title, description, suggested_clause?`; the picture goes with it.

    Raises:
        Conflict: there is a clue from this report already.
        Invalid: as `hazards.report`.
    """
    policy.require(actor, "fault_report.make_hazard")
    with transaction() as session:
        row = _locked(actor, no, None)
        if row.hazard_id is not None:
            raise Conflict(T("这条报修已转为隐患线索"))
        evidence = []
        if row.photo_id:
            content = fault_reports.photo_content(actor, no)
            evidence.append(files.store(actor, f"{no}.jpg", photos.MIME, content, "hazard").id)
        elevator = policy.get(actor, Elevator, Elevator.id == row.elevator_id)
        clue = {
            "title": data["title"],
            "description": data["description"],
            "suggested_clause": data.get("suggested_clause"),
            "source": HAZARD_SOURCE,
            "elevator": elevator.label_code,
            "found_on": row.reported_on,
            "evidence": evidence,
        }
        hazard = hazards.report(actor, clue)
        row.hazard_id = hazard.id
        row.version += 1
        session.add(_step(actor, row, "make_hazard", row.state, ""))
        audit.record(actor, "fault_report.made_hazard", row, no=row.no, hazard_id=hazard.id)
        return row


def _enter(session: Session, actor: Actor, row: FaultReport, verb: str, target: str, note: str) -> None:
    """The one place where a state is assigned."""
    before, row.state = row.state, target
    row.version += 1
    if verb in rules.ANSWERING:
        row.answered_at = row.answered_at or clock.now()
    elif verb == "reopen":
        row.answered_at = None  # what was said did not satisfy: it waits for a word again
    session.add(_step(actor, row, verb, before, note))
    audit.record(actor, "fault_report.moved", row, **{"no": row.no, "verb": verb, "from": before, "to": target})


def _locked(actor: Actor, no: str, version: int | None) -> FaultReport:
    row = policy.get(actor, FaultReport, FaultReport.no == no, lock=True)
    if version is not None and version != row.version:
        raise Conflict(T("这条报修刚被别人办理过，请重新打开后再办"))
    return row


def _check(data: Data) -> None:
    if data["kind"] not in rules.KINDS:
        raise Invalid.field("kind", T("请从列表中选择"))
    if data["kind"] == "other" and not (data.get("text") or "").strip():
        raise Invalid.field("text", T("请简单说明是什么问题"))


def _known(ref: str, content: str) -> FaultReport | None:
    """The report that arrived with this `ref` before."""
    row = fault_reports.by_ref(ref)
    if row is not None and row.ref_digest != content:
        raise Conflict(OTHER_CONTENT)
    return row


def _refuse_flood(session: Session, elevator_id: int, address: str, now: datetime) -> None:
    """Count this report against its source and its elevator."""
    subjects = (
        (f"report:{report_intake.source_of(address, now)}", "fault_report.per_source_hour"),
        (f"report-elevator:{elevator_id}", "fault_report.per_elevator_hour"),
    )
    report_intake.refuse_flood(
        session,
        subjects,
        now,
        lambda minutes: T("报修太频繁，请{minutes}分钟后再试；有人被困请直接拨打96366", minutes=minutes),
    )


def _new(session: Session, elevator: Elevator, data: Data, now: datetime) -> FaultReport:
    contract = elevators.current_contract(elevator.id)
    day = clock.day_of(now)
    return FaultReport(
        no=f"{KIND}-{day.year}-{next_number(session, KIND, '', day.year):06d}",
        secret=secrets.token_urlsafe(18),
        elevator_id=elevator.id,
        company_id=contract.company_id if contract else None,
        use_unit_id=elevator.use_unit_id,
        kind=data["kind"],
        text=(data.get("text") or "").strip(),
        phone=data.get("phone") or None,
        reported_at=now,
        reported_on=day,
        state=rules.FIRST_STATE,
        version=1,
        ref=data["ref"],
    )


def _step(actor: Actor, row: FaultReport, verb: str, source: str, note: str) -> FaultReportStep:
    return FaultReportStep(
        report_id=row.id,
        verb=verb,
        source=source,
        target=row.state,
        at=clock.now(),
        note=note.strip(),
        person_id=actor.person_id,
        unit_id=actor.unit_id,
    )
