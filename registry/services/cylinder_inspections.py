"""Recording the periodic inspection of a cylinder (cylinders.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Capacity, Cylinder, CylinderInspection
from registry.queries import cylinders as queries
from registry.queries.cylinder_terms import chosen
from registry.queries.cylinder_values import kept_dates, problems, too_late
from registry.rules.cylinder_lifecycle import LIVE, STATUSES, move
from registry.services import life_events


def record(actor: Actor, code: str, data: Mapping[str, Any]) -> CylinderInspection:
    """Record an inspection and what follows from it.

    `data`: `done_on`, `passed` (required), `report_no`, `next_inspection_on` (an earlier day than the rule's is kept,
    a later one refused), `tare_g` (as weighed: the only way the tare of record changes), `assessment_passed` (the
    safety assessment that extends an LPG cylinder's life), `body_id` (an office only; an inspection body records its
    own), `details`. Passed: the dates are counted from that day, and a cylinder 送检中 is in use again. Failed: it is
    to be scrapped.

    Raises:
        Invalid: a day that cannot be, a next day later than the computed one, an implausible tare.
        Conflict: that day is recorded already, or the cylinder is no longer on the register.
    """
    policy.require(actor, "cylinder.record_inspection")
    with transaction() as session:
        options = (selectinload(Cylinder.statuses), selectinload(Cylinder.inspections))
        cylinder = policy.get(actor, Cylinder, Cylinder.id == queries.id_of(code), lock=True, options=options)
        _refuse_order(cylinder, data)
        passed, done_on = bool(data["passed"]), data["done_on"]
        if passed and data.get("assessment_passed"):
            cylinder.assessment_passed_on = done_on
        if data.get("tare_g") is not None:
            cylinder.tare_g = data["tare_g"]
        cylinder.last_inspected_on, cylinder.last_inspection_passed = done_on, passed
        cylinder.stated_next_inspection_on = data.get("next_inspection_on") if passed else None
        _refuse_values(cylinder)
        today = clock.today()
        kept = kept_dates(queries.values_of(cylinder), today, chosen(today))
        cylinder.next_inspection_on, cylinder.service_end_on = kept
        row = CylinderInspection(
            body_id=_body(actor, session, data),
            report_no=data.get("report_no") or "",
            done_on=done_on,
            passed=passed,
            next_inspection_on=cylinder.next_inspection_on if passed else None,
            details=data.get("details"),
        )
        cylinder.inspections.append(row)
        cylinder.version += 1
        _move(actor, cylinder, "pass_inspection" if passed else "fail_inspection", row)
        audit.record(
            actor,
            "cylinder.inspection_recorded",
            cylinder,
            done_on=done_on,
            passed=passed,
            next_inspection_on=row.next_inspection_on,
        )
        life_events.note(actor, cylinder, "inspection", {"inspection_id": row.id, "passed": passed})
        return row


def _refuse_order(cylinder: Cylinder, data: Mapping[str, Any]) -> None:
    if cylinder.status not in LIVE:
        raise Conflict(T("“{status}”的气瓶不能再登记检验", status=STATUSES[cylinder.status].zh))
    latest = max((row.done_on for row in cylinder.inspections), default=None)
    if latest == data["done_on"]:
        raise Conflict(T("{day}的检验已经登记", day=latest))
    known = cylinder.last_inspected_on
    if known is not None and data["done_on"] < known:
        raise Invalid.field("done_on", T("已有{day}的检验记录，不能再登记更早的检验", day=known))


def _refuse_values(cylinder: Cylinder) -> None:
    """Judge the cylinder as it would stand; sentences go beside the fields of an inspection."""
    today = clock.today()
    values, terms = queries.values_of(cylinder), chosen(today)
    found = problems(values, today, terms, stated_date=False)
    here = {"last_inspected_on": "done_on", "assessment_passed_on": "done_on", "tare_g": "tare_g"}
    errors = {here[name]: texts for name, texts in found.items() if name in here}
    late = too_late(values, today, terms)
    if late:
        errors["next_inspection_on"] = [late]
    if errors:
        raise Invalid(errors)


def _body(actor: Actor, session: Session, data: Mapping[str, Any]) -> int | None:
    """The unit that inspected: an inspection body is itself, an office names one."""
    if actor.role == "inspection_body":
        return actor.unit_id
    body_id: int | None = data.get("body_id")
    if body_id is None:
        return None
    inspects = select(Capacity.id).where(Capacity.unit_id == body_id, Capacity.capacity == "inspection")
    if session.execute(inspects).first() is None:
        raise Invalid.field("body_id", T("该单位不是检验机构"))
    return body_id


def _move(actor: Actor, cylinder: Cylinder, verb: str, row: CylinderInspection) -> None:
    """The change of status an inspection brings, if it brings one."""
    found = move(cylinder.status, verb)
    if found is None:
        return
    before = cylinder.status
    since = max([row.done_on, *(period.since for period in cylinder.statuses)])
    cylinder.enter(found.target, since, found.zh, row.report_no)
    cylinder.custody = found.custody or cylinder.custody
    moved = {"from": before, "to": found.target, "since": since, "reason": found.zh, "document": row.report_no}
    audit.record(actor, "cylinder.status_changed", cylinder, **moved)
