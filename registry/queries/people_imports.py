"""What is on file of people that come again in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Certificate, Membership, Person

Key = tuple[int, str, str, str, str]


def existing(actor: Actor, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """Present values under (unit id, role, name, phone, item of the certificate) of the people the caller sees.

    `item` "none" asks for the role alone. A person who lacks the role or the certificate has None for it.
    """
    wanted = list(keys)
    people = {
        (person.name, person.phone): person.id
        for person in db.session.scalars(policy.scope(actor, Person).where(Person.name.in_({key[2] for key in wanted})))
    }
    ids = list(people.values())
    today = clock.today()
    roles = select(Membership.person_id, Membership.unit_id, Membership.role).where(
        Membership.person_id.in_(ids), or_(Membership.until.is_(None), Membership.until > today)
    )
    held = {tuple(row) for row in db.session.execute(roles)}
    certificates: dict[tuple[int, str], Certificate] = {}
    newest = select(Certificate).where(Certificate.person_id.in_(ids)).order_by(Certificate.expires_on)
    for row in db.session.scalars(newest):
        certificates[row.person_id, row.item] = row
    found: dict[Key, dict[str, Any]] = {}
    for key in wanted:
        unit_id, role, name, phone, item = key
        person = people.get((name, phone))
        if person is None:
            continue
        certificate = certificates.get((person, item))
        found[key] = {
            "name": name,
            "phone": phone,
            "unit_id": unit_id,
            "role": role if (person, unit_id, role) in held else None,
            "item": item if item == "none" or certificate else None,
            "number": certificate.number if certificate else None,
            "issued_on": certificate.issued_on if certificate else None,
            "expires_on": certificate.expires_on if certificate else None,
        }
    return found
