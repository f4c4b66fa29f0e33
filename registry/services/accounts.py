"""Signing in and out, acting in another role, tokens, passwords."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Forbidden, Invalid, Missing, TooMany, Unknown
from registry.messages import T
from registry.models import ApiToken, Membership, Person, SignIn, SignInFailure, Unit
from registry.queries.accounts import actor_of, current, digest

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
NOBODY = HASHER.hash("nobody has this password")
SHORTEST_PASSWORD = 10


@dataclass(frozen=True)
class Limits:
    """How many failures on one login or address, within how many minutes, stop further attempts."""

    attempts: int
    minutes: int


def sign_in(login: str, password: str, address: str, limits: Limits) -> tuple[str, Actor]:
    """Check a password and open a session; returns the cookie's secret and the actor.

    Raises:
        Unknown: wrong login or password (one sentence for both).
        TooMany: too many failures on this login or from this address.
    """
    login = login.strip().lower()
    with transaction() as session:
        _stop_guessing(session, (f"login:{login}", f"address:{address}"), limits)
        person = session.scalar(select(Person).where(Person.login == login))
        row = (
            person
            and session.execute(
                select(Membership, Unit)
                .join(Unit, Unit.id == Membership.unit_id)
                .join(Person, Person.id == Membership.person_id)
                .where(Membership.person_id == person.id, *current(clock.now()))
                .order_by(Membership.id)
            ).first()
        )
        if not _matches(person.password_hash if person else None, password) or not person or not row:
            session.add_all(SignInFailure(subject=s, at=clock.now()) for s in (f"login:{login}", f"address:{address}"))
            failed = True
        else:
            failed = False
            membership, unit = row
            secret = secrets.token_urlsafe(32)
            now = clock.now()
            session.add(
                SignIn(
                    token_hash=digest(secret),
                    person_id=person.id,
                    membership_id=membership.id,
                    started_at=now,
                    seen_at=now,
                )
            )
            session.execute(delete(SignInFailure).where(SignInFailure.subject == f"login:{login}"))
            actor = actor_of(membership, person, unit)
            audit.record(actor, "person.signed_in", person, door="web")
    if failed:
        raise Unknown(T("账号或密码不正确"))
    return secret, actor


def _matches(hashed: str | None, password: str) -> bool:
    """Verify, spending the same time on an unknown login."""
    try:
        return HASHER.verify(hashed or NOBODY, password) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False


def _stop_guessing(session: Session, subjects: tuple[str, ...], limits: Limits) -> None:
    since = clock.now() - timedelta(minutes=limits.minutes)
    counts = session.execute(
        select(SignInFailure.subject, func.count())
        .where(SignInFailure.subject.in_(subjects), SignInFailure.at > since)
        .group_by(SignInFailure.subject)
    ).all()
    for subject, count in counts:
        # An address is shared by a whole office behind one router, so it may fail more often than one login.
        if count >= limits.attempts * (1 if subject.startswith("login:") else 10):
            raise TooMany(
                T("失败次数过多，请{minutes}分钟后再试", minutes=limits.minutes), retry_after=limits.minutes * 60
            )


def sign_out(actor: Actor, secret: str) -> None:
    """End the session of this cookie."""
    with transaction() as session:
        row = session.scalar(select(SignIn).where(SignIn.token_hash == digest(secret), SignIn.ended_at.is_(None)))
        if row:
            row.ended_at = clock.now()
            audit.record(actor, "person.signed_out", session.get(Person, row.person_id), door="web")


def touch(secret: str, at: datetime) -> None:
    """Note that a session is still used; called at most once a minute."""
    with transaction() as session:
        row = session.scalar(select(SignIn).where(SignIn.token_hash == digest(secret)))
        if row:
            row.seen_at = at


def act_as(actor: Actor, secret: str, membership_id: int) -> Actor:
    """Continue this session in another of the person's own roles."""
    with transaction() as session:
        row = session.execute(
            select(Membership, Person, Unit)
            .join(Person, Person.id == Membership.person_id)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(
                Membership.id == membership_id,
                Person.id == actor.person_id,
                *current(clock.now()),
            )
        ).first()
        if row is None:
            raise Missing(T("没有找到这个身份"))
        membership, person, unit = row
        sign = session.scalar(select(SignIn).where(SignIn.token_hash == digest(secret)))
        if sign is None:
            raise Forbidden(T("请重新登录"))
        sign.membership_id = membership.id
        chosen = actor_of(membership, person, unit)
        audit.record(chosen, "person.acted_as", person, unit_id=unit.id, role=membership.role)
        return chosen


def create_token(actor: Actor, name: str, days: int = 365) -> str:
    """Make a bearer token for the caller's present role; the secret is shown this once."""
    policy.require(actor, "token.create")
    if not 1 <= days <= 1830:
        raise Invalid.field("days", T("有效天数应在1到1830之间"))
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction() as session:
        row = ApiToken(
            token_hash=digest(secret),
            membership_id=actor.membership_id,
            name=name,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        session.add(row)
        audit.record(actor, "token.created", row, name=name, expires_at=row.expires_at)
    return secret


def revoke_token(actor: Actor, token_id: int) -> None:
    """Revoke one of the caller's own tokens."""
    policy.require(actor, "token.revoke")
    with transaction() as session:
        row = session.scalar(
            select(ApiToken)
            .join(Membership, Membership.id == ApiToken.membership_id)
            .where(ApiToken.id == token_id, Membership.person_id == actor.person_id)
        )
        if row is None:
            raise Missing(T("没有找到这个令牌"))
        row.revoked_at = row.revoked_at or clock.now()
        audit.record(actor, "token.revoked", row, name=row.name)


def change_password(actor: Actor, old: str, new: str) -> None:
    """Change the caller's own password and end the person's other sessions."""
    policy.require(actor, "account.change_password")
    if len(new) < SHORTEST_PASSWORD:
        raise Invalid.field("new", T("密码至少{count}个字符", count=SHORTEST_PASSWORD))
    with transaction() as session:
        person = session.get_one(Person, actor.person_id)
        if not _matches(person.password_hash, old):
            raise Invalid.field("old", T("原密码不正确"))
        person.password_hash = HASHER.hash(new)
        for row in session.scalars(select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))):
            row.ended_at = clock.now()
        audit.record(actor, "person.password_changed", person)
