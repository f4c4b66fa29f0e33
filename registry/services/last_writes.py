"""Noting how far the primary was when somebody wrote, so that this person reads nothing older."""

from __future__ import annotations

from sqlalchemy import text

from registry import clock, policy
from registry.actor import Actor
from registry.counters import upsert
from registry.db import transaction
from registry.models import LastWrite

PLACE = text("SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS bigint)")


def note(actor: Actor) -> None:
    """Everything that was committed until now lies before this place of the log; no entry in the trail."""
    policy.require(actor, "account.note_write")
    with transaction(durable=False) as session:
        values = {"position": session.scalar(PLACE), "at": clock.now()}
        new = upsert(session, LastWrite).values(person_id=actor.person_id, **values)
        session.execute(new.on_conflict_do_update(index_elements=[LastWrite.person_id], set_=values))
