"""Campaigns: the list, one with its totals, and what is linked to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import (
    Campaign,
    CampaignLink,
    CampaignSelfCheck,
    Directive,
    EnforcementCase,
    Hazard,
    Sealing,
    SupervisionCheck,
)
from registry.queries import campaign_checks
from registry.queries.paging import Page, paginate
from registry.rules import campaigns as rules
from registry.rules.workflow import Move, State

MOST = 500


@dataclass(frozen=True)
class Totals:
    """What was done under a campaign, as far as the caller sees it. `fines_yuan`: decided fines."""

    checks: int
    units: int
    directives: int
    complied: int
    hazards: int
    hazards_closed: int
    sealings: int
    cases: int
    decided: int
    fines_yuan: int


@dataclass(frozen=True)
class Detail:
    """One campaign on one page; the rows of each kind, newest first, at most 500; `units` are the self-checks, not
    answered ones first."""

    campaign: Campaign
    state: State
    moves: tuple[Move, ...]
    totals: Totals
    self_checks: campaign_checks.Totals
    units: Sequence[CampaignSelfCheck]
    checks: Sequence[SupervisionCheck]
    directives: Sequence[Directive]
    hazards: Sequence[Hazard]
    sealings: Sequence[Sealing]
    cases: Sequence[EnforcementCase]


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Campaigns by `q` (number, title) and `state`, newest first."""
    policy.require(actor, "campaign.read")
    found = policy.scope(actor, Campaign).options(joinedload(Campaign.issuer))
    if state := filters.get("state"):
        found = found.where(Campaign.state == state)
    if text := filters.get("q"):
        named = Campaign.title.contains(text, autoescape=True)
        found = found.where(or_(named, Campaign.no.contains(text.upper(), autoescape=True)))
    return paginate(found, Campaign.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def by_id(actor: Actor, campaign_id: int) -> Campaign:
    """A campaign; Missing when it does not concern the caller."""
    policy.require(actor, "campaign.read")
    options = (joinedload(Campaign.issuer), joinedload(Campaign.person))
    return policy.get(actor, Campaign, Campaign.id == campaign_id, options=options)


def totals(actor: Actor, campaign_id: int) -> Totals:
    """The totals of a campaign over its links."""
    checks = _count(actor, campaign_id, SupervisionCheck, "check_id", func.count(SupervisionCheck.unit_id.distinct()))
    orders = _count(actor, campaign_id, Directive, "directive_id", func.count().filter(Directive.state == "complied"))
    hazards = _count(actor, campaign_id, Hazard, "hazard_id", func.count().filter(Hazard.closed_on.is_not(None)))
    seals = _count(actor, campaign_id, Sealing, "sealing_id", func.count())
    decided = EnforcementCase.decided_on.is_not(None)
    cases = _count(
        actor,
        campaign_id,
        EnforcementCase,
        "case_id",
        func.count().filter(decided),
        func.coalesce(func.sum(EnforcementCase.fine_yuan).filter(decided), 0),
    )
    values = (*checks, *orders, *hazards, *seals[:1], *cases)
    return Totals(**dict(zip(Totals.__dataclass_fields__, values, strict=True)))


def _count(actor: Actor, campaign_id: int, model: Any, column: str, *more: Any) -> tuple[int, ...]:
    found = policy.scope(actor, model, func.count(), *more).where(model.id.in_(_linked(campaign_id, column)))
    return tuple(int(value) for value in db.session.execute(found).one())


def _linked(campaign_id: int, column: str) -> Any:
    key = getattr(CampaignLink, column)
    return select(key).where(CampaignLink.campaign_id == campaign_id, key.is_not(None))


def show(actor: Actor, campaign_id: int) -> Detail:
    """Everything the page of one campaign shows."""
    row = by_id(actor, campaign_id)
    own = tuple(one for one in rules.moves_from(row.state, clock.today()) if policy.may(actor, f"campaign.{one.verb}"))
    return Detail(
        campaign=row,
        state=rules.STATES[row.state],
        moves=own,
        totals=totals(actor, campaign_id),
        self_checks=campaign_checks.totals(actor, campaign_id),
        units=campaign_checks.of_campaign(actor, campaign_id),
        checks=_rows(actor, campaign_id, SupervisionCheck, "check_id"),
        directives=_rows(actor, campaign_id, Directive, "directive_id"),
        hazards=_rows(actor, campaign_id, Hazard, "hazard_id"),
        sealings=_rows(actor, campaign_id, Sealing, "sealing_id"),
        cases=_rows(actor, campaign_id, EnforcementCase, "case_id"),
    )


def _rows(actor: Actor, campaign_id: int, model: Any, column: str) -> Sequence[Any]:
    found = policy.scope(actor, model).where(model.id.in_(_linked(campaign_id, column)))
    return db.session.scalars(found.options(joinedload(model.unit)).order_by(model.id.desc()).limit(MOST)).all()
