"""Calibrations of governors and brake tests with 125 % load, put on record (elevators.md §4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Elevator, PartTest
from registry.queries import parameters, units
from registry.replays import digest, sent_before
from registry.rules.inspection_results import TESTED_PARTS, next_part_test

CONCLUSIONS = ("pass", "fail")
Data = Mapping[str, Any]


def record(actor: Actor, elevator_id: int, data: Data) -> PartTest:
    """Record a calibration or test: `part` of `TESTED_PARTS`, `done_on`, `conclusion` (pass, fail), `report_no`,
    `note`, `unit` (offices name who did it), `next_on` (from the table's interval unless stated).

    Raises:
        Invalid: unknown part or one this kind of elevator has not, a day in the future or before manufacture.
        Conflict: on record already.
    """
    policy.require(actor, "part_test.record")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        wrong, follows = _problems(elevator, data)
        unit_id = actor.unit_id
        if actor.role in OFFICE_ROLES:
            unit_id = None
            if data.get("unit"):
                try:
                    unit_id = units.find(actor, str(data["unit"])).id
                except Missing as error:
                    wrong["unit"] = [T(error.detail)]
        if wrong:
            raise Invalid(wrong)
        same = select(PartTest.id).where(
            PartTest.elevator_id == elevator.id, PartTest.part == data["part"], PartTest.done_on == data["done_on"]
        )
        if session.execute(same).first():
            raise Conflict(T("这次校验或试验已经记录过了"))
        row = PartTest(
            elevator_id=elevator.id,
            part=data["part"],
            done_on=data["done_on"],
            conclusion=data["conclusion"],
            next_on=(data.get("next_on") or follows) if data["conclusion"] == "pass" else None,
            unit_id=unit_id,
            report_no=data.get("report_no") or "",
            note=data.get("note") or "",
            recorded_at=clock.now(),
        )
        session.add(row)
        names = ("elevator_id", "part", "conclusion", "done_on", "next_on")
        audit.record(actor, "part_test.recorded", row, **{name: getattr(row, name) for name in names})
        return row


def record_once(actor: Actor, ref: str, elevator_id: int, data: Data) -> tuple[PartTest, bool]:
    """Like `record`, for callers that send again when no answer came: (test, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "part_test.record")
    content = digest({**data, "elevator_id": elevator_id})
    with transaction():
        known = sent_before(actor, PartTest, ref, content)
        if known is not None:
            return known, True
        row = record(actor, elevator_id, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def _problems(elevator: Elevator, data: Data) -> tuple[dict[str, list[T]], Any]:
    """What is wrong, and the last day for the next one by the table."""
    wrong: dict[str, list[T]] = {}
    done_on = data["done_on"]
    if data["conclusion"] not in CONCLUSIONS:
        wrong["conclusion"] = [T("请从列表中选择")]
    if done_on > clock.today():
        wrong["done_on"] = [T("不能晚于今天")]
    elif elevator.made_on and done_on < elevator.made_on:
        wrong["done_on"] = [T("不能早于制造日期（{made}）", made=elevator.made_on.isoformat())]
    if data.get("next_on") and data["next_on"] <= done_on:
        wrong["next_on"] = [T("应晚于本次日期")]
    if data["part"] not in TESTED_PARTS:
        return {**wrong, "part": [T("请从列表中选择")]}, None
    months = int(parameters.value("inspection.brake_test_months", done_on))
    follows = next_part_test(data["part"], elevator.kind, elevator.made_on, months, done_on)
    if follows is None:
        wrong["part"] = [T("这种电梯没有这一项")]
    return wrong, follows
