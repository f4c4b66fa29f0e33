"""Hazards, supervision, cases, papers and accidents."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select, true

from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base
from registry.models import (
    Accident,
    Area,
    Campaign,
    CampaignSelfCheck,
    CasePaper,
    Directive,
    EnforcementCase,
    FollowUp,
    Hazard,
    HazardStep,
    KeyUnit,
    Paper,
    PaperTemplate,
    Sealing,
    StopOrder,
    SupervisionCheck,
    SupervisionDraw,
    SupervisionPlan,
)
from registry.permissions import MAINTENANCE
from registry.scopes.common import Where, everything, of_unit
from registry.scopes.elevators import contracted
from registry.settings import current


def _hazards(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return Hazard.area_code.in_(actor.areas)
    own_steps = select(HazardStep.hazard_id).where(HazardStep.unit_id == actor.unit_id)
    own = or_(Hazard.unit_id == actor.unit_id, Hazard.id.in_(own_steps))
    if actor.role in MAINTENANCE:  # whoever maintains the elevator helps to rectify it
        return or_(own, Hazard.elevator_id.in_(contracted(actor)))
    return own


def _supervision_checks(actor: Actor) -> Where:
    """Offices: those of their areas and their own. A unit sees the checks of itself from when they were recorded."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(SupervisionCheck.area_code.in_(actor.areas), SupervisionCheck.office_id == actor.unit_id)
    return and_(SupervisionCheck.unit_id == actor.unit_id, SupervisionCheck.recorded_at.is_not(None))


def _supervision_plans(actor: Actor) -> Where:
    """Plans and draws are the offices': a county sees its area's, its own and those of the whole city."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        whole_city = select(Area.code).where(Area.parent_code.is_(None))
        return or_(
            SupervisionPlan.area_code.in_(actor.areas),
            SupervisionPlan.area_code.in_(whole_city),
            SupervisionPlan.office_id == actor.unit_id,
        )
    return false()


def _key_units(actor: Actor) -> Where:
    """Which units are watched most is for the offices."""
    return of_unit(KeyUnit.unit_id)(actor) if actor.role in OFFICE_ROLES else false()


def _accidents(actor: Actor) -> Where:
    """Those of the areas; a unit sees those at its place, of what it maintains, and those it answers for."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return Accident.area_code.in_(actor.areas)
    return or_(
        Accident.unit_id == actor.unit_id,
        Accident.company_id == actor.unit_id,
        Accident.responsible_id == actor.unit_id,
    )


def _papers(actor: Actor) -> Where:
    """The offices' papers: those of their areas and their own; a unit sees what is addressed to it, a paper of a case
    from when it was served."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Paper.area_code.in_(actor.areas), Paper.issuer_id == actor.unit_id)
    waiting = select(CasePaper.paper_id).where(CasePaper.served_on.is_(None))
    return and_(Paper.unit_id == actor.unit_id, Paper.id.not_in(waiting))


def _directives(actor: Actor) -> Where:
    """The offices' directives in their areas; a unit those addressed to it."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Directive.area_code.in_(actor.areas), Directive.issuer_id == actor.unit_id)
    return Directive.unit_id == actor.unit_id


def _sealings(actor: Actor) -> Where:
    """The offices' sealings in their areas; a unit those at its own place, once they are carried out."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Sealing.area_code.in_(actor.areas), Sealing.issuer_id == actor.unit_id)
    return and_(Sealing.unit_id == actor.unit_id, Sealing.sealed_on.is_not(None))


def _cases(actor: Actor) -> Where:
    """The offices' cases in their areas; the party its own, once it was told."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return EnforcementCase.area_code.in_(actor.areas)
    return and_(EnforcementCase.unit_id == actor.unit_id, EnforcementCase.told_on.is_not(None))


def _campaigns(actor: Actor) -> Where:
    """A county sees its own campaigns and those of the city."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return Campaign.area_code.in_((*actor.areas, current().city_code))
    return false()


def _campaign_checks(actor: Actor) -> Where:
    """Offices by area; a unit its own orders alone."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return CampaignSelfCheck.area_code.in_(actor.areas)
    return CampaignSelfCheck.unit_id == actor.unit_id


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    Accident: _accidents,
    Campaign: _campaigns,
    CampaignSelfCheck: _campaign_checks,
    Directive: _directives,
    EnforcementCase: _cases,
    FollowUp: of_unit(FollowUp.unit_id),
    Hazard: _hazards,
    KeyUnit: _key_units,
    Paper: _papers,
    PaperTemplate: everything,
    Sealing: _sealings,
    StopOrder: of_unit(StopOrder.station_id),
    SupervisionCheck: _supervision_checks,
    SupervisionDraw: lambda actor: SupervisionDraw.plan_id.in_(
        select(SupervisionPlan.id).where(_supervision_plans(actor))
    ),
    SupervisionPlan: _supervision_plans,
}
