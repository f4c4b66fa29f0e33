"""Reports of citizens on cylinders: received from anybody, then passed on, answered and closed by the county."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from registry import audit, clock, photos, policy
from registry.actor import SYSTEM, Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Area, Cylinder, CylinderReport, CylinderReportStep, Unit
from registry.queries import cylinder_reports as queries
from registry.queries import filling_facts, legal_moves
from registry.replays import OTHER_CONTENT, digest
from registry.rules import cylinder_reports as rules
from registry.services import files, hazards, report_intake

Data = Mapping[str, Any]

KIND = "QJ"
PURPOSE = "cylinder_report"
HAZARD_SOURCE = "complaint"


def submit(code: str, data: Data, address: str) -> tuple[CylinderReport, bool]:
    """Receive what a citizen says of a cylinder: `kind, ref, text?, place?, phone?, photo?` (bytes), `area?`.

    `code` is what was scanned; empty, or leading to nothing, where there is no label: then `area` says which county
    looks into it. Returns the report and whether it was here before. `address` is where it came from; only a keyed
    digest of it that changes every day is kept, and that for two days.

    Raises:
        Invalid: unknown kind or area, nothing said of another reason, a picture we cannot keep.
        Conflict: the same `ref` came with other content.
        TooMany: too many from this address or on this cylinder within the hour.
    """
    policy.require(SYSTEM, "cylinder_report.submit")
    found = filling_facts.find(code)
    cylinder_id = found.cylinder.id if found.cylinder else None
    content = digest({**data, "photo": hashlib.sha256(data.get("photo") or b"").hexdigest(), "on": cylinder_id or code})
    _check(data, cylinder_id)
    if (known := _known(data["ref"], content)) is not None:
        return known, True
    photo = report_intake.picture(data.get("photo"))
    with transaction() as session:
        now = clock.now()
        _refuse_flood(session, cylinder_id, address, now)
        if (known := _known(data["ref"], content)) is not None:  # both arrived at once, the other one won
            return known, True
        cylinder = session.get_one(Cylinder, cylinder_id) if cylinder_id else None
        row = _new(session, cylinder, found.code or found.text, data, now)
        row.ref_digest = content
        if photo:
            row.photo_id = files.store(SYSTEM, "photo.jpg", photos.MIME, photo, PURPOSE).id
        session.add(row)
        audit.record(
            SYSTEM,
            "cylinder_report.received",
            row,
            no=row.no,
            cylinder_id=row.cylinder_id,
            kind=row.kind,
            photo=photo is not None,
        )
        return row, False


def move(actor: Actor, no: str, verb: str, data: Data, version: int | None = None) -> CylinderReport:
    """Make one of the moves of `cylinder_report_moves.csv` but `open_clue`. `data`: `note`, and to pass a report on
    whose cylinder is not known `station_id`. What is answered, closed or dismissed is read by the citizen.

    Raises:
        Conflict: the move is not legal now, or somebody else was faster.
        Invalid: nothing said where something must be, or no station to pass it on to.
    """
    if verb not in {found.verb for found in rules.MOVES} or verb == "open_clue":
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"cylinder_report.{verb}")
    with transaction() as session:
        row = _locked(actor, no, version)
        found = _legal(row, verb)
        note = str(data.get("note") or "").strip()
        if "note" in found.needs and not note:
            raise Invalid.field("note", T("办理这一项必须填写"))
        if verb == "pass_on":
            row.station_id = row.station_id or _station(session, data.get("station_id"))
            row.passed_at = clock.now()
        _enter(session, actor, row, verb, found.target, note)
        return row


def open_clue(actor: Actor, no: str, data: Data) -> CylinderReport:
    """Note a hazard clue from a report that was looked into: `title, description, suggested_clause?, unit?` (where the
    cylinder is not known); the picture goes with it.

    Raises:
        Conflict: there is a clue from this report already, or it is closed.
        Invalid: as `hazards.report`.
    """
    policy.require(actor, "cylinder_report.open_clue")
    with transaction() as session:
        row = _locked(actor, no, data.get("version"))
        found = _legal(row, "open_clue")
        evidence = []
        if row.photo_id:
            content = queries.photo_content(actor, no)
            evidence.append(files.store(actor, f"{no}.jpg", photos.MIME, content, "hazard").id)
        clue = {
            "title": data["title"],
            "description": data["description"],
            "suggested_clause": data.get("suggested_clause"),
            "source": HAZARD_SOURCE,
            "unit": data.get("unit") or (str(row.station_id) if row.station_id else None),
            "found_on": row.reported_on,
            "evidence": evidence,
        }
        if row.cylinder_id is not None:
            clue["cylinder"] = policy.get(actor, Cylinder, Cylinder.id == row.cylinder_id).handle
        hazard = hazards.report(actor, clue)
        row.hazard_id = hazard.id
        _enter(session, actor, row, "open_clue", found.target, "")
        return row


def _legal(row: CylinderReport, verb: str) -> Any:
    found = legal_moves.find(rules.NAME, row.state, verb)
    return found


def _enter(session: Session, actor: Actor, row: CylinderReport, verb: str, target: str, note: str) -> None:
    """The one place where a state is assigned."""
    before, row.state = row.state, target
    row.version += 1
    if verb in rules.ANSWERING:
        row.answered_at = row.answered_at or clock.now()
    elif verb == "reopen":
        row.answered_at = None  # what was said did not satisfy: it waits for a word again
    session.add(
        CylinderReportStep(
            report_id=row.id,
            verb=verb,
            source=before,
            target=target,
            at=clock.now(),
            note=note,
            person_id=actor.person_id,
            unit_id=actor.unit_id,
        )
    )
    moved = {"no": row.no, "verb": verb, "from": before, "to": target, "hazard_id": row.hazard_id}
    audit.record(actor, "cylinder_report.moved", row, **moved)


def _locked(actor: Actor, no: str, version: int | None) -> CylinderReport:
    row = policy.get(actor, CylinderReport, CylinderReport.no == no, lock=True)
    if version is not None and version != row.version:
        raise Conflict(T("这条举报刚被别人办理过，请重新打开后再办"))
    return row


def _check(data: Data, cylinder_id: int | None) -> None:
    if data["kind"] not in rules.KINDS:
        raise Invalid.field("kind", T("请从列表中选择"))
    if data["kind"] == "other" and not (data.get("text") or "").strip():
        raise Invalid.field("text", T("请简单说明是什么问题"))
    if cylinder_id is None and not (data.get("place") or "").strip():
        raise Invalid.field("place", T("没有扫到气瓶，请写明在哪里见到"))


def _known(ref: str, content: str) -> CylinderReport | None:
    """The report that arrived with this `ref` before."""
    row = queries.by_ref(ref)
    if row is not None and row.ref_digest != content:
        raise Conflict(OTHER_CONTENT)
    return row


def _refuse_flood(session: Session, cylinder_id: int | None, address: str, now: datetime) -> None:
    """Count this report against its source and its cylinder; what leads to no cylinder is limited by source alone."""
    subjects = [(f"report:{report_intake.source_of(address, now)}", "cylinder_report.per_source_hour")]
    if cylinder_id is not None:
        subjects.append((f"report-cylinder:{cylinder_id}", "cylinder_report.per_cylinder_hour"))
    report_intake.refuse_flood(
        session,
        subjects,
        now,
        lambda minutes: T("举报太频繁，请{minutes}分钟后再试；漏气请立即拨打119", minutes=minutes),
    )


def _new(session: Session, cylinder: Cylinder | None, code: str, data: Data, now: datetime) -> CylinderReport:
    day = clock.day_of(now)
    area = cylinder.area_code if cylinder else data.get("area")
    if cylinder is None and area and session.get(Area, area) is None:
        raise Invalid.field("area", T("请从列表中选择"))
    return CylinderReport(
        no=f"{KIND}-{day.year}-{next_number(session, KIND, '', day.year):06d}",
        secret=secrets.token_urlsafe(18),
        cylinder_id=cylinder.id if cylinder else None,
        code="".join(c for c in code if c.isprintable())[:100],
        area_code=area or None,
        station_id=cylinder.owner_id if cylinder else None,
        kind=data["kind"],
        text=(data.get("text") or "").strip(),
        place=(data.get("place") or "").strip(),
        phone=data.get("phone") or None,
        reported_at=now,
        reported_on=day,
        state=rules.FIRST_STATE,
        version=1,
        ref=data["ref"],
    )


def _station(session: Session, unit_id: Any) -> int:
    """The filling station an officer names."""
    if not unit_id:
        raise Invalid.field("station_id", T("请选择充装单位"))
    asked = select(Unit).where(Unit.id == int(unit_id)).options(joinedload(Unit.capacities))
    unit = session.scalars(asked).unique().first()
    if unit is None or not any(capacity.capacity == "filling" for capacity in unit.capacities):
        raise Invalid.field("station_id", T("该单位没有充装资格"))
    return unit.id
