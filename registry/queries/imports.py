"""Spreadsheets brought in: the list, one of them, its file, and the saved mappings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry import files, policy
from registry.actor import Actor
from registry.db import db
from registry.models import ImportBatch, ImportProfile, Person, StoredFile
from registry.queries.paging import Page, paginate
from registry.settings import current


@dataclass(frozen=True)
class Line:
    """A spreadsheet that was brought in, its file, and who brought it."""

    batch: ImportBatch
    file: StoredFile
    person: str


def page(actor: Actor, limit: int = 20, cursor: str | None = None) -> Page:
    """The latest imports of the caller's unit, or of the units in its charge, as `Line`."""
    policy.require(actor, "import.check")
    found = paginate(policy.scope(actor, ImportBatch), ImportBatch.id, limit, cursor, newest=True)
    stored = _by_id(StoredFile, [batch.file_id for batch in found.items])
    people = _by_id(Person, [batch.person_id for batch in found.items])
    lines = [
        Line(batch, stored[batch.file_id], people[batch.person_id].name if batch.person_id in people else "")
        for batch in found.items
    ]
    return Page(lines, found.next)


def _by_id(model: Any, ids: Sequence[int | None]) -> dict[int | None, Any]:
    wanted = {number for number in ids if number is not None}
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(wanted)))} if wanted else {}


def show(actor: Actor, batch_id: int) -> Line:
    """One of them.

    Raises:
        Missing: none, or not for this caller to see.
    """
    policy.require(actor, "import.check")
    batch = policy.get(actor, ImportBatch, ImportBatch.id == batch_id)
    return Line(batch, file(actor, batch.file_id), "")


def file(actor: Actor, file_id: int) -> StoredFile:
    """A kept file of an import."""
    return policy.get(actor, StoredFile, StoredFile.id == file_id)


def content(stored: StoredFile) -> bytes:
    """What is in a kept file."""
    return files.path_of(current().files_dir, stored.sha256).read_bytes()


def profiles(actor: Actor, sheet: str) -> dict[str, dict[str, Any]]:
    """Saved mappings of a register by name."""
    policy.require(actor, "import.check")
    statement = policy.scope(actor, ImportProfile).where(ImportProfile.sheet == sheet).order_by(ImportProfile.name)
    return {row.name: row.data for row in db.session.scalars(statement)}
