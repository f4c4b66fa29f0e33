"""Emergency calls for tests, taken and moved by the people of the cast."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.models import Call, CallDispatch, Elevator
from registry.queries import calls as queries
from registry.services import calls, rescue
from seeds import cast
from tests.elevators_factory import maintained

CODE = "030001"
PHONE = "13905571234"


def lift(number: int = 1, code: str = CODE, **changes: Any) -> Elevator:
    """The property's elevator on the platform, maintained by the cast's company."""
    row = maintained(cast.actor("section"), number, **changes)
    rescue.enrol(cast.actor("desk"), row.id, code, date(2024, 1, 1))
    return row


def values(**changes: Any) -> dict[str, Any]:
    """Two people are trapped."""
    return {
        "source": "phone_96366",
        "kind": "entrapment",
        "caller": "李女士",
        "caller_phone": PHONE,
        "trapped": 2,
        **changes,
    }


def taken(elevator: Elevator | None = None, login: str = "desk", **changes: Any) -> Call:
    if elevator is not None:
        changes.setdefault("elevator", elevator.label_code)
        changes.setdefault("another", True)
    else:
        changes.setdefault("place", "某小区3号楼")
    return calls.take(cast.actor(login), values(**changes))


def asked(row: Call, unit: str) -> CallDispatch:
    """The latest dispatch of one of the cast's units."""
    return [one for one in seen(row).dispatches if one.unit_id == cast.unit(unit).id][-1]


def seen(row: Call) -> Call:
    return queries.by_no(cast.actor("section"), row.no)


def move(login: str, row: Call, verb: str, **data: Any) -> Call:
    """One move; at the desk `unit` says whose dispatch it is about."""
    if "unit" in data:
        data["dispatch"] = asked(row, data.pop("unit")).id
    return calls.move(cast.actor(login), row.no, verb, data)[0]


ROAD = (
    ("tech1", "answer", {"eta_minutes": 10}),
    ("tech1", "depart", {}),
    ("tech1", "arrive", {"position": {"lat": 33.6402, "lon": 116.978, "accuracy_m": 10}}),
    ("tech1", "release", {"result": "rescued", "trapped": 2}),
    ("tech1", "repair", {"cause": "equipment_door"}),
    ("desk", "call_back", {"satisfaction": "satisfied"}),
    ("desk", "close", {}),
)


def walk(row: Call, until: str = "close") -> Call:
    """Along the road up to a step, that step included."""
    for login, verb, data in ROAD:
        row = move(login, row, verb, **data)
        if verb == until:
            break
    return row
