"""Many people at once, for imports: one row for a person's role at a unit and one certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import transaction
from registry.messages import T
from registry.models import Certificate, Membership, Person, Unit

Row = Mapping[str, Any]
Done = tuple[str, Person, dict[str, Any]]  # an act of the trail, its subject, its data


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: T


@dataclass(slots=True)
class Counts:
    """What came of a call."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


def bulk_register(actor: Actor, rows: Sequence[Row]) -> Counts:
    """Put people on file, give them roles and record their certificates, in one transaction.

    A row has `name`, `phone`, `unit_id`, `role`, and optionally a certificate: `item`, `number`, `issued_on`,
    `expires_on`. A person is known by name and phone. Nobody gets a login here, and no role of an office.
    """
    policy.require(actor, "person.import")
    counts = Counts()
    with transaction() as session:
        batch = _Batch(actor, session, rows)
        for index, row in enumerate(rows):
            refusal = batch.refusal(row)
            if refusal:
                counts.refused.append(RefusedRow(index, *refusal))
                continue
            was, done = batch.write(row)
            setattr(counts, was, getattr(counts, was) + 1)
            for act, person, data in done:
                audit.record(actor, act, person, **data)
    return counts


class _Batch:
    """What is on file about the people of a call, kept up to date while writing."""

    def __init__(self, actor: Actor, session: Session, rows: Sequence[Row]) -> None:
        self.actor, self.session, self.today = actor, session, clock.today()
        names = {row["name"] for row in rows}
        found = session.scalars(select(Person).where(Person.name.in_(names)).order_by(Person.id.desc()))
        self.people = {(person.name, person.phone): person for person in found}
        self.units = {
            unit.id: unit
            for unit in session.scalars(policy.scope(actor, Unit).where(Unit.id.in_({row["unit_id"] for row in rows})))
        }
        held = select(Membership).where(
            Membership.person_id.in_([person.id for person in self.people.values()]),
            or_(Membership.until.is_(None), Membership.until > self.today),
        )
        self.roles = {(row.person_id, row.unit_id, row.role) for row in session.scalars(held)}
        numbers = {row["number"] for row in rows if row.get("number")}
        certificates = session.scalars(select(Certificate).where(Certificate.number.in_(numbers)))
        self.certificates = {(row.item, row.number): row for row in certificates}

    def refusal(self, row: Row) -> tuple[str, T] | None:
        """The column and the reason against a row."""
        unit = self.units.get(row["unit_id"])
        if unit is None:
            return "unit", T("没有这个单位")
        if self.actor.role in COUNTY_ROLES and self.actor.areas and unit.area_code not in self.actor.areas:
            return "unit", T("不在您的辖区内，请由市局或当地县区局办理")
        if row["role"] in OFFICE_ROLES:
            return "role", T("监管角色由系统管理员授予")
        certificate = self.certificates.get((row.get("item") or "", row.get("number") or ""))
        person = self.people.get((row["name"], row["phone"]))
        if certificate is not None and (person is None or certificate.person_id != person.id):
            return "number", T("这个证件编号已登记在他人名下")
        return None

    def write(self, row: Row) -> tuple[str, list[Done]]:
        """Put one row on file: `new`, `changed` or `unchanged`, and what was done for the trail."""
        done: list[Done] = []
        person = self.people.get((row["name"], row["phone"]))
        is_new = person is None
        if person is None:
            person = Person(name=row["name"], phone=row["phone"], created_on=self.today)
            self.session.add(person)
            self.session.flush()
            self.people[person.name, person.phone] = person
            done.append(("person.registered", person, {"unit_id": row["unit_id"], "role": row["role"]}))
        done += self._role(person, row, is_new)
        done += self._certificate(person, row)
        if is_new:
            return "new", done
        return ("changed" if done else "unchanged"), done

    def _role(self, person: Person, row: Row, is_new: bool) -> list[Done]:
        key = (person.id, row["unit_id"], row["role"])
        if key in self.roles:
            return []
        self.roles.add(key)
        self.session.add(Membership(person_id=person.id, unit_id=key[1], role=key[2], since=self.today))
        if is_new:
            return []
        return [("person.role_granted", person, {"unit_id": key[1], "role": key[2], "area_code": None})]

    def _certificate(self, person: Person, row: Row) -> list[Done]:
        if not row.get("item") or not row.get("number"):
            return []
        given = {name: row[name] for name in ("issued_on", "expires_on") if row.get(name)}
        certificate = self.certificates.get((row["item"], row["number"]))
        if certificate is None:
            certificate = Certificate(person_id=person.id, item=row["item"], number=row["number"], **given)
            self.session.add(certificate)
            self.certificates[row["item"], row["number"]] = certificate
        elif not audit.changes(certificate, given):
            return []
        data = {"item": certificate.item, "expires_on": certificate.expires_on}
        return [("person.certificate_recorded", person, data)]
