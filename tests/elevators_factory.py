"""Elevators for tests, made through the verbs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from registry.actor import Actor
from registry.models import Elevator
from registry.services import contracts, elevators
from seeds import cast

PASSENGER: dict[str, Any] = {
    "kind": "traction_passenger",
    "name": "1号楼1单元",
    "device_code": "31103412020150001",
    "made_on": date(2020, 1, 10),
    "installation_inspected_on": date(2020, 3, 18),
    "address": "埇桥区汴河中路88号1号楼",
    "area_code": "341302",
    "place_type": "residential",
    "drive_type": "traction",
    "rated_load_kg": 1000,
    "rated_speed_mps": Decimal("1.75"),
    "floors": 18,
    "stops": 18,
    "doors": 18,
    "lat": 33.6402,
    "lon": 116.9780,
}

STOP_PAPERS = {"measures": "切断电源，封闭层门，悬挂停用标志"}
END_PAPERS = {"certificate": "returned"}


def passenger(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The values of a passenger elevator in 埇桥区; another number has other codes."""
    return {
        **PASSENGER,
        "device_code": f"3110341202015{number:04d}",
        "use_unit_id": cast.unit("property").id,
        **changes,
    }


def register(actor: Actor, number: int = 1, **changes: Any) -> Elevator:
    """An elevator on file."""
    return elevators.register(actor, passenger(number, **changes))


def in_use(actor: Actor, number: int = 1, **changes: Any) -> Elevator:
    """An elevator on file that is registered and runs since 2020-04-01."""
    values = {
        "use_cert_no": f"梯11皖L{number:05d}(20)",
        "registered_on": date(2020, 4, 1),
        "status": "in_use",
        **changes,
    }
    return register(actor, number, **values)


def maintained(actor: Actor, number: int = 1, company: str = "company", **changes: Any) -> Elevator:
    """An elevator in use with a maintenance contract since 2024-01-01."""
    elevator = in_use(actor, number, **changes)
    contracts.sign(
        actor, elevator.id, {"company_id": cast.unit(company).id, "since": date(2024, 1, 1), "number": "WB-1"}
    )
    return elevator
