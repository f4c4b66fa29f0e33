"""The maintenance plan of one elevator, as its page and the API show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Contract, Elevator, ElevatorStatus, IotPeriod, MakerItems
from registry.queries import elevators, maker_items, plan_inputs
from registry.queries.plan_inputs import Terms
from registry.queries.visit_plans import last_done
from registry.rules.lifecycle import statuses
from registry.rules.maintenance import Plan


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
    elevator: Elevator
    contract: Contract | None


@dataclass(frozen=True)
class Background:
    """What a plan rests on besides the visits: the periods on line, the newest first, and the maker's list."""

    iot: Sequence[IotPeriod]
    maker_list: MakerItems | None


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
    terms = Terms.of(contract) if contract else Terms(elevator.id, 0, taken_over, "fixed", None)
    last = last_done(elevator.id, today)
    return ElevatorPlan(
        code=elevator.label_code,
        on=today,
        maintained=statuses(today)[elevator.status].maintained,
        company=contract.company.name if contract else None,
        taken_over=taken_over,
        last=last,
        plan=plan_inputs.plans([(elevator, terms, last)], today)[elevator.id],
        elevator=elevator,
        contract=contract,
    )


def background(actor: Actor, found: ElevatorPlan) -> Background:
    """What the page of a plan shows beside it."""
    periods = policy.scope(actor, IotPeriod).where(IotPeriod.elevator_id == found.elevator.id)
    holding = maker_items.lists_of([found.elevator], found.on).get(found.elevator.id, maker_items.NOTHING)
    return Background(
        iot=db.session.scalars(periods.order_by(IotPeriod.id.desc()).limit(10)).all(),
        maker_list=None if holding.list_id is None else db.session.get(MakerItems, holding.list_id),
    )
