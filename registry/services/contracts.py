"""Maintenance contracts: which company looks after an elevator, and since when (elevators.md §2.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Contract, Elevator
from registry.queries import units
from registry.rules.limits import limit
from registry.rules.on_demand import agreed_days
from registry.rules.verdict import Finding
from registry.services import maintenance_state

MODES = ("fixed", "on_demand")
MOST = 5000

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
    longer covers, None while open), `number`, `mode` (fixed | on_demand), `onsite_days` (on demand: the longest time
    between two visits). A contract that still runs ends that day.

    Raises:
        Invalid: company unknown, days the wrong way round, or an overlap with a later contract.
        Refused: the company has no maintenance licence in date on the first day.
    """
    policy.require(actor, "contract.sign")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        return _sign(session, actor, [elevator], data)[0]


def sign_many(actor: Actor, elevators: Sequence[str], data: Mapping[str, Any]) -> list[Contract]:
    """The same contract for many elevators at once, by their label codes: for all of them or for none.

    Raises:
        Invalid: as `sign`, and under `codes` every code that is not one the caller sees, or is given twice.
        Refused: as `sign`.
    """
    policy.require(actor, "contract.sign")
    with transaction() as session:
        return _sign(session, actor, _all_of(session, actor, elevators), data)


def renew(actor: Actor, contract_ids: Sequence[int], until: date | None, number: str = "") -> list[Contract]:
    """Follow contracts by new ones of the same company and terms, from the day they end (today where they ended or
    have no end): for all of them or for none.

    Raises:
        Missing: a contract is not there for this caller.
        Invalid: the end does not lie after the beginning, or another contract begins before it.
        Refused: a company has no maintenance licence in date on the first day.
    """
    policy.require(actor, "contract.sign")
    ids = sorted(set(contract_ids))
    if not ids or len(ids) > MOST:
        raise Invalid.field("contracts", T("请选择1至{most}份合同", most=MOST))
    with transaction() as session:
        rows = session.scalars(locked(policy.scope(actor, Contract).where(Contract.id.in_(ids)))).all()
        if len(rows) < len(ids):
            raise Missing(T("没有找到，或者不在您的管辖范围内"))
        fresh = [_follow(session, actor, row, until, number) for row in rows]
        session.add_all(fresh)
        session.flush()
        audit.record_many(actor, "contract.renewed", "contract", map(_renewed, fresh, rows))
        maintenance_state.refresh(session, (row.elevator_id for row in fresh))
        return fresh


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


def _sign(session: Session, actor: Actor, elevators: Sequence[Elevator], data: Mapping[str, Any]) -> list[Contract]:
    since, until = data["since"], data.get("until")
    if until is not None and until <= since:
        raise Invalid.field("until", T("终止日期应晚于开始日期"))
    if data.get("mode") not in (None, *MODES):
        raise Invalid.field("mode", T("请从列表中选择"))
    mode = data.get("mode") or MODES[0]
    onsite_days = _onsite_days(mode, data.get("onsite_days"), since)
    company_id = data.get("company_id") or _company(actor, data.get("company") or "")
    if units.licensed(actor, company_id, "maintenance", since) is None:
        raise Refused([NO_LICENCE])
    for other in session.scalars(_overlapping([row.id for row in elevators], since, until)):
        if other.since >= since:
            raise Invalid.field("since", T("与{day}开始的合同重叠，请先终止那份合同", day=other.since.isoformat()))
        other.until = since
    rows = [
        Contract(
            elevator_id=elevator.id,
            company_id=company_id,
            since=since,
            until=until,
            number=data.get("number") or "",
            mode=mode,
            onsite_days=onsite_days,
        )
        for elevator in elevators
    ]
    session.add_all(rows)
    session.flush()
    audit.record_many(actor, "contract.signed", "contract", map(_signed, rows))
    maintenance_state.refresh(session, (row.elevator_id for row in rows))
    return rows


def _onsite_days(mode: str, days: int | None, on: date) -> int | None:
    """The interval of an on-demand contract, within what is allowed."""
    if mode == MODES[0]:
        return None
    most = limit("maintenance_limits", "onsite_days_most", on)
    if days is not None and not 1 <= days <= most:
        raise Invalid.field("onsite_days", T("现场维保间隔应为1至{most}天", most=most))
    return agreed_days(days, on)


def _all_of(session: Session, actor: Actor, wanted: Sequence[str]) -> list[Elevator]:
    """The elevators of label codes, in their order."""
    plain = [codes.split(text).code for text in wanted]
    if not plain or len(plain) > MOST:
        raise Invalid.field("codes", T("请填写1至{most}台电梯的编号", most=MOST))
    rows = session.scalars(locked(policy.scope(actor, Elevator).where(Elevator.label_code.in_(plain)))).all()
    known = {row.label_code: row for row in rows}
    wrong = []
    for line, (text, code) in enumerate(zip(wanted, plain, strict=True), 1):
        if code not in known:
            wrong.append(T("第{line}行：没有编号为{code}的电梯，或不在您的管辖范围内", line=line, code=text))
        elif plain.index(code) < line - 1:
            wrong.append(T("第{line}行：{code}填写了两次", line=line, code=text))
    if wrong:
        raise Invalid({"codes": wrong})
    return [known[code] for code in plain]


def _follow(session: Session, actor: Actor, row: Contract, until: date | None, number: str) -> Contract:
    """The contract after one, which ends when it begins."""
    since = max(row.until, clock.today()) if row.until is not None else clock.today()
    if row.until is None and since <= row.since:
        raise Invalid.field("contracts", T("{day}开始的合同没有终止日期，不用续签", day=row.since.isoformat()))
    if until is not None and until <= since:
        raise Invalid.field("until", T("终止日期应晚于开始日期（{day}）", day=since.isoformat()))
    if units.licensed(actor, row.company_id, "maintenance", since) is None:
        raise Refused([NO_LICENCE])
    for other in session.scalars(_overlapping([row.elevator_id], since, until)):
        if other.id != row.id:
            raise Invalid.field("until", T("与{day}开始的合同重叠，请先终止那份合同", day=other.since.isoformat()))
    if row.until is None:
        row.until = since
    return Contract(
        elevator_id=row.elevator_id,
        company_id=row.company_id,
        since=since,
        until=until,
        number=number or row.number,
        mode=row.mode,
        onsite_days=row.onsite_days,
    )


def _signed(row: Contract) -> tuple[int, dict[str, Any]]:
    names = ("elevator_id", "company_id", "since", "until", "number", "mode", "onsite_days")
    return row.id, {name: getattr(row, name) for name in names}


def _renewed(row: Contract, before: Contract) -> tuple[int, dict[str, Any]]:
    names = ("elevator_id", "company_id", "since", "until", "number")
    return row.id, {**{name: getattr(row, name) for name in names}, "renews_id": before.id}


def _company(actor: Actor, text: str) -> int:
    if not text:
        raise Invalid.field("company", T("请填写维保单位"))
    try:
        return units.find(actor, text, "maintenance").id
    except Missing as error:
        raise Invalid.field("company", error.detail) from None


def _overlapping(elevator_ids: Sequence[int], since: date, until: date | None) -> Any:
    statement = select(Contract).where(
        Contract.elevator_id.in_(elevator_ids), or_(Contract.until.is_(None), Contract.until > since)
    )
    if until is not None:
        statement = statement.where(Contract.since < until)
    return statement.order_by(Contract.since)
