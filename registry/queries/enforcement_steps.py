"""What the verbs of sealings and cases share: nobody was faster, what comes with a move is complete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.queries import directive_inputs
from registry.rules.workflow import Move


def refuse_stale(version: int | None, now: int) -> None:
    """Conflict when somebody else was faster."""
    if version is not None and version != now:
        raise Conflict(T("刚被别人办理过，请重新打开后再办"))


def complete(actor: Actor, move: Move, data: Mapping[str, Any]) -> dict[str, Any]:
    """What comes with a move, trimmed, with everything it needs; files as {file, name}.

    Raises:
        Invalid: what is missing, beside its field.
    """
    given: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
    given = {
        name: value for name, value in given.items() if value not in (None, "", []) and name not in ("version", "ref")
    }
    lost = {name: [T("办理这一项必须填写")] for name in move.needs if name not in given}
    if lost:
        raise Invalid(lost)
    if given.get("files"):
        given["files"] = directive_inputs.check_files(actor, "files", given["files"])
    return given


def made(row: Any, row_id: int, ref: str) -> bool:
    """Whether a step of this row came under `ref`; `row` is the ledger's column of it. Whose row it is, and whether
    the content is the same, the verb says."""
    found = select(row.class_.id).where(row == row_id, row.class_.ref == ref)
    return bool(ref) and db.session.scalar(found) is not None


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a step keeps beside its note."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for name, value in data.items()
        if name != "note"
    }
