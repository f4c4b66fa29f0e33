"""Accidents for tests, reported and moved by the people of the cast."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from registry import clock
from registry.models import Accident
from registry.services import accidents
from seeds import cast


def values(**changes: Any) -> dict[str, Any]:
    """A first report about the cast's property company, one hour old."""
    at = clock.now() - timedelta(hours=1)
    return {
        "title": "1号楼电梯困人",
        "happened_at": at,
        "told_at": at,
        "place": "汴河中路88号1号楼",
        "equipment": "elevator",
        "unit": cast.unit("property").credit_code,
        "link": "use",
        "course": "电梯在3层和4层之间停止，轿厢内一人受伤",
        "reporter": "张敏",
        "reporter_phone": "13905570000",
        "deaths": 0,
        "serious_injuries": 1,
        "minor_injuries": 0,
        "loss_yuan": 0,
        **changes,
    }


def reported(login: str = "county", **changes: Any) -> Accident:
    return accidents.report(cast.actor(login), values(**changes))


ROAD = (
    ("county", "verify", {"note": "情况属实"}),
    ("county", "report_county", {"addressee": "埇桥区人民政府、宿州市市场监督管理局"}),
    ("section", "report_city", {"addressee": "安徽省市场监督管理局"}),
    ("section", "form_team", {"document": "宿市监特调〔2026〕1号", "note": "5人"}),
    (
        "section",
        "file_report",
        {
            "document": "调查报告",
            "cause_class": "defect",
            "cause": "门锁触点失效未更换",
            "responsibility": "main",
            "responsible": "property",
        },
    ),
    ("leader", "approve", {"document": "宿政批〔2026〕3号"}),
    ("section", "send_report", {"document": "送达回证"}),
    ("section", "pass_up", {"document": "上报文件"}),
    ("section", "close", {"note": "已落实"}),
)


def move(login: str, row: Accident, verb: str, **data: Any) -> Accident:
    if data.get("responsible"):
        data["responsible"] = cast.unit(data["responsible"]).credit_code
    return accidents.move(cast.actor(login), row.no, verb, data)


def walk(row: Accident, until: str = "close", **changes: Any) -> Accident:
    """Along the road up to a step, that step included; `changes` replace what is entered for it."""
    for login, verb, data in ROAD:
        row = move(login, row, verb, **{**data, **(changes if verb == until else {})})
        if verb == until:
            break
    return row
