"""What may have been done under a campaign: everything inside its scope and period that is not linked yet; and from the
other side, the campaigns that a thing may belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Campaign,
    CampaignLink,
    Capacity,
    Directive,
    DirectiveItem,
    Elevator,
    EnforcementCase,
    Hazard,
    Sealing,
    SupervisionCheck,
    SupervisionDevice,
    Unit,
)
from registry.settings import current

MOST = 200


@dataclass(frozen=True)
class Kind:
    """A kind of what may be linked: its number and day, the link's column, what is said of it, and the condition that
    it is about elevators or cylinders."""

    key: str
    name: T
    model: Any
    column: str
    number: Any
    day: Any
    about: Callable[[Any], str]
    elevator: Any
    cylinder: Any


def _fills(model: Any) -> Any:
    return model.unit_id.in_(select(Capacity.unit_id).where(Capacity.capacity == "filling"))


def _item(column: Any) -> Any:
    return exists().where(DirectiveItem.directive_id == Directive.id, column.is_not(None))


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "checks",
            T("监督检查"),
            SupervisionCheck,
            "check_id",
            SupervisionCheck.no,
            func.coalesce(SupervisionCheck.planned_on, SupervisionCheck.state_since),
            lambda row: row.problems or row.occasion,
            exists().where(SupervisionDevice.check_id == SupervisionCheck.id) | ~_fills(SupervisionCheck),
            _fills(SupervisionCheck),
        ),
        Kind(
            "directives",
            T("指令书"),
            Directive,
            "directive_id",
            Directive.number,
            Directive.issued_on,
            lambda row: row.problems,
            _item(DirectiveItem.elevator_id) | ~_fills(Directive),
            _item(DirectiveItem.cylinder_id) | _fills(Directive),
        ),
        Kind(
            "hazards",
            T("隐患"),
            Hazard,
            "hazard_id",
            Hazard.no,
            Hazard.found_on,
            lambda row: row.title,
            Hazard.elevator_id.is_not(None) | (Hazard.cylinder_id.is_(None) & ~_fills(Hazard)),
            Hazard.cylinder_id.is_not(None) | _fills(Hazard),
        ),
        Kind(
            "sealings",
            T("查封扣押"),
            Sealing,
            "sealing_id",
            Sealing.no,
            Sealing.proposed_on,
            lambda row: row.facts,
            ~_fills(Sealing),
            _fills(Sealing),
        ),
        Kind(
            "cases",
            T("案件"),
            EnforcementCase,
            "case_id",
            EnforcementCase.no,
            EnforcementCase.found_on,
            lambda row: row.title,
            ~_fills(EnforcementCase),
            _fills(EnforcementCase),
        ),
    )
}


@dataclass(frozen=True)
class Offer:
    """Something that may be linked."""

    id: int
    number: str
    unit: str
    day: date
    about: str


def offers(actor: Actor, row: Campaign, text: str = "") -> dict[str, list[Offer]]:
    """By kind what lies in a campaign's scope and period and is not linked yet, newest first, at most 200 a kind;
    `text` is looked for in numbers and names of units."""
    policy.require(actor, "campaign.link")
    found = {}
    for kind in KINDS.values():
        statement = _in_scope(actor, kind, row)
        linked = select(getattr(CampaignLink, kind.column)).where(
            CampaignLink.campaign_id == row.id, getattr(CampaignLink, kind.column).is_not(None)
        )
        statement = statement.where(kind.model.id.not_in(linked))
        if text:
            units = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
            statement = statement.where(or_(kind.number.contains(text, autoescape=True), kind.model.unit_id.in_(units)))
        rows = db.session.execute(statement.order_by(kind.model.id.desc()).limit(MOST)).unique().all()
        found[kind.key] = [_offer(kind, one, day) for one, day in rows]
    return found


def _in_scope(actor: Actor, kind: Kind, row: Campaign) -> Select[Any]:
    where = [kind.day.between(row.starts_on, row.ends_on)]
    areas = list(row.areas) or ([] if row.area_code == current().city_code else [row.area_code])
    if areas:
        where.append(kind.model.area_code.in_(areas))
    if row.kinds:
        where.append(or_(*({"elevator": kind.elevator, "cylinder": kind.cylinder}[name] for name in row.kinds)))
    if row.unit_kinds:
        where.append(_of_kind(kind.model, row.unit_kinds))
    return (
        policy.scope(actor, kind.model, kind.model, kind.day)
        .select_from(kind.model)
        .options(joinedload(kind.model.unit))
        .where(*where)
    )


def _of_kind(model: Any, names: Sequence[str]) -> Any:
    units = select(Capacity.unit_id).where(Capacity.capacity.in_(list(names)))
    if "use" in names:
        users = select(Elevator.use_unit_id).where(Elevator.use_unit_id.is_not(None))
        return or_(model.unit_id.in_(units), model.unit_id.in_(users))
    return model.unit_id.in_(units)


def _offer(kind: Kind, row: Any, day: Any) -> Offer:
    on = day if isinstance(day, date) else date.fromisoformat(str(day)[:10])
    return Offer(row.id, getattr(row, kind.number.key), row.unit.name, on, kind.about(row)[:120])


@dataclass(frozen=True)
class Belonging:
    """One thing and the campaigns it was done under; `fitting`: running ones whose scope and period hold it."""

    kind: Kind
    number: str
    linked: list[Campaign]
    fitting: list[Campaign]


def belonging(actor: Actor, kind_key: str, row_id: int) -> Belonging:
    """Where one thing belongs.

    Raises:
        Missing: no such kind, or nothing that the caller sees.
    """
    policy.require(actor, "campaign.read")
    kind = KINDS.get(kind_key)
    if kind is None:
        raise Missing(T("没有这个清单"))
    row = policy.get(actor, kind.model, kind.model.id == row_id)
    under = select(CampaignLink.campaign_id).where(getattr(CampaignLink, kind.column) == row_id)
    campaigns = policy.scope(actor, Campaign)
    linked = db.session.scalars(campaigns.where(Campaign.id.in_(under)).order_by(Campaign.id)).all()
    running = campaigns.where(Campaign.state == "running", Campaign.id.not_in(under)).order_by(Campaign.id)
    fitting = [
        one
        for one in db.session.scalars(running.limit(MOST))
        if db.session.execute(_in_scope(actor, kind, one).where(kind.model.id == row_id)).unique().first()
    ]
    return Belonging(kind, getattr(row, kind.number.key), list(linked), fitting)
