"""Inspections and self-tests of elevators put on record, and records that correct them (elevators.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Elevator, Hazard, Inspection
from registry.queries import elevator_inspections, inspection_inputs
from registry.replays import digest, sent_before
from registry.rules.inspection_standing import Record, valid_until
from registry.services import anomaly_finding, hazards

Data = Mapping[str, Any]
ON_RECORD = T("这一天的这种检验已有记录，内容不同请在检验记录中更正")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: str


def record(actor: Actor, elevator_id: int, data: Data) -> Inspection:
    """Record a finished inspection: `kind` of `rules.inspection`, `done_on`, `conclusion` (or left to the rule, from
    `key_failed`, `general_failed`, `promised`), `report_no`, `notice_no` (of the opinion notice), `note`, `files` (ids
    of stored files), `body` (offices name who did it), `valid_until` (the last day covered; computed from the rule of
    years unless stated). A failed one opens a hazard clue, never a major one by itself.

    Raises:
        Invalid: unknown kind or conclusion, a day in the future or before the elevator was made, a validity that
            ends before the inspection or of a failed one, a conclusion other than the failed items say.
        Forbidden: use and maintenance units record self-tests only.
        Refused: whoever did the self-test may not (§4.1), or a body that does not inspect in this city.
        Conflict: this inspection is on record already.
    """
    policy.require(actor, "inspection.record")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        row = _row(actor, elevator, data)
        _keep(session, actor, elevator, row)
        audit.record(
            actor,
            "inspection.recorded",
            row,
            elevator_id=elevator.id,
            kind=row.kind,
            conclusion=row.conclusion,
            done_on=row.done_on,
            valid_until=row.valid_until,
            hazard=row.hazard_id,
        )
        return row


def record_once(actor: Actor, ref: str, elevator_id: int, data: Data) -> tuple[Inspection, bool]:
    """Like `record`, for callers that send again when no answer came: (inspection, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "inspection.record")
    content = digest({**data, "elevator_id": elevator_id})
    with transaction():
        known = sent_before(actor, Inspection, ref, content)
        if known is not None:
            return known, True
        row = record(actor, elevator_id, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def correct(actor: Actor, inspection_id: int, data: Data) -> Inspection:
    """Record an inspection anew because the record was wrong: `data` as for `record`, `reason` why. The wrong record
    stays as it was and counts until today; the new one names it.

    Raises:
        Missing: no such record, or not the caller's own (inspection bodies).
        Conflict: corrected already.
        Others as `record`.
    """
    policy.require(actor, "inspection.correct")
    if not (data.get("reason") or "").strip():
        raise Invalid.field("reason", T("请填写更正原因"))
    with transaction() as session:
        wrong = policy.get(actor, Inspection, Inspection.id == inspection_id, lock=True)
        if wrong.replaced_on is not None:
            raise Conflict(T("这份记录已经更正过了，请更正最新的那一份"))
        elevator = policy.get(actor, Elevator, Elevator.id == wrong.elevator_id, lock=True)
        wrong.replaced_on = clock.today()
        session.flush()
        given = {name: value for name, value in data.items() if name != "reason"}
        row = _row(actor, elevator, given)
        row.body_id, row.files = row.body_id or wrong.body_id, row.files or wrong.files
        row.corrects_id, row.hazard_id = wrong.id, wrong.hazard_id
        row.note = "；".join(part for part in (T("更正：{reason}", reason=data["reason"]), row.note) if part)[:200]
        _keep(session, actor, elevator, row)
        audit.record(
            actor,
            "inspection.corrected",
            row,
            elevator_id=elevator.id,
            corrects=wrong.id,
            kind=row.kind,
            conclusion=row.conclusion,
            done_on=row.done_on,
            valid_until=row.valid_until,
            hazard=row.hazard_id,
        )
        return row


def bulk_record(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[RefusedRow]:
    """Record `rows` (as `inspections.record`, with `elevator_id`) in one transaction; returns what was refused.

    A row about a kind and day that is on record already is refused: a record is corrected by hand, with a reason.
    """
    policy.require(actor, "inspection.import")
    refused: list[RefusedRow] = []
    with transaction() as session:
        for index, row in enumerate(rows):
            data = {name: value for name, value in row.items() if name not in ("elevator", "elevator_id")}
            if elevator_inspections.same(row["elevator_id"], row["kind"], row["done_on"]):
                refused.append(RefusedRow(index, "done_on", ON_RECORD))
                continue
            try:
                with session.begin_nested():
                    record(actor, row["elevator_id"], data)
                    session.flush()
            except Invalid as error:
                refused.extend(RefusedRow(index, name, texts[0]) for name, texts in [*error.errors.items()][:1])
            except Refused as error:
                refused.append(RefusedRow(index, "", T(error.verdict.findings[0].text)))
            except (Conflict, Missing, Forbidden) as error:
                refused.append(RefusedRow(index, "", error.detail))
    return refused


def _row(actor: Actor, elevator: Elevator, data: Data) -> Inspection:
    """The record that `data` asks for, judged."""
    if actor.role in ("use_manager", "maintenance_manager") and data["kind"] != "self_test":
        raise Forbidden(T("使用单位、维保单位只能记录自行检测"))
    given = inspection_inputs.checked(actor, elevator, data)
    return Inspection(
        elevator_id=elevator.id,
        valid_until=data.get("valid_until") or _computed(elevator, given),
        recorded_at=clock.now(),
        **given,
    )


def _keep(session: Session, actor: Actor, elevator: Elevator, row: Inspection) -> None:
    """Write the record and what follows from it."""
    session.add(row)
    session.flush()
    if row.kind == "installation_supervision" and row.conclusion != "fail":
        elevator.installation_inspected_on = row.done_on
        elevator.version += 1
    if row.conclusion == "fail":
        # A failed inspection soon after an all-normal maintenance record says something about that record (F10).
        anomaly_finding.after_inspection(session, row)
    if row.conclusion == "fail" and row.hazard_id is None:
        clue = _clue(session, actor, elevator, row)
        row.hazard_id = clue.id if clue else None
    anomaly_finding.after_inspection(session, row)


def _clue(session: Session, actor: Actor, elevator: Elevator, row: Inspection) -> Hazard | None:
    """A hazard clue for the office to look into, once an inspection; None where no unit is known to rectify it."""
    facts = inspection_inputs.clue(actor, elevator, row)
    if facts is None or not policy.may(actor, "hazard.report"):
        return None
    return hazards.report_once(actor, f"inspection-{row.id}", facts)[0]


def _computed(elevator: Elevator, given: Data) -> Any:
    latest = Record(given["kind"], given["done_on"], given["conclusion"])
    return valid_until(elevator_inspections.origin(elevator), elevator_inspections.records(elevator.id), latest)
