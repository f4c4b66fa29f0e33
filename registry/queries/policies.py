"""Insurance policies: the list, one policy with what it covers, what is known of one elevator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.models import (
    Capacity,
    Claim,
    Cylinder,
    Elevator,
    Endorsement,
    Policy,
    PolicyItem,
    PolicyShare,
    Unit,
)
from registry.queries import elevators, premiums
from registry.queries.paging import Page, paginate
from registry.rules.premiums import split

WARNING_DAYS = 60
SHOWN_CLAIMS = 50
UNITS = (joinedload(Policy.insurer), joinedload(Policy.holder))


@dataclass(frozen=True)
class Covered:
    """An item of a policy with its equipment; `linked` when the caller may open its page."""

    item: PolicyItem
    thing: Any
    linked: bool


@dataclass(frozen=True)
class Cover:
    """A policy with its items (a page of them), how many there are today, its changes and its claims.

    `total_fen` is the premium with what endorsements added, `parties` what each party bears of it.
    """

    policy: Policy
    items: Page
    covered: int
    claims: Sequence[Claim]
    endorsements: Sequence[Endorsement]
    shares: Sequence[PolicyShare]
    renews: Policy | None
    renewed_by: Policy | None
    total_fen: int
    parties: dict[str, int]


@dataclass(frozen=True)
class History:
    """What the caller may know of the insurance of one elevator."""

    elevator: Elevator
    items: Sequence[tuple[PolicyItem, Policy]]
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


def found(actor: Actor, filters: dict[str, Any], on: date) -> Select[Any]:
    """Policies by `q` (number or unit), `subject`, `insurer`, `state` (valid, ending, ended)."""
    policy.require(actor, "policy.read")
    statement = policy.scope(actor, Policy)
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
    if insurer := filters.get("insurer"):
        statement = statement.where(Policy.insurer_id == int(insurer))
    live = or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on)
    match filters.get("state"):
        case "valid":
            statement = statement.where(Policy.starts_on <= on, Policy.ends_on >= on, live)
        case "ending":
            soon = on + timedelta(days=WARNING_DAYS)
            statement = statement.where(Policy.ends_on >= on, Policy.ends_on <= soon, live)
        case "ended":
            statement = statement.where(or_(Policy.ends_on < on, Policy.cancelled_on <= on))
    return statement


def page(actor: Actor, filters: dict[str, Any], on: date) -> Page:
    """A page of the policies that match, newest first."""
    statement = found(actor, filters, on).options(*UNITS)
    return paginate(statement, Policy.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def item_page(actor: Actor, filters: dict[str, Any], on: date) -> Page:
    """A page of `(item, policy, equipment)`: what the policies that match cover or covered, for lists that leave."""
    matching = found(actor, filters, on).with_only_columns(Policy.id)
    rows = paginate(
        _visible_items(actor).where(PolicyItem.policy_id.in_(matching)),
        PolicyItem.id,
        filters.get("limit") or 50,
        filters.get("cursor"),
    )
    policies = {
        row.id: row
        for row in db.session.scalars(
            select(Policy).where(Policy.id.in_({item.policy_id for item in rows.items})).options(*UNITS)
        )
    }
    things = {subject: _things(subject, rows.items) for subject in ("elevator", "cylinder")}
    lines = []
    for item in rows.items:
        row = policies[item.policy_id]
        lines.append((item, row, things[row.subject][item.elevator_id or item.cylinder_id]))
    return Page(lines, rows.next)


def show(actor: Actor, policy_id: int, on: date, cursor: str | None = None) -> Cover:
    """One policy and what it covers."""
    policy.require(actor, "policy.read")
    row = policy.get(actor, Policy, Policy.id == policy_id, options=UNITS)
    items = paginate(
        _visible_items(actor).where(PolicyItem.policy_id == row.id), PolicyItem.id, limit=50, cursor=cursor
    )
    covered = db.session.scalar(
        select(func.count()).where(
            PolicyItem.policy_id == row.id,
            PolicyItem.since <= on,
            or_(PolicyItem.until.is_(None), PolicyItem.until > on),
        )
    )
    endorsements = db.session.scalars(
        policy.scope(actor, Endorsement).where(Endorsement.policy_id == row.id).order_by(Endorsement.number)
    ).all()
    total = row.premium_fen + sum(made.difference_fen for made in endorsements)
    return Cover(
        policy=row,
        items=Page(_equipment(actor, row, items.items), items.next),
        covered=covered or 0,
        claims=claims_of(actor, Claim.policy_id == row.id),
        endorsements=endorsements,
        shares=_shares(row.id),
        renews=_visible_policy(actor, Policy.id == row.renews_id) if row.renews_id else None,
        renewed_by=_visible_policy(actor, Policy.renews_id == row.id, Policy.cancelled_on.is_(None)),
        total_fen=total,
        parties=split(total, row.sharing, row.starts_on) if row.sharing and total > 0 else {},
    )


def claims_of(actor: Actor, *where: Any) -> Sequence[Claim]:
    """The latest claims for those who may read them; nobody else is told that there are any."""
    if not policy.may(actor, "claim.read"):
        return ()
    statement = policy.scope(actor, Claim).where(*where).order_by(Claim.happened_on.desc(), Claim.id.desc())
    return db.session.scalars(statement.limit(SHOWN_CLAIMS)).all()


def claims_of_policy(actor: Actor, policy_id: int) -> Sequence[Claim]:
    """The latest claims against a policy."""
    policy.require(actor, "claim.read")
    return claims_of(actor, Claim.policy_id == policy_id)


def claim(actor: Actor, claim_id: int, policy_id: int) -> Claim:
    """One claim against a policy."""
    policy.require(actor, "claim.read")
    wanted = (Claim.id == claim_id, Claim.policy_id == policy_id)
    return policy.get(actor, Claim, *wanted, options=(selectinload(Claim.policy).options(*UNITS),))


def thing_of(row: Claim) -> Any:
    """The elevator or cylinder of a claim."""
    return db.session.get(Elevator, row.elevator_id) if row.elevator_id else db.session.get(Cylinder, row.cylinder_id)


def history(actor: Actor, code: str) -> History:
    """The policies and claims of an elevator that the caller sees."""
    policy.require(actor, "policy.read")
    elevator = elevators.by_code(actor, code)
    rows = db.session.execute(
        policy.scope(actor, Policy, PolicyItem, Policy)
        .select_from(Policy)
        .join(PolicyItem, PolicyItem.policy_id == Policy.id)
        .where(PolicyItem.elevator_id == elevator.id)
        .order_by(Policy.ends_on.desc(), PolicyItem.id.desc())
        .options(joinedload(Policy.insurer), joinedload(Policy.holder))
        .limit(SHOWN_CLAIMS)
    ).all()
    items = [(item, row) for item, row in rows]
    return History(elevator, items, claims_of(actor, Claim.elevator_id == elevator.id))


def items_of(policy_id: int, ids: set[int]) -> Sequence[PolicyItem]:
    """The open items of a policy over some equipment."""
    mine = or_(PolicyItem.elevator_id.in_(ids), PolicyItem.cylinder_id.in_(ids))
    statement = select(PolicyItem).where(PolicyItem.policy_id == policy_id, PolicyItem.until.is_(None), mine)
    return db.session.scalars(statement).all()


def refund_today(cover: Cover, on: date) -> int:
    """What a cancellation from a day on would pay back."""
    return premiums.refund(cover.policy, max(on, cover.policy.starts_on))


def _shares(policy_id: int) -> Sequence[PolicyShare]:
    return db.session.scalars(
        select(PolicyShare)
        .where(PolicyShare.policy_id == policy_id)
        .order_by(PolicyShare.id)
        .options(joinedload(PolicyShare.insurer))
    ).all()


def _visible_policy(actor: Actor, *where: Any) -> Policy | None:
    return db.session.scalars(policy.scope(actor, Policy).where(*where)).first()


def _visible_items(actor: Actor) -> Select[Any]:
    """Items of policies; a county is shown its own equipment of policies that reach beyond it."""
    statement = select(PolicyItem)
    if actor.role not in COUNTY_ROLES:
        return statement
    return statement.where(
        or_(
            PolicyItem.elevator_id.in_(policy.scope(actor, Elevator, Elevator.id)),
            PolicyItem.cylinder_id.in_(policy.scope(actor, Cylinder, Cylinder.id)),
        )
    )


def _things(subject: str, items: Sequence[PolicyItem]) -> dict[int | None, Any]:
    model: Any = Elevator if subject == "elevator" else Cylinder
    ids = {getattr(item, f"{subject}_id") for item in items} - {None}
    return {thing.id: thing for thing in db.session.scalars(select(model).where(model.id.in_(ids)))}


def _equipment(actor: Actor, row: Policy, items: Sequence[PolicyItem]) -> list[Covered]:
    """Each item with its equipment; who has a policy reads what it covers, also what he may not open any more."""
    model: Any = Elevator if row.subject == "elevator" else Cylinder
    things = _things(row.subject, items)
    linked = set(db.session.scalars(policy.scope(actor, model, model.id).where(model.id.in_(things))))
    pairs = ((item, item.elevator_id or item.cylinder_id) for item in items)
    return [Covered(item, things[id_], id_ in linked) for item, id_ in pairs]


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


def unit_id(text: str) -> int | None:
    """The unit named exactly or by its credit code; None when there is none."""
    return db.session.scalar(select(Unit.id).where(or_(Unit.name == text, Unit.credit_code == text.upper())).limit(1))


def holder(actor: Actor, text: str | None) -> int | None:
    """The unit that holds a policy: the one named, the caller's own when none is."""
    return unit_id(text) if text else actor.unit_id


def by_number(actor: Actor, number: str) -> Policy:
    """The policy of this number that concerns the caller; Missing otherwise."""
    policy.require(actor, "policy.read")
    return policy.get(actor, Policy, Policy.policy_no == number, options=UNITS)
