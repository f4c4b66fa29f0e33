"""Emergency plans, their drills, and what an area has for an emergency: teams on duty, plans in force, drills done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, files, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import EmergencyPlan, StoredFile
from registry.queries import areas
from registry.queries.paging import Page, paginate
from registry.queries.responder_index import kept
from registry.rules import responders as rules
from registry.settings import current

SOON_DAYS = 30
LOADS = (joinedload(EmergencyPlan.unit), selectinload(EmergencyPlan.drills))


@dataclass(frozen=True)
class Line:
    """A plan as of a day: `state` is in_force, later, expired or ended; `drill_due` the last day for the next drill
    and `drill` its state (valid, soon, overdue), None where none is due."""

    plan: EmergencyPlan
    state: str
    drill_due: date | None
    drill: str | None


@dataclass(frozen=True)
class Capability:
    """What an area has on a moment: responders by level that are active, and of these on duty; plans in force, and of
    these with the yearly drill in date."""

    code: str
    area: areas.AreaName
    active: Mapping[int, int]
    on_duty: Mapping[int, int]
    plans: int
    drilled: int


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """A page of `Line`, the newest first; `area`, `kind`, `unit` (id) of `filters`, with `overdue` those in force
    without their yearly drill."""
    policy.require(actor, "emergency_plan.read")
    statement = policy.scope(actor, EmergencyPlan).options(*LOADS)
    columns = {"area": EmergencyPlan.area_code, "kind": EmergencyPlan.kind, "unit": EmergencyPlan.unit_id}
    for name, column in columns.items():
        if filters.get(name):
            statement = statement.where(column == filters[name])
    if filters.get("overdue"):
        statement = statement.where(EmergencyPlan.id.in_(_overdue(actor, clock.today())))
    rows = paginate(statement, EmergencyPlan.id, limit, cursor, newest=True)
    return Page([line(row, clock.today()) for row in rows.items], rows.next)


def show(actor: Actor, plan_id: int) -> Line:
    """One plan with its drills.

    Raises:
        Missing: no such plan for this caller.
    """
    policy.require(actor, "emergency_plan.read")
    row = policy.get(actor, EmergencyPlan, EmergencyPlan.id == plan_id, options=LOADS)
    return line(row, clock.today())


def file(actor: Actor, plan_id: int) -> tuple[Path, str, str]:
    """Where the text of a plan lies, its type and its name.

    Raises:
        Missing: no such plan for this caller, or no text with it.
    """
    plan = show(actor, plan_id).plan
    stored = db.session.get(StoredFile, plan.file_id) if plan.file_id else None
    if stored is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime, stored.name


def line(row: EmergencyPlan, on: date) -> Line:
    """A plan as of a day; its drills are loaded."""
    if row.ended_on is not None and row.ended_on <= on:
        return Line(row, "ended", None, None)
    if row.valid_until is not None and row.valid_until < on:
        return Line(row, "expired", None, None)
    if row.valid_from > on:
        return Line(row, "later", None, None)
    due = rules.drill_due(row.valid_from, tuple(each.held_on for each in row.drills), on)
    drill = "overdue" if due < on else "soon" if (due - on).days <= SOON_DAYS else "valid"
    return Line(row, "in_force", due, drill)


def count_overdue(actor: Actor, on: date) -> int:
    """How many of the caller's plans in force lack their yearly drill."""
    return len(_overdue(actor, on))


def _overdue(actor: Actor, on: date) -> list[int]:
    return [each.plan.id for each in _in_force(actor, on) if each.drill == "overdue"]


def in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    """The condition of a plan that holds on a day."""
    return (
        EmergencyPlan.valid_from <= on,
        or_(EmergencyPlan.ended_on.is_(None), EmergencyPlan.ended_on > on),
        or_(EmergencyPlan.valid_until.is_(None), EmergencyPlan.valid_until >= on),
    )


def _in_force(actor: Actor, on: date) -> list[Line]:
    statement = policy.scope(actor, EmergencyPlan).options(*LOADS).where(*in_force(on))
    return [line(row, on) for row in db.session.scalars(statement)]


def capability(actor: Actor, at: datetime) -> list[Capability]:
    """What each area of the caller has for an emergency, the whole city first for whoever sees it."""
    policy.require(actor, "emergency_plan.survey")
    on, city = clock.day_of(at), current().city_code
    plans = _in_force(actor, on)
    shown = [*areas.city(), *areas.counties()]
    if actor.role in COUNTY_ROLES:
        shown = [pair for pair in shown if pair[0] in actor.areas]
    ready = [one for one in kept(on) if one.status(on) == rules.ACTIVE]
    there = {one.id for one in ready if one.on_duty(at)}
    found, around = [], areas.divisions()
    for code, name in shown:
        where = {code, around.get(code), city}
        serving = [one for one in ready if code == city or not one.areas.isdisjoint(where)]
        of_area = [each for each in plans if code in (city, each.plan.area_code)]
        found.append(
            Capability(
                code,
                name,
                {level: sum(level in one.levels for one in serving) for level in rules.LEVELS},
                {level: sum(level in one.levels and one.id in there for one in serving) for level in rules.LEVELS},
                len(of_area),
                sum(each.drill != "overdue" for each in of_area),
            )
        )
    return found
