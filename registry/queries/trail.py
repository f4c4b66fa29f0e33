"""Reading the trail: the log of everything, and the history of one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry import clock, policy
from registry.actor import Actor
from registry.db import Base, db
from registry.models import Person, TrailEntry, Unit
from registry.queries.paging import Page, paginate

MOST_IN_A_HISTORY = 200


@dataclass(frozen=True)
class Entry:
    """A trail entry with the names of who acted."""

    entry: TrailEntry
    person: str | None
    unit: str | None


def page(actor: Actor, filters: dict[str, Any]) -> Page:
    """The trail, newest first, by `act`, `subject`, `subject_id`, `person` (login), `first`, `last` day."""
    policy.require(actor, "trail.read")
    statement = policy.scope(actor, TrailEntry)
    for name in ("act", "subject", "subject_id"):
        if filters.get(name):
            statement = statement.where(getattr(TrailEntry, name) == filters[name])
    if login := filters.get("person"):
        who = select(Person.id).where(Person.login == login.lower())
        statement = statement.where(TrailEntry.person_id.in_(who))
    if first := filters.get("first"):
        statement = statement.where(TrailEntry.at >= clock.start_of(first))
    found = paginate(statement, TrailEntry.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)
    return Page(_named(found.items), found.next)


def history(row: Base) -> list[Entry]:
    """What happened to one thing the caller has already been allowed to see, newest first."""
    found = db.session.scalars(
        select(TrailEntry)
        .where(TrailEntry.subject == row.__tablename__, TrailEntry.subject_id == row.id)  # type: ignore[attr-defined]
        .order_by(TrailEntry.id.desc())
        .limit(MOST_IN_A_HISTORY)
    ).all()
    return _named(found)


def _named(entries: Sequence[TrailEntry]) -> list[Entry]:
    people = _names(Person, {entry.person_id for entry in entries})
    units = _names(Unit, {entry.unit_id for entry in entries})
    return [Entry(e, people.get(e.person_id or 0), units.get(e.unit_id or 0)) for e in entries]


def _names(model: Any, ids: set[int | None]) -> dict[int, str]:
    rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids - {None}))).all()
    return dict(rows)
