"""Who is to be told of an event: who has the role, the permission, and sees the row through the policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import ADMINISTRATORS, OFFICE_ROLES, Actor
from registry.db import among, db
from registry.models import Membership, Person, Unit
from registry.queries import notice_subjects
from registry.queries.accounts import actor_of, current
from registry.rules.notices import Kind

EVERYWHERE = OFFICE_ROLES | ADMINISTRATORS  # these see through their area rather than their unit


@dataclass(frozen=True)
class Event:
    """Something to tell of. `key` is its name for ever; `by` the person who did it, who is not told."""

    kind: Kind
    key: str
    subject_id: int
    by: int | None = None
    day: date | None = None


@dataclass(frozen=True)
class Telling:
    """One person is to be told of one event in one of his roles."""

    event: Event
    reader: Actor
    label: str


def tellings(events: Iterable[Event]) -> list[Telling]:
    """Everybody who is to be told, each of an event once: in the role he had first."""
    by_kind: dict[str, list[Event]] = {}
    for event in events:
        by_kind.setdefault(event.kind.key, []).append(event)
    found: dict[tuple[int, str], Telling] = {}
    for group in by_kind.values():
        kind = group[0].kind
        rows = notice_subjects.found(kind.subject, {event.subject_id for event in group})
        about = notice_subjects.SUBJECTS[kind.subject]
        readers = _themselves(rows) if about.is_reader else _readers(kind, rows)
        for event in group:
            if event.subject_id not in rows:
                continue
            label = notice_subjects.label(kind.subject, rows[event.subject_id])
            for reader in readers.get(event.subject_id, ()):
                if reader.person_id is not None and (reader.person_id != event.by or about.is_reader):
                    found.setdefault((reader.person_id, event.key), Telling(event, reader, label))
    return list(found.values())


def _readers(kind: Kind, rows: Mapping[int, Any]) -> dict[int, list[Actor]]:
    """Row -> who may be told of it."""
    concerned = notice_subjects.units(kind.subject, dict(rows), kind.side)
    groups: dict[tuple[Any, ...], list[Actor]] = {}
    for actor in _candidates(kind, concerned):
        groups.setdefault((actor.role, actor.unit_id, actor.areas), []).append(actor)
    found: dict[int, list[Actor]] = {}
    for actors in groups.values():
        first = actors[0]
        # Through an office's area the policy says it; a unit, or the side that is told, has to be named by the row.
        by_area = first.role in EVERYWHERE and not kind.side
        ids = set(rows) if by_area else concerned.get(first.unit_id or 0, set())
        for id_ in seen(first, kind, ids):
            found.setdefault(id_, []).extend(actors)
    return found


def _themselves(rows: Collection[int]) -> dict[int, list[Actor]]:
    """Row -> the person that it is, in the role held first."""
    statement = (
        select(Membership, Person, Unit)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(among(Person.id, list(rows)), *current(clock.now()))
        .order_by(Membership.id)
    )
    found: dict[int, list[Actor]] = {}
    for membership, person, unit in db.session.execute(statement):
        found.setdefault(person.id, []).append(actor_of(membership, person, unit))
    return found


def _candidates(kind: Kind, concerned: Collection[int]) -> list[Actor]:
    """Everybody with one of the roles at an office or at one of the units, in the order of the memberships."""
    named = among(Membership.unit_id, list(concerned))
    offices = [] if kind.side else sorted(kind.roles & EVERYWHERE)
    where = named if kind.side else (Membership.role.in_(offices) | named)
    statement = (
        select(Membership, Person, Unit)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.role.in_(sorted(kind.roles)), where, *current(clock.now()))
        .order_by(Membership.id)
    )
    return [actor_of(*row) for row in db.session.execute(statement)]


def seen(actor: Actor, kind: Kind, ids: Collection[int]) -> set[int]:
    """Those of the rows of a kind that the caller may know of now."""
    if not ids or not policy.may(actor, kind.permission):
        return set()
    model: Any = notice_subjects.SUBJECTS[kind.subject].model
    return set(db.session.scalars(policy.scope(actor, model, model.id).where(among(model.id, list(ids)))))
