"""Safety assessments of elevators in use, put on record (GB/T 42615-2023, elevators.md §8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Assessment, Elevator, StoredFile
from registry.replays import digest, sent_before
from registry.rules.old_elevators import conclusions

Data = Mapping[str, Any]

STANDARD = "GB/T 42615-2023"
PURPOSE = "assessment"
NAMES = ("organisation", "assessed_on", "report_no", "score", "grade", "conclusion", "measures", "file_id")


def record(actor: Actor, elevator_id: int, data: Data) -> Assessment:
    """Record a finished assessment: `organisation?` (the caller's unit unless given), `assessed_on`, `conclusion`,
    `standard?, report_no?, score?, grade?, measures?, file_id?` (a file stored for this purpose).

    Raises:
        Invalid: unknown conclusion or file, a day in the future or before the elevator was made.
        Conflict: this assessment is on record already.
    """
    policy.require(actor, "assessment.record")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        _check(actor, elevator, data)
        same = select(Assessment.id).where(
            Assessment.elevator_id == elevator.id,
            Assessment.assessed_on == data["assessed_on"],
            Assessment.organisation == _organisation(actor, data),
        )
        if session.execute(same).first():
            raise Conflict(T("这次评估已经记录过了，有误请更正"))
        row = _new(actor, elevator, data)
        session.add(row)
        audit.record(
            actor,
            "assessment.recorded",
            row,
            elevator_id=elevator.id,
            standard=row.standard,
            assessed_on=row.assessed_on,
            conclusion=row.conclusion,
        )
        return row


def record_once(actor: Actor, ref: str, elevator_id: int, data: Data) -> tuple[Assessment, bool]:
    """Like `record`, for callers that send again when no answer came: (assessment, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "assessment.record")
    content = digest({**data, "elevator_id": elevator_id})
    with transaction():
        known = sent_before(actor, Assessment, ref, content)
        if known is not None:
            return known, True
        row = record(actor, elevator_id, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def correct(actor: Actor, assessment_id: int, data: Data, reason: str) -> Assessment:
    """Put a corrected assessment in the place of one on record, which stays as it was.

    Raises:
        Conflict: it has been corrected already: correct the newer one.
        Invalid: as `record`; no reason.
    """
    policy.require(actor, "assessment.correct")
    if not (reason or "").strip():
        raise Invalid.field("reason", T("请写明更正的原因"))
    with transaction() as session:
        old = policy.get(actor, Assessment, Assessment.id == assessment_id, lock=True)
        _refuse_foreign(actor, old)
        if session.execute(select(Assessment.id).where(Assessment.corrects_id == old.id)).first():
            raise Conflict(T("这条评估已被更正过，请更正最新的一条"))
        elevator = policy.get(actor, Elevator, Elevator.id == old.elevator_id)
        values = {"standard": old.standard, **{name: getattr(old, name) for name in NAMES}, **data}
        _check(actor, elevator, values, old.file_id)
        row = _new(actor, elevator, values)
        row.corrects_id, row.correction_reason = old.id, reason.strip()[:200]
        session.add(row)
        audit.record(
            actor,
            "assessment.corrected",
            row,
            elevator_id=elevator.id,
            corrects_id=old.id,
            reason=row.correction_reason,
            conclusion=row.conclusion,
        )
        return row


def _refuse_foreign(actor: Actor, row: Assessment) -> None:
    """An inspection body corrects what it has recorded itself."""
    if actor.role == "inspection_body" and row.unit_id != actor.unit_id:
        raise Conflict(T("只能更正本机构记录的评估"))


def _check(actor: Actor, elevator: Elevator, data: Data, known_file: int | None = None) -> None:
    wrong: dict[str, list[T]] = {}
    day = data["assessed_on"]
    if day is None:
        wrong["assessed_on"] = [T("请填写这一项")]
    elif day > clock.today():
        wrong["assessed_on"] = [T("不能晚于今天")]
    elif elevator.made_on and day < elevator.made_on:
        wrong["assessed_on"] = [T("不能早于制造日期（{made}）", made=elevator.made_on.isoformat())]
    if data["conclusion"] not in conclusions(clock.today()):
        wrong["conclusion"] = [T("请从列表中选择")]
    if not _organisation(actor, data):
        wrong["organisation"] = [T("请填写评估机构")]
    file_id = data.get("file_id")
    if file_id and file_id != known_file:
        try:
            policy.get(actor, StoredFile, StoredFile.id == file_id, StoredFile.purpose == PURPOSE)
        except Missing:
            wrong["file_id"] = [T("没有找到这个文件")]
    if wrong:
        raise Invalid(wrong)


def _organisation(actor: Actor, data: Data) -> str:
    given = (data.get("organisation") or "").strip()
    return given or (actor.unit_name if actor.role == "inspection_body" else "")


def _new(actor: Actor, elevator: Elevator, data: Data) -> Assessment:
    values = {name: data.get(name) for name in NAMES}
    for name in ("report_no", "grade", "measures"):
        values[name] = values[name] or ""
    return Assessment(
        **{**values, "organisation": _organisation(actor, data)},
        elevator_id=elevator.id,
        standard=data.get("standard") or STANDARD,
        unit_id=actor.unit_id,
        person_id=actor.person_id,
        recorded_at=clock.now(),
    )
