"""What the inspections on record say of an elevator: where it stands and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, Inspection, PartTest, SelfCheck
from registry.queries import inspection_cover
from registry.rules.inspection import Duty
from registry.rules.inspection_orders import Order
from registry.rules.inspection_results import TESTED_PARTS
from registry.rules.inspection_standing import PASSED, Origin, Record, Standing, standing


@dataclass(frozen=True)
class State:
    """`valid_until`: the last day covered by the newest passed inspection, None when nobody stated one; `in_date`
    whether the day asked for is covered (no failed inspection after it, and as `order` has moved it, if one did);
    `standing` and `duty` None when the years cannot be counted."""

    valid_until: date | None
    in_date: bool
    standing: Standing | None
    duty: Duty | None
    failed: bool = False
    order: Order | None = None


def origin(elevator: Elevator) -> Origin:
    """The days from which the years of an elevator may be counted."""
    return Origin(elevator.installation_inspected_on, elevator.registered_on, elevator.in_use_since, elevator.made_on)


def of(elevator_id: int) -> list[Inspection]:
    """The inspections on record, newest first, those too that another one corrects."""
    statement = select(Inspection).where(Inspection.elevator_id == elevator_id)
    return list(db.session.scalars(statement.order_by(Inspection.done_on.desc(), Inspection.id.desc()).limit(200)))


def standing_rows(rows: Sequence[Inspection]) -> list[Record]:
    """Records as the rule of years reads them: those that no other one corrects."""
    return [Record(row.kind, row.done_on, row.conclusion) for row in rows if row.done_on and row.replaced_on is None]


def records(elevator_id: int) -> list[Record]:
    """The inspections on record as the rule of years reads them."""
    return standing_rows(of(elevator_id))


def same(elevator_id: int, kind: str, done_on: date) -> Inspection | None:
    """An inspection of that kind and day that stands."""
    return db.session.scalars(
        select(Inspection)
        .where(
            Inspection.elevator_id == elevator_id,
            Inspection.kind == kind,
            Inspection.done_on == done_on,
            Inspection.replaced_on.is_(None),
        )
        .order_by(Inspection.id.desc())
    ).first()


def reported(body_id: int | None, report_no: str) -> Inspection | None:
    """The record of a body under a report number that stands; a number names one report."""
    if not body_id or not report_no:
        return None
    return db.session.scalars(
        select(Inspection).where(
            Inspection.body_id == body_id, Inspection.report_no == report_no, Inspection.replaced_on.is_(None)
        )
    ).first()


def state(elevator: Elevator, rows: list[Inspection], on: date) -> State:
    """The state of inspection on a day, from the rows of `of`."""
    days = [row.valid_until for row in rows if row.conclusion in PASSED and row.valid_until and not row.replaced_on]
    until, order = inspection_cover.covered_until(elevator, rows, on)
    found = standing(origin(elevator), standing_rows(rows))
    return State(
        valid_until=until or max(days, default=None),
        in_date=until is not None and until >= on,
        standing=found,
        duty=found.duty(on) if found else None,
        failed=until is None and bool(days),
        order=order,
    )


def visible_to(actor: Actor, rows: list[Inspection]) -> list[Inspection]:
    """Those of them that the caller may see: an inspection body sees its own."""
    if actor.role != "inspection_body":
        return rows
    return [row for row in rows if row.body_id == actor.unit_id]


def covers(elevator: Elevator, on: date) -> bool:
    """Whether the inspections of an elevator cover a day."""
    until, _order = inspection_cover.covered_until(elevator, of(elevator.id), on)
    return until is not None and until >= on


def passed_since(elevator_id: int, kinds: tuple[str, ...], since: date) -> bool:
    """Whether an inspection of one of the kinds was passed on or after a day."""
    statement = select(Inspection.id).where(
        Inspection.elevator_id == elevator_id,
        Inspection.kind.in_(kinds),
        Inspection.conclusion.in_(PASSED),
        Inspection.done_on >= since,
        Inspection.replaced_on.is_(None),
    )
    return db.session.execute(statement.limit(1)).first() is not None


def part_tests(actor: Actor, elevator_id: int) -> dict[str, PartTest]:
    """The latest calibration or test of each part."""
    statement = (
        policy.scope(actor, PartTest)
        .where(PartTest.elevator_id == elevator_id)
        .order_by(PartTest.done_on, PartTest.id)
        .options(joinedload(PartTest.unit))
    )
    return {row.part: row for row in db.session.scalars(statement) if row.part in TESTED_PARTS}


def self_checks(actor: Actor, elevator_id: int, most: int = 3) -> Sequence[SelfCheck]:
    """The latest self-checks of the maintenance company."""
    return db.session.scalars(
        policy.scope(actor, SelfCheck)
        .where(SelfCheck.elevator_id == elevator_id)
        .order_by(SelfCheck.done_on.desc(), SelfCheck.id.desc())
        .options(joinedload(SelfCheck.company), joinedload(SelfCheck.checker), joinedload(SelfCheck.reviewer))
        .limit(most)
    ).all()
