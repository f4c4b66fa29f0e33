"""Keeping a file: content under its digest, one row that says what it is and whose."""

from __future__ import annotations

from pathlib import Path

from registry import audit, clock, files, policy
from registry.actor import Actor
from registry.db import transaction
from registry.models import StoredFile
from registry.settings import current


def store(actor: Actor, name: str, mime: str, content: bytes, purpose: str) -> StoredFile:
    """Keep `content`; the row's `sha256` proves later that it is still the same."""
    policy.require(actor, "file.store")
    return _written(actor, name, mime, files.keep(current().files_dir, content), len(content), purpose)


def store_once(actor: Actor, name: str, mime: str, content: bytes, purpose: str) -> StoredFile:
    """Like `store`, for forms that are sent again: the same file of the same person is the row it was before."""
    policy.require(actor, "file.store")
    digest = files.keep(current().files_dir, content)
    about = {"sha256": digest, "name": name[:200], "mime": mime[:200], "purpose": purpose, "person_id": actor.person_id}
    with transaction() as session:
        known: StoredFile | None = session.scalar(
            policy.scope(actor, StoredFile).filter_by(**about).order_by(StoredFile.id).limit(1)
        )
        return known or _written(actor, name, mime, digest, len(content), purpose)


def store_path(actor: Actor, path: Path, mime: str, purpose: str) -> StoredFile:
    """Keep a file of this machine under its own name."""
    policy.require(actor, "file.store")
    return _written(actor, path.name, mime, files.keep_copy(current().files_dir, path), path.stat().st_size, purpose)


def _written(actor: Actor, name: str, mime: str, digest: str, size: int, purpose: str) -> StoredFile:
    with transaction() as session:
        row = StoredFile(
            sha256=digest,
            name=name[:200],
            mime=mime[:200],
            size=size,
            purpose=purpose,
            unit_id=actor.unit_id,
            person_id=actor.person_id,
            stored_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "file.stored", row, sha256=digest, purpose=purpose, size=size)
        return row
