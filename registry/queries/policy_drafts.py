"""A policy while it is being written: the lines of its list checked, the premium of each proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry import policy
from registry.actor import Actor
from registry.models import Policy
from registry.queries import policies, policy_codes, policy_renewals, premiums
from registry.queries.policy_codes import Line
from registry.rules.dates import day_stamp_end
from registry.rules.premiums import pro_rata

SHOWN = 200
COPIED = (
    "subject",
    "insurer_id",
    "holder_type",
    "broker",
    "basis",
    "sharing",
    "covers",
    "note",
    "limit_per_accident_fen",
    "limit_per_person_fen",
    "limit_total_fen",
    "limit_legal_fen",
    "relief_per_accident_fen",
    "relief_per_person_fen",
)


@dataclass(frozen=True)
class Check:
    """What became of the lines: the first to show (wrong ones before the others), how many of each, and the premiums.

    `proposed_fen` is the sum over all good lines, None where the factor table does not apply.
    """

    lines: Sequence[Line]
    good: int
    wrong: int
    more: int
    proposals: Mapping[int, premiums.Proposal]
    proposed_fen: int | None
    insured_until: Mapping[int, date]


@dataclass(frozen=True)
class Endorsed:
    """What an endorsement would do: its lines, and the difference of the premium in fen."""

    added: Check
    removed: Check
    charged_fen: int
    returned_fen: int


def proposals(actor: Actor, lines: Sequence[Line], terms: Mapping[str, Any]) -> dict[int, premiums.Proposal]:
    """The premium of each good line; none without the days of the policy, and none for cylinders."""
    policy.require(actor, "policy.read")
    starts_on, ends_on = terms.get("starts_on"), terms.get("ends_on")
    if terms.get("subject", "elevator") != "elevator" or not starts_on or not ends_on or ends_on < starts_on:
        return {}
    good = [line.thing for line in lines if line.problem is None]
    limit, holder = terms.get("limit_per_accident_fen"), terms.get("holder_type") or "use_unit"
    return premiums.propose(good, premiums.Terms(starts_on, ends_on, limit, holder))


def check(
    actor: Actor, texts: Sequence[str], terms: Mapping[str, Any], on: date, insurable: bool = True, most: int = SHOWN
) -> Check:
    """Check the lines of a list."""
    subject = terms.get("subject") or "elevator"
    lines = policy_codes.look(actor, subject, texts, insurable)
    found = proposals(actor, lines, {**terms, "subject": subject}) if insurable else {}
    bad = policy_codes.wrong(lines)
    ordered = [*bad, *(line for line in lines if line not in bad)] if bad else lines
    ids = [line.thing.id for line in ordered[:most] if line.thing is not None] if subject == "elevator" else []
    return Check(
        lines=ordered[:most],
        good=sum(line.problem is None for line in lines),
        wrong=len(bad),
        more=max(len(lines) - most, 0),
        proposals=found,
        proposed_fen=sum(proposal.fen for proposal in found.values()) if found else None,
        insured_until=policy_renewals.insured_until(ids, on),
    )


def check_endorsement(
    actor: Actor, row: Policy, since: date | None, added: Sequence[str], removed: Sequence[str], on: date
) -> Endorsed:
    """Check the lines of an endorsement and what it would cost."""
    day = since or on
    terms = {
        "subject": row.subject,
        "starts_on": day,
        "ends_on": row.ends_on,
        "holder_type": row.holder_type,
        "limit_per_accident_fen": row.limit_per_accident_fen,
    }
    joining = check(actor, added, terms, on)
    leaving = check(actor, removed, terms, on, insurable=False)
    items = policies.items_of(row.id, {line.thing.id for line in leaving.lines if line.thing is not None})
    parts = premiums.worth(row, items)
    back = sum(pro_rata(parts[item.id], item.since, row.ends_on, day) for item in items)
    return Endorsed(joining, leaving, joining.proposed_fen or 0, back)


@dataclass(frozen=True)
class Renewal:
    """A policy to renew: the values of the next one, its codes, and what changes for each elevator."""

    old: Policy
    values: dict[str, Any]
    codes: list[str]
    changes: Sequence[policy_renewals.Change]


def renewal(actor: Actor, policy_id: int) -> Renewal:
    """The next policy after one: the following year over what is still there."""
    policy.require(actor, "policy.record")
    row = policy.get(actor, Policy, Policy.id == policy_id, options=policies.UNITS)
    starts_on = row.cancelled_on or row.ends_on + timedelta(days=1)
    ends_on = day_stamp_end(starts_on, 1)
    values = {name: getattr(row, name) for name in COPIED}
    terms = premiums.Terms(starts_on, ends_on, row.limit_per_accident_fen, row.holder_type)
    changes = policy_renewals.changes(actor, row, terms) if row.subject == "elevator" else []
    return Renewal(
        row,
        {**values, "holder": row.holder.name, "starts_on": starts_on, "ends_on": ends_on, "renews_id": row.id},
        policy_renewals.renewal_codes(row),
        changes,
    )
