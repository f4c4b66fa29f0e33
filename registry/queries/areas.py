"""The city's areas, for choice lists."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from registry import policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.models import Area


@dataclass(frozen=True)
class AreaName:
    """The name of an area in both languages."""

    zh: str
    en: str


def choices(actor: Actor) -> list[tuple[str, AreaName]]:
    """(code, name) of the areas that are in the caller's charge, the city itself left out."""
    statement = policy.scope(actor, Area).where(Area.level != "city").order_by(Area.position)
    if actor.role in COUNTY_ROLES and actor.areas:
        statement = statement.where(Area.code.in_(actor.areas) | Area.parent_code.in_(actor.areas))
    return [(area.code, AreaName(area.name, area.name_en)) for area in db.session.scalars(statement)]


def names() -> dict[str, AreaName]:
    """Every area's name by code."""
    return {area.code: AreaName(area.name, area.name_en) for area in db.session.scalars(select(Area))}
