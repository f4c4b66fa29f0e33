"""Campaigns: planned, started, ended; what is done under them is linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import (
    Area,
    Campaign,
    CampaignLink,
    Directive,
    EnforcementCase,
    Hazard,
    Sealing,
    SupervisionCheck,
)
from registry.queries import enforcement_steps, legal_moves, papers
from registry.rules import campaigns as rules
from registry.services import campaign_checks

Data = Mapping[str, Any]
NUMBERS = "ZX"
# field of the form -> (column of the link, model, its number)
LINKS: dict[str, tuple[str, Any, Any]] = {
    "checks": ("check_id", SupervisionCheck, SupervisionCheck.no),
    "directives": ("directive_id", Directive, Directive.number),
    "hazards": ("hazard_id", Hazard, Hazard.no),
    "sealings": ("sealing_id", Sealing, Sealing.no),
    "cases": ("case_id", EnforcementCase, EnforcementCase.no),
}


def plan(actor: Actor, data: Data) -> Campaign:
    """Plan a campaign: `title, starts_on, ends_on, tasks, areas?, unit_kinds?, kinds?, self_check?, self_check_by?,
    document?`. Of a county it lies in its own areas.

    Raises:
        Invalid: an end before the beginning, an unknown or foreign area, a self-check without its day.
    """
    policy.require(actor, "campaign.plan")
    today = clock.today()
    with transaction() as session:
        wrong: dict[str, list[str]] = {}
        areas = list(data.get("areas") or [])
        known = set(session.scalars(select(Area.code).where(Area.code.in_(areas))))
        if set(areas) - known or (actor.role in COUNTY_ROLES and set(areas) - set(actor.areas)):
            wrong["areas"] = [T("请从列表中选择")]
        if data["ends_on"] < data["starts_on"]:
            wrong["ends_on"] = [T("截止日期不能早于开始日期")]
        by = data.get("self_check_by")
        if bool(data.get("self_check")) != bool(by):
            wrong["self_check_by"] = [T("自查要求和自查截止日期要一起填写")]
        elif by and not data["starts_on"] <= by <= data["ends_on"]:
            wrong["self_check_by"] = [T("自查截止日期应在专项行动期间内")]
        if wrong:
            raise Invalid(wrong)
        row = Campaign(
            no=f"{NUMBERS}-{today.year}-{next_number(session, NUMBERS, '', today.year):03d}",
            area_code=papers.body_of(actor),
            areas=areas,
            unit_kinds=[key for key in rules.UNIT_KINDS if key in (data.get("unit_kinds") or [])],
            kinds=[key for key in rules.EQUIPMENT if key in (data.get("kinds") or [])],
            **{name: data[name] for name in ("title", "starts_on", "ends_on", "tasks")},
            self_check=data.get("self_check") or "",
            self_check_by=by,
            document=data.get("document") or "",
            state=rules.FIRST_STATE,
            issuer_id=actor.unit_id,
            person_id=actor.person_id,
            made_at=clock.now(),
            version=1,
        )
        session.add(row)
        audit.record(actor, "campaign.planned", row, no=row.no, title=row.title, starts_on=row.starts_on)
        return row


def move(actor: Actor, campaign_id: int, verb: str, data: Data, version: int | None = None) -> Campaign:
    """Start or end a campaign; ending needs `summary`. Starting orders the units in its scope to check themselves.

    Raises:
        Missing: no such move, or no such campaign for this caller.
        Conflict: not legal now, another office's, or somebody else was faster.
        Invalid: no summary.
    """
    if verb not in {found.verb for found in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"campaign.{verb}")
    with transaction() as session:
        row = policy.get(actor, Campaign, Campaign.id == campaign_id, lock=True)
        if row.area_code != papers.body_of(actor):
            raise Conflict(T("由组织专项行动的机关办理"))
        enforcement_steps.refuse_stale(version, row.version)
        found = legal_moves.find(rules.NAME, row.state, verb)
        given = enforcement_steps.complete(actor, found, data)
        before, row.state = row.state, found.target
        row.summary = given.get("summary", row.summary)
        row.version += 1
        audit.record(actor, "campaign.moved", row, no=row.no, verb=verb, **{"from": before, "to": row.state})
        if verb == "start" and row.self_check_by:
            session.flush()
            campaign_checks.order(actor, row.id)
        return row


def link(actor: Actor, campaign_id: int, data: Data) -> int:
    """Link what was done under a running campaign, by numbers: `checks?, directives?, hazards?, sealings?, cases?`.
    What is linked already stays; returns how many are new.

    Raises:
        Conflict: the campaign does not run.
        Invalid: a number that is not there for this caller, or nothing named.
    """
    policy.require(actor, "campaign.link")
    with transaction() as session:
        row = policy.get(actor, Campaign, Campaign.id == campaign_id, lock=True)
        if row.state != "running":
            raise Conflict(T("专项行动没有在进行，不能关联"))
        wrong: dict[str, list[str]] = {}
        added = []
        for field, (column, model, number) in LINKS.items():
            for text in dict.fromkeys(data.get(field) or ()):
                found = session.scalar(policy.scope(actor, model, model.id).where(number == text))
                if found is None:
                    wrong.setdefault(field, []).append(T("没有找到：{keys}", keys=text))
                    continue
                mine = CampaignLink.campaign_id == row.id, getattr(CampaignLink, column) == found
                if session.scalar(select(CampaignLink.id).where(*mine)) is None:
                    values = {column: found, "linked_on": clock.today(), "person_id": actor.person_id}
                    added.append(CampaignLink(campaign_id=row.id, **values))
        if not wrong and not any(data.get(field) for field in LINKS):
            wrong["checks"] = [T("请填写要关联的编号")]
        if wrong:
            raise Invalid(wrong)
        session.add_all(added)
        audit.record(actor, "campaign.linked", row, no=row.no, count=len(added))
        return len(added)
