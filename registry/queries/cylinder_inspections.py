"""What an inspection of a cylinder is judged by: its items, who did it and under which licence; and the records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import T
from registry.models import Capacity, Cylinder, CylinderInspection, InspectionBatchItem, ScrapItem
from registry.queries.paging import Page, paginate
from registry.rules import cylinder_inspections as rules
from registry.rules.cylinder_handover import VALVE

BLANK = re.compile(r"\s+")


def conclusion(cylinder: Cylinder, data: Mapping[str, Any]) -> tuple[bool, str | None]:
    """Whether it passed, and the reason of `scrap_reasons` when not.

    Without `checks` the stated `passed` stands: papers of before say no more.

    Raises:
        Invalid: an unknown item or reason, an item missing for a pass, a conclusion that the items contradict.
    """
    on, results = data["done_on"], data.get("checks") or {}
    unknown = sorted(set(results) - set(rules.checks(on)))
    if unknown:
        raise Invalid.field("checks", T("没有这个检验项目：{items}", items="、".join(unknown)))
    judged = rules.judge(cylinder.kind, results, on)
    stated = data.get("passed")
    if stated and judged.scrapped:
        raise Invalid.field("passed", T("有项目判废（{items}），结论只能是不合格", items=_named(judged.scrapped, on)))
    passed = bool(stated) if stated is not None or not results else not judged.scrapped
    if passed and results and judged.missing:
        raise Invalid.field("checks", T("检验项目没有填全：{items}", items=_named(judged.missing, on)))
    return passed, None if passed else _reason(data, on)


def _reason(data: Mapping[str, Any], on: date) -> str:
    reason: str = data.get("scrap_reason") or rules.FAILED
    if reason not in rules.reasons(on):
        raise Invalid.field("scrap_reason", T("没有这个报废原因"))
    return reason


def _named(items: Iterable[str], on: date) -> str:
    return "、".join(rules.checks(on)[item].zh for item in items)


def reason_words(row: CylinderInspection) -> str:
    """Why a failed cylinder is to be scrapped, with the items that failed; for the period of its status."""
    failed = [item for item, result in (row.checks or {}).items() if result == rules.SCRAP]
    if row.scrap_reason in (None, rules.FAILED):
        return "检验不合格" + (f"：{_named(failed, row.done_on)}" if failed else "")
    return f"检验不合格：{rules.reasons(row.done_on)[row.scrap_reason].zh}"


def refuse_people(data: Mapping[str, Any]) -> None:
    """Refuse an inspector who reviews himself, and a valve code that cannot be one."""
    inspector, reviewer = (BLANK.sub("", data.get(name) or "") for name in ("inspector", "reviewer"))
    if inspector and inspector == reviewer:
        raise Invalid.field("reviewer", T("检验人员与审核人员不得为同一人"))
    if data.get("valve_code") and not VALVE.fullmatch(data["valve_code"]):
        raise Invalid.field("valve_code", T("瓶阀编号只能是40位以内的字母、数字和 . / -"))


def body(actor: Actor, cylinder: Cylinder, data: Mapping[str, Any]) -> int | None:
    """The unit that inspected: an inspection body is itself, an office names one.

    Raises:
        Invalid: no inspection body, or without a licence for this medium on that day.
    """
    body_id = actor.unit_id if actor.role == "inspection_body" else data.get("body_id")
    if body_id is None:
        return None
    problem = licence_problem(body_id, cylinder.medium, data["done_on"])
    if problem:
        raise Invalid.field("done_on" if actor.role == "inspection_body" else "body_id", problem)
    found: int = body_id
    return found


def licence_problem(body_id: int, medium: str | None, on: date) -> T | None:
    """Why a unit may not inspect cylinders of a medium on a day; None when it may. No media named: all."""
    row = db.session.scalar(select(Capacity).where(Capacity.unit_id == body_id, Capacity.capacity == "inspection"))
    if row is None:
        return T("该单位不是检验机构")
    if row.licence_until is not None and row.licence_until < on:
        return T("检验机构的核准证已于{day}到期", day=row.licence_until)
    if row.suspended_since is not None and row.suspended_since <= on:
        return T("检验机构自{day}起暂停", day=row.suspended_since)
    if medium is not None and row.media and medium not in row.media:
        return T("检验机构的核准范围不含这种介质的气瓶")
    return None


def open_scrap(cylinder_id: int) -> bool:
    """Whether a cylinder stands in a batch to be destroyed."""
    statement = select(ScrapItem.id).where(ScrapItem.cylinder_id == cylinder_id, ScrapItem.open)
    return db.session.execute(statement).first() is not None


def delivery_of(cylinder_id: int) -> int | None:
    """The id of the delivery that a cylinder is away with."""
    return db.session.scalar(
        select(InspectionBatchItem.batch_id).where(
            InspectionBatchItem.cylinder_id == cylinder_id, InspectionBatchItem.open
        )
    )


def existing(actor: Actor, keys: Iterable[tuple[int, date]]) -> dict[tuple[int, date], CylinderInspection]:
    """Records that stand, by (cylinder id, day)."""
    wanted = set(keys)
    found: dict[tuple[int, date], CylinderInspection] = {}
    ids = sorted({id_ for id_, _day in wanted})
    for start in range(0, len(ids), 1000):
        statement = policy.scope(actor, CylinderInspection).where(
            CylinderInspection.cylinder_id.in_(ids[start : start + 1000]), CylinderInspection.replaced_on.is_(None)
        )
        for row in db.session.scalars(statement):
            if (row.cylinder_id, row.done_on) in wanted:
                found[row.cylinder_id, row.done_on] = row
    return found


def find(actor: Actor, inspection_id: int) -> CylinderInspection:
    """One record."""
    return policy.get(actor, CylinderInspection, CylinderInspection.id == inspection_id)


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Records, newest first: `passed`, `since` and `until` (days inspected), `body`, `owner_id`."""
    policy.require(actor, "cylinder.read")
    statement = policy.scope(actor, CylinderInspection)
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    conditions: dict[str, Callable[[Any], Any]] = {
        "passed": lambda v: CylinderInspection.passed == (str(v) in ("1", "True")),
        "since": lambda v: CylinderInspection.done_on >= v,
        "until": lambda v: CylinderInspection.done_on <= v,
        "body": lambda v: CylinderInspection.body_id == int(v),
        "owner_id": lambda v: CylinderInspection.cylinder_id.in_(select(Cylinder.id).where(Cylinder.owner_id == v)),
    }
    wanted = [condition(given[name]) for name, condition in conditions.items() if name in given]
    return paginate(statement.where(*wanted), CylinderInspection.id, limit, cursor, newest=True)
