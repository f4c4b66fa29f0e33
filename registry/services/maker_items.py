"""The maker's own maintenance items, entered by the maintenance company or the office (TSG T5002-2017 art. 2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import locked, transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import MakerItems
from registry.queries.elevators import by_code
from registry.queries.maker_items import CUSTOM_KINDS
from registry.rules import maker_lists


def enter(actor: Actor, data: Mapping[str, Any]) -> MakerItems:
    """Put a list on file: for one elevator (`elevator`, its code) or for a model (`manufacturer` and `model`).

    `lines` as `rules.maker_lists` reads them, `since`, `document` (the manual they come from). The list before it ends.

    A model's list that a company enters holds for the elevators that it maintains; one of an office for everybody.

    Raises:
        Invalid: neither or both targets, a kind with standard items, lines that cannot be read (under `lines`, with
            their numbers), or a day in the past.
        Missing: no such elevator for this caller.
        Conflict: there is a list from that day or a later one already.
    """
    policy.require(actor, "maker_items.enter")
    rows, errors = maker_lists.parse(data["lines"])
    if errors:
        raise Invalid({"lines": errors})
    since = data.get("since") or clock.today()
    with transaction() as session:
        target = _target(actor, data)
        for other in session.scalars(locked(_running(target, since))):
            if other.since >= since:
                raise Conflict(T("{day}起已有一份项目表，请另选开始日期", day=other.since.isoformat()))
            if since < clock.today():
                raise Invalid.field("since", T("不能早于今天：此前的维保仍按当时的项目表判断"))
            other.until = since
        row = MakerItems(**target, since=since, document=data.get("document") or "", items=rows)
        session.add(row)
        audit.record(
            actor,
            "maker_items.entered",
            row,
            elevator_id=row.elevator_id,
            manufacturer=row.manufacturer,
            model=row.model,
            items=len(rows),
            since=since,
            document=row.document,
        )
        return row


def _target(actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    code, maker, model = (str(data.get(name) or "").strip() for name in ("elevator", "manufacturer", "model"))
    if bool(code) == bool(maker or model):
        raise Invalid.field("elevator", T("请填写一台电梯的编号，或者制造单位和型号，二选一"))
    if code:
        elevator = by_code(actor, code)
        if elevator.kind not in CUSTOM_KINDS:
            raise Invalid.field("elevator", T("这台电梯用标准维保项目，不需要录入制造单位的项目"))
        return {"elevator_id": elevator.id, "manufacturer": None, "model": None, "unit_id": None}
    if not maker or not model:
        raise Invalid.field("model" if maker else "manufacturer", T("制造单位和型号都要填写"))
    unit_id = None if actor.role in OFFICE_ROLES else actor.unit_id
    return {"elevator_id": None, "manufacturer": maker, "model": model, "unit_id": unit_id}


def _running(target: Mapping[str, Any], since: date) -> Any:
    """The lists of a target that hold on a day or later."""
    same = [getattr(MakerItems, name).is_not_distinct_from(value) for name, value in target.items()]
    return select(MakerItems).where(*same, or_(MakerItems.until.is_(None), MakerItems.until > since))
