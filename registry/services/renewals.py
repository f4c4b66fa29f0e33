"""Renewal projects: applied for, moved through their table, and closed by the registration of the new lift (§8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import T
from registry.models import Elevator, RenewalProject, RenewalStep
from registry.queries import elevators, legal_moves
from registry.replays import digest, sent_before
from registry.rules import renewals as rules
from registry.rules.lifecycle import STATUSES
from registry.rules.workflow import Move

Data = Mapping[str, Any]

KIND = "GX"
FIRST_YEAR = 2000
FUND_COLUMNS = tuple(fund.column for fund in rules.FUNDS.values())
AMENDABLE = ("year", "batch", "cost_fen", *FUND_COLUMNS, "note")
REPLACEABLE = ("in_use", "temporarily_stopped", "stopped")


def apply(actor: Actor, data: Data) -> RenewalProject:
    """Apply for the renewal of an elevator: `elevator` (code), `year`, `cost_fen`, the amounts of the funds in fen,
    `batch?, note?, document?, applied_on?`.

    Raises:
        Invalid: the funds do not make up the cost; an impossible day or year.
        Conflict: the elevator is in a project already, or is gone.
    """
    policy.require(actor, "renewal.apply")
    with transaction() as session:
        elevator = elevators.by_code(actor, data["elevator"])
        policy.get(actor, Elevator, Elevator.id == elevator.id, lock=True)
        day = data.get("applied_on") or clock.today()
        amounts = {name: data.get(name) or 0 for name in FUND_COLUMNS}
        _check(data, amounts, day)
        _refuse_second(session, elevator)
        row = RenewalProject(
            no=_no(session, elevator.area_code, data["year"]),
            elevator_id=elevator.id,
            year=data["year"],
            batch=data.get("batch") or "",
            state=rules.FIRST_STATE,
            state_since=day,
            applied_on=day,
            cost_fen=data["cost_fen"],
            **amounts,
            note=data.get("note") or "",
            version=1,
        )
        session.add(row)
        session.flush()
        session.add(_step(actor, row, "apply", "", day, data))
        audit.record(
            actor,
            "renewal.applied",
            row,
            no=row.no,
            elevator_id=elevator.id,
            year=row.year,
            batch=row.batch,
            cost_fen=row.cost_fen,
        )
        return row


def apply_once(actor: Actor, ref: str, data: Data) -> tuple[RenewalProject, bool]:
    """Like `apply`, for callers that send again when no answer came: (project, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "renewal.apply")
    content = digest(data)
    with transaction():
        known = sent_before(actor, RenewalProject, ref, content)
        if known is not None:
            return known, True
        row = apply(actor, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def amend(actor: Actor, no: str, data: Data, version: int | None = None) -> RenewalProject:
    """Change year, batch, cost, funds or note while the work is not accepted; only the given names are touched.

    Raises:
        Conflict: accepted or ended already, or changed by somebody else since `version`.
        Invalid: the funds do not make up the cost.
    """
    policy.require(actor, "renewal.amend")
    with transaction():
        row = _locked(actor, no, version)
        if row.state in rules.SETTLED:
            raise Conflict(T("现在的状态是“{state}”，不能再修改资金", state=T(rules.STATES[row.state].zh)))
        if actor.role == "use_manager" and row.state != rules.FIRST_STATE:
            raise Forbidden(T("批准以后由监管部门修改"))
        after = {name: getattr(row, name) for name in AMENDABLE}
        after |= {name: value for name, value in data.items() if name in AMENDABLE}
        after |= {name: after[name] or 0 for name in (*FUND_COLUMNS, "cost_fen")}
        after |= {name: after[name] or "" for name in ("batch", "note")}
        _check(after, {name: after[name] for name in FUND_COLUMNS}, row.applied_on)
        changes = audit.changes(row, after)
        if changes:
            row.version += 1
            audit.record(actor, "renewal.amended", row, no=row.no, changes=changes)
        return row


def move(actor: Actor, no: str, verb: str, data: Data, version: int | None = None) -> RenewalProject:
    """Make one of the moves of `rules.renewals`: `done_on?, document?, note?`, with `register` also `new_elevator`
    (code of the lift that takes the place of the old one).

    Raises:
        Conflict: the move is not legal now, or somebody else was faster.
        Invalid: what the move needs is missing, an impossible day, a new lift that cannot take the place.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"renewal.{verb}")
    with transaction() as session:
        row = _locked(actor, no, version)
        found = legal_moves.find(rules.NAME, row.state, verb)
        day = data.get("done_on") or clock.today()
        _check_move(row, found, data, day)
        if "new_elevator" in found.needs:
            row.new_elevator_id = _successor(session, actor, row, data["new_elevator"]).id
        before, row.state = row.state, found.target
        row.state_since = day
        row.version += 1
        session.add(_step(actor, row, verb, before, day, data))
        details = {"verb": verb, "from": before, "to": row.state, "done_on": day}
        audit.record(
            actor,
            "renewal.moved",
            row,
            no=row.no,
            **details,
            document=data.get("document") or "",
            new_elevator_id=row.new_elevator_id,
        )
        return row


def _locked(actor: Actor, no: str, version: int | None) -> RenewalProject:
    row = policy.get(actor, RenewalProject, RenewalProject.no == no, lock=True)
    if version is not None and version != row.version:
        raise Conflict(T("这个项目刚被别人办理过，请重新打开后再办"))
    return row


def _check(data: Data, amounts: Mapping[str, int], day: date) -> None:
    wrong: dict[str, list[T]] = {}
    today = clock.today()
    if not FIRST_YEAR <= (data["year"] or 0) <= today.year + 1:
        wrong["year"] = [T("请填写{first}到{last}之间的年度", first=FIRST_YEAR, last=today.year + 1)]
    if day > today:
        wrong["applied_on"] = [T("不能晚于今天")]
    if data["cost_fen"] <= 0:
        wrong["cost_fen"] = [T("请填写总费用")]
    elif lack := rules.shortfall(data["cost_fen"], amounts):
        text = T("各项资金合计比总费用少{yuan}元") if lack > 0 else T("各项资金合计比总费用多{yuan}元")
        wrong["cost_fen"] = [T(text.template, yuan=f"{abs(lack) / 100:,.2f}")]
    if wrong:
        raise Invalid(wrong)


def _refuse_second(session: Session, elevator: Elevator) -> None:
    ended = [state.id for state in rules.STATES.values() if state.ended and state.id != "registered"]
    known = session.scalar(
        select(RenewalProject.no).where(RenewalProject.elevator_id == elevator.id, RenewalProject.state.not_in(ended))
    )
    if known:
        raise Conflict(T("这台电梯已有更新改造项目{no}", no=known))
    if elevator.status not in REPLACEABLE:
        raise Conflict(T("这台电梯的状态是“{status}”，不能申报更新改造", status=T(STATUSES[elevator.status].zh)))


def _check_move(row: RenewalProject, found: Move, data: Data, day: date) -> None:
    wrong: dict[str, list[T]] = {}
    for name in found.needs:
        if not (data.get(name) or "").strip():
            wrong[name] = [T("办理这一项必须填写")]
    if day > clock.today():
        wrong["done_on"] = [T("不能晚于今天")]
    elif day < row.state_since:
        wrong["done_on"] = [T("不能早于上一步的日期（{day}）", day=row.state_since.isoformat())]
    if wrong:
        raise Invalid(wrong)


def _successor(session: Session, actor: Actor, row: RenewalProject, code: str) -> Elevator:
    """The new lift: registered and running, nobody else's successor, and the old one gone (elevators.md §8)."""
    try:
        new = elevators.by_code(actor, code)
    except Missing as error:
        raise Invalid.field("new_elevator", error.detail) from None
    old = session.get_one(Elevator, row.elevator_id, with_for_update=True, populate_existing=True)
    wrong = _against(session, row, old, new)
    if wrong:
        raise Invalid({"new_elevator": wrong})
    return new


def _against(session: Session, row: RenewalProject, old: Elevator, new: Elevator) -> list[T]:
    found: list[T] = []
    if new.id == old.id:
        return [T("更新后的电梯应当是重新登记的另一台，不能是旧梯本身")]
    if new.status != "in_use" or new.registered_on is None:
        found.append(T("新梯还没有办理使用登记"))
    elif new.registered_on < row.applied_on:
        found.append(T("新梯的使用登记早于本项目的申报，不是本项目更新的电梯"))
    if old.status not in rules.GONE:
        now = T(STATUSES[old.status].zh)
        found.append(T("旧梯的状态是“{status}”，请先办理报废", status=now))
    taken = select(RenewalProject.no).where(RenewalProject.new_elevator_id == new.id, RenewalProject.id != row.id)
    if other := session.scalar(taken):
        found.append(T("这台新梯已用于项目{no}", no=other))
    return found


def _no(session: Session, area: str, year: int) -> str:
    """GX-341302-2026-0001: gap-free in the county and the year."""
    return f"{KIND}-{area}-{year}-{next_number(session, KIND, area, year):04d}"


def _step(actor: Actor, row: RenewalProject, verb: str, source: str, day: date, data: Data) -> RenewalStep:
    return RenewalStep(
        project_id=row.id,
        verb=verb,
        source=source,
        target=row.state,
        at=clock.now(),
        done_on=day,
        document=data.get("document") or "",
        note=data.get("note") or "",
        person_id=actor.person_id,
        unit_id=actor.unit_id,
    )
