"""Fault reports: the list of who has to answer, one report on one page, and what the rider may see of his own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, FaultReport, FaultReportStep, StoredFile
from registry.queries import elevators, legal_moves, parameters
from registry.queries.paging import Page, paginate
from registry.rules import fault_reports as rules
from registry.rules.workflow import Move, State
from registry.settings import current

UNITS = (joinedload(FaultReport.company), joinedload(FaultReport.use_unit))
LOADED = (joinedload(FaultReport.elevator), *UNITS)
STEPS = selectinload(FaultReport.steps)
SECRET = re.compile(r"[\w-]{20,40}", re.ASCII)
OPEN = tuple(state.id for state in rules.STATES.values() if not state.ended)


@dataclass(frozen=True)
class Detail:
    """One report on one page. `phone` is None to everybody who does not handle it; `due_at`: the answer, None once
    there is one; `moves` are those the caller may make now."""

    report: FaultReport
    state: State
    phone: str | None
    due_at: datetime | None
    late: bool
    moves: tuple[Move, ...]
    may_make_hazard: bool


@dataclass(frozen=True)
class Receipt:
    """What the rider sees of the report: no person, no phone, not even his own words."""

    no: str
    kind: rules.Kind
    state: State
    reported_at: datetime
    address: str
    code: str
    steps: Sequence[FaultReportStep]


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Reports by `q` (number or elevator), `area`, `state` (a state or `open`), `kind`, `late`, `elevator` (code),
    newest first."""
    policy.require(actor, "fault_report.read")
    statement = _found(actor, filters).options(*LOADED)
    return paginate(statement, FaultReport.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def late(now: datetime) -> ColumnElement[bool]:
    """Nobody has said anything to the rider within the hours of the office's parameter."""
    return (FaultReport.state.in_(OPEN)) & FaultReport.answered_at.is_(None) & (FaultReport.reported_at < _limit(now))


def is_late(row: FaultReport) -> bool:
    """Whether a report is one of `late` now."""
    now = clock.now()
    return row.state in OPEN and row.answered_at is None and row.reported_at < _limit(now)


def late_ids(rows: Sequence[FaultReport]) -> set[int]:
    """Those of the rows that are late now."""
    limit = _limit(clock.now())
    return {row.id for row in rows if row.state in OPEN and row.answered_at is None and row.reported_at < limit}


def count_open(actor: Actor, _on: Any) -> int:
    """How many wait to be taken or closed by the caller."""
    return db.session.scalar(_found(actor, {"state": "open"}).with_only_columns(func.count())) or 0


def count_late(actor: Actor, _on: Any) -> int:
    """How many were not answered in time."""
    return db.session.scalar(_found(actor, {"late": True}).with_only_columns(func.count())) or 0


def by_no(actor: Actor, no: str) -> FaultReport:
    """A report with its elevator, units and steps; Missing when it does not concern the caller."""
    policy.require(actor, "fault_report.read")
    people = STEPS.joinedload(FaultReportStep.person), STEPS.joinedload(FaultReportStep.unit)
    options = (*LOADED, *people, joinedload(FaultReport.hazard))
    return policy.get(actor, FaultReport, FaultReport.no == no, options=options)


def show(actor: Actor, no: str) -> Detail:
    """Everything the page of one report shows."""
    row = by_no(actor, no)
    today = clock.today()
    hours = int(parameters.value("fault_report.answer_hours", today))
    return Detail(
        report=row,
        state=rules.STATES[row.state],
        phone=row.phone if may_call(actor, row) else None,
        due_at=rules.answer_due(row.reported_at, hours) if row.answered_at is None and row.state in OPEN else None,
        late=is_late(row),
        moves=tuple(m for m in rules.moves_from(row.state, today) if policy.may(actor, f"fault_report.{m.verb}")),
        may_make_hazard=row.hazard_id is None and policy.may(actor, "fault_report.make_hazard"),
    )


def may_call(actor: Actor, row: FaultReport) -> bool:
    """Whether the caller handles the report, and there is still something to handle."""
    return row.state in OPEN and policy.may(actor, "fault_report.take") and actor.role != "system"


def offer(actor: Actor, no: str, verb: str) -> tuple[FaultReport, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move.
        Forbidden: not for this role.
        Conflict: not legal now.
    """
    return legal_moves.offer(actor, rules.NAME, verb, lambda: by_no(actor, no))


def photo(actor: Actor, no: str) -> tuple[Path, str]:
    """Where the picture of a report lies, and its type.

    Raises:
        Missing: no such report for this caller, or no picture with it.
    """
    row = by_no(actor, no)
    stored = db.session.get(StoredFile, row.photo_id) if row.photo_id else None
    if stored is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime


def photo_content(actor: Actor, no: str) -> bytes:
    """The picture itself."""
    return photo(actor, no)[0].read_bytes()


def by_ref(ref: str) -> FaultReport | None:
    """The report a device has numbered so."""
    return db.session.scalar(select(FaultReport).where(FaultReport.ref == ref))


def receipt(secret: str) -> Receipt:
    """The rider's own page; whoever has the address may read it.

    Raises:
        Missing: no such address.
    """
    whole = (joinedload(FaultReport.elevator), STEPS.joinedload(FaultReportStep.unit))
    asked = select(FaultReport).where(FaultReport.secret == secret).options(*whole)
    row = db.session.scalar(asked) if SECRET.fullmatch(secret) else None
    if row is None:
        raise Missing(T("没有找到这个回执，请核对地址"))
    return Receipt(
        no=row.no,
        kind=rules.KINDS[row.kind],
        state=rules.STATES[row.state],
        reported_at=row.reported_at,
        address=row.elevator.address,
        code=row.elevator.label_code,
        steps=[step for step in row.steps if step.verb != "make_hazard"],
    )


def _limit(now: datetime) -> datetime:
    hours = int(parameters.value("fault_report.answer_hours", clock.day_of(now)))
    return now - timedelta(hours=hours)


def _found(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    statement = policy.scope(actor, FaultReport)
    if area := filters.get("area"):
        inside = elevators.found(actor, {"area": area}).with_only_columns(Elevator.id)
        statement = statement.where(FaultReport.elevator_id.in_(inside))
    if state := filters.get("state"):
        statement = statement.where(FaultReport.state.in_(OPEN if state == "open" else (state,)))
    if kind := filters.get("kind"):
        statement = statement.where(FaultReport.kind == kind)
    if filters.get("late"):
        statement = statement.where(late(clock.now()))
    if code := filters.get("elevator"):
        statement = statement.where(FaultReport.elevator_id == elevators.by_code(actor, code).id)
    if text := filters.get("q"):
        named = elevators.found(actor, {"q": text}).with_only_columns(Elevator.id)
        number = FaultReport.no.contains(text.upper(), autoescape=True)
        statement = statement.where(or_(number, FaultReport.elevator_id.in_(named)))
    return statement
