"""Around the inspections of the cast: a failed one and its correction, calibrations, self-checks, an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from registry import clock
from registry.models import Elevator
from registry.queries import elevator_self_checks
from registry.rules.dates import add_months
from registry.rules.inspection_results import BRAKE, GOVERNOR
from registry.services import company_records, inspection_orders, inspections, part_tests, self_checks
from seeds import cast, past

CALIBRATED = (("lake-1-1", 9), ("lake-1-2", 22), ("lake-2-1", 14), ("lake-3-1", 3), ("mall-goods", 25))
BRAKED = (("lake-2-1", 61), ("mall-goods", 50))
CHECKED = (("lake-1-1", 20), ("lake-3-1", 35))


def build(elevator: Callable[[str], Elevator]) -> None:
    """Record all of it, each on its day."""
    for key, months in CALIBRATED:
        _part(elevator(key), GOVERNOR, months)
    for key, months in BRAKED:
        _part(elevator(key), BRAKE, months)
    for key, days in CHECKED:
        _self_check(elevator(key), days)
    _drills(elevator("lake-1-2"))
    _failed(elevator("lake-2-1"))
    _mistyped(elevator("mall-up"))
    _order()


def _part(row: Elevator, part: str, months: int) -> None:
    day = add_months(clock.today(), -months)
    given = {"part": part, "done_on": day, "conclusion": "pass", "report_no": f"XSQ{day:%Y%m}-{row.id:04d}"}
    with past.at(past.moment(day + timedelta(days=1))):
        part_tests.record(cast.actor("inspector"), row.id, given)


def _self_check(row: Elevator, days: int) -> None:
    day = clock.today() - timedelta(days=days)
    answers: list[dict[str, Any]] = []
    for item in elevator_self_checks.items(row, day):
        answer: dict[str, Any] = {"item": item.code, "result": "normal"}
        if item.limits:
            answer["value"] = item.minimum if item.minimum is not None else item.maximum
        answers.append(answer)
    given = {"done_on": day, "checker": "tech1", "reviewer": "company", "answers": answers}
    extra = "接地故障保护、钢丝绳端接装置按定期检验项目检查，正常"
    with past.at(past.moment(day, 17)):
        self_checks.record(cast.actor("tech1"), row.id, {**given, "extra": extra})


def _drills(row: Elevator) -> None:
    """A drill for one of the two categories the company maintains, and a spot check."""
    manager, day = cast.actor("company"), clock.today() - timedelta(days=70)
    drill = {"category": "3100", "held_on": day, "place": "翠湖花园1号楼", "scenario": "困人救援", "participants": 6}
    with past.at(past.moment(day, 18)):
        company_records.record_drill(manager, {**drill, "summary": "接报后18分钟到场，12分钟放出，配合有序"})
    checked = day + timedelta(days=30)
    check = {"done_on": checked, "checker": "company", "passed": False}
    found = {"findings": "轿顶油污未清理", "measures": "当日清理，通报班组"}
    with past.at(past.moment(checked, 18)):
        company_records.record_check(manager, row.id, {**check, **found})


def _failed(row: Elevator) -> None:
    """An inspection that was failed: a clue for the office."""
    day = clock.today() - timedelta(days=6)
    given = {
        "kind": "periodic_inspection",
        "done_on": day,
        "key_failed": 1,
        "general_failed": 2,
        "report_no": f"AHD{day.year}-Z9001",
        "notice_no": f"YJ{day.year}-0317",
        "note": "层门锁紧装置啮合尺寸不足",
    }
    with past.at(past.moment(day + timedelta(days=1))):
        inspections.record(cast.actor("inspector"), row.id, given)


def _mistyped(row: Elevator) -> None:
    """A record that was wrong, and the one that corrects it."""
    day = clock.today() - timedelta(days=12)
    given = {
        "kind": "periodic_inspection",
        "done_on": day,
        "conclusion": "pass",
        "report_no": f"AHD{day.year}-Z9002",
    }
    with past.at(past.moment(day + timedelta(days=1))):
        first = inspections.record(cast.actor("inspector"), row.id, given)
    again = {**given, "conclusion": None, "key_failed": 0, "general_failed": 2, "promised": True}
    with past.at(past.moment(day + timedelta(days=3))):
        inspections.correct(cast.actor("inspector"), first.id, {**again, "reason": "结论录入错误"})


def _order() -> None:
    """A flood put inspections in 灵璧 off by two months, two years ago; that order has ended."""
    began = add_months(clock.today().replace(day=1), -26)
    given = {
        "document": f"皖市监特函〔{began.year}〕21号",
        "reason": "汛期灾害，检验人员无法到场",
        "due_from": began,
        "due_to": add_months(began, 1),
        "shift_months": 2,
        "area_code": "341323",
        "since": began,
    }
    with past.at(past.moment(began)):
        order = inspection_orders.record(cast.actor("section"), given)
    ended = add_months(began, 4)
    with past.at(past.moment(ended)):
        inspection_orders.end(cast.actor("section"), order.id, ended)
