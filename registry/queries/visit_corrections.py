"""What a correction of a visit begins with: the record as it stands, and the items of the cycle it is corrected to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import evidence, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Visit
from registry.queries import maker_items, visits
from registry.rules.maintenance import CYCLES, Item, items_for


@dataclass(frozen=True)
class Sheet:
    """`items` by cycle, shortest first; `given`: {code: {result, value, note}} as the record says."""

    visit: Visit
    cycle: str
    items: dict[str, list[Item]]
    given: Mapping[str, Mapping[str, Any]]

    @property
    def codes(self) -> list[str]:
        """The codes of all items."""
        return [item.code for items in self.items.values() for item in items]


def sheet(actor: Actor, visit_id: int, cycle: str | None) -> Sheet:
    """The record to correct, at its own cycle or another.

    Raises:
        Missing: no such visit for this caller to see.
        Invalid: no such cycle.
        Conflict: corrected before.
    """
    policy.require(actor, "visit.correct")
    if cycle is not None and cycle not in CYCLES:
        raise Invalid.field("cycle", T("请从列表中选择"))
    visit = visits.one(actor, visit_id)
    if corrected_by(visit.id) is not None:
        raise Conflict(T("这条记录已经更正过了，请更正最新的那一条"))
    chosen, on = cycle or visit.cycle, date.fromisoformat(visit.answers["on"])
    items: dict[str, list[Item]] = {}
    for item in items_for(visit.elevator.kind, chosen, on, maker_items.items_of(visit.elevator, on)):
        items.setdefault(item.cycle, []).append(item)
    said = evidence.answers_of(visit.answers, maker_items.asked_of(visit.answers))
    given = {answer.item: {"result": answer.result, "value": answer.value, "note": answer.note} for answer in said}
    return Sheet(visit, chosen, items, given)


def changed(sheet: Sheet, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers of a form that differ from the record."""

    def face(answer: Mapping[str, Any]) -> tuple[Any, ...]:
        return answer.get("result"), answer.get("value"), answer.get("note") or ""

    return [answer for answer in answers if face(answer) != face(sheet.given.get(answer["item"], {}))]


def corrected_by(visit_id: int) -> int | None:
    """The number of the record that corrects this one."""
    return db.session.scalar(select(Visit.id).where(Visit.corrects_id == visit_id).limit(1))
