"""Making the months of the big tables ahead, taking old ones off, and dividing what was there before.

PostgreSQL only; on SQLite each of them does nothing. A part that is taken off stays a table of its own, under its name.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import SYSTEM, Actor
from registry.db import transaction
from registry.partitions import TABLES, Table, end_of_past, month_after, months, part_name
from registry.queries import partitions as queries

log = logging.getLogger(__name__)

PAUSE = 900.0  # seconds between two looks
WAIT = "SET LOCAL lock_timeout = '3s'"  # whoever waits for a table has everybody else wait behind it
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('registry.partitions'))"

_looked_at = float("-inf")  # of this process, by its own clock


def ensure(actor: Actor, on: date | None = None) -> list[str]:
    """Make the parts of the month of `on` (today) and of the next ones; the names of those that were made.

    Rows of such a month that arrived before its part was there are moved into it.
    """
    policy.require(actor, "partition.keep")
    day, made = on or clock.today(), []
    for table in TABLES if queries.are_kept() else ():
        for month in queries.missing(table, day):
            with transaction() as session:
                _alone(session)
                if month not in queries.missing(table, day):  # another worker was first
                    continue
                if _holds(session, table.rest, month):
                    with _pointing_nowhere(session, table):
                        _make(session, table, month, table.rest)
                else:
                    _make(session, table, month)
                made.append(part_name(table, month))
                audit.record(actor, "partition.made", None, part=made[-1], until=month_after(month))
    return made


def detach(actor: Actor, on: date | None = None) -> list[str]:
    """Take off the parts that are older than their table's parameter says; the names of those that were.

    A part that something else points at (a scan that an anomaly names) stays and is logged.
    """
    policy.require(actor, "partition.keep")
    day, taken = on or clock.today(), []
    for table in TABLES if queries.are_kept() else ():
        for part in queries.over(table, day):
            try:
                with transaction() as session:
                    _alone(session)
                    session.execute(text(f"ALTER TABLE {table.name} DETACH PARTITION {part.name}"))
                    audit.record(actor, "partition.detached", None, part=part.name, rows=part.rows)
            except IntegrityError:
                log.info("%s stays: something points at its rows", part.name)
                continue
            taken.append(part.name)
    return taken


def divide(actor: Actor, since: date) -> list[str]:
    """Divide what a table held before it was kept by month: each month from that of `since` gets its part; the names
    of those that were made. Everybody waits meanwhile: for the hours in which nobody works."""
    policy.require(actor, "partition.keep")
    made: list[str] = []
    for table in TABLES if queries.are_kept() else ():
        past = [part for part in queries.parts(table) if part.attached and end_of_past(table, part.name)]
        for part in past:
            ends = end_of_past(table, part.name)
            assert ends is not None  # chosen by it
            wanted = list(months(since, ends.replace(day=1)))[:-1]
            if wanted:
                with transaction() as session, _pointing_nowhere(session, table):
                    made += _divide(session, actor, table, part.name, wanted)
    return made


def keep_when_due() -> None:
    """Make and take off what is due, at most once in a quarter of an hour."""
    global _looked_at
    if time.monotonic() - _looked_at < PAUSE:
        return
    _looked_at = time.monotonic()
    if queries.anything_missing():
        ensure(SYSTEM)
        detach(SYSTEM)


def _divide(session: Session, actor: Actor, table: Table, past: str, wanted: list[date]) -> list[str]:
    session.execute(text(f"ALTER TABLE {table.name} DETACH PARTITION {past}"))
    for month in wanted:
        _make(session, table, month, past)
    remaining = f"{table.name}_before_{wanted[0]:%Y_%m}"
    session.execute(text(f"ALTER TABLE {past} RENAME TO {remaining}"))
    span = f"FOR VALUES FROM (MINVALUE) TO ('{_begins(wanted[0])}')"
    session.execute(text(f"ALTER TABLE {table.name} ATTACH PARTITION {remaining} {span}"))
    for month in wanted:  # not before: the trail may be what was divided
        audit.record(actor, "partition.made", None, part=part_name(table, month), until=month_after(month))
    return [part_name(table, month) for month in wanted]


def _alone(session: Session) -> None:
    session.execute(text(WAIT))
    session.execute(text(ONE_AT_A_TIME))


@contextmanager
def _pointing_nowhere(session: Session, table: Table) -> Iterator[None]:
    """While rows change their part, what points at them would forbid it; it is checked anew at the end."""
    session.execute(text(ONE_AT_A_TIME))
    _do(session, (f"ALTER TABLE {of} DROP CONSTRAINT {name}" for of, name, _ in table.pointed_at))
    yield
    _do(session, (f"ALTER TABLE {of} ADD CONSTRAINT {name} {definition}" for of, name, definition in table.pointed_at))


def _holds(session: Session, part: str, month: date) -> bool:
    """Whether rows of a month arrived before its part was there."""
    return session.execute(text(f"SELECT 1 FROM {part} WHERE {_within(month)} LIMIT 1")).first() is not None


def _make(session: Session, table: Table, month: date, source: str = "") -> None:
    """Attach the part of a month, with the rows of it that lie in another part."""
    part = part_name(table, month)
    steps = [f"CREATE TABLE {part} (LIKE {table.name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"]
    steps += _move(part, source, _within(month)) if source else []
    steps += [f"ALTER TABLE {part} ADD {constraint}" for constraint in table.own]
    if table.grows_only:
        steps.append(
            f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {part} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    span = f"FOR VALUES FROM ('{_begins(month)}') TO ('{_begins(month_after(month))}')"
    steps.append(f"ALTER TABLE {table.name} ATTACH PARTITION {part} {span}")
    _do(session, steps)


def _move(part: str, source: str, which: str) -> list[str]:
    """Rows change their part; that they can only grow holds for everybody but this."""
    return [
        f"INSERT INTO {part} SELECT * FROM {source} WHERE {which}",
        f"ALTER TABLE {source} DISABLE TRIGGER USER",
        f"DELETE FROM {source} WHERE {which}",
        f"ALTER TABLE {source} ENABLE TRIGGER USER",
    ]


def _do(session: Session, steps: Iterable[str]) -> None:
    for step in steps:
        session.execute(text(step))


def _within(month: date) -> str:
    return f"at >= '{_begins(month)}' AND at < '{_begins(month_after(month))}'"


def _begins(month: date) -> str:
    """The first moment of a month in the city, as the database reads it."""
    return datetime.isoformat(clock.start_of(month))
