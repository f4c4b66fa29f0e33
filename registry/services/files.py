"""Keeping a file: content under its digest, one row that says what it is and whose."""

from __future__ import annotations

from registry import audit, clock, files, policy
from registry.actor import Actor
from registry.db import transaction
from registry.models import StoredFile
from registry.settings import current


def store(actor: Actor, name: str, mime: str, content: bytes, purpose: str) -> StoredFile:
    """Keep `content`; the row's `sha256` proves later that it is still the same."""
    policy.require(actor, "file.store")
    digest = files.keep(current().files_dir, content)
    with transaction() as session:
        row = StoredFile(
            sha256=digest,
            name=name[:200],
            mime=mime[:200],
            size=len(content),
            purpose=purpose,
            unit_id=actor.unit_id,
            person_id=actor.person_id,
            stored_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "file.stored", row, sha256=digest, purpose=purpose, size=len(content))
        return row
