"""What keepers of accounts do besides giving: end a role, unlock a login, revoke tokens."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import ADMINISTRATORS, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden
from registry.messages import T
from registry.models import ApiToken, KnownDevice, Membership, Person, SignInFailure
from registry.policy import UNIT_MANAGERS
from registry.queries import access_requests as queries
from registry.queries.accounts import current_membership


def end_role(actor: Actor, person_id: int, membership_id: int) -> Membership:
    """End a role from today on; a unit's manager only at the own unit. Its sessions and tokens end with it.

    Raises:
        Missing: no such role today. Forbidden: at another unit. Conflict: of the last one of these administrators.
    """
    policy.require(actor, "person.end_role")
    with transaction():
        person = policy.get(actor, Person, Person.id == person_id, lock=True)
        row = policy.get(
            actor,
            Membership,
            Membership.id == membership_id,
            Membership.person_id == person.id,
            *current_membership(clock.today()),
            lock=True,
        )
        if actor.role in UNIT_MANAGERS and row.unit_id != actor.unit_id:
            raise Forbidden(T("只能结束本单位的角色"))
        if row.role in ADMINISTRATORS and queries.holders(row.role) <= {person.id}:
            raise Conflict(T("这是最后一位担任该管理员角色的人，请先指定他人"))
        row.until = clock.today()
        audit.record(actor, "person.role_ended", person, unit_id=row.unit_id, role=row.role)
        return row


def unlock(actor: Actor, person_id: int, reason: str) -> int:
    """Forget the failures that keep a person from signing in; how many there were."""
    policy.require(actor, "person.unlock")
    with transaction() as session:
        person = policy.get(actor, Person, Person.id == person_id)
        count = len(
            session.scalars(
                delete(SignInFailure)
                .where(SignInFailure.subject.in_(_subjects(session, person)))
                .returning(SignInFailure.id)
            ).all()
        )
        audit.record(actor, "person.unlocked", person, count=count, reason=reason)
        return count


def revoke_tokens(actor: Actor, person_id: int, reason: str) -> int:
    """Revoke all tokens of a person, as when a program was lost; how many there were."""
    policy.require(actor, "person.revoke_tokens")
    with transaction() as session:
        person = policy.get(actor, Person, Person.id == person_id)
        held = select(Membership.id).where(Membership.person_id == person.id)
        rows = session.scalars(
            select(ApiToken).where(ApiToken.membership_id.in_(held), ApiToken.revoked_at.is_(None))
        ).all()
        for row in rows:
            row.revoked_at = clock.now()
        audit.record(actor, "person.tokens_revoked", person, count=len(rows), reason=reason)
        return len(rows)


def _subjects(session: Session, person: Person) -> list[str]:
    devices = session.scalars(select(KnownDevice.id).where(KnownDevice.person_id == person.id)).all()
    codes = [f"code:{person.id}:{device}" for device in ("-", *devices)]
    return [f"login:{person.login}", *(f"device:{device}" for device in devices), *codes]
