"""Maintenance contracts: which company looks after an elevator, and since when (elevators.md §2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Contract, Elevator
from registry.queries import units
from registry.rules.verdict import Finding

MODES = ("fixed", "on_demand")

NO_LICENCE = Finding(
    "maintenance_licence",
    "block",
    "这个单位没有在有效期内的电梯维护保养（修理）许可，不能签订维保合同",
    "This company has no licence in date for elevator maintenance: no contract can be signed",
    "特种设备安全法 第四十五条",
    "C",
)


def sign(actor: Actor, elevator_id: int, data: Mapping[str, Any]) -> Contract:
    """Put a contract on file: `company_id` or `company` (credit code, exact name), `since`, `until` (first day it no
    longer covers, None while open), `number`, `mode` (fixed | on_demand). A contract that still runs ends that day.

    Raises:
        Invalid: company unknown, days the wrong way round, or an overlap with a later contract.
        Refused: the company has no maintenance licence in date on the first day.
    """
    policy.require(actor, "contract.sign")
    since, until = data["since"], data.get("until")
    if until is not None and until <= since:
        raise Invalid.field("until", T("终止日期应晚于开始日期"))
    if data.get("mode") not in (None, *MODES):
        raise Invalid.field("mode", T("请从列表中选择"))
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        company_id = data.get("company_id") or _company(actor, data.get("company") or "")
        if units.licensed(actor, company_id, "maintenance", since) is None:
            raise Refused([NO_LICENCE])
        for other in session.scalars(_overlapping(elevator.id, since, until)):
            if other.since >= since:
                raise Invalid.field("since", T("与{day}开始的合同重叠，请先终止那份合同", day=other.since.isoformat()))
            other.until = since
        row = Contract(
            elevator_id=elevator.id,
            company_id=company_id,
            since=since,
            until=until,
            number=data.get("number") or "",
            mode=data.get("mode") or MODES[0],
        )
        session.add(row)
        audit.record(
            actor,
            "contract.signed",
            row,
            elevator_id=elevator.id,
            company_id=company_id,
            since=since,
            until=until,
            number=row.number,
        )
        return row


def end(actor: Actor, elevator_id: int, until: date, reason: str = "") -> Contract:
    """End the running contract of an elevator: `until` is the first day it no longer covers.

    Raises:
        Conflict: no contract runs.
        Invalid: the day lies before the contract began.
    """
    policy.require(actor, "contract.end")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        today = clock.today()
        row = session.scalars(
            select(Contract)
            .where(Contract.elevator_id == elevator.id, or_(Contract.until.is_(None), Contract.until > today))
            .order_by(Contract.since)
        ).first()
        if row is None:
            raise Conflict(T("这台电梯现在没有维保合同"))
        if until < row.since:
            raise Invalid.field("until", T("不能早于合同开始日期（{day}）", day=row.since.isoformat()))
        row.until = until
        audit.record(actor, "contract.ended", row, elevator_id=elevator.id, until=until, reason=reason or "")
        return row


def _company(actor: Actor, text: str) -> int:
    if not text:
        raise Invalid.field("company", T("请填写维保单位"))
    try:
        return units.find(actor, text, "maintenance").id
    except Missing as error:
        raise Invalid.field("company", error.detail) from None


def _overlapping(elevator_id: int, since: date, until: date | None) -> Any:
    statement = select(Contract).where(
        Contract.elevator_id == elevator_id, or_(Contract.until.is_(None), Contract.until > since)
    )
    if until is not None:
        statement = statement.where(Contract.since < until)
    return statement.order_by(Contract.since)
