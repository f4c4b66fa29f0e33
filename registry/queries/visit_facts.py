"""What the registry knows of a visit's day: the workers, their certificates, the contract, the office's values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Certificate, Contract, Membership, Person, Visit
from registry.queries import parameters

CERTIFICATE_ITEM = "T"  # 电梯修理, TSG Z6001-2019
# What an office may set of the rules of `paperless`: the names are theirs, the keys carry the subject before them.
NAMES = (
    "fence_m",
    "min_workers",
    "second_worker_minutes",
    "confirmation_hours",
    "late_hours",
    "require_position",
    "require_photo",
    "require_second_worker",
    "require_test_photos",
    "require_signatures",
    "require_check_out",
    "require_confirmation",
    "require_in_time",
)
LONGER = ("quarter", "half_year", "year")
KEYS = (
    *(f"paperless.{name}" for name in NAMES),
    "paperless.min_minutes",
    *(f"paperless.min_minutes_{cycle}" for cycle in LONGER),
)


@dataclass(frozen=True)
class Worker:
    """A worker of a company; `on_roll`: on the day; `at` and `position` of his own check-in, if he made one."""

    person: Person
    on_roll: bool
    at: datetime | None = None
    position: dict[str, Any] | None = None


def parameters_of(on: date) -> dict[str, int]:
    """The office's values in force on a day, by the names that `paperless.judge` knows."""
    chosen = {key.removeprefix("paperless."): int(value) for key, value in parameters.values(KEYS, on).items()}
    shortest = chosen.pop("min_minutes")
    longer = {f"min_minutes_{cycle}": chosen.pop(f"min_minutes_{cycle}") or shortest for cycle in LONGER}
    return {**chosen, "min_minutes_half_month": shortest, **longer}


def workers(actor: Actor, logins: Collection[str], day: date) -> dict[str, Worker]:
    """The maintenance people of the caller's company among `logins`, by login."""
    members = _members(actor)
    known = policy.scope(actor, Person).where(Person.login.in_(logins), Person.id.in_(members))
    of_day = members.where(Membership.since <= day, or_(Membership.until.is_(None), Membership.until > day))
    on_roll = set(db.session.scalars(of_day))
    return {str(p.login): Worker(p, p.id in on_roll) for p in db.session.scalars(known)}


def colleagues(actor: Actor, day: date) -> list[Person]:
    """Who of the caller's company may go on a visit that day, the caller first."""
    members = _members(actor)
    of_day = members.where(Membership.since <= day, or_(Membership.until.is_(None), Membership.until > day))
    rows = db.session.scalars(
        policy.scope(actor, Person)
        .where(Person.id.in_(of_day), Person.login.is_not(None), Person.disabled.is_(False))
        .order_by(Person.name, Person.id)
        .limit(500)
    )
    return sorted(rows, key=lambda person: person.id != actor.person_id)


def _members(actor: Actor) -> Select[Any]:
    return select(Membership.person_id).where(
        Membership.unit_id == actor.unit_id, Membership.role.in_(policy.MAINTENANCE)
    )


def all_qualified(crew: Sequence[Worker], day: date) -> bool:
    """Whether every worker is on the roll and holds a certificate for elevators that is valid on the day."""
    ids = {worker.person.id for worker in crew}
    valid = select(Certificate.person_id).where(
        Certificate.person_id.in_(ids),
        Certificate.item == CERTIFICATE_ITEM,
        or_(Certificate.issued_on.is_(None), Certificate.issued_on <= day),
        Certificate.expires_on >= day,
    )
    return all(worker.on_roll for worker in crew) and set(db.session.scalars(valid)) == ids


def contract_valid(company_id: int | None, elevator_id: int, day: date) -> bool:
    """Whether the company maintained the elevator under a contract on the day."""
    covering = select(Contract.id).where(
        Contract.elevator_id == elevator_id,
        Contract.company_id == company_id,
        Contract.since <= day,
        or_(Contract.until.is_(None), Contract.until > day),
    )
    return db.session.scalar(covering.limit(1)) is not None


def used_before(sha256: str) -> bool:
    """Whether a visit of any company already showed this check-in photo."""
    return db.session.scalar(select(Visit.id).where(Visit.photo_sha256 == sha256).limit(1)) is not None
