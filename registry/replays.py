"""The second arrival of what a device or program sent before: told from another record by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict
from registry.messages import T

OTHER_CONTENT = T("这个 ref 已用于另一份内容")


_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON of what was sent; days and decimals as they are written."""
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:ref, 0))")


def in_turn(ref: str) -> None:
    """Let the second arrival of a `ref` wait until the transaction of the first is over, so that it finds what came of
    it, and not a row that has moved on without it. For the start of the transaction; SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_IN_TURN, {"ref": ref})


def sent_before(actor: Actor, model: Any, ref: str | None, content: str) -> Any:
    """The record that came under this `ref` before, if the caller may see it; None for a new one and without a `ref`.
    For the transaction that would record it; `content` is the digest of what was sent now.

    Raises:
        Conflict: the same `ref` came with other content. Missing: it is not for this caller to see.
    """
    if not ref:
        return None
    in_turn(ref)
    known = db.session.scalar(select(model).where(model.ref == ref))
    if known is None:
        return None
    if known.ref_digest != content:
        raise Conflict(OTHER_CONTENT)
    return policy.get(actor, model, model.id == known.id)


def moved_before(model: Any, ref: str | None, content: str) -> bool:
    """Whether a move came under this `ref` before, as a line of the ledger `model`; asked when its row is locked.
    `content` is the digest of row, verb and data as they were sent now.

    Raises:
        Conflict: the same `ref` came with other content.
    """
    known = db.session.scalar(select(model.ref_digest).where(model.ref == ref)) if ref else None
    if known is not None and known != content:
        raise Conflict(OTHER_CONTENT)
    return known is not None


def move_digest(row_id: int, verb: str, data: Mapping[str, Any]) -> str:
    """The digest of a move; which version the sender saw, and its `ref`, are no part of what was sent."""
    told = {name: value for name, value in data.items() if name not in ("version", "ref")}
    return digest({"id": row_id, "verb": verb, "data": told})
