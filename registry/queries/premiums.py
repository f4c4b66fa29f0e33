"""Premiums of elevators on file: the facts of the register put to the factor table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from registry.db import db
from registry.models import Claim, Elevator, Endorsement, Policy, PolicyItem
from registry.queries.indicator_definitions import insured
from registry.rules import premiums
from registry.rules.dates import add_months
from registry.rules.premiums import Facts, Premium

CHUNK = 500
NEW_ELEVATORS = "manufacturer"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a policy says that a premium depends on."""

    starts_on: date
    ends_on: date
    limit_fen: int | None
    holder_type: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The premium of an elevator for a term, with the year's premium it comes from."""

    year: Premium
    fen: int


def propose(elevators: Sequence[Elevator], terms: Terms) -> dict[int, Proposal]:
    """Id -> what the factor table says for each of them."""
    ids = [row.id for row in elevators]
    claims, long_insured = _claims(ids, terms.starts_on), _insured_for_a_year(ids, terms.starts_on)
    found = {}
    for row in elevators:
        facts = Facts(
            kind=row.kind,
            place_type=row.place_type,
            made_on=row.made_on or row.in_use_since,
            first_year=terms.holder_type == NEW_ELEVATORS,
            insured_years=int(row.id in long_insured),
            claims=claims.get(row.id, 0),
            limit_fen=terms.limit_fen,
        )
        year = premiums.premium(facts, terms.starts_on)
        found[row.id] = Proposal(year, premiums.for_term(year.fen, terms.starts_on, terms.ends_on))
    return found


def differences(policy_id: int) -> int:
    """What endorsements have added to the premium of a policy, in fen; less than nothing where they took away."""
    return (
        db.session.scalar(select(func.sum(Endorsement.difference_fen)).where(Endorsement.policy_id == policy_id)) or 0
    )


def refund(row: Policy, cancelled_on: date) -> int:
    """What of the premium falls on the days from the cancellation to the end."""
    whole = row.premium_fen + differences(row.id)
    return max(premiums.pro_rata(whole, row.starts_on, row.ends_on, cancelled_on), 0)


def worth(row: Policy, items: Sequence[PolicyItem]) -> Mapping[int, int]:
    """Id of an item -> its part of the agreed premium; policies from before parts were kept share alike."""
    first = db.session.scalar(
        select(func.count()).where(PolicyItem.policy_id == row.id, PolicyItem.since <= row.starts_on)
    )
    alike = row.premium_fen // (first or len(items) or 1) if row.basis == "per_item_year" else 0
    return {item.id: alike if item.premium_fen is None else item.premium_fen for item in items}


def _claims(ids: Sequence[int], starts_on: date) -> dict[int, int]:
    """Claims of the twelve months before a day; a refused one does not count."""
    found: dict[int, int] = {}
    for start in range(0, len(ids), CHUNK):
        rows = db.session.execute(
            select(Claim.elevator_id, func.count())
            .where(
                Claim.elevator_id.in_(ids[start : start + CHUNK]),
                Claim.happened_on >= add_months(starts_on, -12),
                Claim.happened_on < starts_on,
                Claim.state != "refused",
            )
            .group_by(Claim.elevator_id)
        )
        found.update((id_, count) for id_, count in rows if id_ is not None)
    return found


def _insured_for_a_year(ids: Sequence[int], starts_on: date) -> set[int]:
    """Those under some policy both a year before a day and on the day before it."""
    days = (add_months(starts_on, -12), starts_on - timedelta(days=1))
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        both = [insured(PolicyItem.elevator_id, Elevator.id, day) for day in days]
        found.update(db.session.scalars(select(Elevator.id).where(Elevator.id.in_(ids[start : start + CHUNK]), *both)))
    return found
