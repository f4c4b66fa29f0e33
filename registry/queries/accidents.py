"""Accidents for lists and pages: the clocks of each, what waits, and who was responsible since a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Accident, AccidentGrading, AccidentStep, Contract, Paper, Unit
from registry.queries import areas, hazard_facts, legal_moves, papers
from registry.queries.paging import Page, paginate
from registry.rules import accident_case as rules
from registry.rules import accidents as grades
from registry.rules.accident_case import Clock
from registry.rules.dates import is_working_day
from registry.rules.workflow import Move, State

PLACES = (
    joinedload(Accident.unit),
    joinedload(Accident.elevator),
    joinedload(Accident.cylinder),
    joinedload(Accident.company),
    joinedload(Accident.responsible),
)
STEPS = selectinload(Accident.steps)
NO_CLOCKS = ("excluded",)


@dataclass(frozen=True)
class Line:
    """An accident in the list: `late` and `due` name the steps that are past their time, or wait."""

    accident: Accident
    state: State
    late: list[Clock]
    due: list[Clock]


@dataclass(frozen=True)
class FollowUp:
    """A follow-up report: `changed_at` the change, `late` whether it came more than 24 hours after."""

    step: AccidentStep
    changed_at: datetime
    late: bool


@dataclass(frozen=True)
class Detail:
    """One accident on one page: `moves` are those the caller may make now, `investigator` who leads by law."""

    accident: Accident
    state: State
    area: Any
    clocks: list[Clock]
    who: dict[str, AccidentStep]
    follow_ups: list[FollowUp]
    moves: tuple[Move, ...]
    investigator: tuple[str, str] | None
    shows_people: bool
    papers: list[Paper]


def page(actor: Actor, asked: Mapping[str, Any]) -> Page:
    """Accidents, newest first: `q?` (number, title, unit), `area?, grade?, since?, until?`, `state?` (a state, `open`,
    or `late` or `due`: those with a step of the caller's that is past its time, or waits)."""
    policy.require(actor, "accident.read")
    statement = _found(actor, asked).options(*PLACES, STEPS)
    found = paginate(statement, Accident.id, asked.get("limit") or 50, asked.get("cursor"), newest=True)
    return Page([line(row) for row in found.items], found.next)


def line(accident: Accident) -> Line:
    """An accident with what is late and what waits."""
    now = clock.now()
    running = [one for one in clocks(accident) if one.waits()]
    return Line(
        accident,
        rules.STATES[accident.state],
        [one for one in running if one.late(now)],
        [one for one in running if not one.late(now)],
    )


def by_no(actor: Actor, no: str) -> Accident:
    """An accident with its ledger; Missing when it does not concern the caller."""
    policy.require(actor, "accident.read")
    people = STEPS.joinedload(AccidentStep.person), STEPS.joinedload(AccidentStep.unit)
    graded = selectinload(Accident.gradings).joinedload(AccidentGrading.person)
    return policy.get(actor, Accident, Accident.no == no, options=(*PLACES, *people, graded))


def show(actor: Actor, no: str) -> Detail:
    """Everything the page of one accident shows."""
    row = by_no(actor, no)
    today = clock.today()
    investigators = rules.names("accident_investigators", today)
    return Detail(
        accident=row,
        state=rules.STATES[row.state],
        area=areas.names().get(row.area_code),
        clocks=clocks(row),
        who={step.verb: step for step in row.steps},
        follow_ups=[
            FollowUp(step, changed, rules.follow_up_late(changed, step.done_at, row.happened_at, today))
            for step in row.steps
            if step.verb == "follow_up" and (changed := datetime.fromisoformat(step.data["changed_at"]))
        ],
        moves=offered(actor, row),
        investigator=investigators.get(row.grade),
        shows_people=actor.role in policy.OFFICERS or actor.unit_id == row.unit_id,
        papers=papers.about(actor, "accident", row.id),
    )


def clocks(accident: Accident) -> list[Clock]:
    """The steps of the reports and the investigation; none for what is no accident."""
    if accident.state in NO_CLOCKS or accident.grade == rules.NO_ACCIDENT:
        return []
    moments = {"told": accident.told_at, "receive": accident.received_at}
    moments |= {step.verb: step.done_at for step in accident.steps}
    local = {name: at.astimezone(clock.CITY_ZONE) for name, at in moments.items()}
    more = sum(int(step.data.get("days") or 0) for step in accident.steps if step.verb in ("extend", "leave_out"))
    return rules.clocks(local, more, clock.today(), _last_day)


def offered(actor: Actor, row: Accident) -> tuple[Move, ...]:
    """The moves from here that the caller's role makes; a report that is made once is not offered again."""
    done = {step.verb for step in row.steps} & set(rules.ONCE)
    return tuple(
        move
        for move in rules.moves_from(row.state, clock.today())
        if policy.may(actor, f"accident.{move.verb}") and move.verb not in done
    )


def offer(actor: Actor, no: str, verb: str) -> tuple[Accident, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move.
        Forbidden: not for this role.
        Conflict: not legal now.
    """
    return legal_moves.offer(actor, rules.NAME, verb, lambda: by_no(actor, no))


def counted(actor: Actor, _day: date) -> dict[str, int]:
    """How many accidents have a step of the caller's that is `late`, or `due`."""
    late, due = _waiting(actor)
    return {"late": len(late), "due": len(due)}


def company_of(elevator_id: int, on: date) -> int | None:
    """Who maintained an elevator on a day."""
    return db.session.scalar(
        select(Contract.company_id)
        .where(
            Contract.elevator_id == elevator_id,
            Contract.since <= on,
            or_(Contract.until.is_(None), Contract.until > on),
        )
        .order_by(Contract.since.desc())
        .limit(1)
    )


def of_elevator(actor: Actor, elevator_id: int) -> Sequence[Accident]:
    """The accidents of an elevator, the newest first."""
    if not policy.may(actor, "accident.read"):
        return []
    return db.session.scalars(
        policy.scope(actor, Accident)
        .where(Accident.elevator_id == elevator_id, Accident.state != "excluded")
        .order_by(Accident.happened_at.desc())
        .limit(20)
    ).all()


def responsible(since: date, until: date) -> Select[int | None, int]:
    """`(responsible_id, accidents)` of the units that an approved investigation holds responsible for accidents from a
    day to a day: what makes them key units of supervision (SAMR57 art. 9)."""
    counting = [name for name in rules.names("accident_responsibilities", until) if _counts(name)]
    return (
        select(Accident.responsible_id, func.count().label("accidents"))
        .where(
            Accident.happened_on.between(since, until),
            Accident.responsible_id.is_not(None),
            Accident.responsibility.in_(counting),
            Accident.grade != rules.NO_ACCIDENT,
            Accident.state.in_(("approved", "closed")),
        )
        .group_by(Accident.responsible_id)
    )


def grade_name(grade: str) -> tuple[str, str]:
    """Chinese and English name of a grade."""
    return grades.GRADE_NAMES[grade]


def _counts(responsibility: str) -> bool:
    return rules.is_responsible(responsibility, clock.today())


def _last_day(begun: date, days: int) -> datetime:
    """The end of the last day, moved on to a day on which people work."""
    days_off = hazard_facts.calendar()
    last = begun + timedelta(days=days)
    while not is_working_day(last, days_off.holidays, days_off.extra_workdays):
        last += timedelta(days=1)
    return clock.start_of(last + timedelta(days=1)) - timedelta(seconds=1)


def _waiting(actor: Actor) -> tuple[list[int], list[int]]:
    """Ids of the open accidents that have a late step of the caller's, and of those where one waits."""
    late, due = [], []
    rows = db.session.scalars(
        policy.scope(actor, Accident).where(Accident.state.in_(rules.OPEN_STATES)).options(STEPS).limit(1000)
    )
    for row in rows:
        found = line(row)
        if _mine(actor, found.late):
            late.append(row.id)
        elif _mine(actor, found.due):
            due.append(row.id)
    return late, due


def _mine(actor: Actor, waiting: Sequence[Clock]) -> bool:
    return any(policy.may(actor, f"accident.{one.step}") for one in waiting)


def _found(actor: Actor, asked: Mapping[str, Any]) -> Select[Any]:
    statement = policy.scope(actor, Accident)
    state = asked.get("state")
    if state in ("late", "due"):
        late, due = _waiting(actor)
        statement = statement.where(Accident.id.in_(late if state == "late" else due))
    elif state:
        statement = statement.where(Accident.state.in_(rules.OPEN_STATES if state == "open" else (state,)))
    for name in ("grade", "equipment"):
        if asked.get(name):
            statement = statement.where(getattr(Accident, name) == asked[name])
    if asked.get("area"):
        statement = statement.where(Accident.area_code == asked["area"])
    if asked.get("since"):
        statement = statement.where(Accident.happened_on >= asked["since"])
    if asked.get("until"):
        statement = statement.where(Accident.happened_on <= asked["until"])
    if text := asked.get("q"):
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        statement = statement.where(
            or_(
                Accident.no.contains(text.upper(), autoescape=True),
                Accident.title.contains(text, autoescape=True),
                Accident.unit_id.in_(named),
            )
        )
    return statement
