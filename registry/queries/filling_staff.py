"""Who may fill and who may check at a station: people of the unit with a valid 气瓶充装 certificate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, and_, bindparam, literal, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import connection
from registry.errors import Missing
from registry.messages import T
from registry.models import Certificate, Membership, Person
from registry.policy import STATION
from registry.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of a station; `certified`: holds a 气瓶充装 certificate (P, or P1-P5 of before 2019) on the day."""

    id: int
    login: str
    name: str
    certified: bool


# Written once: putting a statement together takes several times as long as asking it.
_ON = bindparam("on", type_=Date)
_STAFF = (
    select(Person.id, Person.login, Person.name, Certificate.id)
    .join(Membership, Membership.person_id == Person.id)
    .outerjoin(
        Certificate,
        and_(
            Certificate.person_id == Person.id,
            Certificate.item.startswith("P", autoescape=True),
            Certificate.expires_on >= _ON,
            or_(Certificate.issued_on.is_(None), Certificate.issued_on <= _ON),
        ),
    )
    .where(
        Person.login.is_not(None),
        Person.disabled.is_(False),
        Membership.unit_id == bindparam("station"),
        Membership.role.in_([literal(role) for role in STATION]),
        Membership.since <= _ON,
        or_(Membership.until.is_(None), Membership.until > _ON),
    )
    .order_by(Person.id)
)
_NAMED = _STAFF.where(Person.login.in_(bindparam("logins", expanding=True)))
_TWO = Prepared(_STAFF.where(Person.login.in_([bindparam("one"), bindparam("other")])))


def of_station(unit_id: int | None, on: date, logins: Collection[str] | None = None) -> dict[str, Staff]:
    """The station's fillers, checkers and managers on a day by login, all or the named ones."""
    asked: dict[str, Any] = {"station": unit_id, "on": on}
    rows: Iterable[Sequence[Any]]
    if logins is not None and 0 < len(logins) < 3:
        one, *other = logins
        rows = _TWO.rows({**asked, "one": one, "other": other[0] if other else one})
    else:
        asked |= {} if logins is None else {"logins": [*logins]}
        rows = connection().execute(_STAFF if logins is None else _NAMED, asked)
    found: dict[str, Staff] = {}
    for person_id, login, name, certificate in rows:
        if login and not (login in found and found[login].certified):
            found[login] = Staff(person_id, login, name, certificate is not None)
    return found


def login_of(person_id: int) -> str | None:
    """The login of a person who is known by number."""
    return connection().execute(select(Person.login).where(Person.id == person_id)).scalar()


def own_login(actor: Actor) -> str:
    """The caller's login where the caller fills; else nothing."""
    staff = choices(actor) if actor.role == "filler" else []
    return next((person.login for person in staff if person.id == actor.person_id), "")


def choices(actor: Actor) -> list[Staff]:
    """The people of the caller's station, for the form at the gun.

    Raises:
        Missing: the caller is of no unit.
    """
    policy.require(actor, "filling.record")
    if actor.unit_id is None:
        raise Missing(T("您不属于任何单位"))
    return list(of_station(actor.unit_id, clock.today()).values())
