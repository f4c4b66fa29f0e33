"""Cylinders for tests: plausible marks, each with a serial number of its own."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from registry.models import Cylinder
from registry.services import cylinders
from seeds import cast

NUMBERS = count(100001)


def marks(**changes: Any) -> dict[str, Any]:
    """An LPG cylinder YSP35.5 of the cast's station, with a register number."""
    number = next(NUMBERS)
    return {
        "kind": "lpg_steel",
        "medium": "lpg",
        "maker": "安徽江淮钢瓶有限公司",
        "maker_code": "TS2234001",
        "serial_no": str(number),
        "made_on": date(2023, 5, 1),
        "model": "YSP35.5",
        "register_no": f"34001{number:06d}",
        "registered_on": date(2023, 6, 10),
        "working_pressure_kpa": 2100,
        "test_pressure_kpa": 3200,
        "tare_g": 16500,
        "volume_ml": 35500,
        **changes,
    }


def cylinder(login: str = "filling", **changes: Any) -> Cylinder:
    """A registered cylinder; an office login needs `owner_id`."""
    return cylinders.register(cast.actor(login), marks(**changes))
