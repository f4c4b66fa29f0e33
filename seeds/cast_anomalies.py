"""Maintenance records of the cast that may not be true, at every stage: found, explained, confirmed, dismissed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Elevator, VisitAnomaly
from registry.services import anomalies, visits
from seeds import cast, cast_visits, past, pictures

DAYS_AGO = 9


def build(elevator: Callable[[str], Elevator]) -> None:
    """Two visits that one crew cannot have made, and what became of what was found before."""
    _impossible_round(elevator("lake-1-1"), elevator("mall-up"))
    short = [row.id for row in _found("F5")]
    _explain(short[0], 33, "电梯轿厢当日由物业占用，只完成了部分项目")
    _decide(short[0], 31, "confirm", "监控显示仅停留11分钟，且未进入机房")
    _explain(short[1], 20, "两人分工同时作业，用时较短")
    _decide(short[1], 17, "dismiss", "监控显示两人同时作业，项目完整")
    _explain(short[2], 8, "当日只补做前一次遗漏的项目")


def _impossible_round(near: Elevator, far: Elevator) -> None:
    """Out of one elevator and ten seconds later into one across the road, with the photo of the first."""
    day = clock.today() - timedelta(days=DAYS_AGO)
    photo = pictures.photo(f"machine room {near.inner_no}")
    first = past.moment(day, 15, 2)
    for elevator, start in ((near, first), (far, first + timedelta(minutes=41, seconds=30))):
        end = start + timedelta(minutes=41, seconds=20)
        with past.at(end):
            sent = cast_visits.sent(elevator, "half_month", start, end)
            sent["check_in"]["photo"] = photo
            visit, _ = visits.record(cast.actor("tech1"), sent)
        with past.at(end + timedelta(hours=2)):
            visits.confirm(cast.actor("property"), visit.id, {"signature": pictures.signature("张敏")})


def _found(code: str) -> list[VisitAnomaly]:
    return list(
        db.session.scalars(
            select(VisitAnomaly)
            .where(VisitAnomaly.code == code, VisitAnomaly.company_id == cast.unit("company").id)
            .order_by(VisitAnomaly.id)
        )
    )


def _at(ago: int) -> datetime:
    return past.moment(clock.today() - timedelta(days=ago), 10)


def _explain(number: int, ago: int, text: str) -> None:
    with past.at(_at(ago)):
        anomalies.move(cast.actor("company"), number, "explain", {"explanation": text})


def _decide(number: int, ago: int, verb: str, reason: str) -> None:
    with past.at(_at(ago)):
        anomalies.move(cast.actor("county"), number, "take_over", {})
        anomalies.move(cast.actor("county"), number, verb, {"reason": reason})
