"""Hazards on their way through 一单四制: reported and moved by the verbs themselves, each step on its own day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.models import Hazard
from registry.queries import hazard_facts, parameters
from registry.rules.hazards import Deadline, acceptance, deadline_day
from registry.services import files, hazards
from seeds import past, pictures


@dataclass(frozen=True)
class People:
    """Who acts: two inspectors, a verifier, two leaders of the county's office, and the manager of the unit."""

    finder: Actor
    reviewer: Actor
    verifier: Actor
    leader: Actor
    second_leader: Actor
    manager: Actor


# (days after the finding, who, verb); the closing follows when the public notice has run its time.
ROAD: tuple[tuple[int, str, str], ...] = (
    (0, "finder", "submit"),
    (1, "leader", "recognise"),
    (1, "leader", "assign"),
    (2, "finder", "sign_for"),
    (4, "manager", "file_plan"),
    (5, "reviewer", "approve_plan"),
    (9, "manager", "report_progress"),
    (13, "manager", "request_closing"),
    (14, "reviewer", "accept_request"),
    (15, "finder", "pass_verification"),
    (16, "leader", "sign_county"),
    (17, "second_leader", "sign_county_second"),
    (17, "reviewer", "close"),
)
NOTICE_FROM = 17


def walk(
    people: People,
    clue: Mapping[str, Any],
    found_on: date,
    due_days: int = 35,
    steps: int = len(ROAD),
    slowness: float = 1.0,
) -> Hazard:
    """Report a clue on its day and make the moves of the road that fall on days before today, at most `steps`.

    `due_days` count from the finding; `slowness` stretches the days between plan and closing.
    """
    today = clock.today()
    with past.at(past.moment(found_on, 9)):
        evidence = _file(people.finder, "现场照片.png")
        hazard = hazards.report(people.finder, {**clue, "evidence": [evidence]})
    notice = found_on + timedelta(days=_stretched(NOTICE_FROM, slowness))
    for number, (after, who, verb) in enumerate(ROAD[:steps]):
        day = _after_notice(notice) if verb == "close" else found_on + timedelta(days=_stretched(after, slowness))
        if day >= today:
            break
        with past.at(past.moment(day, 10 + number // 2, number * 4)):
            actor: Actor = getattr(people, who)
            data = _data(people, hazard, verb, found_on + timedelta(days=due_days), notice)
            hazard = hazards.move(actor, hazard.no, verb, data)
    return hazard


def _stretched(after: int, slowness: float) -> int:
    return after if after < 5 else 5 + round((after - 5) * slowness)


def _after_notice(published: date) -> date:
    """The first day on which a notice has run its time; holidays make it longer."""
    term = Deadline(int(parameters.value("hazard.notice_days", published)), "working_days")
    return deadline_day(term, published, hazard_facts.calendar()) + timedelta(days=1)


def _file(actor: Actor, name: str) -> int:
    return files.store(actor, name, "image/png", pictures.photo(name), "hazard").id


def _data(people: People, hazard: Hazard, verb: str, due: date, notice: date) -> dict[str, Any]:
    """What is entered for a move when everything is in order."""
    today = clock.today()
    made: dict[str, Callable[[], dict[str, Any]]] = {
        "submit": dict,
        "recognise": lambda: {
            "clauses": list(hazard.clauses),
            "recognition_record": _file(people.leader, "认定记录.png"),
            "interim_measures": "立即停止使用，设置警戒，专人值守",
            "stop_use": True,
        },
        "assign": lambda: {
            "issuing_party": people.leader.unit_id,
            "responsible_party": hazard.unit_id,
            "coordinating_party": people.leader.unit_id,
            "due": due,
            "directive_no": f"（宿）市监特令〔{today.year}〕第{hazard.id}号",
        },
        "sign_for": lambda: {"signed_by": people.manager.name, "signed_on": today},
        "file_plan": lambda: {
            "leader_name": people.manager.name,
            "leader_post": "安全管理负责人",
            "leader_phone": "0557-3010001",
            "measures": "更换失效部件，全面检查同类设备，经检验机构检测合格后恢复使用",
            "budget_yuan": Decimal(12_000),
            "fund_source": "单位自筹",
            "plan_due": due,
            "emergency_plan": "停用期间专人值守，落实应急电话，引导人员改行",
        },
        "approve_plan": lambda: {"opinion": "方案可行，同意实施"},
        "report_progress": lambda: {"progress": "配件已到货，正在安装调试", "progress_on": today},
        "request_closing": lambda: {
            "self_acceptance": "自验合格",
            "rectified_on": today - timedelta(days=1),
            "photos_before": [_file(people.manager, "整改前.png")],
            "photos_after": [_file(people.manager, "整改后.png")],
            "explanation": "已更换并调试，同类设备一并检查",
            "test_report": _file(people.manager, "检测报告.png"),
            "test_report_on": today,
        },
        "accept_request": lambda: {"verifiers": [people.finder.person_id, people.verifier.person_id]},
        "pass_verification": lambda: {
            "site_date": today,
            "site_photos": [_file(people.finder, "核查照片.png")],
            "checklist": {point.item: {"answer": "yes"} for point in acceptance(today)},
            "verifier_signatures": [people.finder.person_id, people.verifier.person_id],
            "unit_signature": people.manager.name,
        },
        "sign_county": lambda: {"opinion": "同意销号", "signature": people.leader.name},
        "sign_county_second": lambda: {"opinion": "同意销号", "signature": people.second_leader.name},
        "close": lambda: {
            "notice_url": "https://example.com/notices/1",
            "notice_published_on": notice,
        },
    }
    return made[verb]()
