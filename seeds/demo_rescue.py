"""Who answers 96366 in the demo: stations over the five areas with their rotas, some off duty; plans and drills; the
numbers of each area, and plates that somebody looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Capacity, Elevator, Unit
from registry.queries import responder_inputs
from registry.rules.identifiers import complete_credit_code
from registry.services import emergency_plans, rescue_codes, responders, units
from seeds import cast, past

ALWAYS = "每天 00:00-24:00"
DAYTIME = "周一至周五 08:00-18:00"
SHIFTS = "每天 08:00-20:00\n每天 20:00-08:00"
FIRE = ("宿州市消防救援支队", "91341300MA2CF0000")
# The numbers of each area; those of the cast and of the seeded city lie outside.
RANGES = {
    "341302": ("300001", "339999"),
    "341321": ("340001", "349999"),
    "341322": ("350001", "359999"),
    "341323": ("360001", "369999"),
    "341324": ("370001", "379999"),
    "341371": ("380001", "384999"),
    "341372": ("385001", "389999"),
    "3413GX": ("390001", "394999"),
}


@dataclass(frozen=True)
class Station:
    """A station of the demo; `unit` a key of the cast, "" for a maintenance company of the area."""

    name: str
    area: str
    place: tuple[float, float]
    address: str
    unit: str = ""
    kind: str = "grid_station"
    rota: str = ALWAYS
    capacity: int = 1


STATIONS = (
    Station("迅安救援队", "341302", (33.6531, 116.9522), "埇桥区西关大街56号", "company", "unit_team",
            "周一至周五 08:00-20:00 马超\n周一至周五 20:00-08:00 朱军\n周六、周日 00:00-24:00 何志强", 2),
    Station("埇桥城东网格救援站", "341302", (33.6402, 117.0031), "磬云路18号", "company", rota=SHIFTS, capacity=2),
    Station("埇桥城南网格救援站", "341302", (33.6158, 116.9703), "埇桥区南坪路7号", rota=DAYTIME),
    Station("诚达救援队", "341321", (34.4395, 116.3601), "砀山县中原路33号", "company2", "unit_team", ALWAYS),
    Station("砀山梨都网格救援站", "341321", (34.4302, 116.3540), "砀山县梨都大道9号", rota=SHIFTS),
    Station("萧县龙城网格救援站", "341322", (34.1880, 116.9470), "萧县龙城镇交通路21号", rota=ALWAYS),
    Station("萧县城北网格救援站", "341322", (34.2041, 116.9402), "萧县凤山路60号", rota=DAYTIME),
    Station("灵璧凤凰网格救援站", "341323", (33.5430, 117.5510), "灵璧县凤凰路15号", rota=ALWAYS),
    Station("泗县虹都网格救援站", "341324", (33.4830, 117.9060), "泗县桃园路27号", rota=SHIFTS),
    Station("泗县城西网格救援站", "341324", (33.4861, 117.8860), "泗县北二环路3号", rota="周六、周日 08:00-18:00"),
    Station("宿州消防特勤站", "341300", (33.6389, 116.9862), "人民路119号", "fire", "fire_detachment", capacity=3),
    Station("市局特种设备应急值守", "341300", (33.6468, 116.9641), "宿州市市场监督管理局", "city", "office_duty",
            "每天 00:00-24:00 王建国"),
)  # fmt: skip


def build() -> None:
    """Put them on file, as the 96366 centre and the offices would."""
    desk = cast.actor("desk")
    for code, (first, last) in RANGES.items():
        rescue_codes.set_range(desk, code, first, last)
    today = clock.today()
    with past.at(past.moment(today - timedelta(days=90))):
        made = {each.name: _station(each) for each in STATIONS}
    away = {"day": today, "until": today + timedelta(days=1), "reason": "救援车辆检修"}
    responders.add_exception(desk, made["埇桥城南网格救援站"], away)
    responders.move(desk, made["萧县城北网格救援站"], "suspend", "站点搬迁，暂不接派单")
    _plans(today)
    _plates(today)


def _station(each: Station) -> int:
    actor, unit_id = cast.actor("section"), _unit(each)
    data: dict[str, Any] = {
        "unit_id": unit_id,
        "name": each.name,
        "kind": each.kind,
        "areas": [each.area],
        "lat": each.place[0],
        "lon": each.place[1],
        "address": each.address,
        "capacity": each.capacity,
        "phone": f"0557-30{STATIONS.index(each):02d}119",
        "shifts": responder_inputs.rota(actor, unit_id, each.rota),
    }
    return responders.register(actor, responder_inputs.with_members(data)).id


def _unit(each: Station) -> int:
    if each.unit == "fire":
        return _fire_brigade()
    if each.unit:
        return cast.unit(each.unit).id
    maintaining = select(Capacity.unit_id).where(Capacity.capacity == "maintenance")
    found = db.session.scalars(
        select(Unit.id).where(Unit.area_code == each.area, Unit.id.in_(maintaining)).order_by(Unit.id.desc()).limit(1)
    ).first()
    return found or cast.unit("company").id


def _fire_brigade() -> int:
    name, code = FIRE
    known = db.session.scalar(select(Unit.id).where(Unit.name == name))
    if known is not None:
        return known
    data = {"name": name, "credit_code": complete_credit_code(code), "area_code": "341300"}
    return units.register(cast.actor("section"), {**data, "phone": "119", "capacities": ["rescue_station"]}).id


def _plans(today: date) -> None:
    plans = (
        ("section", "comprehensive", "宿州市特种设备事故应急预案", "2024版", 700, 100),
        ("desk", "entrapment", "96366电梯困人应急处置预案", "2025版", 400, 380),
        ("county", "elevator_accident", "埇桥区电梯事故应急预案", "2025版", 300, None),
        ("dangshan", "cylinder_leak", "砀山县气瓶泄漏爆炸应急预案", "2023版", 900, 200),
        ("company", "entrapment", "电梯困人应急救援预案", "第3版", 500, 60),
    )
    for login, kind, title, edition, age, drilled in plans:
        actor = cast.actor(login)
        row = emergency_plans.keep(
            actor,
            {"kind": kind, "title": title, "edition": edition, "valid_from": today - timedelta(days=age)},
        )
        if drilled is not None:
            drill = {"held_on": today - timedelta(days=drilled), "place": "埇桥区翠湖花园", "scenario": "困人救援"}
            results = {"participants": 18, "summary": "接报后9分钟到场，21分钟放出，通信畅通。"}
            emergency_plans.record_drill(actor, row.id, {**drill, **results})


def _plates(today: date) -> None:
    """Two plates that a worker of the company read: one right, one of the house next door."""
    worker = cast.actor("tech1")
    rows = db.session.scalars(
        select(Elevator)
        .where(Elevator.inner_no.in_(("lake-1-1", "lake-2-1")), Elevator.source == "cast")
        .order_by(Elevator.inner_no)
    ).all()
    for row, code in zip(rows, (rows[0].rescue_code, rows[0].rescue_code) if rows else (), strict=False):
        seen = {"seen_on": today - timedelta(days=3), "way": "visit", "code_seen": code}
        rescue_codes.check_plate(worker, row.id, {**seen, "note": "" if code == row.rescue_code else "标识装错"})
