"""Self-checks that campaigns ordered: the list, one with its campaign, how many answered, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Campaign, CampaignSelfCheck, Capacity, Elevator, Unit
from registry.queries import kept_files
from registry.queries.indicator_definitions import elevators_in_use
from registry.queries.paging import Page, paginate
from registry.rules import campaigns as rules
from registry.settings import current

LATE, WAITING, ANSWERED = "late", "waiting", "answered"
STATES = {LATE: T("逾期未报"), WAITING: T("待自查"), ANSWERED: T("已报自查情况")}
TONES = {LATE: "bad", WAITING: "warn", ANSWERED: "good"}
MOST = 1000
CAMPAIGN, UNIT = joinedload(CampaignSelfCheck.campaign), joinedload(CampaignSelfCheck.unit)


@dataclass(frozen=True)
class Totals:
    """What the self-checks of a campaign came to, as far as the caller sees them. Counts of units, then of items."""

    ordered: int
    answered: int
    late: int
    found: int
    corrected: int

    @property
    def open(self) -> int:
        return self.found - self.corrected


def state(row: CampaignSelfCheck, on: date) -> str:
    """`late`, `waiting` or `answered`."""
    if row.answered_on is not None:
        return ANSWERED
    return LATE if row.due_on < on else WAITING


def _where(wanted: str, on: date) -> tuple[ColumnElement[bool], ...]:
    waits = CampaignSelfCheck.answered_on.is_(None)
    return {
        LATE: (waits, CampaignSelfCheck.due_on < on),
        WAITING: (waits, CampaignSelfCheck.due_on >= on),
        ANSWERED: (CampaignSelfCheck.answered_on.is_not(None),),
    }[wanted]


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Self-checks by `campaign` (id), `state` and `open` (items not put right), newest first."""
    policy.require(actor, "campaign_check.read")
    found = policy.scope(actor, CampaignSelfCheck).options(CAMPAIGN, UNIT)
    if wanted := filters.get("state"):
        found = found.where(*_where(wanted, clock.today()))
        if wanted != ANSWERED:
            found = found.where(CampaignSelfCheck.campaign_id.in_(_running()))
    if campaign := filters.get("campaign"):
        found = found.where(CampaignSelfCheck.campaign_id == campaign)
    if filters.get("open"):
        found = found.where(CampaignSelfCheck.found > CampaignSelfCheck.corrected)
    return paginate(found, CampaignSelfCheck.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def by_id(actor: Actor, check_id: int) -> CampaignSelfCheck:
    """One self-check with its campaign; Missing when it is not the caller's."""
    policy.require(actor, "campaign_check.read")
    options = (CAMPAIGN.joinedload(Campaign.issuer), UNIT, joinedload(CampaignSelfCheck.person))
    return policy.get(actor, CampaignSelfCheck, CampaignSelfCheck.id == check_id, options=options)


def may_answer(actor: Actor, row: CampaignSelfCheck) -> bool:
    """Whether the caller may answer it now, or add to the answer."""
    own = policy.may(actor, "campaign_check.answer") and row.unit_id == actor.unit_id
    return own and row.campaign.state == "running"


def file(actor: Actor, check_id: int, file_id: int) -> tuple[Path, str, str]:
    """A photo of an answer: where it lies, its type and its name. Missing when it is not of it."""
    return kept_files.find(file_id, [one["file"] for one in by_id(actor, check_id).photos or ()])


def totals(actor: Actor, campaign_id: int) -> Totals:
    """The totals of a campaign's self-checks."""
    today = clock.today()
    counts = (
        func.count(),
        func.count(CampaignSelfCheck.answered_on),
        func.count().filter(*_where(LATE, today)),
        func.coalesce(func.sum(CampaignSelfCheck.found), 0),
        func.coalesce(func.sum(CampaignSelfCheck.corrected), 0),
    )
    mine = policy.scope(actor, CampaignSelfCheck, *counts).where(CampaignSelfCheck.campaign_id == campaign_id)
    return Totals(*(int(value) for value in db.session.execute(mine).one()))


def of_campaign(actor: Actor, campaign_id: int) -> Sequence[CampaignSelfCheck]:
    """The self-checks of a campaign, those not answered first, the oldest deadline first; at most 1,000."""
    found = policy.scope(actor, CampaignSelfCheck).where(CampaignSelfCheck.campaign_id == campaign_id)
    order = (CampaignSelfCheck.answered_on.is_not(None), CampaignSelfCheck.due_on, CampaignSelfCheck.id)
    return db.session.scalars(found.options(UNIT).order_by(*order).limit(MOST)).all()


def tally(actor: Actor, on: date) -> dict[str, int]:
    """What waits under running campaigns: `late`, `waiting`."""
    counts = [func.count().filter(*_where(name, on)) for name in (LATE, WAITING)]
    statement = policy.scope(actor, CampaignSelfCheck, *counts).where(CampaignSelfCheck.campaign_id.in_(_running()))
    return dict(zip((LATE, WAITING), map(int, db.session.execute(statement).one()), strict=True))


def _running() -> Any:
    return select(Campaign.id).where(Campaign.state == "running")


def units_in_scope(row: Campaign, on: date) -> dict[int, str]:
    """The units of a campaign's scope with the area each is counted in: use units where they have equipment in use,
    the others by their domicile. Empty parts of the scope mean all."""
    areas = list(row.areas) or ([] if row.area_code == current().city_code else [row.area_code])
    kinds = list(row.kinds) or list(rules.EQUIPMENT)
    wanted = set(row.unit_kinds or rules.UNIT_KINDS) & {
        name for kind in kinds for name in rules.UNIT_KINDS_OF_EQUIPMENT[kind]
    }
    found: dict[int, str] = {}
    others = wanted - {"use"}
    for number, area in db.session.execute(
        select(Unit.id, Unit.area_code)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Capacity.capacity.in_(sorted(others)), *([Unit.area_code.in_(areas)] if areas else []))
    ):
        if area:
            found[number] = area
    if "use" in wanted:
        found = {**_users(areas, on), **found}
    return found


def _users(areas: Sequence[str], on: date) -> dict[int, str]:
    where = [Elevator.use_unit_id.is_not(None), elevators_in_use(on)]
    if areas:
        where.append(Elevator.area_code.in_(areas))
    rows = db.session.execute(
        select(Elevator.use_unit_id, Unit.area_code, Elevator.area_code)
        .join(Unit, Unit.id == Elevator.use_unit_id)
        .where(*where)
        .distinct()
        .order_by(Elevator.use_unit_id, Elevator.area_code)
    )
    found: dict[int, str] = {}
    for number, home, here in rows:
        if here == home or number not in found:
            found[number or 0] = here
    return found
