"""The city's areas, for choice lists."""

from __future__ import annotations

from typing import cast

from sqlalchemy import select

from registry import policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.messages import T
from registry.models import Area


class AreaName(T):
    """The name of an area: its Chinese text, with both languages as `zh` and `en`."""

    zh: str
    en: str

    def __new__(cls, zh: str, en: str) -> AreaName:
        name = cast(AreaName, super().__new__(cls, zh))
        name.zh, name.en = zh, en
        return name

    def __reduce__(self) -> tuple[type[AreaName], tuple[str, str]]:
        return AreaName, (self.zh, self.en)


def choices(actor: Actor) -> list[tuple[str, AreaName]]:
    """(code, name) of the areas that are in the caller's charge, the city itself left out."""
    statement = policy.scope(actor, Area).where(Area.level != "city").order_by(Area.position)
    if actor.role in COUNTY_ROLES and actor.areas:
        statement = statement.where(Area.code.in_(actor.areas) | Area.parent_code.in_(actor.areas))
    return [(area.code, AreaName(area.name, area.name_en)) for area in db.session.scalars(statement)]


def counties() -> list[tuple[str, AreaName]]:
    """(code, name) of every area below the city, for whoever is not signed in."""
    found = db.session.scalars(select(Area).where(Area.level != "city").order_by(Area.position))
    return [(area.code, AreaName(area.name, area.name_en)) for area in found]


def city() -> list[tuple[str, AreaName]]:
    """(code, name) of the city itself."""
    found = db.session.scalars(select(Area).where(Area.level == "city").order_by(Area.position))
    return [(area.code, AreaName(area.name, area.name_en)) for area in found]


def names() -> dict[str, AreaName]:
    """Every area's name by code."""
    return {area.code: AreaName(area.name, area.name_en) for area in db.session.scalars(select(Area))}


def division_of(code: str) -> str | None:
    """The GB/T 2260 division an area lies in: itself, or for a park the county around it (elevators.md §9.3)."""
    area = db.session.get(Area, code)
    if area is None:
        return None
    return area.parent_code if area.level == "park" else area.code


def divisions() -> dict[str, str | None]:
    """`division_of` every area, by code."""
    return {
        area.code: area.parent_code if area.level == "park" else area.code for area in db.session.scalars(select(Area))
    }
