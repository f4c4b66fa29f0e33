"""People, as far as the caller may know them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.actor import Actor
from registry.models import Certificate, Membership, Person
from registry.queries import personal
from registry.queries.paging import Page, paginate

LOADS = (selectinload(Person.certificates), selectinload(Person.memberships).joinedload(Membership.unit))


def page(actor: Actor, filters: dict[str, Any]) -> Page:
    """People by `q` (name, login, certificate number) and `expires_before` of a certificate."""
    policy.require(actor, "person.read")
    statement = policy.scope(actor, Person).options(*LOADS)
    if text := filters.get("q"):
        certificates = select(Certificate.person_id).where(Certificate.number.startswith(text, autoescape=True))
        statement = statement.where(
            or_(
                Person.name.contains(text, autoescape=True),
                Person.login == text.lower(),
                Person.id.in_(certificates),
            )
        )
    if role := filters.get("role"):
        statement = statement.where(Person.id.in_(select(Membership.person_id).where(Membership.role == role)))
    if day := filters.get("expires_before"):
        statement = statement.where(Person.id.in_(select(Certificate.person_id).where(Certificate.expires_on <= day)))
    return paginate(statement, Person.id, filters.get("limit") or 50, filters.get("cursor"))


def show(actor: Actor, person_id: int) -> Person:
    """One person with roles and certificates."""
    policy.require(actor, "person.read")
    return policy.get(actor, Person, Person.id == person_id, options=LOADS)


def to_correct(actor: Actor, person_id: int) -> dict[str, str]:
    """Name and phone to be corrected; no phone where the caller does not see it."""
    person = show(actor, person_id)
    return {"name": person.name, "phone": person.phone if personal.sees(actor, person) else ""}
