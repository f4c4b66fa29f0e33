"""Cylinders that were filled without a network and should not have been: what is open, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Cylinder, OfflineDisagreement
from registry.queries import filling_judging
from registry.queries.paging import Page, paginate
from registry.rules.verdict import Verdict

WITH_ALL = (
    joinedload(OfflineDisagreement.station),
    joinedload(OfflineDisagreement.cylinder).joinedload(Cylinder.owner),
    joinedload(OfflineDisagreement.refusal),
    joinedload(OfflineDisagreement.handled_by),
    joinedload(OfflineDisagreement.hazard),
)


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """By `state` (open, handled), the latest first."""
    policy.require(actor, "offline_disagreement.read")
    statement = policy.scope(actor, OfflineDisagreement).options(*WITH_ALL)
    if filters.get("state"):
        statement = statement.where(OfflineDisagreement.state == filters["state"])
    return paginate(statement, OfflineDisagreement.id, filters.get("limit") or 50, cursor, newest=True)


def show(actor: Actor, disagreement_id: int) -> OfflineDisagreement:
    """One, with the refused fill as it was sent.

    Raises:
        Missing: no such row for the caller.
    """
    policy.require(actor, "offline_disagreement.read")
    return policy.get(actor, OfflineDisagreement, OfflineDisagreement.id == disagreement_id, options=WITH_ALL)


def verdict(row: OfflineDisagreement) -> Verdict:
    """What the register held against the fill."""
    return filling_judging.restored(row.refusal.findings)


def open_of(actor: Actor, cylinder_id: int) -> list[OfflineDisagreement]:
    """What is still open of one cylinder, for its page; nothing for who may not read of it."""
    if not policy.may(actor, "offline_disagreement.read"):
        return []
    statement = policy.scope(actor, OfflineDisagreement).where(
        OfflineDisagreement.cylinder_id == cylinder_id, OfflineDisagreement.state == "open"
    )
    return list(db.session.scalars(statement.options(*WITH_ALL).order_by(OfflineDisagreement.id).limit(20)))


def count_open(actor: Actor, _day: date) -> int:
    """How many wait."""
    statement = policy.scope(actor, OfflineDisagreement, func.count(OfflineDisagreement.id))
    return db.session.scalar(statement.where(OfflineDisagreement.state == "open")) or 0
