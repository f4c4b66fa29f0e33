"""Exercises of the rescue desk: their times against the limits, their evaluation, and the plans that wait for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Call, CallDispatch, CallDrill, EmergencyPlan, Responder
from registry.queries import call_facts, emergency_plans
from registry.queries.calls import DISPATCHES
from registry.queries.emergency_plans import Line as PlanLine
from registry.queries.paging import Page, paginate
from registry.rules import call_clocks
from registry.rules import calls as rules
from registry.rules.call_clocks import Timer

RAN_LATE = (call_clocks.DONE_LATE, call_clocks.LATE, call_clocks.MISSED)
TEAMS = 200
# Not joined: the row itself is locked, what belongs to it is not.
OPTIONS = (
    selectinload(CallDrill.call).options(joinedload(Call.elevator), DISPATCHES.joinedload(CallDispatch.unit)),
    selectinload(CallDrill.plan),
    selectinload(CallDrill.evaluated_by),
)


@dataclass(frozen=True)
class Drill:
    """An exercise: `timers` its clocks, `late` those that were not kept; times in whole seconds, None where it did not
    come to that. `limit`: within which rescuers had to be there."""

    row: CallDrill
    timers: list[Timer]
    answered: int | None
    arrived: int | None
    released: int | None
    limit: int

    @property
    def late(self) -> list[Timer]:
        return [one for one in self.timers if one.state in RAN_LATE and one.key != "goal"]

    @property
    def over(self) -> bool:
        """Whether it has ended, so that it can be evaluated."""
        return self.row.call.state not in rules.RUNNING_STATES

    @property
    def on_time(self) -> bool | None:
        return None if self.arrived is None else self.arrived <= self.limit


def by_no(actor: Actor, no: str, lock: bool = False) -> CallDrill:
    """The exercise of a call; Missing when there is none for this caller."""
    policy.require(actor, "call_drill.read")
    wanted = select(Call.id).where(Call.no == no).scalar_subquery()
    return policy.get(actor, CallDrill, CallDrill.call_id == wanted, lock=lock, options=OPTIONS)


def show(actor: Actor, no: str) -> Drill:
    """One exercise with its times."""
    return _drill(by_no(actor, no), clock.now())


def page(actor: Actor, cursor: str | None = None) -> Page:
    """A page of `Drill`, the newest first."""
    policy.require(actor, "call_drill.read")
    found = paginate(policy.scope(actor, CallDrill).options(*OPTIONS), CallDrill.id, 50, cursor, newest=True)
    now = clock.now()
    return Page([_drill(row, now) for row in found.items], found.next)


def plans(actor: Actor) -> list[PlanLine]:
    """The plans in force, those whose yearly drill is due soonest first."""
    policy.require(actor, "call_drill.read")
    rows = db.session.scalars(
        policy.scope(actor, EmergencyPlan)
        .where(EmergencyPlan.ended_on.is_(None))
        .options(*emergency_plans.LOADS)
        .order_by(EmergencyPlan.id)
        .limit(TEAMS)
    ).all()
    lines = [emergency_plans.line(row, clock.today()) for row in rows]
    return sorted(
        (one for one in lines if one.state == "in_force"), key=lambda one: (one.drill_due or date.max, one.plan.id)
    )


def teams(actor: Actor) -> list[tuple[int, str]]:
    """The teams that can be asked to an exercise: (number, name)."""
    rows = db.session.execute(
        policy.scope(actor, Responder, Responder.id, Responder.name)
        .where(Responder.status == "active")
        .order_by(Responder.name, Responder.id)
        .limit(TEAMS)
    )
    return [(number, name) for number, name in rows]


def to_evaluate(actor: Actor, on: date) -> int:
    """How many exercises wait for their evaluation, or for something to be mended that is overdue."""
    rows = db.session.scalars(
        policy.scope(actor, CallDrill)
        .join(Call, Call.id == CallDrill.call_id)
        .where(CallDrill.mended_on.is_(None))
        .options(contains_eager(CallDrill.call))
        .order_by(CallDrill.id)
        .limit(TEAMS)
    ).all()
    waits = [row for row in rows if row.evaluated_at is None and row.call.state not in rules.RUNNING_STATES]
    return len(waits) + sum(1 for row in rows if row.mend_due is not None and row.mend_due < on)


def _drill(row: CallDrill, now: datetime) -> Drill:
    call = row.call
    waits = [_since(one.dispatched_at, one.answered_at) for one in call.dispatches if one.answered_at is not None]
    return Drill(
        row,
        call_facts.timers(call, now),
        min(waits, default=None),
        _since(call.received_at, call.arrived_at) if call.arrived_at else None,
        _since(call.received_at, call.released_at) if call.released_at else None,
        60 * rules.arrival_minutes(call.area_code, call.received_on),
    )


def _since(first: datetime, second: datetime) -> int:
    return round((second - first).total_seconds())
