"""Safety officers of a unit: who they are, what each looks after, the risk list, the papers, the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Capacity,
    Elevator,
    Membership,
    Person,
    SafetyAppointment,
    SafetyCharge,
    SafetyPaper,
    SafetyProblem,
    SafetyRecord,
    SafetyRisk,
    SafetyTraining,
    StoredFile,
    Unit,
)
from registry.queries import safety_days, safety_papers
from registry.queries.paging import Page, paginate
from registry.rules import safety as rules
from registry.rules.kinds import ELEVATOR_KINDS
from registry.settings import current

MOST = 500


@dataclass(frozen=True)
class Overview:
    """A unit's page: its people, charges, list and papers on a day."""

    unit: Unit
    subject: rules.Subject
    roles: Mapping[str, rules.Role]
    appointments: Sequence[SafetyAppointment]
    former: Sequence[SafetyAppointment]
    trainings: Sequence[SafetyTraining]
    risks: Sequence[SafetyRisk]
    papers: Sequence[safety_papers.KeptPaper]
    charged: Mapping[int, int]
    lifts: int
    unassigned: int
    problems: Sequence[SafetyProblem]
    may_manage: bool


def in_force(row: Any, on: date) -> ColumnElement[bool]:
    """A dated row holds on a day."""
    return and_(row.since <= on, or_(row.until.is_(None), row.until > on))


def subject_of(unit_id: int | None) -> str:
    """The subject that a unit has officers for, by its capacities; elevators where it has both."""
    held = set(db.session.scalars(select(Capacity.capacity).where(Capacity.unit_id == unit_id)))
    found = [subject.id for subject in rules.subjects().values() if subject.capacity in held]
    return found[0] if found else next(iter(rules.subjects()))


def subjects_of(unit_id: int | None) -> list[rules.Subject]:
    """All subjects that a unit has officers for."""
    held = set(db.session.scalars(select(Capacity.capacity).where(Capacity.unit_id == unit_id)))
    return [subject for subject in rules.subjects().values() if subject.capacity in held]


def people(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the people of the caller's unit, for choosing one."""
    statement = (
        policy.scope(actor, Person, Person.id, Person.name)
        .select_from(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == actor.unit_id, in_force(Membership, clock.today()), Person.disabled.is_(False))
        .order_by(Person.name)
        .distinct()
        .limit(MOST)
    )
    return [(number, name) for number, name in db.session.execute(statement)]


def officers(actor: Actor, subject: str, role: str, on: date, unit_id: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of those appointed to a role on a day."""
    statement = (
        policy.scope(actor, SafetyAppointment, Person.id, Person.name)
        .select_from(SafetyAppointment)
        .join(Person, Person.id == SafetyAppointment.person_id)
        .where(
            SafetyAppointment.unit_id == (unit_id or actor.unit_id),
            SafetyAppointment.subject == subject,
            SafetyAppointment.role == role,
            in_force(SafetyAppointment, on),
        )
        .order_by(Person.name)
    )
    return [(number, name) for number, name in db.session.execute(statement)]


def appointed(actor: Actor, subject: str, role: str, first: date, last: date | None = None) -> bool:
    """Whether the caller holds a role of the own unit at some time of a period."""
    statement = policy.scope(actor, SafetyAppointment, SafetyAppointment.id).where(
        SafetyAppointment.unit_id == actor.unit_id,
        SafetyAppointment.subject == subject,
        SafetyAppointment.role == role,
        SafetyAppointment.person_id == actor.person_id,
        SafetyAppointment.since <= (last or first),
        or_(SafetyAppointment.until.is_(None), SafetyAppointment.until > first),
    )
    return db.session.execute(statement.limit(1)).first() is not None


def risks(actor: Actor, unit_id: int | None, subject: str, on: date) -> Sequence[SafetyRisk]:
    """The unit's risk list as it was on a day."""
    statement = (
        policy.scope(actor, SafetyRisk)
        .where(SafetyRisk.unit_id == unit_id, SafetyRisk.subject == subject, in_force(SafetyRisk, on))
        .order_by(SafetyRisk.code == "", SafetyRisk.code, SafetyRisk.id)
        .limit(MOST)
    )
    return db.session.scalars(statement).all()


def risk(actor: Actor, risk_id: int) -> SafetyRisk:
    """A point of the caller's own list that is in force."""
    own = SafetyRisk.unit_id == actor.unit_id
    return policy.get(actor, SafetyRisk, SafetyRisk.id == risk_id, own, SafetyRisk.until.is_(None))


def problem(actor: Actor, problem_id: int) -> SafetyProblem:
    """A problem of the caller's own unit."""
    policy.require(actor, "safety.record")
    return policy.get(actor, SafetyProblem, SafetyProblem.id == problem_id, SafetyProblem.unit_id == actor.unit_id)


def versions(actor: Actor, unit_id: int, subject: str) -> list[date]:
    """The days on which the risk list changed, the latest first."""
    rows = db.session.execute(
        policy.scope(actor, SafetyRisk, SafetyRisk.since, SafetyRisk.until).where(
            SafetyRisk.unit_id == unit_id, SafetyRisk.subject == subject
        )
    )
    return sorted({day for row in rows for day in row if day}, reverse=True)


def reference(unit_id: int | None, subject: str, on: date) -> list[rules.Risk]:
    """The reference points that concern what a unit has on a day."""
    statement = safety_days.used_by(unit_id, on).with_only_columns(Elevator.kind, Elevator.place_type).distinct()
    found = [(ELEVATOR_KINDS[kind].annex, place) for kind, place in db.session.execute(statement)]
    return [risk for risk in rules.risks(subject, on) if risk.concerns(found or [(None, None)])]


def charges(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The caller's unit's elevators in use with their officer, by `q` (place or code), `officer`, `unassigned`."""
    policy.require(actor, "safety.read")
    today = clock.today()
    unit = filters.get("unit") or actor.unit_id
    held = _charged(today)
    statement = (
        policy.scope(actor, Elevator, Elevator, Person.name)
        .select_from(Elevator)
        .outerjoin(SafetyCharge, held)
        .outerjoin(Person, Person.id == SafetyCharge.person_id)
        .where(Elevator.id.in_(safety_days.used_by(unit, today)))
    )
    if filters.get("unassigned"):
        statement = statement.where(SafetyCharge.id.is_(None))
    if filters.get("officer"):
        statement = statement.where(SafetyCharge.person_id == filters["officer"])
    if filters.get("q"):
        text = filters["q"]
        statement = statement.where(
            or_(
                Elevator.address.contains(text, autoescape=True),
                Elevator.name.contains(text, autoescape=True),
                Elevator.label_code == text.upper(),
            )
        )
    rows = db.session.execute(statement.order_by(Elevator.address, Elevator.id).limit(MOST)).all()
    return Page([(row[0], row[1]) for row in rows], None)


def _charged(on: date) -> ColumnElement[bool]:
    return and_(
        SafetyCharge.elevator_id == Elevator.id,
        SafetyCharge.unit_id == Elevator.use_unit_id,
        in_force(SafetyCharge, on),
    )


def unassigned(actor: Actor, on: date, unit_id: int | None = None) -> int:
    """How many elevators in use have no named officer."""
    unit = unit_id or actor.unit_id
    charge = exists().where(
        SafetyCharge.elevator_id == Elevator.id, SafetyCharge.unit_id == unit, in_force(SafetyCharge, on)
    )
    statement = policy.scope(actor, Elevator, func.count()).where(
        Elevator.id.in_(safety_days.used_by(unit, on)), ~charge
    )
    return db.session.scalar(statement) or 0


def overview(actor: Actor, unit_id: int, subject: str) -> Overview:
    """Everything a unit's page shows.

    Raises:
        Missing: not a unit of the caller's.
    """
    policy.require(actor, "safety.read")
    today = clock.today()
    unit = _unit(actor, unit_id)
    rows = _appointments(actor, unit_id, subject)
    now = [row for row in rows if row.since <= today and (row.until is None or row.until > today)]
    charged = _counted(
        db.session.execute(
            policy.scope(actor, SafetyCharge, SafetyCharge.person_id, func.count())
            .where(SafetyCharge.unit_id == unit_id, in_force(SafetyCharge, today))
            .group_by(SafetyCharge.person_id)
        )
    )
    trainings = db.session.scalars(
        policy.scope(actor, SafetyTraining)
        .where(SafetyTraining.unit_id == unit_id, SafetyTraining.subject == subject)
        .options(joinedload(SafetyTraining.person))
        .order_by(SafetyTraining.done_on.desc())
        .limit(MOST)
    ).all()
    listed = risks(actor, unit_id, subject, today)
    has_lifts = rules.subjects()[subject].things == "elevators"
    lifts = policy.scope(actor, Elevator, func.count()).where(Elevator.id.in_(safety_days.used_by(unit_id, today)))
    return Overview(
        unit=unit,
        subject=rules.subjects()[subject],
        roles=rules.roles(subject),
        appointments=now,
        former=[row for row in rows if row not in now],
        trainings=trainings,
        risks=listed,
        papers=safety_papers.kept(actor, unit_id, subject, now, trainings, len(listed)),
        charged=charged,
        lifts=(db.session.scalar(lifts) or 0) if has_lifts else 0,
        unassigned=unassigned(actor, today, unit_id) if has_lifts else 0,
        problems=open_problems(actor, unit_id, subject),
        may_manage=unit_id == actor.unit_id and policy.may(actor, "safety.manage"),
    )


def open_problems(actor: Actor, unit_id: int | None, subject: str) -> Sequence[SafetyProblem]:
    """Problems of records in force that are not solved, the oldest first."""
    statement = (
        policy.scope(actor, SafetyProblem)
        .join(SafetyRecord, SafetyRecord.id == SafetyProblem.record_id)
        .where(
            SafetyProblem.unit_id == unit_id,
            SafetyProblem.subject == subject,
            SafetyProblem.solved_on.is_(None),
            SafetyRecord.replaced_on.is_(None),
        )
        .options(joinedload(SafetyProblem.hazard), joinedload(SafetyProblem.elevator))
        .order_by(SafetyProblem.found_on, SafetyProblem.id)
        .limit(MOST)
    )
    return db.session.scalars(statement).all()


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Records by `subject`, `cycle`, `unit`, `area`, `since`, `until`, newest first."""
    policy.require(actor, "safety.read")
    statement = policy.scope(actor, SafetyRecord).options(
        joinedload(SafetyRecord.unit), joinedload(SafetyRecord.person)
    )
    for name, column in (("subject", SafetyRecord.subject), ("cycle", SafetyRecord.cycle)):
        if filters.get(name):
            statement = statement.where(column == filters[name])
    if filters.get("unit"):
        statement = statement.where(SafetyRecord.unit_id == filters["unit"])
    if filters.get("area"):
        inside = select(Unit.id).where(Unit.area_code == filters["area"])
        statement = statement.where(SafetyRecord.unit_id.in_(inside))
    if filters.get("since"):
        statement = statement.where(SafetyRecord.ends_on >= filters["since"])
    if filters.get("until"):
        statement = statement.where(SafetyRecord.starts_on <= filters["until"])
    return paginate(statement, SafetyRecord.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def record(actor: Actor, record_id: int) -> SafetyRecord:
    """One record with its problems."""
    policy.require(actor, "safety.read")
    problems = selectinload(SafetyRecord.problems)
    options = (
        joinedload(SafetyRecord.unit),
        joinedload(SafetyRecord.person),
        problems.joinedload(SafetyProblem.hazard),
        problems.joinedload(SafetyProblem.elevator),
    )
    return policy.get(actor, SafetyRecord, SafetyRecord.id == record_id, options=options)


def corrected_by(actor: Actor, row: SafetyRecord) -> SafetyRecord | None:
    """The record that corrects this one."""
    found: SafetyRecord | None = db.session.scalar(
        policy.scope(actor, SafetyRecord).where(SafetyRecord.corrects_id == row.id)
    )
    return found


def picture(actor: Actor, record_id: int, file_id: int) -> tuple[Path, str]:
    """A photo or signature of a record: where it lies, and its type.

    Raises:
        Missing: no such record for the caller, or the file is not one of it.
    """
    row = record(actor, record_id)
    if file_id not in {kept["file"] for kept in [*row.photos, *([row.signature] if row.signature else [])]}:
        raise Missing(T("没有找到这个文件"))
    return _file(file_id)


def paper_file(actor: Actor, unit_id: int, file_id: int) -> tuple[Path, str, str]:
    """A paper, appointment or training document of a unit: path, type and name."""
    policy.require(actor, "safety.read")
    _unit(actor, unit_id)
    for model in (SafetyPaper, SafetyAppointment, SafetyTraining):
        rows: Any = model
        found = policy.scope(actor, model, rows.id).where(rows.unit_id == unit_id, rows.file_id == file_id)
        if db.session.execute(found.limit(1)).first():
            path, mime = _file(file_id)
            return path, mime, db.session.get_one(StoredFile, file_id).name
    raise Missing(T("没有找到这个文件"))


def _file(file_id: int) -> tuple[Path, str]:
    stored = db.session.get_one(StoredFile, file_id)
    return files.path_of(current().files_dir, stored.sha256), stored.mime


def _counted(rows: Iterable[Any]) -> dict[int, int]:
    return {key: count for key, count in rows}  # noqa: C416 - rows are not pairs to the type checker


def _unit(actor: Actor, unit_id: int) -> Unit:
    """A unit whose officers the caller may see."""
    unit = policy.get(actor, Unit, Unit.id == unit_id)
    if not actor.sees_city and unit.area_code not in actor.areas and unit.id != actor.unit_id:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    return unit


def _appointments(actor: Actor, unit_id: int, subject: str) -> Sequence[SafetyAppointment]:
    return db.session.scalars(
        policy.scope(actor, SafetyAppointment)
        .where(SafetyAppointment.unit_id == unit_id, SafetyAppointment.subject == subject)
        .options(joinedload(SafetyAppointment.person))
        .order_by(SafetyAppointment.since.desc(), SafetyAppointment.id.desc())
        .limit(MOST)
    ).all()
