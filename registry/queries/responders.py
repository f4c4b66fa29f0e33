"""Rescue stations and teams for pages, lists and programs; who is nearest is asked in `nearest_responders`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    DutyException,
    DutyShift,
    Membership,
    Person,
    Responder,
    ResponderArea,
    ResponderMember,
    Unit,
)
from registry.queries import areas, legal_moves
from registry.queries.nearest_responders import PassedOver, Proposal, Spot, nearest_each, nearest_for, passed_over
from registry.queries.paging import Page, paginate
from registry.queries.periods import holds
from registry.queries.responder_index import local
from registry.rules import duty
from registry.rules import responders as rules
from registry.rules.duty import Duty, Instead, Shift
from registry.rules.workflow import Move

__all__ = [
    "Detail",
    "Line",
    "PassedOver",
    "Proposal",
    "Spot",
    "contact",
    "found",
    "nearest_each",
    "nearest_for",
    "nearest_to",
    "offer",
    "page",
    "passed_over",
    "people_of",
    "show",
]

LOADS = (
    joinedload(Responder.unit),
    selectinload(Responder.areas),
    selectinload(Responder.shifts).joinedload(DutyShift.person),
    selectinload(Responder.exceptions).joinedload(DutyException.person),
)


@dataclass(frozen=True)
class Line:
    """One responder of a list: who is on duty now, or when duty begins again."""

    responder: Responder
    areas: Sequence[areas.AreaName]
    duty: Duty | None
    person: Person | None
    next: Duty | None


@dataclass(frozen=True)
class Detail(Line):
    """A responder with its rota. `rotas`: (since, shifts), the one in force first, then what is planned; `uncovered`:
    minutes of a week without anybody; `exceptions`: those to come."""

    members: Sequence[ResponderMember]
    rotas: Sequence[tuple[date, Sequence[DutyShift]]]
    uncovered: int
    exceptions: Sequence[DutyException]
    moves: Sequence[Move]


def found(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    """The responders that match `area`, `kind`, `status`, `level`, `unit` (id), `q` (name, unit, address)."""
    policy.require(actor, "responder.read")
    statement = policy.scope(actor, Responder)
    for name in ("kind", "status"):
        if filters.get(name):
            statement = statement.where(getattr(Responder, name) == filters[name])
    if filters.get("unit"):
        statement = statement.where(Responder.unit_id == filters["unit"])
    if filters.get("area"):
        serving = select(ResponderArea.responder_id).where(ResponderArea.area_code == filters["area"])
        statement = statement.where(Responder.id.in_(serving))
    if filters.get("level"):
        kinds = [kind.id for kind in rules.kinds().values() if filters["level"] in kind.levels]
        statement = statement.where(Responder.kind.in_(kinds))
    if text := (filters.get("q") or "").strip():
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        columns = (Responder.name, Responder.address)
        statement = statement.where(
            or_(*(column.contains(text, autoescape=True) for column in columns), Responder.unit_id.in_(named))
        )
    return statement


def page(actor: Actor, filters: Mapping[str, Any], at: datetime, limit: int = 50, cursor: str | None = None) -> Page:
    """A page of `Line` as of a moment."""
    rows = paginate(found(actor, filters).options(*LOADS), Responder.id, limit, cursor)
    names, people = areas.names(), _people(rows.items)
    return Page([_line(row, at, names, people) for row in rows.items], rows.next)


def show(actor: Actor, responder_id: int, at: datetime | None = None) -> Detail:
    """One responder as of a moment, now when none is given.

    Raises:
        Missing: no such responder for this caller.
    """
    policy.require(actor, "responder.read")
    at, today = at or clock.now(), clock.today()
    options = (
        *LOADS,
        selectinload(Responder.members).joinedload(ResponderMember.person),
        selectinload(Responder.statuses),
    )
    row = policy.get(actor, Responder, Responder.id == responder_id, options=options)
    line = _line(row, at, areas.names(), _people([row]))
    begins = sorted({each.since for each in row.shifts if each.until is None or each.until > today})
    return Detail(
        line.responder,
        line.areas,
        line.duty,
        line.person,
        line.next,
        members=[each for each in row.members if each.until is None or each.until > today],
        rotas=[(since, [each for each in row.shifts if each.since == since]) for since in begins],
        uncovered=duty.uncovered([_shift(each) for each in row.shifts], today),
        exceptions=[each for each in row.exceptions if each.day >= today],
        moves=[
            each for each in rules.MOVES if each.source == row.status and policy.may(actor, f"{rules.NAME}.{each.verb}")
        ],
    )


def nearest_to(actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
    """`{items, passed_over}` for `lat, lon, level, area?, at?, limit`, for whoever plans: no calls are counted."""
    policy.require(actor, "responder.read")
    place, level = (float(asked["lat"]), float(asked["lon"])), int(asked["level"])
    at, inside = asked.get("at") or clock.now(), (asked["area"],) if asked.get("area") else ()
    found = nearest_for(place, level, at, asked["limit"], areas=inside)
    return {"items": found, "passed_over": passed_over(place, level, at, asked["limit"], areas=inside)}


def offer(actor: Actor, responder_id: int, verb: str) -> tuple[Detail, Move]:
    """A responder and the move the caller is about to make.

    Raises:
        Missing: no such move. Forbidden: not for this role. Conflict: not legal now.
    """
    if verb not in {each.verb for each in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"{rules.NAME}.{verb}")
    one = show(actor, responder_id)
    return one, legal_moves.find(rules.NAME, one.responder.status, verb)


def people_of(actor: Actor, unit_id: int) -> list[Person]:
    """People of a unit who may be members of its teams, by name."""
    policy.require(actor, "responder.read")
    of_unit = select(Membership.person_id).where(Membership.unit_id == unit_id, holds(Membership, clock.today()))
    statement = policy.scope(actor, Person).where(Person.id.in_(of_unit), Person.disabled.is_(False))
    return list(db.session.scalars(statement.order_by(Person.name, Person.id).limit(500)))


def contact(actor: Actor, responder_id: int, at: datetime) -> tuple[str, Person | None]:
    """The line of a responder, and the person on duty at a moment, for whoever calls it out.

    Raises:
        Missing: no such responder for this caller.
    """
    policy.require(actor, "responder.read")
    row = policy.get(actor, Responder, Responder.id == responder_id, options=LOADS)
    return row.phone, _line(row, at, {}, _people([row])).person


def _line(row: Responder, at: datetime, names: Mapping[str, areas.AreaName], people: Mapping[int, Person]) -> Line:
    rota = [_shift(each) for each in row.shifts]
    exceptions = [Instead(each.day, each.begins, each.ends, each.person_id, each.reason) for each in row.exceptions]
    running = duty.on_duty(rota, exceptions, local(at))
    person = people.get(running.person_id or 0) if running else None
    following = None if running else duty.next_duty(rota, exceptions, local(at))
    served = [names[each.area_code] for each in row.areas if each.area_code in names]
    return Line(row, served, running, person, following)


def _people(rows: Sequence[Responder]) -> dict[int, Person]:
    """Those that a rota or an exception names; they are loaded with it."""
    lines: list[DutyShift | DutyException] = []
    for row in rows:
        lines += [*row.shifts, *row.exceptions]
    return {each.person_id: each.person for each in lines if each.person_id and each.person}


def _shift(row: DutyShift) -> Shift:
    return Shift(row.weekday, row.begins, row.ends, row.since, row.until, row.person_id)
