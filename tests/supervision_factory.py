"""Supervision inspections for tests: a plan of 埇桥区, a check of the property company, its record."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Elevator, SupervisionCheck, SupervisionDraw, SupervisionPlan
from registry.queries import supervision_checks as queries
from registry.services import supervision_checks, supervision_plans, supervision_records
from seeds import cast
from tests import elevators_factory

AREA = "341302"
TEAM = ("county", "county2")


def picture(shade: int = 0) -> bytes:
    """A small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (60, 30), (shade % 256, 120, 90)).save(stream, "PNG")
    return stream.getvalue()


def equip() -> None:
    """Two elevators of the property company, a public and a private one, of two kinds."""
    if db.session.scalar(select(Elevator.id).limit(1)) is None:
        elevators_factory.in_use(cast.actor("county"), 1, place_type="mall")
        elevators_factory.in_use(
            cast.actor("county"),
            2,
            kind="traction_freight",
            device_code="31203412020150002",
            use_cert_no="梯12皖L00002(20)",
        )


def plan(login: str = "county", **values: Any) -> SupervisionPlan:
    """A routine plan of this year, adopted by the county's leader."""
    equip()
    year = clock.today().year
    row = supervision_plans.make(cast.actor(login), {"year": year, "kind": "routine", "area": AREA, **values})
    return supervision_plans.move(cast.actor("county-leader"), row.id, "adopt", {"document": "埇市监特〔2026〕1号"})


def drawn(size: int = 1, login: str = "county", **values: Any) -> SupervisionDraw:
    """A draw of a fresh plan."""
    return supervision_plans.draw(cast.actor(login), plan().id, {"size": size, **values})


def opened(unit: str = "property", list_kind: str = "elevator_use", **values: Any) -> SupervisionCheck:
    """A check that was planned by hand because of a complaint."""
    equip()
    given = {
        "kind": "other",
        "unit": str(cast.unit(unit).id),
        "list_kind": list_kind,
        "occasion": "12345投诉电梯困人",
        **values,
    }
    return supervision_checks.open_check(cast.actor("county"), given)


def begun(unit: str = "property", list_kind: str = "elevator_use") -> SupervisionCheck:
    """A check in progress, made by two inspectors."""
    row = opened(unit, list_kind)
    return supervision_checks.start(cast.actor("county"), row.no, {"inspectors": list(TEAM)})


def content(row: SupervisionCheck, not_ok: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """A record in order of a check in progress; the items `not_ok` do not conform."""
    sheet = queries.sheet(cast.actor("county"), row.no)
    first = {each.kind: each.label_code for each in reversed(sheet.devices)}
    answers = [
        {"item": item.code, "result": "not_ok", "note": "现场未见", "photos": [picture(9)]}
        if item.code in not_ok
        else {"item": item.code, "result": "ok"}
        for item in sheet.items
    ]
    return {
        "devices": sorted(first.values()),
        "answers": answers,
        "facts": "现场查看机房、轿厢，查阅档案。",
        "problems": "部分项目不符合。" if not_ok else "",
        "measures": ["directive"] if not_ok else [],
        "unit_opinion": "情况属实。",
        "contact": "张敏",
        "contact_post": "安全管理员",
        "contact_phone": "13900001111",
        "signatures": [{"person": login, "image": picture(number)} for number, login in enumerate(TEAM)],
        "unit_signature": picture(7),
        **changes,
    }


def recorded(not_ok: tuple[str, ...] = (), unit: str = "property", list_kind: str = "elevator_use") -> SupervisionCheck:
    """A check whose record is kept."""
    row = begun(unit, list_kind)
    return supervision_records.record(cast.actor("county"), row.no, content(row, not_ok))
