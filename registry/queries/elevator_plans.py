"""The maintenance plan of one elevator, as its page and the API show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import ElevatorStatus
from registry.queries import elevators
from registry.queries.visit_plans import last_done
from registry.rules.lifecycle import statuses
from registry.rules.maintenance import Plan, plan


@dataclass(frozen=True)
class ElevatorPlan:
    """`taken_over`: the day the present company took over, or without a contract the day the present status began;
    `maintained`: whether the maintenance clock runs in this status; `last`: day of the last valid visit by cycle."""

    code: str
    on: date
    maintained: bool
    company: str | None
    taken_over: date
    last: Mapping[str, date]
    plan: Plan


def of(actor: Actor, code: str) -> ElevatorPlan:
    """The plan of today.

    Raises:
        Missing: no such elevator for this caller.
    """
    elevator = elevators.by_code(actor, code)
    today = clock.today()
    contract = elevators.current_contract(elevator.id)
    began = db.session.scalar(
        select(ElevatorStatus.since).where(ElevatorStatus.elevator_id == elevator.id, ElevatorStatus.until.is_(None))
    )
    taken_over = contract.since if contract else began or today
    last = last_done(elevator.id, today)
    return ElevatorPlan(
        code=elevator.label_code,
        on=today,
        maintained=statuses(today)[elevator.status].maintained,
        company=contract.company.name if contract else None,
        taken_over=taken_over,
        last=last,
        plan=plan(elevator.kind, last, taken_over, today),
    )
