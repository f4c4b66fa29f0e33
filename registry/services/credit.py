"""Credit classes of maintenance companies, as the office gives them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_

from registry import audit, policy
from registry.actor import Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Capacity, CreditGrade, Unit
from registry.rules.on_demand import GRADES


def grade(actor: Actor, unit_id: int, grade: str, since: date, document: str = "") -> CreditGrade:
    """Give a maintenance company a class (A, B, C or D) from a day on; the class before it ends then.

    Raises:
        Missing: no such unit, or not a maintenance company.
        Invalid: no such class.
        Conflict: it has a class from that day or a later one already.
    """
    policy.require(actor, "credit.grade")
    if grade not in GRADES:
        raise Invalid.field("grade", T("请从列表中选择"))
    with transaction() as session:
        unit = policy.get(actor, Unit, Unit.id == unit_id)
        policy.get(actor, Capacity, Capacity.unit_id == unit.id, Capacity.capacity == "maintenance", lock=True)
        running = policy.scope(actor, CreditGrade).where(
            CreditGrade.unit_id == unit.id, or_(CreditGrade.until.is_(None), CreditGrade.until > since)
        )
        for other in session.scalars(locked(running)):
            if other.since >= since:
                raise Conflict(T("{day}起已有信用等级", day=other.since.isoformat()))
            other.until = since
        row = CreditGrade(unit_id=unit.id, grade=grade, since=since, document=document)
        session.add(row)
        audit.record(actor, "credit.graded", row, unit_id=unit.id, grade=grade, since=since, document=document)
        return row
