"""Exercises of the rescue desk: calls like any other, marked, asked for by scenario and evaluated afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Call, CallDrill, EmergencyPlan, PlanDrill
from registry.queries import call_drills as queries
from registry.rules import calls as rules
from registry.services import calls, emergency_plans

Data = Mapping[str, Any]
SOURCE = "other"
SUMMARY = 4000


def start(actor: Actor, data: Data) -> CallDrill:
    """Start an exercise: `elevator` (rescue or label code), `scenario, trapped?, roles?` (of level 1: maintenance,
    use), `responders?` (numbers of teams, asked at level 2 at once), `plan?` (the number of the plan it exercises).

    Raises:
        Invalid: an unknown elevator, team or plan, or nobody is asked. Conflict: an exercise of this elevator runs.
    """
    policy.require(actor, "call_drill.start")
    roles, teams = list(data.get("roles") or []), [str(number) for number in data.get("responders") or []]
    if not roles and not teams:
        raise Invalid.field("roles", T("至少选择一个参加演练的单位"))
    with transaction() as session:
        plan_id = _plan(actor, data.get("plan"))
        call = calls.take(
            actor,
            {
                "source": SOURCE,
                "kind": rules.ENTRAPMENT,
                "drill": True,
                "elevator": data["elevator"],
                "trapped": data.get("trapped"),
                "note": data["scenario"],
                "scenario": data["scenario"],
                "plan_id": plan_id,
                "roles": roles,
            },
        )
        session.flush()
        if teams:
            calls.move(actor, call.no, "upgrade", {"responders": teams})
        row = queries.by_no(actor, call.no)
        audit.record(actor, "call_drill.started", row, no=call.no, scenario=row.scenario, plan_id=plan_id)
        return row


def evaluate(actor: Actor, no: str, data: Data) -> CallDrill:
    """Record what came of an exercise: `participants, went_well, to_mend?, mend_due?`. With a plan it is that plan's
    drill of the day.

    Raises:
        Conflict: evaluated already, or it still runs. Invalid: something is to be mended and no day is named.
    """
    policy.require(actor, "call_drill.evaluate")
    with transaction():
        row = queries.by_no(actor, no, lock=True)
        if row.evaluated_at is not None:
            raise Conflict(T("这次演练已经评估过了"))
        if row.call.state in rules.RUNNING_STATES:
            raise Conflict(T("演练还没有结束，解救完成以后再评估"))
        to_mend, due = (data.get("to_mend") or "").strip(), data.get("mend_due")
        _check(to_mend, due)
        row.participants, row.went_well = data["participants"], data["went_well"].strip()
        row.to_mend, row.mend_due = to_mend, due
        row.evaluated_at, row.evaluated_by_id = clock.now(), actor.person_id
        _enter_in_plan(actor, row)
        audit.record(
            actor, "call_drill.evaluated", row, no=row.call.no, participants=row.participants, mend_due=row.mend_due
        )
        return row


def mend(actor: Actor, no: str, note: str) -> CallDrill:
    """Record that what an exercise showed has been mended.

    Raises:
        Conflict: there is nothing to mend, or it is mended.
    """
    policy.require(actor, "call_drill.evaluate")
    with transaction():
        row = queries.by_no(actor, no, lock=True)
        if not row.to_mend or row.mended_on is not None:
            raise Conflict(T("没有待整改的内容"))
        row.mended_on, row.mended_note = clock.today(), note.strip()
        audit.record(actor, "call_drill.mended", row, no=row.call.no, mended_on=row.mended_on)
        return row


def _check(to_mend: str, due: Any) -> None:
    if to_mend and due is None:
        raise Invalid.field("mend_due", T("有要改进的，请填写完成期限"))
    if due is not None and due < clock.today():
        raise Invalid.field("mend_due", T("不能早于今天"))


def _plan(actor: Actor, plan_id: int | None) -> int | None:
    if plan_id is None:
        return None
    if not any(line.plan.id == plan_id for line in queries.plans(actor)):
        raise Invalid.field("plan", T("没有这个有效的预案"))
    return plan_id


def _enter_in_plan(actor: Actor, row: CallDrill) -> None:
    """The yearly drill of the plan; one a day is enough for it."""
    if row.plan_id is None:
        return
    call: Call = row.call
    with transaction() as session:
        plan = session.get_one(EmergencyPlan, row.plan_id)
        same = select(PlanDrill.id).where(PlanDrill.plan_id == plan.id, PlanDrill.held_on == call.received_on)
        if session.scalar(same) or call.received_on < plan.valid_from:
            return
        emergency_plans.record_drill(
            actor,
            plan.id,
            {
                "held_on": call.received_on,
                "place": call.place or call.no,
                "scenario": row.scenario,
                "participants": row.participants,
                "summary": f"{call.no} {row.went_well}\n{row.to_mend}".strip()[:SUMMARY],
            },
        )
