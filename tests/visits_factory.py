"""Elevators under contract and bodies of visits, for tests."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from registry.db import transaction
from registry.models import Contract, Elevator, ElevatorStatus
from registry.rules.maintenance import items_for
from registry.services import labels
from seeds import cast

PLACE = (33.6402, 116.9780)
JPEG = b"\xff\xd8\xff\xe0 a picture of the machine room"
PNG = b"\x89PNG\r\n\x1a\n strokes of "
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NOW = START + timedelta(hours=2)


def elevator(
    company: str = "company", use_unit: str = "property", since: date = date(2024, 1, 1), **values: Any
) -> Elevator:
    """A registered elevator at PLACE, maintained by `company` since a day."""
    with transaction() as session:
        row = Elevator(
            **{
                "label_code": labels.fresh_code(),
                "kind": "traction_passenger",
                "status": "in_use",
                "address": "汴河中路88号1号楼",
                "area_code": "341302",
                "use_unit_id": cast.unit(use_unit).id,
                "lat": PLACE[0],
                "lon": PLACE[1],
                **values,
            }
        )
        session.add(row)
        session.flush()
        labels.attach(session, row)
        session.add(ElevatorStatus(elevator_id=row.id, status=row.status, since=since))
        session.add(Contract(elevator_id=row.id, company_id=cast.unit(company).id, since=since))
    return row


def north(metres: float) -> dict[str, float]:
    """A position so many metres north of PLACE."""
    return {"lat": PLACE[0] + metres / 110_920, "lon": PLACE[1], "accuracy_m": 8.0}


def answers(kind: str = "traction_passenger", cycle: str = "half_month", photo: Any = JPEG) -> list[dict[str, Any]]:
    """Every item normal, with a value or a photo where the item asks for one."""
    given = []
    for item in items_for(kind, cycle, START.date()):
        answer: dict[str, Any] = {"item": item.code, "result": "normal"}
        if item.judge == "N":
            answer["value"] = item.minimum if item.minimum is not None else item.maximum
        if item.judge == "T":
            answer["photo"] = photo
        given.append(answer)
    return given


def visit(code: str, **changes: Any) -> dict[str, Any]:
    """What `visits.record` takes: complete evidence but for the use unit's confirmation."""
    second = START + timedelta(minutes=5)
    return {
        "ref": str(uuid.uuid4()),
        "elevator": code,
        "cycle": "half_month",
        "workers": ["tech1", {"login": "tech2", "at": second, "position": north(20)}],
        "check_in": {"at": START, "position": north(10), "photo": JPEG + uuid.uuid4().bytes},
        "check_out": {"at": START + timedelta(minutes=45), "position": north(12)},
        "answers": answers(),
        "signatures": [PNG + b"tech1", PNG + b"tech2"],
        **changes,
    }


def data_url(content: bytes, mime: str = "image/jpeg") -> str:
    """A picture as a phone sends it in JSON."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def as_json(body: Any) -> Any:
    """A body of `visit` as JSON carries it."""
    if isinstance(body, dict):
        return {key: as_json(value) for key, value in body.items()}
    if isinstance(body, list):
        return [as_json(value) for value in body]
    if isinstance(body, bytes):
        return data_url(body, "image/png" if body.startswith(b"\x89") else "image/jpeg")
    if isinstance(body, datetime):
        return body.isoformat()
    return float(body) if body.__class__.__name__ == "Decimal" else body
