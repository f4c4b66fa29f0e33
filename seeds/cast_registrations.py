"""Applications for use registration of the cast: one waits for the registrar, one came back, one was granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from registry import clock
from registry.models import Elevator, Registration
from registry.rules.registrations import papers
from registry.services import elevator_parts, elevators, files, registrations
from seeds import cast, past, pictures

Find = Callable[[str], Elevator]
KEYS = ("lake-4-1", "lake-4-2", "mall-old")  # of the elevators that come onto file here
PARTS = (
    ("限速器", "XS3", "XS3-2107", "江南电梯部件有限公司"),
    ("安全钳", "AQ10", "AQ10-5512", "江南电梯部件有限公司"),
    ("缓冲器", "HYF210", "HY-9921", "江南电梯部件有限公司"),
    ("门锁装置", "MS-1", "MS-70311", "江南电梯部件有限公司"),
    ("上行超速保护装置", "KX-UP", "UP-1180", "江南电梯部件有限公司"),
)


def build(find: Find, product: dict[str, Any]) -> None:
    """A new elevator that waits, one whose papers were incomplete, an alteration granted three weeks ago."""
    _parts(find("lake-1-1"))
    _granted(find("mall-goods"))
    _waiting(_new(KEYS[0], "4号楼1单元", product, 1))
    _returned(_new(KEYS[1], "4号楼2单元", product, 2))
    _found_running(KEYS[2], product)


def _parts(row: Elevator) -> None:
    names = elevator_parts.NAMES
    elevator_parts.set_parts(cast.actor("property"), row.id, [dict(zip(names, part, strict=True)) for part in PARTS])


def _new(key: str, name: str, product: dict[str, Any], number: int) -> Elevator:
    """An elevator that its use unit put on file and nobody has registered yet."""
    unit, today = cast.unit("property"), clock.today()
    row = elevators.register(
        cast.actor("property"),
        {
            **product,
            "kind": "traction_passenger",
            "name": name,
            "inner_no": key,
            "address": f"埇桥区汴河中路88号翠湖花园{name}",
            "place_type": "residential",
            "area_code": unit.area_code,
            "use_unit_id": unit.id,
            "owner_unit_id": unit.id,
            "device_code": f"311010901{today.year}N{number:03d}",
            "factory_no": f"ZC8{number:04d}",
            "manufacturer": "江南电梯有限公司",
            "installer": "江南电梯宿州分公司",
            "designer": "江南电梯有限公司",
            "supervision_body": "宿州市特种设备检验中心",
            "maker_permit_no": "TS2334A01-2029",
            "model": "KX-1000",
            "made_on": today - timedelta(days=100),
            "installation_inspected_on": today - timedelta(days=9),
            "design_life_years": 20,
            "source": None,
        },
    )
    elevator_parts.set_parts(
        cast.actor("property"),
        row.id,
        [dict(zip(elevator_parts.NAMES, part, strict=True)) for part in PARTS],
    )
    return row


def _found_running(key: str, product: dict[str, Any]) -> None:
    """What a patrol found: it runs, and nobody has registered it."""
    elevators.register(
        cast.actor("officer"),
        {
            **product,
            "kind": "traction_freight",
            "name": "后仓货梯",
            "inner_no": key,
            "address": "埇桥区淮海中路19号汇源广场后仓",
            "place_type": "mall",
            "area_code": "341302",
            "status": "in_use_unregistered",
        },
    )


def _applied(row: Elevator, kind: str, changes: dict[str, Any]) -> Registration:
    """An application with its form and all its papers, submitted."""
    manager = cast.actor("property")
    case = registrations.open_case(manager, row.id, kind)
    said = {**case.fields, "postcode": "234000", "manager_signed_on": clock.today().isoformat()}
    stored = {
        paper.id: [
            files.store(
                manager, f"{paper.zh}.png", "image/png", pictures.photo(f"{case.no} {paper.id}"), "registration"
            ).id
        ]
        for paper in papers(kind, clock.today())
        if paper.required
    }
    registrations.fill(manager, case.no, {"fields": said, "changes": changes, "papers": stored})
    return registrations.move(manager, case.no, "submit", {})


def _waiting(row: Elevator) -> None:
    _applied(row, "new", {})


def _returned(row: Elevator) -> None:
    case = _applied(row, "new", {})
    said = "监督检验证明的设备代码与登记表不一致，请核对后重新提交；登记表第二份缺使用单位公章。"
    registrations.move(cast.actor("county"), case.no, "send_back", {"missing": said})


def _granted(row: Elevator) -> None:
    """An alteration, three weeks ago: the model changed with the controller."""
    with past.at(past.moment(clock.today() - timedelta(days=25))):
        case = _applied(row, "alteration", {"model": "KX-2000G", "alterer": "江南电梯宿州分公司"})
    with past.at(past.moment(clock.today() - timedelta(days=23))):
        registrations.move(cast.actor("county"), case.no, "accept", {})
    with past.at(past.moment(clock.today() - timedelta(days=21))):
        registrations.move(cast.actor("county"), case.no, "grant", {"note": "资料齐全，符合要求"})
