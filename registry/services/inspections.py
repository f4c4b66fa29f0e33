"""Inspections and self-tests of elevators put on record (elevators.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Elevator, Inspection
from registry.queries import elevator_inspections
from registry.replays import digest
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.rules.inspection_standing import Record, valid_until

Data = Mapping[str, Any]


def record(actor: Actor, elevator_id: int, data: Data) -> Inspection:
    """Record a finished inspection: `kind` and `conclusion` of `rules.inspection`, `done_on`, `report_no`, `notice_no`,
    `note`, `valid_until` (the last day covered; computed from the rule of years unless stated).

    Raises:
        Invalid: unknown kind or conclusion, a day in the future or before the elevator was made, a validity that
            ends before the inspection or of a failed one.
        Conflict: this inspection is on record already.
    """
    policy.require(actor, "inspection.record")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        if wrong := _problems(elevator, data):
            raise Invalid(wrong)
        _refuse_twice(elevator, data)
        row = Inspection(
            elevator_id=elevator.id,
            kind=data["kind"],
            body_id=actor.unit_id if actor.role == "inspection_body" else None,
            report_no=data.get("report_no") or "",
            done_on=data["done_on"],
            conclusion=data["conclusion"],
            valid_until=data.get("valid_until") or _computed(elevator, data),
            notice_no=data.get("notice_no") or "",
            note=data.get("note") or "",
        )
        session.add(row)
        if row.kind == "installation_supervision" and row.conclusion != "fail":
            elevator.installation_inspected_on = row.done_on
            elevator.version += 1
        audit.record(
            actor,
            "inspection.recorded",
            row,
            elevator_id=elevator.id,
            kind=row.kind,
            conclusion=row.conclusion,
            done_on=row.done_on,
            valid_until=row.valid_until,
        )
        return row


def record_once(actor: Actor, ref: str, elevator_id: int, data: Data) -> tuple[Inspection, bool]:
    """Like `record`, for callers that send again when no answer came: (inspection, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "inspection.record")
    content = digest({**data, "elevator_id": elevator_id})
    with transaction() as session:
        known = session.scalar(select(Inspection).where(Inspection.ref == ref))
        if known is not None:
            if known.ref_digest != content:
                raise Conflict(T("这个 ref 已用于另一份内容"))
            return policy.get(actor, Inspection, Inspection.id == known.id), True
        row = record(actor, elevator_id, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def _problems(elevator: Elevator, data: Data) -> dict[str, list[T]]:
    wrong: dict[str, list[T]] = {}
    if data["kind"] not in RECORD_KINDS:
        wrong["kind"] = [T("请从列表中选择")]
    if data["conclusion"] not in CONCLUSIONS:
        wrong["conclusion"] = [T("请从列表中选择")]
    done_on, until = data["done_on"], data.get("valid_until")
    if done_on > clock.today():
        wrong["done_on"] = [T("不能晚于今天")]
    elif elevator.made_on and done_on < elevator.made_on:
        wrong["done_on"] = [T("不能早于制造日期（{made}）", made=elevator.made_on.isoformat())]
    if until is not None and data["conclusion"] == "fail":
        wrong["valid_until"] = [T("不合格的检验没有有效期")]
    elif until is not None and until < done_on:
        wrong["valid_until"] = [T("不能早于检验日期")]
    return wrong


def _refuse_twice(elevator: Elevator, data: Data) -> None:
    known = elevator_inspections.same(elevator.id, data["kind"], data["done_on"])
    if known is not None and known.conclusion == data["conclusion"]:
        raise Conflict(T("这次检验已经记录过了"))


def _computed(elevator: Elevator, data: Data) -> Any:
    latest = Record(data["kind"], data["done_on"], data["conclusion"])
    return valid_until(elevator_inspections.origin(elevator), elevator_inspections.records(elevator.id), latest)
