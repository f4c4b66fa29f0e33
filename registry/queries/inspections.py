"""Inspections on record as pages and programs need them: the list, one with its corrections, files, orders, parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from registry import files, policy
from registry.actor import Actor
from registry.db import among, db
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, Hazard, Inspection, InspectionOrder, PartTest, StoredFile
from registry.queries import areas, elevator_inspections, elevators, inspection_inputs, units
from registry.queries.indicator_definitions import IN_USE
from registry.queries.paging import Page, paginate
from registry.rules.inspection import RECORD_KINDS, Duty
from registry.settings import current

Filters = Mapping[str, Any]
SOON_DAYS = 60


@dataclass(frozen=True)
class Case:
    """One record: `older` what it corrects, `newer` what corrects it, `hazard` its clue when the caller may see it,
    `duty` what is due next."""

    row: Inspection
    older: Inspection | None
    newer: Inspection | None
    hazard: Hazard | None
    files: Sequence[StoredFile]
    duty: Duty | None


def page(actor: Actor, filters: Filters, limit: int = 50, cursor: str | None = None) -> Page:
    """Records by `q` (report number, or anything of the elevator), `kind`, `conclusion`, `area`, `since`, `until`;
    the latest recorded first."""
    policy.require(actor, "inspection.read")
    statement = policy.scope(actor, Inspection).options(
        joinedload(Inspection.elevator).joinedload(Elevator.use_unit), joinedload(Inspection.body)
    )
    for name in ("kind", "conclusion"):
        if filters.get(name):
            statement = statement.where(getattr(Inspection, name) == filters[name])
    if filters.get("since"):
        statement = statement.where(Inspection.done_on >= filters["since"])
    if filters.get("until"):
        statement = statement.where(Inspection.done_on <= filters["until"])
    if filters.get("q") or filters.get("area"):
        wanted = {"q": filters.get("q"), "area": filters.get("area")}
        inside = Inspection.elevator_id.in_(elevators.found(actor, wanted).with_only_columns(Elevator.id))
        number = Inspection.report_no == (filters.get("q") or "").strip()
        statement = statement.where(inside | number if filters.get("q") else inside)
    return paginate(statement, Inspection.id, limit, cursor, newest=True)


def one(actor: Actor, number: int, on: date) -> Case:
    """One record with what belongs to it.

    Raises:
        Missing: none, or not for this caller to see.
    """
    options = (joinedload(Inspection.elevator).joinedload(Elevator.use_unit), joinedload(Inspection.body))
    row = policy.get(actor, Inspection, Inspection.id == number, options=options)
    newer = db.session.scalars(policy.scope(actor, Inspection).where(Inspection.corrects_id == row.id)).first()
    kept = db.session.scalars(select(StoredFile).where(StoredFile.id.in_(row.files or []))).all()
    state = elevator_inspections.state(row.elevator, elevator_inspections.of(row.elevator_id), on)
    return Case(
        row=row,
        older=_visible(actor, Inspection, row.corrects_id),
        newer=newer,
        hazard=_visible(actor, Hazard, row.hazard_id),
        files=kept,
        duty=state.duty,
    )


def _visible(actor: Actor, model: Any, number: int | None) -> Any:
    if number is None:
        return None
    return db.session.scalars(policy.scope(actor, model).where(model.id == number)).first()


def file(actor: Actor, number: int, file_id: int) -> tuple[Path, str, str]:
    """Where a file of a record lies, its type and its name.

    Raises:
        Missing: the record is not for this caller to see, or the file is not one of its own.
    """
    row = policy.get(actor, Inspection, Inspection.id == number)
    kept = db.session.get(StoredFile, file_id) if file_id in (row.files or []) else None
    if kept is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, kept.sha256), kept.mime, kept.name


def kinds_for(actor: Actor) -> list[str]:
    """The kinds of inspection that the caller may record: use and maintenance units self-tests, and bodies that do not
    inspect in this city too."""
    if actor.role in ("use_manager", "maintenance_manager"):
        return ["self_test"]
    if actor.role == "inspection_body":
        inspects = inspection_inputs.inspects_here(actor.unit_id)
        return [kind for kind in RECORD_KINDS if (kind == "self_test") != inspects]
    return list(RECORD_KINDS)


def bodies(actor: Actor) -> list[str]:
    """Names of units that inspect or self-test, to choose from while typing."""
    found = {name for capacity in ("inspection", "self_testing") for _id, name in units.choices(actor, capacity)}
    return sorted(found)


@dataclass(frozen=True)
class OrderLine:
    """An order and the name of its area."""

    row: InspectionOrder
    area: areas.AreaName | None


def reports_seen(actor: Actor, elevator_ids: Sequence[int]) -> set[str]:
    """The numbers of the reports on some elevators that the caller may see: a body's own alone."""
    statement = policy.scope(actor, Inspection, Inspection.report_no)
    return set(db.session.scalars(statement.where(among(Inspection.elevator_id, elevator_ids))))


def orders(actor: Actor) -> list[OrderLine]:
    """All orders of the province, the newest first."""
    policy.require(actor, "inspection_order.read")
    rows = db.session.scalars(
        policy.scope(actor, InspectionOrder)
        .order_by(InspectionOrder.since.desc(), InspectionOrder.id.desc())
        .limit(200)
    )
    known = areas.names()
    return [OrderLine(row, known.get(row.area_code or "")) for row in rows]


def order(actor: Actor, number: int) -> OrderLine:
    """One order."""
    row = policy.get(actor, InspectionOrder, InspectionOrder.id == number)
    return OrderLine(row, areas.names().get(row.area_code or ""))


def part_page(actor: Actor, filters: Filters, on: date, limit: int = 50, cursor: str | None = None) -> Page:
    """The latest calibrations and brake tests of elevators in use, by id: `part`, `area`, `q`, `state` (overdue, soon:
    within 60 days, failed)."""
    policy.require(actor, "inspection.read")
    return paginate(_parts(actor, filters, on), PartTest.id, limit, cursor)


def _parts(actor: Actor, filters: Filters, on: date) -> Any:
    later = aliased(PartTest)
    newest = ~(
        select(later.id)
        .where(later.elevator_id == PartTest.elevator_id, later.part == PartTest.part, later.done_on > PartTest.done_on)
        .exists()
    )
    inside = elevators.found(actor, {"q": filters.get("q"), "area": filters.get("area")}).where(
        Elevator.status.in_(IN_USE)
    )
    statement = (
        policy.scope(actor, PartTest)
        .where(newest, PartTest.elevator_id.in_(inside.with_only_columns(Elevator.id)))
        .options(joinedload(PartTest.elevator).joinedload(Elevator.use_unit), joinedload(PartTest.unit))
    )
    if filters.get("part"):
        statement = statement.where(PartTest.part == filters["part"])
    soon = date.fromordinal(on.toordinal() + SOON_DAYS)
    match filters.get("state"):
        case "overdue":
            statement = statement.where(PartTest.next_on < on)
        case "soon":
            statement = statement.where(PartTest.next_on >= on, PartTest.next_on <= soon)
        case "failed":
            statement = statement.where(PartTest.conclusion == "fail")
    return statement


def part_state(row: PartTest, on: date) -> str:
    """overdue, soon, failed or valid."""
    if row.conclusion == "fail" or row.next_on is None:
        return "failed"
    if row.next_on < on:
        return "overdue"
    return "soon" if (row.next_on - on).days <= SOON_DAYS else "valid"


def count_parts_overdue(actor: Actor, on: date) -> int:
    """How many calibrations and brake tests are past their day."""
    statement = _parts(actor, {"state": "overdue"}, on).with_only_columns(PartTest.id)
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
