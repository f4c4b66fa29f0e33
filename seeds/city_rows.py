"""Rows of a seeded city: bulk inserts that keep the trail true, and steps that are taken once.

Where the registry has a bulk verb the city uses it. What it has not (units, people, policies, ...) is inserted here
through Core, each row with the trail entry that the single verb would leave.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from registry import audit, clock
from registry.actor import SYSTEM
from registry.db import Base, db, transaction
from registry.models import TrailEntry

Advance = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]

CHUNK = 5000


def silent(_label: str, _length: int) -> AbstractContextManager[Advance]:
    """Progress that nobody watches."""
    return nullcontext(lambda _count: None)


@dataclass(frozen=True)
class Plan:
    """What a city is made of: its seed and size, and the day it is made for; the same plan makes the same city."""

    seed: int
    elevators: int
    cylinders: int
    days: int
    on: date

    @property
    def source(self) -> str:
        """The mark on every elevator and cylinder of the city."""
        return f"city-{self.seed}"

    @property
    def identity(self) -> dict[str, int]:
        """What makes it this city, whatever the day."""
        return {"seed": self.seed, "elevators": self.elevators, "cylinders": self.cylinders, "days": self.days}

    @property
    def first_day(self) -> date:
        """The first day with visits and fills; the last one is yesterday."""
        return self.on - timedelta(days=self.days)

    def random(self, *about: object) -> Random:
        """Numbers that depend on the seed and the subject only, so that any part can be made again by itself."""
        return Random(":".join(map(str, (self.seed, *about))))

    def ref(self, *about: object) -> str:
        """A UUID that depends on the seed and the subject only."""
        text = ":".join(map(str, (self.seed, *about)))
        return str(UUID(bytes=hashlib.md5(text.encode(), usedforsecurity=False).digest()))

    def months(self) -> list[tuple[date, date]]:
        """(first, last) day of each calendar month between the first day and yesterday, clipped."""
        found, day, end = [], self.first_day, self.on - timedelta(days=1)
        while day <= end:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            found.append((day, min(following - timedelta(days=1), end)))
            day = following
        return found


class Steps:
    """The steps of one seeded thing. A step and the mark that it was taken are committed together, so that an
    interrupted seeding goes on where it stopped."""

    def __init__(self, name: str) -> None:
        self.name = name
        entries = select(TrailEntry.data).where(TrailEntry.subject == "seed")
        self.marks = {data["step"]: data for data in db.session.scalars(entries) if data["name"] == name}
        db.session.rollback()

    def done(self, step: str) -> bool:
        """Whether a step was taken before."""
        return step in self.marks

    def take(self, step: str, work: Callable[[], object]) -> bool:
        """Take a step unless it was taken; whether it was taken now."""
        if self.done(step):
            return False
        with transaction():
            work()
            data = {"name": self.name, "step": step, "on": clock.today()}
            audit.record_many(SYSTEM, "seed.step_taken", "seed", [(None, data)])
        self.marks[step] = data
        db.session.expunge_all()
        return True


def add(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows that all have the same names; their ids in the order given."""
    ids = _reserve(model, len(rows))
    put(model, [{"id": id_, **row} for id_, row in zip(ids, rows, strict=True)])
    return ids


def _reserve(model: type[Base], count: int) -> list[int]:
    """Ids for new rows: an insert that has to tell them would insert row by row on SQLite."""
    column = model.__table__.c.id
    if db.session.connection().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        return list(db.session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))))
    first = (db.session.scalar(select(func.max(column))) or 0) + 1
    return list(range(first, first + count))


def put(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose ids nobody needs."""
    for start in range(0, len(rows), CHUNK):
        db.session.connection().execute(insert(model.__table__), rows[start : start + CHUNK])


def trail(act: str, subject: str, entries: Iterable[tuple[int | None, Mapping[str, Any]]]) -> None:
    """The trail entries of inserted rows."""
    audit.record_many(SYSTEM, act, subject, entries)


def shares(rng: Random, total: int, weights: Sequence[float]) -> list[int]:
    """`total` split by weights, by the largest remainders; `rng` breaks ties."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    found = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda n: (exact[n] - found[n], rng.random()), reverse=True)
    for place in order[: total - sum(found)]:
        found[place] += 1
    return found
