"""The second factor: enrolled, proved, replaced, removed, reset. TOTP (RFC 6238): 6 digits, 30 s, SHA-1."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import pyotp
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import AccessRequest, Person, RecoveryCode, SecondFactor
from registry.queries.second_factors import secret_of
from registry.services import access_requests, attempts, sign_ins
from registry.settings import current

STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be off
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 3, 4  # 12 letters of 31: 59 bits


def enrol(actor: Actor, cookie: str, salt: str, code: str) -> tuple[str, list[str]]:
    """Make a TOTP the caller's second factor, proved by a code of it; the session's new secret and ten recovery codes.

    Raises:
        Conflict: there is one. Invalid: the code is wrong.
    """
    policy.require(actor, "account.set_second_factor")
    with transaction() as session:
        person = session.get_one(Person, actor.person_id, with_for_update=True)
        if _factor(session, person.id) is not None:
            raise Conflict(T("已经启用两步验证"))
        step = _step_of(secret_of(person.id, salt), code, after=0)
        if step is None:
            raise Invalid.field("code", T("验证码不正确，请核对手机时间后再试"))
        row = SecondFactor(person_id=person.id, salt=salt, last_step=step, since=clock.now())
        session.add(row)
        codes = _new_codes(session, person.id)
        audit.record(actor, "second_factor.enrolled", person)
        sign = sign_ins.live(session, cookie)
        sign_ins.end_all(session, person.id, but=(sign.id,))
        return sign_ins.finish(session, sign, actor, "web"), codes


def prove(actor: Actor, cookie: str, code: str) -> str:
    """Finish a sign-in that waits for its code; returns the session's new secret.

    Raises:
        Invalid: wrong, used, or asked too often (one sentence for all).
    """
    with transaction() as session:
        device = sign_ins.live(session, cookie).device_hash
    check(actor, code, device)
    with transaction() as session:
        return sign_ins.finish(session, sign_ins.live(session, cookie), actor, "web")


def new_codes(actor: Actor, code: str) -> list[str]:
    """Ten other recovery codes; those before are void."""
    policy.require(actor, "account.set_second_factor")
    check(actor, code)
    with transaction() as session:
        codes = _new_codes(session, actor.person_id or 0)
        audit.record(actor, "second_factor.codes_renewed", session.get_one(Person, actor.person_id))
        return codes


def remove(actor: Actor, code: str) -> None:
    """Do without a second factor, or make way for another. Who must have one is led to it at the next sign-in."""
    policy.require(actor, "account.set_second_factor")
    check(actor, code)
    with transaction() as session:
        _drop(session, actor.person_id or 0)
        audit.record(actor, "second_factor.removed", session.get_one(Person, actor.person_id))


def reset(actor: Actor, person_id: int, reason: str) -> Person | AccessRequest:
    """Take away the second factor of somebody who has lost it; all sessions of that person end. That of an
    administrator waits for a second person.

    Raises:
        Forbidden: one's own. Conflict: there is none.
    """
    policy.require(actor, "second_factor.reset")
    if person_id == actor.person_id:
        raise Forbidden(T("自己的两步验证要由另一位安全管理员重置"))
    with transaction() as session:
        person = policy.get(actor, Person, Person.id == person_id, lock=True)
        if _factor(session, person.id) is None:
            raise Conflict(T("此人没有启用两步验证"))
        if actor.role != "system" and access_requests.reset_needs_another(actor, person.id):
            return access_requests.ask(session, actor, access_requests.SECOND_FACTOR, person, reason)
        take_away(session, actor, person, reason)
        return person


def take_away(session: Session, actor: Actor, person: Person, reason: str) -> None:
    """A reset, in the running transaction."""
    _drop(session, person.id)
    sign_ins.end_all(session, person.id)
    audit.record(actor, "second_factor.reset", person, reason=reason)


def check(actor: Actor, code: str, device: str | None = None) -> None:
    """Use up a code of the caller's second factor, or a recovery code. Nothing is asked of who has none.

    Raises:
        Invalid: wrong, used before, or asked too often (one sentence for all).
    """
    config = current()
    limits = attempts.Limits(config.sign_in_attempts, config.sign_in_lock_minutes)
    with transaction() as session:
        if _factor(session, actor.person_id) is None:
            return
        known = sign_ins.device_of(session, actor.person_id or 0, device)
        subject = f"code:{actor.person_id}:{known.id if known else '-'}"
        counted = attempts.spend(session, (subject,), limits)
        good = counted is not None and _use(session, actor, code)
        if counted is not None and good:
            attempts.give_back(session, counted, subject)
    if not good:
        raise Invalid.field("code", T("验证码不正确或已用过；连续错误{attempts}次要等{minutes}分钟", **_said(limits)))


def _said(limits: attempts.Limits) -> dict[str, int]:
    return {"attempts": limits.attempts, "minutes": limits.minutes}


def _use(session: Session, actor: Actor, code: str) -> bool:
    """Whether the code is good, which it is once."""
    row = _factor(session, actor.person_id)
    assert row is not None
    step = _step_of(secret_of(row.person_id, row.salt), code, after=row.last_step)
    if step is not None:
        row.last_step = step
        return True
    spare = session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.person_id == row.person_id,
            RecoveryCode.code_hash == _hash(row.person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if spare is None:
        return False
    spare.used_at = clock.now()
    audit.record(actor, "second_factor.code_used", session.get_one(Person, row.person_id))
    return True


def _factor(session: Session, person_id: int | None) -> SecondFactor | None:
    """Held until the transaction ends, so that of two requests with one code the second finds it used."""
    return session.scalar(
        select(SecondFactor)
        .where(SecondFactor.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _step_of(secret: str, code: str, after: int) -> int | None:
    """The interval of a code near the present one and newer than `after`; None for a wrong or an old one."""
    typed, totp = code.replace(" ", ""), pyotp.TOTP(secret, interval=STEP)
    now = int(clock.now().timestamp()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()) and step > after:
            return step
    return None


def _new_codes(session: Session, person_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS)) for _ in range(CODES)
    ]
    session.add_all(RecoveryCode(person_id=person_id, code_hash=_hash(person_id, code)) for code in codes)
    return codes


def _hash(person_id: int, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in LETTERS)
    return hmac.new(current().secret_key, f"recovery:{person_id}:{plain}".encode(), hashlib.sha256).hexdigest()


def _drop(session: Session, person_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
