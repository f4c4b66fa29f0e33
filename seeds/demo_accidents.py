"""Accidents of the demo city: a few a year, most of them closed, one on its way, one event that was none."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Accident, Elevator, Unit
from registry.services import accidents
from seeds import cast, past

# (days ago, title, figures, link, class of cause, cause, where its road ends)
STORIES: tuple[tuple[int, str, dict[str, Any], str, str, str, str], ...] = (
    (
        400,
        "电梯门夹人致一人受伤",
        {"serious_injuries": 1, "loss_yuan": 80_000},
        "use",
        "defect",
        "门光幕失效，维保未发现",
        "close",
    ),
    (
        150,
        "维保人员坠入井道",
        {"deaths": 1, "loss_yuan": 1_200_000},
        "maintenance",
        "management",
        "层门打开后未设防护，违章作业",
        "close",
    ),
    (60, "电梯困人超过两小时", {"elevator_trapped_hours": 3}, "use", "defect", "曳引机制动器故障", "approve"),
    (20, "电梯困人四十分钟", {"minor_injuries": 0}, "use", "", "", "close_event"),
    (9, "电梯冲顶致一人受伤", {"serious_injuries": 1, "loss_yuan": 50_000}, "use", "", "", "form_team"),
    (0, "电梯困人两小时以上", {"elevator_trapped_hours": 2}, "use", "", "", "verify"),
)
HOURS = {"verify": 1, "send_people": 1.2, "report_county": 1.5, "report_city": 3, "enter_system": 20, "form_team": 48}
DAYS = {"file_report": 45, "approve": 60, "send_report": 68, "pass_up": 75, "close": 80}
ORDER = (*HOURS, *DAYS)


def build() -> None:
    """Let them happen at elevators of the demo, on days of the past."""
    found = db.session.execute(
        select(Elevator.label_code, Elevator.area_code, Elevator.use_unit_id, Elevator.address)
        .where(Elevator.status == "in_use", Elevator.use_unit_id.is_not(None))
        .order_by(Elevator.id)
    ).all()
    chosen = random.Random(7).sample(found, min(len(STORIES), len(found)))
    for story, elevator in zip(STORIES, chosen, strict=False):
        _happen(story, elevator)


def _happen(story: tuple[Any, ...], elevator: Any) -> None:
    ago, title, figures, link, cause_class, cause, end = story
    now = clock.now()
    happened = min(clock.start_of(clock.today() - timedelta(days=ago)) + timedelta(hours=8, minutes=20), now)
    if not ago:
        happened = now - timedelta(hours=2)
    received = happened + timedelta(minutes=50)
    section, leader = cast.actor("section"), cast.actor("leader")
    with past.at(min(received + timedelta(minutes=5), now)):
        row = accidents.report(
            section,
            {
                "title": f"{elevator.address}{title}",
                "happened_at": happened,
                "told_at": happened + timedelta(minutes=5),
                "received_at": received,
                "place": elevator.address,
                "elevator": elevator.label_code,
                "link": link,
                "course": f"{elevator.address}，{title}，物业人员报警后维保单位到场处置",
                "taken": "电梯已停止使用并设置警示",
                "reporter": "物业值班员",
                "reporter_phone": "13905570001",
                **figures,
            },
        )
    if end == "close_event":
        with past.at(min(received + timedelta(hours=2), now)):
            accidents.move(section, row.no, "verify", {"note": "乘客已解救，无人受伤"})
            accidents.move(section, row.no, "close_event", {"note": "不构成事故，维保单位已排除故障"})
        return
    for verb in ORDER:
        at = received + (timedelta(hours=HOURS[verb]) if verb in HOURS else timedelta(days=DAYS[verb]))
        if at > now:
            break
        with past.at(min(at, now)):
            actor = leader if verb == "approve" else section
            _step(actor, row, verb, cause_class, cause)
        if verb == end:
            break


def _step(actor: Actor, row: Accident, verb: str, cause_class: str, cause: str) -> None:
    data: dict[str, Any] = {"note": "情况属实" if verb == "verify" else "已办理", "document": "宿市监特调文件"}
    if verb in ("report_county", "report_city"):
        data["addressee"] = "县区人民政府、宿州市市场监督管理局" if verb == "report_county" else "安徽省市场监督管理局"
    if verb == "file_report":
        responsible = row.company_id if row.link == "maintenance" or cause_class == "defect" else row.unit_id
        unit = db.session.get_one(Unit, responsible or row.unit_id)
        data |= {"cause_class": cause_class, "cause": cause, "responsibility": "main", "responsible": str(unit.id)}
    accidents.move(actor, row.no, verb, data)
