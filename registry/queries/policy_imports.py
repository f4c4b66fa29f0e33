"""What is on file of policies that come again in a list."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Policy, PolicyItem
from registry.queries import policy_codes

Key = tuple[str, str]


def existing(actor: Actor, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
    """Present values under (policy number, code of the equipment) of the policies the caller sees."""
    numbers = {number for number, _ in keys}
    statement = policy.scope(actor, Policy).where(Policy.policy_no.in_(numbers))
    rows: dict[str, Policy] = {}
    for row in db.session.scalars(statement.options(joinedload(Policy.insurer), joinedload(Policy.holder))):
        rows[row.policy_no] = row
    items = _items(row.id for row in rows.values())
    found: dict[Key, dict[str, Any]] = {}
    for number, row in rows.items():
        wanted = [key for key in keys if key[0] == number]
        lines = policy_codes.look(actor, row.subject, [code for _, code in wanted], insurable=False)
        for key, line in zip(wanted, lines, strict=True):
            item = items.get((row.id, line.thing.id)) if line.thing is not None else None
            if item is not None:
                found[key] = present(row, item, key[1])
    return found


def present(row: Policy, item: PolicyItem, code: str) -> dict[str, Any]:
    """A row of the list as it would say what is on file."""
    return {
        **{name: getattr(row, name) for name in ("policy_no", "subject", "holder_type", "starts_on", "ends_on")},
        **{name: getattr(row, name) for name in ("insurer_id", "holder_id", "broker", "note")},
        "code": code,
        "insurer": row.insurer.name,
        "holder": row.holder.name,
        "item_premium": _yuan(item.premium_fen),
        "limit_per_accident": _yuan(row.limit_per_accident_fen),
        "limit_per_person": _yuan(row.limit_per_person_fen),
        "limit_total": _yuan(row.limit_total_fen),
    }


def _items(ids: Any) -> dict[tuple[int, int], PolicyItem]:
    statement = select(PolicyItem).where(PolicyItem.policy_id.in_(list(ids)), PolicyItem.until.is_(None))
    return {(item.policy_id, item.elevator_id or item.cylinder_id or 0): item for item in db.session.scalars(statement)}


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / 100
