"""Guards of the rungs of escalation: listed supervision has a level and an end, a record needs a talk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from registry.rules import tables
from registry.rules.hazard_case import Case, guard
from registry.rules.hazard_facts import OFFICE_RANKS, SUPERVISION_RANKS
from registry.rules.verdict import Finding

LEVEL_NAMES = {"county": ("县级", "county"), "city": ("市级", "city"), "province": ("省级", "province")}


@guard("list_supervision")
def listing(case: Case) -> Iterator[Finding]:
    if case.facts.listed_supervision:
        running = case.facts.listed_supervision
        yield case.note("already_listed", level=LEVEL_NAMES.get(running, (running, running)))
    # The city keeps the province's notices, as it keeps the province's list.
    wanted = min(SUPERVISION_RANKS.get(str(case.data.get("listing_level")), 0), OFFICE_RANKS["city"])
    if wanted > OFFICE_RANKS[case.actor.office_level]:
        yield case.note("listing_beyond")
    due, latest = case.day("listing_due"), None
    row = tables.first("hazard_deadlines", case.on, lambda row: row["case"] == "listed_supervision")
    if row is not None and row["max_amount"]:
        latest = case.on + timedelta(days=int(row["max_amount"]))
    if due is not None and latest is not None and due > latest:
        yield case.note("listing_too_long", day=latest.isoformat())


@guard("delist")
def delisting(case: Case) -> Iterator[Finding]:
    if not case.facts.listed_supervision:
        yield case.note("not_listed")


@guard("record_talk")
def talk_called(case: Case) -> Iterator[Finding]:
    if not case.facts.talk_called:
        yield case.note("no_talk_called")
