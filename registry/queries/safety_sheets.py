"""What a record is made from: the sheet of a day, a week or a month, filled in from what the registry knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import (
    Contract,
    Elevator,
    FaultReport,
    Gun,
    Hazard,
    Inspection,
    MaintenanceState,
    SafetyCharge,
    SafetyProblem,
    SafetyRecord,
    SafetyRisk,
)
from registry.queries import parameters, safety, safety_days, safety_stations
from registry.rules import fault_reports as fault_rules
from registry.rules import safety as rules
from registry.rules.hazards import OPEN_STATES
from registry.rules.safety import Duty, Span

FAULTS_OPEN = tuple(state.id for state in fault_rules.STATES.values() if not state.ended)


@dataclass(frozen=True)
class Thing:
    """A piece of equipment that the check has to name: its code, what it is called, what the registry knows of it."""

    key: str
    label: str
    id: int
    notes: Sequence[T]


@dataclass(frozen=True)
class Sheet:
    """A record about to be made. `problems` are those still open, for a week those of the week and the open ones."""

    duty: Duty
    span: Span
    state: str
    appointed: bool
    done: SafetyRecord | None
    things: Sequence[Thing]
    notes: Sequence[T]
    risks: Sequence[SafetyRisk]
    problems: Sequence[SafetyProblem]
    days: Sequence[Mapping[str, Any]]
    late_days: int

    @property
    def due_on(self) -> date:
        """The last day in time."""
        return rules.due_on(self.duty, self.span)

    @property
    def solved(self) -> int:
        """How many of the problems are solved."""
        return sum(1 for problem in self.problems if problem.solved_on)


def late_days(cycle: str, on: date) -> int:
    """How long after the last day in time a record may be made up: the office's parameter."""
    return int(parameters.value(f"safety.{cycle}_late_days", on))


def sheet(actor: Actor, subject: str, cycle: str, day: date | None = None) -> Sheet:
    """The sheet of the period that `day` lies in; of the one asked for today when nothing is said."""
    policy.require(actor, "safety.record")
    today = clock.today()
    duty = rules.duties(subject, today)[cycle]
    span = rules.period(cycle, day) if day else rules.current(duty, today)
    done = done_in(actor, duty, span)
    things = _THINGS[rules.subjects()[subject].things](actor, span.last) if cycle == "daily" else []
    return Sheet(
        duty=duty,
        span=span,
        state=rules.state_of(duty, span, done is not None, today),
        appointed=safety.appointed(actor, subject, duty.role, span.first, span.last),
        done=done,
        things=things,
        notes=_UNIT_NOTES.get(subject, _nothing)(actor, span),
        risks=safety.risks(actor, actor.unit_id, subject, span.last) if cycle == "daily" else [],
        problems=_problems(actor, subject, span),
        days=_parts(actor, duty, span, today),
        late_days=late_days(cycle, today),
    )


def done_in(actor: Actor, duty: Duty, span: Span) -> SafetyRecord | None:
    """The record in force of a period: of a day the caller's own, of a week or month the unit's."""
    statement = policy.scope(actor, SafetyRecord).where(
        SafetyRecord.unit_id == actor.unit_id,
        SafetyRecord.subject == duty.subject,
        SafetyRecord.cycle == duty.cycle,
        SafetyRecord.starts_on == span.first,
        SafetyRecord.replaced_on.is_(None),
    )
    if not rules.roles(duty.subject)[duty.role].single:
        statement = statement.where(SafetyRecord.person_id == actor.person_id)
    found: SafetyRecord | None = db.session.scalar(statement.limit(1))
    return found


def _problems(actor: Actor, subject: str, span: Span) -> Sequence[SafetyProblem]:
    """Found in the period, or still open on its last day from before."""
    statement = (
        policy.scope(actor, SafetyProblem)
        .join(SafetyRecord, SafetyRecord.id == SafetyProblem.record_id)
        .where(
            SafetyProblem.unit_id == actor.unit_id,
            SafetyProblem.subject == subject,
            SafetyRecord.replaced_on.is_(None),
            SafetyProblem.found_on <= span.last,
            or_(SafetyProblem.found_on >= span.first, SafetyProblem.solved_on.is_(None)),
        )
        .order_by(SafetyProblem.found_on, SafetyProblem.id)
        .limit(safety.MOST)
    )
    return db.session.scalars(statement).all()


def _parts(actor: Actor, duty: Duty, span: Span, today: date) -> list[dict[str, Any]]:
    """The next shorter records of a week or month: which days or weeks have one, and how many problems it noted."""
    place = rules.CYCLES.index(duty.cycle)
    if not place:
        return []
    inner = rules.duties(duty.subject)[rules.CYCLES[place - 1]]
    last = min(span.last, today)
    used = safety_days.of_units(actor, duty.subject, Span(span.first - timedelta(days=6), last), [actor.unit_id or 0])
    days = used.get(actor.unit_id or 0, frozenset())
    rows = db.session.execute(
        policy.scope(actor, SafetyRecord, SafetyRecord.starts_on, func.count(), func.sum(SafetyRecord.problem_count))
        .where(
            SafetyRecord.unit_id == actor.unit_id,
            SafetyRecord.subject == duty.subject,
            SafetyRecord.cycle == inner.cycle,
            SafetyRecord.starts_on.between(span.first - timedelta(days=6), last),
            SafetyRecord.replaced_on.is_(None),
        )
        .group_by(SafetyRecord.starts_on)
    )
    made = {first: (count, problems) for first, count, problems in rows}
    found = []
    part = rules.period(inner.cycle, span.first)
    while part.first <= last:
        if part.last >= span.first:
            count, problems = made.get(part.first, (0, 0))
            found.append(
                {
                    "first": part.first.isoformat(),
                    "last": part.last.isoformat(),
                    "used": any(day in days for day in part.days()),
                    "over": rules.due_on(inner, part) < today,
                    "records": count,
                    "problems": int(problems or 0),
                }
            )
        part = rules.period(inner.cycle, part.last + timedelta(days=1))
    return found


def _elevators(actor: Actor, on: date) -> list[Thing]:
    """The elevators that the caller looks after and that were in use on the day."""
    rows = db.session.scalars(
        policy.scope(actor, Elevator)
        .join(SafetyCharge, SafetyCharge.elevator_id == Elevator.id)
        .where(
            SafetyCharge.unit_id == actor.unit_id,
            SafetyCharge.person_id == actor.person_id,
            safety.in_force(SafetyCharge, on),
            Elevator.id.in_(safety_days.used_by(actor.unit_id, on)),
        )
        .order_by(Elevator.address, Elevator.id)
        .limit(safety.MOST)
    ).all()
    ids = [row.id for row in rows]
    notes: dict[int, list[T]] = {number: [] for number in ids}
    for source in _NOTES:
        for number, note in source(ids, on):
            notes[number or 0].append(note)
    return [
        Thing(row.label_code, " · ".join(filter(None, (row.address, row.name))), row.id, notes[row.id]) for row in rows
    ]


def _guns(actor: Actor, _on: date) -> list[Thing]:
    rows = db.session.scalars(
        policy.scope(actor, Gun).where(Gun.station_id == actor.unit_id).order_by(Gun.number).limit(safety.MOST)
    )
    return [Thing(row.number, row.number, row.id, ()) for row in rows]


Notes = Iterable[tuple[int | None, T]]


def _hazards(ids: Sequence[int], _on: date) -> Notes:
    statement = select(Hazard.elevator_id, Hazard.no).where(Hazard.elevator_id.in_(ids), Hazard.state.in_(OPEN_STATES))
    return [(number, T("未销号的隐患 {no}", no=no)) for number, no in db.session.execute(statement)]


def _maintenance(ids: Sequence[int], on: date) -> Notes:
    statement = (
        select(MaintenanceState.elevator_id, MaintenanceState.due_on)
        .join(Contract, Contract.id == MaintenanceState.contract_id)
        .where(MaintenanceState.elevator_id.in_(ids), MaintenanceState.due_on < on, safety.in_force(Contract, on))
    )
    return [(number, T("维保已超期，应在{day}前完成", day=day)) for number, day in db.session.execute(statement)]


def _inspections(ids: Sequence[int], on: date) -> Notes:
    ahead = on + timedelta(days=int(parameters.value("safety.ahead_days", on)))
    ends = func.max(Inspection.valid_until)
    statement = (
        select(Inspection.elevator_id, ends)
        .where(Inspection.elevator_id.in_(ids), Inspection.replaced_on.is_(None), Inspection.valid_until.is_not(None))
        .group_by(Inspection.elevator_id)
        .having(ends <= ahead)
    )
    rows = db.session.execute(statement).all()
    late, soon = T("检验已于{day}到期"), T("检验将于{day}到期")
    return [(number, T((late if day < on else soon).template, day=day)) for number, day in rows if day]


def _faults(ids: Sequence[int], on: date) -> Notes:
    statement = select(FaultReport.elevator_id, FaultReport.no).where(
        FaultReport.elevator_id.in_(ids), FaultReport.state.in_(FAULTS_OPEN), FaultReport.reported_on <= on
    )
    return [(number, T("乘客报修 {no} 未办结", no=no)) for number, no in db.session.execute(statement)]


def _found_before(ids: Sequence[int], on: date) -> Notes:
    statement = (
        select(SafetyProblem.elevator_id, SafetyProblem.found_on, SafetyProblem.text)
        .join(SafetyRecord, SafetyRecord.id == SafetyProblem.record_id)
        .where(
            SafetyProblem.elevator_id.in_(ids),
            SafetyProblem.solved_on.is_(None),
            SafetyProblem.found_on < on,
            SafetyRecord.replaced_on.is_(None),
        )
    )
    rows = db.session.execute(statement)
    return [(number, T("{day}发现的问题未解决：{text}", day=day, text=text)) for number, day, text in rows]


def _nothing(_actor: Actor, _span: Span) -> list[T]:
    return []


_NOTES = (_hazards, _maintenance, _inspections, _faults, _found_before)
_UNIT_NOTES: Mapping[str, Callable[[Actor, Span], list[T]]] = MappingProxyType({"filling": safety_stations.notes})
_THINGS: Mapping[str, Callable[[Actor, date], list[Thing]]] = MappingProxyType({"elevators": _elevators, "guns": _guns})
