"""What becomes of a session: begun, waiting for a second factor, finished, given another secret, ended.

Parts of the verbs of `accounts` and `second_factors`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry import audit, clock
from registry.actor import Actor
from registry.errors import Unknown
from registry.messages import T
from registry.models import KnownDevice, Membership, Person, SecondFactor, SignIn, Unit
from registry.queries import second_factors
from registry.queries.accounts import actor_of, current, digest


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in: the secret of the browser's device cookie, a name for it, and its address."""

    device: str = ""
    name: str = ""
    address: str = ""

    @property
    def device_hash(self) -> str | None:
        return digest(self.device) if self.device else None


def first_role(session: Session, person_id: int) -> tuple[Membership, Unit] | None:
    """The membership in which a person begins; None when there is none today."""
    row = session.execute(
        select(Membership, Unit)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.person_id == person_id, *current(clock.now()))
        .order_by(Membership.id)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def device_of(session: Session, person_id: int, device_hash: str | None) -> KnownDevice | None:
    """The person's known device with this cookie."""
    if device_hash is None:
        return None
    return session.scalar(
        select(KnownDevice).where(KnownDevice.person_id == person_id, KnownDevice.token_hash == device_hash)
    )


def begin(session: Session, person: Person, browser: Browser, door: str) -> tuple[str, Actor]:
    """Open a session of a person who has proved a password or was let in by the provider; its secret and the actor.

    It waits where a second factor is asked for.
    """
    found = first_role(session, person.id)
    if found is None:
        raise Unknown(T("此人目前没有任何身份"))
    membership, unit = found
    secret, now = secrets.token_urlsafe(32), clock.now()
    row = SignIn(
        token_hash=digest(secret),
        person_id=person.id,
        membership_id=None,
        waits_for=_waits_for(session, person.id),
        device_hash=browser.device_hash,
        browser=browser.name[:200],
        address=browser.address[:200],
        started_at=now,
        seen_at=now,
    )
    session.add(row)
    actor = actor_of(membership, person, unit)
    if not row.waits_for:
        _count(session, row, person, membership, actor, door)
    return secret, actor


def finish(session: Session, row: SignIn, actor: Actor, door: str) -> str:
    """The second factor was proved: from now on the session counts, under another secret."""
    person = session.get_one(Person, row.person_id)
    row.second_factor_at = clock.now()
    if row.waits_for:
        membership = session.get_one(Membership, actor.membership_id)
        row.waits_for, row.started_at = "", clock.now()
        _count(session, row, person, membership, actor, door)
    return rotate(row)


def rotate(row: SignIn) -> str:
    """Give a session another secret, whenever its rights rise."""
    secret = secrets.token_urlsafe(32)
    row.token_hash = digest(secret)
    return secret


def live(session: Session, secret: str) -> SignIn:
    """The session of a cookie, to be changed.

    Raises:
        Unknown: it has ended.
    """
    row = session.scalar(
        select(SignIn).where(SignIn.token_hash == digest(secret), SignIn.ended_at.is_(None)).with_for_update()
    )
    if row is None:
        raise Unknown(T("请重新登录"))
    return row


def end_all(session: Session, person_id: int, but: Collection[int] = ()) -> int:
    """End a person's sessions but for some; how many were running."""
    ended = session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id.not_in(but))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _waits_for(session: Session, person_id: int) -> str:
    if session.scalar(select(SecondFactor.id).where(SecondFactor.person_id == person_id)) is not None:
        return "code"
    return "enrolment" if second_factors.is_required(person_id) else ""


def _count(session: Session, row: SignIn, person: Person, membership: Membership, actor: Actor, door: str) -> None:
    row.membership_id = membership.id
    session.flush()
    audit.record(actor, "person.signed_in", person, door=door)
    _note_device(session, row, person, actor)


def _note_device(session: Session, row: SignIn, person: Person, actor: Actor) -> None:
    """Remember the device; tell of a new one, but not of a person's first."""
    if row.device_hash is None:
        return
    known = device_of(session, person.id, row.device_hash)
    if known is not None:
        known.seen_at, known.browser = row.seen_at, row.browser
        return
    is_first = session.scalar(select(KnownDevice.id).where(KnownDevice.person_id == person.id).limit(1)) is None
    session.add(
        KnownDevice(
            person_id=person.id,
            token_hash=row.device_hash,
            browser=row.browser,
            first_at=row.seen_at,
            seen_at=row.seen_at,
        )
    )
    if not is_first:
        audit.record(actor, "person.new_device", person, browser=row.browser)
