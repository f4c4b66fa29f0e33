"""Who has a second factor, who must have one, and the secret that is derived for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import func, select

from registry import clock
from registry.actor import ADMINISTRATORS, CITY_ROLES, COUNTY_ROLES, Actor
from registry.db import db
from registry.models import Membership, RecoveryCode, SecondFactor
from registry.permissions import LEADERS
from registry.queries import parameters
from registry.queries.accounts import current_membership
from registry.settings import current

PARAMETER = "access.second_factor"
# The parameter's value -> the roles whose holders need a second factor.
REQUIRED: dict[int, frozenset[str]] = {
    0: frozenset(),
    1: ADMINISTRATORS,
    2: ADMINISTRATORS | LEADERS,
    3: (ADMINISTRATORS | CITY_ROLES | COUNTY_ROLES) - {"system"},
}


@dataclass(frozen=True)
class Standing:
    """A person's own second factor: `since` None without one; how many recovery codes are left."""

    since: datetime | None
    codes_left: int
    is_required: bool


def required_roles() -> frozenset[str]:
    """The roles that need a second factor today."""
    return REQUIRED[min(int(parameters.value(PARAMETER, clock.today())), max(REQUIRED))]


def is_required(person_id: int) -> bool:
    """Whether one of a person's present roles needs a second factor."""
    roles = required_roles()
    if not roles:
        return False
    held = select(Membership.id).where(
        Membership.person_id == person_id, Membership.role.in_(sorted(roles)), *current_membership(clock.today())
    )
    return db.session.scalar(held.limit(1)) is not None


def has_one(person_id: int | None) -> bool:
    """Whether a person is asked for a code."""
    return db.session.scalar(select(SecondFactor.id).where(SecondFactor.person_id == person_id)) is not None


def own(actor: Actor) -> Standing:
    """The caller's own."""
    row = db.session.scalar(select(SecondFactor).where(SecondFactor.person_id == actor.person_id))
    left = select(func.count()).where(RecoveryCode.person_id == actor.person_id, RecoveryCode.used_at.is_(None))
    return Standing(row.since if row else None, int(db.session.scalar(left) or 0), is_required(actor.person_id or 0))


def secret_of(person_id: int, salt: str) -> str:
    """The TOTP secret (160 bits in base32), derived so that it need not be kept."""
    mac = hmac.new(current().secret_key, f"totp:{person_id}:{salt}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:20]).decode()


def address_of(person_id: int, salt: str, login: str, issuer: str) -> str:
    """What the QR code says: `otpauth://totp/…` as authenticator apps read it."""
    return pyotp.TOTP(secret_of(person_id, salt)).provisioning_uri(name=login, issuer_name=issuer)
