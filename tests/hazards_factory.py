"""Hazards for tests, reported and moved through the verbs by the people of the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from registry import clock
from registry.models import Hazard
from registry.rules.hazards import acceptance, find_move
from registry.services import files, hazards
from seeds import cast

START = datetime.fromisoformat("2026-11-03T09:00:00+08:00")  # a Tuesday
# What was published on the day of signing may be closed after five working days: on the sixth, 2026-11-11.
AFTER_NOTICE = START + timedelta(days=8)


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self, monkeypatch: Any, start: datetime = START) -> None:
        self.at = start
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def forward(self, **span: int) -> None:
        self.at += timedelta(**span)


def stored(login: str, name: str = "a.jpg") -> int:
    """A stored file of one of the cast."""
    return files.store(cast.actor(login), name, "image/jpeg", b"\xff\xd8\xff" + name.encode(), "hazard").id


def clue(**changes: Any) -> dict[str, Any]:
    """The values of a clue about the cast's property company."""
    return {
        "title": "1号梯门锁安全回路短接",
        "description": "层门门锁安全回路被短接，电梯仍在运行",
        "source": "routine_inspection",
        "unit": cast.unit("property").credit_code,
        "suggested_clause": "4.6b",
        **changes,
    }


def reported(login: str = "county", **changes: Any) -> Hazard:
    """A clue with its evidence."""
    return hazards.report(cast.actor(login), clue(evidence=[stored(login)], **changes))


def person(login: str) -> int:
    return cast.person(login).id


def data_for(verb: str, login: str, **changes: Any) -> dict[str, Any]:
    """What is entered for a move when everything is in order."""
    today = clock.today()
    made: dict[str, Callable[[], dict[str, Any]]] = {
        "submit": dict,
        "recognise": lambda: {
            "clauses": ["4.6b"],
            "recognition_record": stored(login, "r.pdf"),
            "interim_measures": "立即停梯，设置警戒",
            "stop_use": True,
        },
        "assign": lambda: {
            "issuing_party": cast.unit("city").id,
            "responsible_party": cast.unit("property").id,
            "coordinating_party": cast.unit("yongqiao").id,
            "due": today + timedelta(days=30),
            "directive_no": "（宿）市监特令〔2026〕第1号",
        },
        "sign_for": lambda: {"signed_by": "李明", "signed_on": today},
        "file_plan": lambda: {
            "leader_name": "张敏",
            "leader_post": "经理",
            "leader_phone": "13955700001",
            "measures": "更换门锁",
            "budget_yuan": Decimal("1000.50"),
            "fund_source": "自筹",
            "plan_due": today + timedelta(days=20),
            "emergency_plan": "停梯，专人值守",
        },
        "approve_plan": lambda: {"opinion": "同意"},
        "return_plan": lambda: {"reason": "措施不具体"},
        "report_progress": lambda: {"progress": "门锁已到货", "progress_on": today},
        "extend": lambda: {
            "applicant": person("property"),
            "applied_on": today,
            "reason": "配件未到",
            "safeguards": "继续停梯",
            "new_due": today + timedelta(days=60),
        },
        "request_closing": lambda: {
            "self_acceptance": "合格",
            "rectified_on": today,
            "photos_before": [stored(login, "b.jpg")],
            "photos_after": [stored(login, "c.jpg")],
            "explanation": "已更换并调试",
            "test_report": stored(login, "t.pdf"),
            "test_report_on": today,
        },
        "accept_request": lambda: {"verifiers": [person("county"), person("officer")]},
        "pass_verification": lambda: {
            "site_date": today,
            "site_photos": [stored(login, "d.jpg")],
            "checklist": {point.item: {"answer": "yes"} for point in acceptance(today)},
            "verifier_signatures": [person("county"), person("officer")],
            "unit_signature": "张敏",
        },
        "fail_verification": lambda: {
            "site_date": today,
            "remaining_items": "对讲未修复",
            "new_due": today + timedelta(days=10),
        },
        "sign_county": lambda: {"opinion": "同意", "signature": "签"},
        "sign_county_second": lambda: {"opinion": "同意", "signature": "签"},
        "sign_city": lambda: {"opinion": "同意销号", "signature": "签"},
        "close": lambda: {"notice_url": "https://example.gov.cn/1", "notice_published_on": today - timedelta(days=8)},
        "uphold_objection": lambda: {"objection_record": stored(login, "o.pdf")},
        "suspend": lambda: {
            "document": stored(login, "s.pdf"),
            "recheck_on": today + timedelta(days=60),
            "stop_use": True,
        },
        "reopen": lambda: {
            "evidence": [stored(login, "e.jpg")],
            "reopen_reason": "recurrence",
            "reason": "又被短接",
            "new_due": today + timedelta(days=7),
        },
        "remind": lambda: {"demand": "抓紧整改", "reply_by": today + timedelta(days=5)},
        "supervise": lambda: {"demand": "立即采取措施，限期完成整改", "reply_by": today + timedelta(days=5)},
        "list_supervision": lambda: {
            "listing_level": "city" if login in ("section", "leader") else "county",
            "supervising_party": cast.unit("yongqiao").id,
            "demand": "落实整改责任、措施、资金、时限和预案",
            "listing_due": today + timedelta(days=60),
            "media": "宿州市人民政府网站",
            "published_on": today,
        },
        "delist": lambda: {"reason": "已完成整改", "media": "宿州市人民政府网站", "published_on": today},
        "summon": lambda: {
            "talk_reason": "整改推进不力",
            "talk_on": today + timedelta(days=3),
            "talk_place": "市局三楼会议室",
            "attendees": "单位主要负责人、安全总监",
        },
        "record_talk": lambda: {
            "talk_held_on": today,
            "talk_record": "单位汇报了整改情况",
            "demand": "十日内完成整改",
            "attendees": "张敏、周卫东",
        },
        "transfer_case": lambda: {
            "receiver": "埇桥区市场监督管理局执法大队",
            "facts_found": "拒不执行监察指令",
            "evidence_list": "现场照片、指令书送达回证",
            "offence_clause": "特种设备安全监督检查办法第36条",
        },
        "void": lambda: {"reason": "重复登记", "second_person": person("county2")},
    }
    values = made.get(verb, lambda: {"reason": "情况变化"})()
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def move(login: str, hazard: Hazard, verb: str, version: int | None = None, **changes: Any) -> Hazard:
    """One move with everything in order, a few things changed; None leaves a field out."""
    return hazards.move(cast.actor(login), hazard.no, verb, data_for(verb, login, **changes), version)


COUNTY_ROAD = (
    ("county", "submit"),
    ("county-leader", "recognise"),
    ("county-leader", "assign"),
    ("county", "sign_for"),
    ("property", "file_plan"),
    ("county2", "approve_plan"),
    ("property", "report_progress"),
    ("property", "request_closing"),
    ("county2", "accept_request"),
    ("county", "pass_verification"),
    ("county-leader", "sign_county"),
    ("county-leader2", "sign_county_second"),
    ("county2", "close"),
)
CITY = {"recognise": "section", "assign": "section", "sign_county_second": "leader", "close": "section"}
CITY_ROAD = tuple(
    (CITY.get(verb, login), "sign_city" if verb == "sign_county_second" else verb) for login, verb in COUNTY_ROAD
)
ROADS = {"county": COUNTY_ROAD, "city": CITY_ROAD}


def walk(hazard: Hazard, until: str, road: str = "county") -> Hazard:
    """Move a hazard along its road from where it stands; not to CLOSED, which needs days to pass."""
    for login, verb in ROADS[road]:
        if hazard.state == until:
            break
        if find_move(verb, hazard.state, hazard.list_level, clock.today()):
            hazard = move(login, hazard, verb)
    assert hazard.state == until
    return hazard


def day(text: str) -> date:
    return date.fromisoformat(text)
