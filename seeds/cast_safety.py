"""Safety officers of the cast: a property company with two weeks of records and gaps, a filling station with a few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from registry import clock
from registry.models import Elevator
from registry.queries import safety_sheets
from registry.rules import safety as rules
from registry.services import safety, safety_records
from seeds import cast, past, pictures

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
APPOINTED_AGO, DAYS = 120, 15
ROLES = (
    ("principal", "property-head"),
    ("director", "property-director"),
    ("officer", "property-officer"),
    ("officer", "property"),
)
ESTATE = ("lake-1-1", "lake-1-2", "lake-2-1", "lake-2-2", "lake-3-1")
MALL = ("mall-goods", "mall-up", "mall-hydraulic")  # the moving walk waits for an officer
GAPS = {"property-officer": (5, 11, 12), "property": (3, 5, 9, 11)}  # days ago without a record
FOUND: dict[tuple[str, int], dict[str, Any]] = {
    ("property-officer", 10): {
        "thing": "lake-1-2",
        "text": "轿厢内楼层按钮面板松动",
        "actions": ["called"],
    },
    ("property-officer", 2): {
        "thing": "lake-2-1",
        "text": "2层层门门扇变形，关闭时有卡阻",
        "actions": ["reported", "stopped"],
        "serious": True,
    },
    ("property", 8): {"thing": "mall-up", "text": "上行扶梯下端部出入口堆放促销物品", "actions": ["reported"]},
}
Find = Callable[[str], Elevator]


def build(elevator: Find) -> None:
    """Appoint, train, list, charge, and let two weeks pass."""
    today = clock.today()
    began = today - timedelta(days=APPOINTED_AGO)
    with past.at(past.moment(began)):
        _appoint("elevator", ROLES, began)
        _arrange(elevator, began)
    for ago in range(DAYS, 0, -1):
        day = today - timedelta(days=ago)
        for login, keys in (("property-officer", ESTATE), ("property", MALL)):
            if ago not in GAPS[login]:
                _check(login, "elevator", day, _codes(elevator, keys), FOUND.get((login, ago)), elevator)
        if day.weekday() == 0 and ago < DAYS - 1:
            _report(day)
    _minutes(today)
    _station(began, today)


def _appoint(subject: str, roles: tuple[tuple[str, str], ...], began: date) -> None:
    manager = cast.actor(roles[-1][1])
    for number, (role, login) in enumerate(roles, 1):
        person = cast.person(login).id
        name = f"安全人员任命〔{began.year}〕{number}号"
        appointment = {"subject": subject, "role": role, "person": person, "since": began, "document": name}
        safety.appoint(manager, {**appointment, "file": (f"{name}.pdf", PAPER)})
        if rules.roles(subject)[role].trained:
            for kind in safety.TRAININGS:
                result = {"kind": kind, "done_on": began, "passed": True, "document": "安全总监和安全员培训考核"}
                safety.train(manager, {"subject": subject, "person": person, **result})
    safety.list_risks(manager, subject)


def _arrange(elevator: Find, began: date) -> None:
    manager = cast.actor("property")
    for login, keys in (("property-officer", ESTATE), ("property", MALL)):
        safety.charge(manager, cast.person(login).id, _codes(elevator, keys), began)
    own = {"title": "地下车库雨水倒灌", "check": "雨天查看底坑和挡水板，无积水", "serious": False}
    safety.set_risk(manager, {"subject": "elevator", **own})
    for paper, title in (("director_duties", "电梯安全总监职责"), ("officer_code", "电梯安全员守则")):
        kept = {"paper": paper, "title": title, "since": began, "file": (f"{title}.pdf", PAPER)}
        safety.keep_paper(manager, {"subject": "elevator", **kept})


def _codes(elevator: Find, keys: tuple[str, ...]) -> list[str]:
    return [elevator(key).label_code for key in keys]


def _check(
    login: str,
    subject: str,
    day: date,
    codes: list[str],
    found: dict[str, Any] | None,
    elevator: Find | None = None,
    end: datetime | None = None,
) -> None:
    actor = cast.actor(login)
    end = end or past.moment(day, 17, 20)
    problems = [{**found, "thing": elevator(found["thing"]).label_code}] if found and elevator else []
    with past.at(end):
        sent = {
            "ref": f"cast-safety-{login}-{day:%Y%m%d}",
            "subject": subject,
            "day": day,
            "opened_at": end - timedelta(minutes=35),
            "seen": codes,
            "zero_risk": not problems,
            "problems": problems,
            "signature": pictures.signature(actor.name),
            "photos": [pictures.photo(f"{login} {day}")] if problems else [],
        }
        safety_records.daily(actor, sent)


def _report(monday: date) -> None:
    """The report of the week before, made on its last day in time."""
    actor = cast.actor("property-director")
    with past.at(past.moment(monday, 9)):
        week = monday - timedelta(days=7)
        sheet = safety_sheets.sheet(actor, "elevator", "weekly", week)
        plan = {"measure": "维保单位更换损坏部件，现场复查", "owner": "丁浩", "deadline": monday + timedelta(days=5)}
        sent = {
            "ref": f"cast-safety-week-{week:%Y%m%d}",
            "subject": "elevator",
            "day": week,
            "problems": [
                {"id": row.id, **plan, **({"solved_on": monday} if not row.serious else {})}
                for row in sheet.problems
                if row.solved_on is None
            ],
            "summary": "本周检查发现的问题已通知维保单位，缺记录的日期已提醒安全员。",
            "signature": pictures.signature(actor.name),
        }
        safety_records.weekly(actor, sent)


def _minutes(today: date) -> None:
    """The minutes of the last month that could be made by now."""
    actor = cast.actor("property-head")
    duty = rules.duties("elevator")["monthly"]
    span = rules.period("monthly", today.replace(day=1) - timedelta(days=1))
    held = min(today, rules.due_on(duty, span))
    with past.at(past.moment(held, 15)):
        sent = {
            "ref": f"cast-safety-month-{span.first:%Y%m}",
            "subject": "elevator",
            "day": span.first,
            "held_on": held,
            "attendees": ["程国栋", "沈洁", "丁浩", "张敏"],
            "decisions": "一、每日检查不得漏记。\n二、商场促销期间专人看守扶梯出入口。",
            "follow_ups": "沈洁每周核对记录；丁浩月底前完成电动自行车阻车装置检查。",
            "signature": pictures.signature(actor.name),
        }
        safety_records.monthly(actor, sent)


def _station(began: date, today: date) -> None:
    with past.at(past.moment(began)):
        _appoint("filling", (("officer", "checker"), ("director", "filling")), began)
    actor = cast.actor("checker")
    for ago in (7, 6, 5, 1, 0):
        day = today - timedelta(days=ago)
        end = min(past.moment(day, 17, 20), clock.now())  # today's is done, so that nothing keeps the guns
        with past.at(end):
            guns = [thing.key for thing in safety_sheets.sheet(actor, "filling", "daily").things]
        _check("checker", "filling", day, guns, None, end=end)
