"""Responders of tests: stations of the cast's units at places of the city."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from registry.clock import CITY_ZONE
from registry.models import Responder
from registry.services import responders
from seeds import cast

ALWAYS = tuple({"weekday": day, "begins": 0, "ends": 1440} for day in range(7))
SUZHOU = (33.6468, 116.9641)


def moment(day: date, time: str) -> datetime:
    """A wall-clock time of the city."""
    hours, _, minutes = time.partition(":")
    return datetime(day.year, day.month, day.day, int(hours), int(minutes), tzinfo=CITY_ZONE)


def station(name: str = "城东网格救援站", login: str = "desk", unit: str = "company", **values: Any) -> Responder:
    """A grid station of the cast's maintenance company, on duty around the clock."""
    data: dict[str, Any] = {
        "unit_id": cast.unit(unit).id,
        "name": name,
        "kind": "grid_station",
        "areas": ["341302"],
        "lat": SUZHOU[0],
        "lon": SUZHOU[1],
        "phone": "0557-3012345",
        "shifts": ALWAYS,
        **values,
    }
    return responders.register(cast.actor(login), data)
