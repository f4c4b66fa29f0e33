"""What waits for a second person, and who holds the roles of administrators."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import ADMINISTRATORS, Actor
from registry.db import db
from registry.models import AccessRequest, Membership, Person
from registry.permissions import PERMISSIONS
from registry.queries.accounts import current, current_membership


def page(actor: Actor) -> list[AccessRequest]:
    """Those that wait, the oldest first, and after them the last decided."""
    policy.require(actor, "access_request.decide")
    statement = policy.scope(actor, AccessRequest).options(
        joinedload(AccessRequest.person), joinedload(AccessRequest.unit), joinedload(AccessRequest.asked_by)
    )
    waiting = statement.where(AccessRequest.state == "waiting").order_by(AccessRequest.id).limit(100)
    decided = statement.where(AccessRequest.state != "waiting").order_by(AccessRequest.id.desc()).limit(50)
    return [*db.session.scalars(waiting), *db.session.scalars(decided)]


def administrator_roles(person_id: int | None) -> set[str]:
    """Which of the three administrators a person is today."""
    held = select(Membership.role).where(
        Membership.person_id == person_id,
        Membership.role.in_(sorted(ADMINISTRATORS)),
        *current_membership(clock.today()),
    )
    return set(db.session.scalars(held))


def is_guarded(person_id: int | None) -> bool:
    """Whether somebody is an administrator today or decides what they ask for: nobody gets into that account alone."""
    guarded = ADMINISTRATORS | PERMISSIONS["access_request.decide"]
    held = select(Membership.id).where(
        Membership.person_id == person_id, Membership.role.in_(sorted(guarded)), *current_membership(clock.today())
    )
    return db.session.scalar(held.limit(1)) is not None


def holders(role: str) -> set[int]:
    """The people who hold a role today and may sign in."""
    return _holding([role])


def somebody_else_decides(but: Collection[int]) -> bool:
    """Whether anybody but these people could decide a request."""
    return bool(_holding(sorted(PERMISSIONS["access_request.decide"])) - set(but))


def is_asked(kind: str, person_id: int, unit_id: int | None, role: str | None) -> bool:
    """Whether the same request waits already."""
    same = select(AccessRequest.id).where(
        AccessRequest.state == "waiting",
        AccessRequest.kind == kind,
        AccessRequest.person_id == person_id,
        AccessRequest.unit_id.is_not_distinct_from(unit_id),
        AccessRequest.role.is_not_distinct_from(role),
    )
    return db.session.scalar(same.limit(1)) is not None


def _holding(roles: list[str]) -> set[int]:
    statement = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role.in_(roles), Person.login.is_not(None), *current(clock.now()))
    )
    return set(db.session.scalars(statement))
