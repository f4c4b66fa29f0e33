"""Signing in and out, acting in another role, tokens, passwords."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Forbidden, Invalid, Missing, Unknown
from registry.messages import T
from registry.models import ApiToken, Membership, Person, SignIn, Unit
from registry.queries import second_factors as factor_queries
from registry.queries.access_requests import administrator_roles
from registry.queries.accounts import actor_of, current, digest
from registry.rules import passwords
from registry.services import attempts, second_factors, sign_ins
from registry.services.attempts import Limits
from registry.services.sign_ins import Browser
from registry.settings import current as configured

__all__ = ["HASHER", "Browser", "Limits"]

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
NOBODY = HASHER.hash("nobody has this password")
UNKNOWN_BROWSER = Browser()


def sign_in(
    login: str, password: str, address: str, limits: Limits, browser: Browser = UNKNOWN_BROWSER
) -> tuple[str, Actor]:
    """Check a password and open a session; returns the cookie's secret and the actor.

    A browser in which this person has signed in before has attempts of its own, so nobody locks the owner out. The
    password is checked between two transactions, and as long where nobody has the login or nothing may be tried.

    Raises:
        Unknown: unknown login, wrong password, or too many failures (one sentence and one time for all).
    """
    login = login.strip().lower()
    with transaction() as session:
        person = session.scalar(select(Person).where(Person.login == login))
        device = sign_ins.device_of(session, person.id, browser.device_hash) if person else None
        subjects = (f"device:{device.id}",) if device else (f"login:{login}", attempts.source(address))
        counted = attempts.spend(session, subjects, limits)
        hashed = person.password_hash if person else None
    good = _matches(hashed, password)
    if counted is not None and good:
        with transaction() as session:
            person = session.scalar(select(Person).where(Person.login == login, Person.password_hash == hashed))
            if person is not None and _may_use_password(session, person):
                attempts.give_back(session, counted, subjects[0])
                return sign_ins.begin(session, person, browser, "web")
    raise Unknown(
        T(
            "账号或密码不正确，或者失败次数过多；连续失败{attempts}次要等{minutes}分钟",
            attempts=limits.attempts,
            minutes=limits.minutes,
        )
    )


def let_in(login: str, browser: Browser = UNKNOWN_BROWSER) -> tuple[str, Actor]:
    """Open a session for whom the provider has named; nobody is made by it.

    Raises:
        Unknown: nobody with this login, or none who may sign in.
    """
    with transaction() as session:
        person = session.scalar(select(Person).where(Person.login == login.strip().lower()))
        if person is None or sign_ins.first_role(session, person.id) is None:
            raise Unknown(T("没有与这个身份对应的账号，请联系安全管理员开通"))
        return sign_ins.begin(session, person, browser, "provider")


def _may_use_password(session: Session, person: Person) -> bool:
    """Whoever has a role; where the provider lets people in instead, administrators alone."""
    if sign_ins.first_role(session, person.id) is None:
        return False
    return configured().local_sign_in or bool(administrator_roles(person.id))


def _matches(hashed: str | None, password: str) -> bool:
    """Verify, spending the same time on an unknown login."""
    try:
        return HASHER.verify(hashed or NOBODY, password) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False


def accepted(password: str, login: str, field: str) -> str:
    """A new password's hash.

    Raises:
        Invalid: too short, common, or the login again.
    """
    match passwords.problem(password, login):
        case "short":
            raise Invalid.field(field, T("密码至少{count}个字符", count=passwords.SHORTEST))
        case "login":
            raise Invalid.field(field, T("密码不能与账号相同"))
        case "common":
            raise Invalid.field(field, T("这个密码太常见，请换一个别人想不到的"))
    return HASHER.hash(password)


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


def act_as(actor: Actor, secret: str, membership_id: int) -> tuple[str, Actor]:
    """Continue this session in another of the person's own roles, under another secret.

    Raises:
        Missing: no such role. Forbidden: it needs a second factor, and this session has proved none.
    """
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
        sign = sign_ins.live(session, secret)
        if membership.role in factor_queries.required_roles() and sign.second_factor_at is None:
            raise Forbidden(T("这个身份要求两步验证，请先在“账号安全”页面启用"))
        sign.membership_id = membership.id
        chosen = actor_of(membership, person, unit)
        audit.record(chosen, "person.acted_as", person, unit_id=unit.id, role=membership.role)
        return sign_ins.rotate(sign), chosen


def create_token(actor: Actor, name: str, days: int = 365, code: str = "") -> str:
    """Make a bearer token for the caller's present role; the secret is shown this once.

    Raises:
        Invalid: the caller has a second factor, and the code is wrong.
    """
    policy.require(actor, "token.create")
    if not 1 <= days <= 1830:
        raise Invalid.field("days", T("有效天数应在1到1830之间"))
    second_factors.check(actor, code)
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
    """Change the caller's own password and end all sessions of the person."""
    policy.require(actor, "account.change_password")
    with transaction() as session:
        person = session.get_one(Person, actor.person_id)
        if not _matches(person.password_hash, old):
            raise Invalid.field("old", T("原密码不正确"))
        person.password_hash = accepted(new, person.login or "", "new")
        sign_ins.end_all(session, person.id)
        audit.record(actor, "person.password_changed", person)


def end_session(actor: Actor, sign_in_id: int) -> None:
    """End one of the caller's own sessions.

    Raises:
        Missing: no running session of the caller.
    """
    policy.require(actor, "account.end_session")
    with transaction() as session:
        row = session.scalar(
            select(SignIn).where(
                SignIn.id == sign_in_id, SignIn.person_id == actor.person_id, SignIn.ended_at.is_(None)
            )
        )
        if row is None:
            raise Missing(T("没有找到这个登录"))
        row.ended_at = clock.now()
        audit.record(actor, "person.sessions_ended", session.get_one(Person, actor.person_id), count=1)


def end_sessions(actor: Actor) -> int:
    """Sign the caller out everywhere, here too; how many sessions ended."""
    policy.require(actor, "account.end_session")
    with transaction() as session:
        count = sign_ins.end_all(session, actor.person_id or 0)
        audit.record(actor, "person.sessions_ended", session.get_one(Person, actor.person_id), count=count)
        return count


def give_password(session: Session, actor: Actor, person: Person, hashed: str) -> Person:
    """A password that somebody else set, in the running transaction: all sessions of the person end."""
    person.password_hash = hashed
    sign_ins.end_all(session, person.id)
    audit.record(actor, "person.password_set", person)
    return person
