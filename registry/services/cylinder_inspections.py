"""Recording the periodic inspection of a cylinder, and correcting what was recorded (cylinders.md §2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, CylinderInspection, InspectionBatchItem
from registry.queries import cylinder_inspections as inputs
from registry.queries import cylinders as queries
from registry.queries.cylinder_terms import chosen
from registry.queries.cylinder_values import kept_dates, problems, too_late
from registry.rules.cylinder_lifecycle import LIVE, STATUSES, move
from registry.services import life_events
from registry.services.cylinders import make_move, move_day

OPTIONS = (selectinload(Cylinder.statuses), selectinload(Cylinder.inspections))
KEPT = (
    "inspector",
    "reviewer",
    "remaining_wall_mm",
    "measured_volume_ml",
    "tare_g",
    "valve_code",
    "details",
)


@dataclass(frozen=True)
class RefusedRow:
    """A row of a list that was not recorded, and why."""

    index: int
    column: str
    reason: T


def record(actor: Actor, code: str, data: Mapping[str, Any]) -> CylinderInspection:
    """Record an inspection and what follows from it.

    `data`: `done_on`, `passed` (required unless `checks` tell), `checks` (item of `cylinder_checks` -> pass or scrap),
    `inspector`, `reviewer`, `remaining_wall_mm`, `measured_volume_ml`, `valve_code` (of a valve put in),
    `scrap_reason`, `report_no`, `next_inspection_on` (an earlier day than the rule's is kept, a later one refused),
    `tare_g` (as weighed: the only way the tare of record changes), `assessment_passed` (the safety assessment that
    extends an LPG cylinder's life), `body_id` (an office only; an inspection body records its own), `details`.
    Passed: the dates are counted from that day, and a cylinder 送检中 is in use again. Failed: it is to be scrapped.

    Raises:
        Invalid: a day that cannot be, a next day later than the computed one, an implausible tare, items missing or
            contradicting the conclusion, an inspector who reviews himself, a body without a licence for it that day.
        Conflict: that day is recorded already, or the cylinder is no longer on the register.
    """
    policy.require(actor, "cylinder.record_inspection")
    with transaction() as session:
        cylinder = policy.get(actor, Cylinder, Cylinder.id == queries.id_of(code), lock=True, options=OPTIONS)
        return keep(actor, session, cylinder, data)


def keep(actor: Actor, session: Session, cylinder: Cylinder, data: Mapping[str, Any]) -> CylinderInspection:
    """Record an inspection of a locked cylinder with statuses and inspections loaded, as part of a verb."""
    _refuse_order(cylinder, data)
    row = _row(actor, cylinder, data)
    _apply(cylinder, row, data)
    at_body = cylinder.custody == "at_inspection" and inputs.delivery_of(cylinder.id) is not None
    _write(actor, session, cylinder, row)
    verb = "pass_inspection" if row.passed else "fail_inspection"
    found = move(cylinder.status, verb)
    if found is not None:
        reason = found.zh if row.passed else inputs.reason_words(row)
        make_move(actor, cylinder, found, move_day(cylinder, row.done_on), reason, row.report_no)
    else:
        cylinder.version += 1
    if at_body:
        cylinder.custody = "at_inspection"  # until the station takes the delivery back
    _settle(session, row)
    _audit(actor, "cylinder.inspection_recorded", cylinder, row)
    life_events.note(actor, cylinder, "inspection", {"inspection_id": row.id, "passed": row.passed})
    return row


def correct(actor: Actor, inspection_id: int, data: Mapping[str, Any]) -> CylinderInspection:
    """Record what an inspection should have said: a new linked record; `data` as for `record`, and the `reason`.

    Failed to passed is the office's: the cylinder is out of service then until the office resumes it.

    Raises:
        Missing: no such record, or not the caller's own (inspection bodies).
        Conflict: corrected already, or the cylinder is destroyed or cancelled.
        Forbidden: an inspection body turns a failed one into a passed one.
        Invalid: no reason; otherwise as `record`.
    """
    policy.require(actor, "cylinder.correct_inspection")
    if not (data.get("reason") or "").strip():
        raise Invalid.field("reason", T("请填写更正原因"))
    with transaction() as session:
        wrong = policy.get(actor, CylinderInspection, CylinderInspection.id == inspection_id, lock=True)
        if wrong.replaced_on is not None:
            raise Conflict(T("这份记录已经更正过了，请更正最新的那一份"))
        cylinder = policy.get(actor, Cylinder, Cylinder.id == wrong.cylinder_id, lock=True, options=OPTIONS)
        if cylinder.last_inspected_on != wrong.done_on:
            raise Conflict(T("之后已有新的检验，这一份不能再更正"))
        wrong.replaced_on = clock.today()
        _refuse_order(cylinder, data, corrects=True)
        row = _row(actor, cylinder, data)
        row.body_id, row.corrects_id = row.body_id or wrong.body_id, wrong.id
        _refuse_revival(actor, cylinder, wrong, row)
        _take_back(cylinder, wrong)
        _apply(cylinder, row, data)
        row.details = {**(row.details or {}), "correction": data["reason"]}
        _write(actor, session, cylinder, row)
        _settle(session, row, wrong.id)
        _follow_correction(actor, cylinder, wrong, row, data["reason"])
        cylinder.version += 1
        _audit(actor, "cylinder.inspection_corrected", cylinder, row, corrects=wrong.id, reason=data["reason"])
        life_events.note(actor, cylinder, "inspection", {"inspection_id": row.id, "passed": row.passed})
        return row


def bulk_record(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[RefusedRow]:
    """Record `rows` (as `record`, with `code`, or the open delivery's) in one transaction; returns what was refused."""
    policy.require(actor, "cylinder.record_inspection")
    refused: list[RefusedRow] = []
    with transaction() as session:
        for index, row in enumerate(rows):
            data = {name: value for name, value in row.items() if name != "code"}
            try:
                with session.begin_nested():
                    record(actor, row["code"], data)
                    session.flush()
            except Invalid as error:
                refused.extend(RefusedRow(index, name, texts[0]) for name, texts in [*error.errors.items()][:1])
            except (Conflict, Missing, Forbidden) as error:
                refused.append(RefusedRow(index, "", T(error.detail)))
    return refused


def _refuse_order(cylinder: Cylinder, data: Mapping[str, Any], corrects: bool = False) -> None:
    if cylinder.status not in LIVE:
        raise Conflict(T("“{status}”的气瓶不能再登记检验", status=STATUSES[cylinder.status].zh))
    standing = [row.done_on for row in cylinder.inspections if row.replaced_on is None]
    if data["done_on"] in standing:
        raise Conflict(T("{day}的检验已经登记", day=data["done_on"]))
    known = max(standing, default=None) if corrects else cylinder.last_inspected_on
    if known is not None and data["done_on"] < known:
        raise Invalid.field("done_on", T("已有{day}的检验记录，不能再登记更早的检验", day=known))


def _row(actor: Actor, cylinder: Cylinder, data: Mapping[str, Any]) -> CylinderInspection:
    """The record that `data` asks for, judged by itself."""
    passed, reason = inputs.conclusion(cylinder, data)
    inputs.refuse_people(data)
    body = inputs.body(actor, cylinder, data)
    return CylinderInspection(
        cylinder_id=cylinder.id,
        body_id=body,
        report_no=data.get("report_no") or "",
        done_on=data["done_on"],
        passed=passed,
        checks=data.get("checks") or None,
        scrap_reason=reason,
        assessed=bool(passed and data.get("assessment_passed")),
        recorded_at=clock.now(),
        **{name: data.get(name) for name in KEPT},
    )


def _apply(cylinder: Cylinder, row: CylinderInspection, data: Mapping[str, Any]) -> None:
    """Bring what was found into the cylinder's own values, and judge it as it then stands."""
    if row.assessed:
        cylinder.assessment_passed_on = row.done_on
    if row.tare_g is not None:
        row.tare_before_g = cylinder.tare_g
        cylinder.tare_g = row.tare_g
    if row.valve_code:
        cylinder.valve_code = row.valve_code
    cylinder.last_inspected_on, cylinder.last_inspection_passed = row.done_on, row.passed
    cylinder.stated_next_inspection_on = data.get("next_inspection_on") if row.passed else None
    _refuse_values(cylinder)
    today = clock.today()
    kept = kept_dates(queries.values_of(cylinder), today, chosen(today))
    cylinder.next_inspection_on, cylinder.service_end_on = kept
    row.next_inspection_on = cylinder.next_inspection_on if row.passed else None


def _take_back(cylinder: Cylinder, wrong: CylinderInspection) -> None:
    """Undo what a wrong record brought into the cylinder's own values."""
    if wrong.tare_g is not None and cylinder.tare_g == wrong.tare_g:
        cylinder.tare_g = wrong.tare_before_g
    if wrong.assessed and cylinder.assessment_passed_on == wrong.done_on:
        cylinder.assessment_passed_on = None


def _write(actor: Actor, session: Session, cylinder: Cylinder, row: CylinderInspection) -> None:
    cylinder.inspections.append(row)
    session.flush()
    if row.valve_code:
        life_events.note(actor, cylinder, "valve_change", {"given": {"valve_code": row.valve_code}})


def _settle(session: Session, row: CylinderInspection, corrects_id: int | None = None) -> None:
    """Enter a result into the delivery its cylinder is inspected in, or a correction where the wrong one stands."""
    where = InspectionBatchItem.open if corrects_id is None else InspectionBatchItem.inspection_id == corrects_id
    item = session.scalar(select(InspectionBatchItem).where(InspectionBatchItem.cylinder_id == row.cylinder_id, where))
    if item is not None:
        item.inspection_id, item.state = row.id, "passed" if row.passed else "failed"


def _refuse_revival(actor: Actor, cylinder: Cylinder, wrong: CylinderInspection, row: CylinderInspection) -> None:
    if row.passed and not wrong.passed and actor.role not in OFFICE_ROLES:
        raise Forbidden(T("不合格更正为合格由登记机关办理"))
    if row.passed and not wrong.passed and inputs.open_scrap(cylinder.id):
        raise Conflict(T("气瓶已列入销毁批次，请先撤回批次再更正"))


def _follow_correction(
    actor: Actor, cylinder: Cylinder, wrong: CylinderInspection, row: CylinderInspection, reason: str
) -> None:
    """The change of status where the conclusion turned round."""
    if wrong.passed == row.passed:
        return
    found = move(cylinder.status, "revoke_scrap" if row.passed else "fail_inspection")
    if found is not None:
        make_move(actor, cylinder, found, move_day(cylinder, clock.today()), reason, row.report_no)


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


def _audit(actor: Actor, act: str, cylinder: Cylinder, row: CylinderInspection, **more: Any) -> None:
    said: dict[str, date | bool | None] = {
        "done_on": row.done_on,
        "passed": row.passed,
        "next_inspection_on": row.next_inspection_on,
    }
    audit.record(actor, act, cylinder, **said, **more)
