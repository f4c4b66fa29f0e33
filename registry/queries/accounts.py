"""Who is behind a session cookie or a bearer token."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, or_, select

from registry import clock
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.models import ApiToken, Membership, Person, SignIn, Unit
from registry.prepared import Prepared


def digest(secret: str) -> str:
    """What is kept of a cookie or token: its SHA-256 in hex (the secret itself has 256 random bits)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def current_membership(on: date) -> tuple[Any, ...]:
    """Conditions of a membership that holds on a day."""
    return Membership.since <= on, or_(Membership.until.is_(None), Membership.until > on)


def current(now: datetime) -> tuple[Any, ...]:
    """Conditions of a membership that holds now, of a person who may sign in."""
    return (*current_membership(clock.day_of(now)), Person.disabled.is_(False))


def _joined(*columns: Any) -> Select[Any]:
    return (
        select(*columns, Membership, Person, Unit)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
    )


def actor_of(membership: Membership, person: Person, unit: Unit, request_id: str = "") -> Actor:
    """The actor of one membership."""
    confined = membership.role in OFFICE_ROLES and membership.area_code is not None
    return Actor(
        person_id=person.id,
        name=person.name,
        role=membership.role,
        unit_id=unit.id,
        unit_name=unit.name,
        areas=(membership.area_code,) if confined and membership.area_code else (),
        membership_id=membership.id,
        language=person.language,
        request_id=request_id,
    )


def actor_of_membership(membership_id: int) -> Actor | None:
    """The actor of a membership that still holds: for work that goes on without its person. None when it ended."""
    row = db.session.execute(_joined().where(Membership.id == membership_id, *current(clock.now()))).first()
    return actor_of(*row) if row else None


def actor_of_cookie(secret: str, idle: timedelta, longest: timedelta, request_id: str) -> tuple[Actor, SignIn] | None:
    """The actor of a live browser session; None when it ended, idled out or grew too old."""
    now = clock.now()
    row = db.session.execute(
        _joined(SignIn)
        .join(SignIn, SignIn.membership_id == Membership.id)
        .where(
            SignIn.token_hash == digest(secret),
            SignIn.ended_at.is_(None),
            SignIn.seen_at > now - idle,
            SignIn.started_at > now - longest,
            *current(now),
        )
    ).first()
    if row is None:
        return None
    sign_in, membership, person, unit = row
    return actor_of(membership, person, unit, request_id), sign_in


# How long a password holds while the second factor is looked for.
HALFWAY = timedelta(minutes=15)


def halfway_of_cookie(secret: str, request_id: str) -> tuple[Actor, SignIn] | None:
    """Who has proved a password in this browser and nothing else yet, as the actor it would become."""
    now = clock.now()
    row = db.session.execute(
        _joined(SignIn)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == digest(secret),
            SignIn.waits_for != "",
            SignIn.ended_at.is_(None),
            SignIn.started_at > now - HALFWAY,
            *current(now),
        )
        .order_by(Membership.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    sign_in, membership, person, unit = row
    return actor_of(membership, person, unit, request_id), sign_in


# Written once, and columns rather than objects: every request of a program asks it.
_BEARER = Prepared(
    select(
        Membership.id,
        Membership.role,
        Membership.area_code,
        Person.id,
        Person.name,
        Person.language,
        Unit.id,
        Unit.name,
    )
    .join(ApiToken, ApiToken.membership_id == Membership.id)
    .join(Person, Person.id == Membership.person_id)
    .join(Unit, Unit.id == Membership.unit_id)
    .where(
        ApiToken.token_hash == bindparam("token"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
        Membership.since <= bindparam("on"),
        or_(Membership.until.is_(None), Membership.until > bindparam("on")),
        Person.disabled.is_(False),
    )
)


class _Bearer(NamedTuple):
    membership_id: int
    role: str
    area_code: str | None
    person_id: int
    person: str
    language: str
    unit_id: int
    unit: str


def actor_of_token(secret: str, request_id: str) -> Actor | None:
    """The actor of a bearer token that is neither expired nor revoked."""
    now = clock.now()
    asked = {"token": digest(secret), "now": now, "on": clock.day_of(now)}
    rows = _BEARER.alone(asked)
    if not rows:
        return None
    row = _Bearer(*rows[0])
    confined = row.role in OFFICE_ROLES and row.area_code is not None
    return Actor(
        person_id=row.person_id,
        name=row.person,
        role=row.role,
        unit_id=row.unit_id,
        unit_name=row.unit,
        areas=(row.area_code,) if confined and row.area_code else (),
        membership_id=row.membership_id,
        language=row.language,
        request_id=request_id,
    )


def roles_of(person_id: int) -> list[tuple[Membership, Unit]]:
    """The memberships a person may act in today, with their units."""
    rows = db.session.execute(
        _joined().where(Person.id == person_id, *current(clock.now())).order_by(Membership.id)
    ).all()
    return [(membership, unit) for membership, _, unit in rows]


def actor_of_login(login: str) -> Actor | None:
    """The actor of a person's first role, for the command line."""
    row = db.session.execute(
        _joined().where(Person.login == login, *current(clock.now())).order_by(Membership.id)
    ).first()
    return actor_of(*row) if row else None


def login_of(actor: Actor) -> str:
    """The caller's own login."""
    return db.session.get_one(Person, actor.person_id).login or ""


def tokens_of(actor: Actor) -> list[ApiToken]:
    """The caller's own live tokens, newest first."""
    return list(
        db.session.scalars(
            select(ApiToken)
            .join(Membership, Membership.id == ApiToken.membership_id)
            .where(Membership.person_id == actor.person_id, ApiToken.revoked_at.is_(None))
            .order_by(ApiToken.id.desc())
            .limit(100)
        )
    )


@dataclass(frozen=True)
class Session:
    """A running session for its owner: `here` is the one that asks."""

    id: int
    browser: str
    address: str
    started_at: datetime
    seen_at: datetime
    here: bool


def sessions_of(actor: Actor, secret: str, idle: timedelta, longest: timedelta) -> list[Session]:
    """The caller's own running sessions, the last used first."""
    now = clock.now()
    rows = db.session.scalars(
        select(SignIn)
        .where(
            SignIn.person_id == actor.person_id,
            SignIn.ended_at.is_(None),
            SignIn.waits_for == "",
            SignIn.seen_at > now - idle,
            SignIn.started_at > now - longest,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
        .limit(100)
    )
    here = digest(secret)
    return [
        Session(row.id, row.browser, row.address, row.started_at, row.seen_at, row.token_hash == here) for row in rows
    ]
