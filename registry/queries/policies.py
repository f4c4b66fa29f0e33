"""Insurance policies: the list, one policy with what it covers, what ends soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Capacity, Claim, Cylinder, Elevator, Policy, PolicyItem, Unit
from registry.queries.paging import Page, paginate

WARNING_DAYS = 60
UNITS = (joinedload(Policy.insurer), joinedload(Policy.holder))


@dataclass(frozen=True)
class Cover:
    """A policy with its items (a page of them), how many there are today, and its claims."""

    policy: Policy
    items: Page
    covered: int
    claims: Sequence[Claim]


def state(row: Policy, on: date) -> str:
    """`cancelled`, `future`, `ended`, `ending` (within 60 days) or `valid`."""
    if row.cancelled_on is not None and row.cancelled_on <= on:
        return "cancelled"
    if row.starts_on > on:
        return "future"
    if row.ends_on < on:
        return "ended"
    return "ending" if row.ends_on - on <= timedelta(days=WARNING_DAYS) else "valid"


def page(actor: Actor, filters: dict[str, Any], on: date) -> Page:
    """Policies by `q` (number or unit), `subject`, `state` (valid, ending, ended), newest first."""
    policy.require(actor, "policy.read")
    statement = policy.scope(actor, Policy).options(*UNITS)
    if text := filters.get("q"):
        units = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        statement = statement.where(
            or_(
                Policy.policy_no.startswith(text, autoescape=True),
                Policy.insurer_id.in_(units),
                Policy.holder_id.in_(units),
            )
        )
    if subject := filters.get("subject"):
        statement = statement.where(Policy.subject == subject)
    live = or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on)
    match filters.get("state"):
        case "valid":
            statement = statement.where(Policy.starts_on <= on, Policy.ends_on >= on, live)
        case "ending":
            soon = on + timedelta(days=WARNING_DAYS)
            statement = statement.where(Policy.ends_on >= on, Policy.ends_on <= soon, live)
        case "ended":
            statement = statement.where(or_(Policy.ends_on < on, Policy.cancelled_on <= on))
    return paginate(statement, Policy.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def show(actor: Actor, policy_id: int, on: date, cursor: str | None = None) -> Cover:
    """One policy and what it covers."""
    policy.require(actor, "policy.read")
    row = policy.get(actor, Policy, Policy.id == policy_id, options=UNITS)
    items = paginate(select(PolicyItem).where(PolicyItem.policy_id == row.id), PolicyItem.id, limit=50, cursor=cursor)
    covered = db.session.scalar(
        select(func.count()).where(
            PolicyItem.policy_id == row.id,
            PolicyItem.since <= on,
            or_(PolicyItem.until.is_(None), PolicyItem.until > on),
        )
    )
    claims = db.session.scalars(
        select(Claim).where(Claim.policy_id == row.id).order_by(Claim.happened_on.desc()).limit(50)
    ).all()
    return Cover(row, Page(_equipment(row, items.items), items.next), covered or 0, claims)


def _equipment(row: Policy, items: Sequence[PolicyItem]) -> list[tuple[PolicyItem, Any]]:
    """Each item with its elevator or cylinder: an insurer sees what it insures."""
    model: Any = Elevator if row.subject == "elevator" else Cylinder
    ids = [item.elevator_id or item.cylinder_id for item in items]
    found = {thing.id: thing for thing in db.session.scalars(select(model).where(model.id.in_(ids)))}
    return [(item, found.get(item.elevator_id or item.cylinder_id)) for item in items]


def insurers() -> list[tuple[int, str]]:
    """(id, name) of the units that insure."""
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity == "insurer")
        .order_by(Unit.name)
        .limit(500)
    ).all()
    return [(key, name) for key, name in rows]


def holder(actor: Actor, text: str | None) -> int | None:
    """The unit named exactly or by its credit code; None when there is none."""
    if not text:
        return actor.unit_id
    return db.session.scalar(select(Unit.id).where(or_(Unit.name == text, Unit.credit_code == text.upper())).limit(1))


def by_number(actor: Actor, number: str) -> Policy:
    """The policy of this number that concerns the caller; Missing otherwise."""
    policy.require(actor, "policy.read")
    return policy.get(actor, Policy, Policy.policy_no == number, options=UNITS)
