"""Emergency drills and spot checks of quality that a maintenance company records (T5002-2017 art. 5 (3), 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Drill, Elevator, QualityCheck
from registry.queries.visit_facts import colleagues
from registry.rules.kinds import CATEGORIES

Data = Mapping[str, Any]


def record_drill(actor: Actor, data: Data) -> Drill:
    """Record an emergency drill: `category` of elevators, `held_on`, `place`, `scenario`, `participants`, `summary`.

    Raises:
        Invalid: unknown category, a day in the future, nobody took part.
        Conflict: there is one of this category and day.
    """
    policy.require(actor, "drill.record")
    wrong: dict[str, list[T]] = {}
    if data["category"] not in CATEGORIES:
        wrong["category"] = [T("请从列表中选择")]
    if data["held_on"] > clock.today():
        wrong["held_on"] = [T("不能晚于今天")]
    if data["participants"] < 1:
        wrong["participants"] = [T("至少一人")]
    if wrong:
        raise Invalid(wrong)
    with transaction() as session:
        same = policy.scope(actor, Drill, Drill.id).where(
            Drill.category == data["category"], Drill.held_on == data["held_on"]
        )
        if session.execute(same).first():
            raise Conflict(T("当日这类电梯的演练已经记录过了"))
        row = Drill(**data, company_id=actor.unit_id, recorded_at=clock.now())
        session.add(row)
        audit.record(actor, "drill.recorded", row, category=row.category, held_on=row.held_on)
        return row


def record_check(actor: Actor, elevator_id: int, data: Data) -> QualityCheck:
    """Record a spot check of quality: `done_on`, `checker` (login), `passed`, `findings` (compulsory when it did not
    pass), `measures`.

    Raises:
        Invalid: a day in the future, somebody of another company, nothing said of what was wrong.
        Conflict: there is one of this elevator and day.
    """
    policy.require(actor, "quality_check.record")
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id)
        values = dict(data)
        people = {person.login: person.id for person in colleagues(actor, values["done_on"])}
        wrong: dict[str, list[T]] = {}
        if values["done_on"] > clock.today():
            wrong["done_on"] = [T("不能晚于今天")]
        checker = people.get(values.pop("checker"))
        if checker is None:
            wrong["checker"] = [T("请选择本单位当日在册的人员")]
        if not values["passed"] and not (values.get("findings") or "").strip():
            wrong["findings"] = [T("请写明发现的问题")]
        if wrong:
            raise Invalid(wrong)
        same = select(QualityCheck.id).where(
            QualityCheck.elevator_id == elevator.id, QualityCheck.done_on == values["done_on"]
        )
        if session.execute(same).first():
            raise Conflict(T("这台电梯当日的抽查已经记录过了"))
        texts = {name: values.pop(name, None) or "" for name in ("findings", "measures")}
        row = QualityCheck(
            **values,
            **texts,
            elevator_id=elevator.id,
            company_id=actor.unit_id,
            checker_id=checker,
            recorded_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "quality_check.recorded", row, elevator_id=elevator.id, passed=row.passed)
        return row
