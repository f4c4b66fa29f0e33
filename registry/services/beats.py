"""Noting that something lives; the page of the operator and /readyz read it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from registry import clock, version
from registry.counters import upsert
from registry.db import transaction
from registry.models import Beat

FORGOTTEN = timedelta(days=7)
WORKER, NIGHT, VERIFY, PROBE, BACKUP = "worker", "night", "verify", "probe", "backup"


def beat(name: str, kind: str, problem: str = "", begun_at: datetime | None = None) -> None:
    """`name` lives. Of workers that have been silent for a week nothing is kept."""
    now = clock.now()
    values = {"kind": kind, "version": version.NUMBER, "seen_at": now, "problem": problem[:200]}
    begun = {"begun_at": begun_at} if begun_at else {}
    with transaction() as session:
        new = upsert(session, Beat).values(name=name[:200], **values, **({"begun_at": now} | begun))
        session.execute(new.on_conflict_do_update(index_elements=[Beat.name], set_=values | begun))
        session.execute(delete(Beat).where(Beat.kind == WORKER, Beat.seen_at < now - FORGOTTEN))


def note_backup(problem: str, begun: datetime | None = None) -> None:
    """How a backup went; `begun` of one that was made."""
    with suppress(SQLAlchemyError):  # away, or of a version that kept no such notes: a backup does not need them
        beat("backup", BACKUP, problem, begun)


def probe(name: str) -> str:
    """Write something and wait for the disk; what went wrong, empty when nothing did."""
    try:
        beat(name, PROBE)
    except SQLAlchemyError as error:
        return type(getattr(error, "orig", None) or error).__name__
    return ""
