"""Emergency plans (应急预案) of offices and units: kept by edition, ended, drilled every year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import EmergencyPlan, PlanDrill, Unit
from registry.queries import directive_inputs
from registry.rules import responders as rules
from registry.settings import current

Data = Mapping[str, Any]
PURPOSE = "emergency_plan"


def keep(actor: Actor, data: Data) -> EmergencyPlan:
    """Put an edition of a plan on file: `kind, title, edition, valid_from, valid_until?, document?, file?` (id), and
    `unit_id` where an office keeps the plan of another unit. The edition before it ends the day before, if it is open.

    Raises:
        Invalid: an unknown kind, an end before the beginning, no such file. Conflict: this edition is on file.
        Forbidden: a unit keeps its own plans only.
    """
    policy.require(actor, "emergency_plan.keep")
    wrong: dict[str, list[T]] = {}
    if data["kind"] not in rules.plan_kinds():
        wrong["kind"] = [T("请从列表中选择")]
    if data.get("valid_until") and data["valid_until"] < data["valid_from"]:
        wrong["valid_until"] = [T("不能早于生效日期")]
    if wrong:
        raise Invalid(wrong)
    with transaction() as session:
        unit = _unit(actor, data.get("unit_id"))
        same = policy.scope(actor, EmergencyPlan).where(
            EmergencyPlan.unit_id == unit.id, EmergencyPlan.kind == data["kind"]
        )
        for other in session.scalars(same.order_by(EmergencyPlan.valid_from)).all():
            if other.edition == data["edition"]:
                raise Conflict(T("这个预案的{edition}已登记", edition=other.edition))
            if other.ended_on is None and other.valid_from < data["valid_from"]:
                other.ended_on, other.ended_note = data["valid_from"], data["edition"]
        row = EmergencyPlan(
            unit_id=unit.id,
            area_code=unit.area_code or current().city_code,
            **{name: data[name] for name in ("kind", "title", "edition", "valid_from")},
            valid_until=data.get("valid_until"),
            document=data.get("document") or "",
            file_id=_file(actor, data.get("file")),
            recorded_at=clock.now(),
        )
        session.add(row)
        audit.record(
            actor,
            "emergency_plan.kept",
            row,
            kind=row.kind,
            edition=row.edition,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        return row


def end(actor: Actor, plan_id: int, note: str) -> EmergencyPlan:
    """End a plan today, with a reason.

    Raises:
        Conflict: it has ended. Invalid: no reason. Forbidden: another unit's.
    """
    policy.require(actor, "emergency_plan.end")
    with transaction():
        row = _mine(actor, plan_id)
        if row.ended_on is not None:
            raise Conflict(T("这个预案已经废止"))
        if not note.strip():
            raise Invalid.field("note", T("请写明原因"))
        row.ended_on, row.ended_note = clock.today(), note.strip()
        audit.record(actor, "emergency_plan.ended", row, ended_on=row.ended_on, note=row.ended_note)
        return row


def record_drill(actor: Actor, plan_id: int, data: Data) -> PlanDrill:
    """Record a drill of a plan: `held_on, place, scenario, participants, summary`.

    Raises:
        Invalid: a day in the future or before the plan, nobody took part. Conflict: there is one of this day.
    """
    policy.require(actor, "emergency_plan.record_drill")
    with transaction() as session:
        plan = _mine(actor, plan_id)
        wrong: dict[str, list[T]] = {}
        if data["held_on"] > clock.today():
            wrong["held_on"] = [T("不能晚于今天")]
        elif data["held_on"] < plan.valid_from:
            wrong["held_on"] = [T("不能早于生效日期")]
        if data["participants"] < 1:
            wrong["participants"] = [T("至少一人")]
        if wrong:
            raise Invalid(wrong)
        same = select(PlanDrill.id).where(PlanDrill.plan_id == plan.id, PlanDrill.held_on == data["held_on"])
        if session.scalar(same):
            raise Conflict(T("这个预案当日的演练已经记录过了"))
        row = PlanDrill(
            plan_id=plan.id,
            **{name: data[name] for name in ("held_on", "place", "scenario", "participants", "summary")},
            recorded_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "emergency_plan.drill_recorded", plan, held_on=row.held_on)
        return row


def _unit(actor: Actor, unit_id: int | None) -> Unit:
    wanted = unit_id or actor.unit_id
    unit = policy.get(actor, Unit, Unit.id == wanted)
    if wanted != actor.unit_id and actor.role not in OFFICE_ROLES:
        raise Forbidden(T("只能登记本单位的预案"))
    if wanted != actor.unit_id and actor.role in COUNTY_ROLES and actor.areas and unit.area_code not in actor.areas:
        raise Forbidden(T("不在您的辖区内，请由市局或当地县区局办理"))
    return unit


def _mine(actor: Actor, plan_id: int) -> EmergencyPlan:
    row = policy.get(actor, EmergencyPlan, EmergencyPlan.id == plan_id, lock=True)
    _unit(actor, row.unit_id)
    return row


def _file(actor: Actor, file_id: int | None) -> int | None:
    if file_id is not None:
        directive_inputs.check_files(actor, "file", [file_id], PURPOSE)
    return file_id
