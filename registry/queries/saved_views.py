"""Saved views: one's own, and those that the people of one's unit share."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import SavedView

MOST_SHOWN = 200


def mine(actor: Actor, listing: str | None = None, listings: Collection[str] | None = None) -> Sequence[SavedView]:
    """What the caller may open, by name; of one list, or of the lists that are open to the caller."""
    policy.require(actor, "saved_view.read")
    statement = policy.scope(actor, SavedView).options(joinedload(SavedView.person))
    if listing is not None:
        statement = statement.where(SavedView.listing == listing)
    if listings is not None:
        statement = statement.where(SavedView.listing.in_(listings))
    ordered = statement.order_by(SavedView.listing, SavedView.name, SavedView.id).limit(MOST_SHOWN)
    return db.session.scalars(ordered).all()


def one(actor: Actor, view_id: int) -> SavedView:
    """One of them.

    Raises:
        Missing: no such view, or neither the caller's nor shared with the caller's unit.
    """
    policy.require(actor, "saved_view.read")
    return policy.get(actor, SavedView, SavedView.id == view_id, options=(joinedload(SavedView.person),))
