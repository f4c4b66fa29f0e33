"""Cylinders that may be filled today, and what a station sends about a fill."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from registry import clock, codes
from registry.db import transaction
from registry.models import Cylinder, CylinderStatus, Elevator, LabelCode
from registry.rules.filling_items import items_for
from registry.services.labels import attach, fresh_code
from registry.settings import current
from seeds import cast


def cylinder(owner: str = "station", **values: Any) -> Cylinder:
    """A 35.5 L LPG bottle of one of the cast's stations, in date and in use, with an active label."""
    today = clock.today()
    unit = cast.unit(owner)
    fields: dict[str, Any] = {
        "kind": "lpg_steel",
        "medium": "lpg_civil_gas",
        "status": "in_use",
        "maker": "徐州钢瓶厂",
        "maker_code": "B32",
        "serial_no": uuid.uuid4().hex[:10],
        "made_on": date(today.year - 2, 1, 1),
        "tare_g": 16500,
        "volume_ml": 35500,
        "permitted_fill_g": 14900,
        "owner_id": unit.id,
        "area_code": unit.area_code,
        "registered_on": date(today.year - 2, 2, 1),
        "next_inspection_on": date(today.year + 2, 1, 31),
        "service_end_on": date(today.year + 6, 1, 31),
        "label_code": fresh_code(),
        **values,
    }
    with transaction() as session:
        row = Cylinder(**fields)
        session.add(row)
        session.flush()
        session.add(CylinderStatus(cylinder_id=row.id, status=row.status, since=date(today.year - 2, 2, 1)))
        if row.label_code:
            attach(session, row)
    return row


def oxygen(owner: str = "station2", **values: Any) -> Cylinder:
    """A 40 L oxygen cylinder, working pressure 15 MPa, filled by pressure."""
    fields = {
        "kind": "seamless_steel",
        "medium": "oxygen",
        "volume_ml": 40000,
        "working_pressure_kpa": 15000,
        "tare_g": 48000,
        **values,
    }
    return cylinder(owner, **fields)


def elevator(**values: Any) -> Elevator:
    """A passenger elevator of the cast's property company."""
    unit = cast.unit("property")
    fields: dict[str, Any] = {
        "kind": "traction_passenger",
        "status": "in_use",
        "address": "埇桥区汴河中路88号1幢1单元",
        "area_code": "341302",
        "use_unit_id": unit.id,
        "rescue_code": "130001",
        "label_code": fresh_code(),
        **values,
    }
    with transaction() as session:
        row = Elevator(**fields)
        session.add(row)
        session.flush()
        attach(session, row)
    return row


def signed(code: str) -> str:
    """A code with its mac, as the label carries it."""
    return f"{code}.{codes.mac(code, current().label_keys)}"


def label_of(code: str) -> LabelCode:
    """The row of a code."""
    from registry.db import db

    return db.session.query(LabelCode).filter_by(code=code).populate_existing().one()


def checks(medium: str = "lpg_civil_gas", **answers: str) -> dict[str, str]:
    """All items in order, but for what is said."""
    return {item.id: "ok" for item in items_for(medium, clock.today())} | answers


def fill(row: Cylinder, minutes_ago: int = 5, **values: Any) -> dict[str, Any]:
    """What a verb is given for a fill of an LPG bottle by the cast's station."""
    ended: datetime = clock.now() - timedelta(minutes=minutes_ago)
    return {
        "ref": str(uuid.uuid4()),
        "code": signed(row.label_code or ""),
        "gun": "1",
        "medium": "lpg",
        "checks": checks(row.medium),
        "purged": True,
        "gross_before_g": 16900,
        "gross_after_g": 31000,
        "started_at": ended - timedelta(minutes=3),
        "ended_at": ended,
        "filler": "filler",
        "checker": "checker",
        **values,
    }


def sent(data: dict[str, Any]) -> dict[str, Any]:
    """The same as a program sends it."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in data.items()}
