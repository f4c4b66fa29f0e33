"""Reports on cylinders: the county's list, one report on one page, and what the citizen may see of his own."""

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
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Cylinder, CylinderAnomaly, CylinderReport, CylinderReportStep, StoredFile
from registry.queries import cylinders, legal_moves, parameters
from registry.queries.paging import Page, paginate
from registry.rules import cylinder_reports as rules
from registry.rules.report_kinds import Kind, answer_due
from registry.rules.workflow import Move, State
from registry.settings import current

LOADED = (joinedload(CylinderReport.cylinder), joinedload(CylinderReport.station))
STEPS = selectinload(CylinderReport.steps)
SECRET = re.compile(r"[\w-]{20,40}", re.ASCII)
OPEN = tuple(state.id for state in rules.STATES.values() if not state.ended)
NEIGHBOURS = 10


@dataclass(frozen=True)
class Detail:
    """One report on one page. What the citizen wrote, and the phone, are None to whom they are not for; `due_at`: the
    answer, None once there is one; `moves` are those the caller may make now; `anomalies` those of the same cylinder,
    `others` what else was reported of it."""

    report: CylinderReport
    state: State
    text: str | None
    place: str | None
    phone: str | None
    has_photo: bool
    due_at: datetime | None
    late: bool
    moves: tuple[Move, ...]
    anomalies: Sequence[CylinderAnomaly]
    others: Sequence[CylinderReport]


@dataclass(frozen=True)
class Receipt:
    """What the citizen sees of the report: no person, no phone, not even his own words."""

    no: str
    kind: Kind
    state: State
    reported_at: datetime
    code: str
    known: bool
    steps: Sequence[CylinderReportStep]


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Reports by `q` (number or station), `area`, `state` (a state or `open`), `kind`, `late`, `cylinder` (code),
    newest first."""
    policy.require(actor, "cylinder_report.read")
    statement = _found(actor, filters).options(*LOADED)
    return paginate(statement, CylinderReport.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def late(now: datetime) -> ColumnElement[bool]:
    """Nobody has said anything to the citizen within the hours of the office's parameter."""
    waits = (CylinderReport.state.in_(OPEN)) & CylinderReport.answered_at.is_(None)
    return waits & (CylinderReport.reported_at < _limit(now))


def late_ids(rows: Sequence[CylinderReport]) -> set[int]:
    """Those of the rows that are late now."""
    limit = _limit(clock.now())
    return {row.id for row in rows if row.state in OPEN and row.answered_at is None and row.reported_at < limit}


def tally(actor: Actor, _on: Any) -> dict[str, int]:
    """How many wait in each state, and how many are `late`."""
    by_state = _found(actor, {"state": "open"}).with_only_columns(CylinderReport.state, func.count())
    rows = db.session.execute(by_state.group_by(CylinderReport.state)).all()
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    late_now = db.session.scalar(_found(actor, {"late": True}).with_only_columns(func.count())) or 0
    return {**{state: found.get(state, 0) for state in OPEN}, "late": late_now}


def by_no(actor: Actor, no: str) -> CylinderReport:
    """A report with its cylinder, station and steps; Missing when it does not concern the caller."""
    policy.require(actor, "cylinder_report.read")
    people = STEPS.joinedload(CylinderReportStep.person), STEPS.joinedload(CylinderReportStep.unit)
    return policy.get(
        actor, CylinderReport, CylinderReport.no == no, options=(*LOADED, *people, joinedload(CylinderReport.hazard))
    )


def show(actor: Actor, no: str) -> Detail:
    """Everything the page of one report shows."""
    row = by_no(actor, no)
    today = clock.today()
    hours = int(parameters.value("cylinder_report.answer_hours", today))
    office = reads_words(actor)
    return Detail(
        report=row,
        state=rules.STATES[row.state],
        text=row.text if office else None,
        place=row.place if office else None,
        phone=row.phone if may_call(actor, row) else None,
        has_photo=office and row.photo_id is not None,
        due_at=answer_due(row.reported_at, hours) if row.answered_at is None and row.state in OPEN else None,
        late=bool(late_ids([row])),
        moves=tuple(m for m in rules.moves_from(row.state, today) if policy.may(actor, f"cylinder_report.{m.verb}")),
        anomalies=_anomalies(actor, row),
        others=on_cylinder(actor, row.cylinder_id, besides=row.id),
    )


def reads_words(actor: Actor) -> bool:
    """Whether the caller may read what the citizen wrote, photographed and where: a station must not find him out."""
    return actor.role in OFFICE_ROLES


def may_call(actor: Actor, row: CylinderReport) -> bool:
    """Whether the caller handles the report, and there is still something to handle."""
    return row.state in OPEN and policy.may(actor, "cylinder_report.answer") and actor.role != "system"


def _anomalies(actor: Actor, row: CylinderReport) -> Sequence[CylinderAnomaly]:
    if row.cylinder_id is None or not policy.may(actor, "cylinder_anomaly.read"):
        return ()
    of_it = policy.scope(actor, CylinderAnomaly).where(CylinderAnomaly.cylinder_id == row.cylinder_id)
    return db.session.scalars(of_it.order_by(CylinderAnomaly.id.desc()).limit(NEIGHBOURS)).all()


def on_cylinder(actor: Actor, cylinder_id: int | None, besides: int = 0) -> Sequence[CylinderReport]:
    """The newest reports on a cylinder that the caller may see."""
    if cylinder_id is None or not policy.may(actor, "cylinder_report.read"):
        return ()
    asked = policy.scope(actor, CylinderReport).where(
        CylinderReport.cylinder_id == cylinder_id, CylinderReport.id != besides
    )
    return db.session.scalars(asked.order_by(CylinderReport.reported_at.desc()).limit(NEIGHBOURS)).all()


def offer(actor: Actor, no: str, verb: str) -> tuple[CylinderReport, Move]:
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
        Missing: no such report for this caller, or no picture that is for him.
    """
    row = by_no(actor, no)
    stored = db.session.get(StoredFile, row.photo_id) if row.photo_id and reads_words(actor) else None
    if stored is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime


def photo_content(actor: Actor, no: str) -> bytes:
    """The picture itself."""
    return photo(actor, no)[0].read_bytes()


def by_ref(ref: str) -> CylinderReport | None:
    """The report a device has numbered so."""
    return db.session.scalar(select(CylinderReport).where(CylinderReport.ref == ref))


def receipt(secret: str) -> Receipt | None:
    """The citizen's own page; whoever has the address may read it. None when no report on a cylinder has it."""
    asked = select(CylinderReport).where(CylinderReport.secret == secret)
    asked = asked.options(STEPS.joinedload(CylinderReportStep.unit))
    row = db.session.scalar(asked) if SECRET.fullmatch(secret) else None
    if row is None:
        return None
    return Receipt(
        no=row.no,
        kind=rules.KINDS[row.kind],
        state=rules.STATES[row.state],
        reported_at=row.reported_at,
        code=row.code,
        known=row.cylinder_id is not None,
        steps=row.steps,
    )


def _limit(now: datetime) -> datetime:
    return now - timedelta(hours=int(parameters.value("cylinder_report.answer_hours", clock.day_of(now))))


def _found(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    statement = policy.scope(actor, CylinderReport)
    if area := filters.get("area"):
        statement = statement.where(CylinderReport.area_code == area)
    if state := filters.get("state"):
        statement = statement.where(CylinderReport.state.in_(OPEN if state == "open" else (state,)))
    if kind := filters.get("kind"):
        statement = statement.where(CylinderReport.kind == kind)
    if filters.get("late"):
        statement = statement.where(late(clock.now()))
    if code := filters.get("cylinder"):
        statement = statement.where(CylinderReport.cylinder_id == cylinders.by_code(actor, code).id)
    if text := filters.get("q"):
        number = CylinderReport.no.contains(text.upper(), autoescape=True)
        serial = select(Cylinder.id).where(Cylinder.serial_no == text.strip().upper())
        statement = statement.where(or_(number, CylinderReport.cylinder_id.in_(serial)))
    return statement
