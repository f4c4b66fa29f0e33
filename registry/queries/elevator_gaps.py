"""What the file of an elevator lacks, as conditions of a list and for its page; its papers beside the product data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, ElevatorStatus, ElevatorUse, Registration, SafetyPart, StoredFile
from registry.queries.elevator_values import COLUMNS, values
from registry.queries.registration_forms import parts_of
from registry.rules.kinds import ELEVATOR_KINDS, missing_in_records, record_fields
from registry.rules.lifecycle import STATUSES
from registry.rules.registrations import OPEN, RegistrationType, types_for
from registry.settings import current

LAST_CASES = 10


@dataclass(frozen=True)
class Gap:
    """A datum that is missing, as the rules call it."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True)
class StatusFile:
    """The scanned document of a change of status."""

    id: int
    name: str
    status: str
    since: date


@dataclass(frozen=True)
class Papers:
    """`uses`: which units used it and when; `cases`: its applications; `offered`: what may be applied for now;
    `gaps`: what every maintenance record needs and is not on file; `files`: documents of its changes of status."""

    uses: Sequence[ElevatorUse]
    parts: Sequence[SafetyPart]
    cases: Sequence[Registration]
    offered: tuple[RegistrationType, ...]
    gaps: tuple[Gap, ...]
    files: Sequence[StatusFile]


def papers_of(actor: Actor, elevator: Elevator, on: date) -> Papers:
    """What the page of an elevator shows of its registration."""
    cases = _cases(actor, elevator.id)
    busy = any(case.state in OPEN for case in cases)
    return Papers(
        uses=_uses(actor, elevator.id),
        parts=parts_of(elevator.id),
        cases=cases,
        offered=() if busy or elevator.status not in STATUSES else types_for(elevator.status, on),
        gaps=gaps(elevator, on),
        files=_files(actor, elevator.id),
    )


def _files(actor: Actor, elevator_id: int) -> list[StatusFile]:
    if not policy.may(actor, "document.print"):
        return []
    rows = db.session.execute(
        select(StoredFile.id, StoredFile.name, ElevatorStatus.status, ElevatorStatus.since)
        .join(ElevatorStatus, ElevatorStatus.file_id == StoredFile.id)
        .where(ElevatorStatus.elevator_id == elevator_id)
        .order_by(ElevatorStatus.since.desc())
        .limit(50)
    )
    return [StatusFile(*row) for row in rows]


def status_file(actor: Actor, elevator: Elevator, file_id: int) -> tuple[Path, str, str]:
    """Where the document of a change of status lies, its type and its name; `elevator` is one the caller may see.

    Raises:
        Missing: no such document of this elevator.
    """
    policy.require(actor, "document.print")
    row = db.session.get(StoredFile, file_id) if file_id in {f.id for f in _files(actor, elevator.id)} else None
    if row is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, row.sha256), row.mime, row.name


def gaps(elevator: Elevator, on: date) -> tuple[Gap, ...]:
    """What T5002 art. 7 and 8 want in every maintenance record and nobody has filled in."""
    if elevator.kind not in ELEVATOR_KINDS:
        return ()
    return tuple(Gap(*one) for one in missing_in_records(elevator.kind, values(elevator), on))


def _uses(actor: Actor, elevator_id: int) -> Sequence[ElevatorUse]:
    statement = policy.scope(actor, ElevatorUse).where(ElevatorUse.elevator_id == elevator_id)
    ordered = statement.order_by(ElevatorUse.since.desc(), ElevatorUse.id.desc()).limit(50)
    return db.session.scalars(ordered.options(joinedload(ElevatorUse.unit))).all()


def _cases(actor: Actor, elevator_id: int) -> Sequence[Registration]:
    if not policy.may(actor, "registration.read"):
        return ()
    statement = policy.scope(actor, Registration).where(Registration.elevator_id == elevator_id)
    return db.session.scalars(statement.order_by(Registration.id.desc()).limit(LAST_CASES)).all()


def without_parameters() -> ColumnElement[bool]:
    """Elevators that lack something which every maintenance record needs; the cancelled and gone are left out."""
    on = clock.today()
    per_kind = [
        and_(
            Elevator.kind == kind.id,
            or_(*(_empty(name) for name in (*record_fields(on), *(p.name for p in kind.parameters if p.required)))),
        )
        for kind in ELEVATOR_KINDS.values()
    ]
    return and_(Elevator.status.not_in(GONE), or_(*per_kind))


GONE = ("scrapped", "cancelled", "dismantled", "moved_out")


def _empty(name: str) -> ColumnElement[bool]:
    if name not in COLUMNS:
        return or_(Elevator.details.is_(None), Elevator.details[name].as_string().is_(None))
    column = getattr(Elevator, name)
    missing: ColumnElement[bool] = column.is_(None)
    return or_(missing, column == "") if column.type.python_type is str else missing


def without_use_unit() -> ColumnElement[bool]:
    """Elevators that run or stand still and have no use unit."""
    return and_(Elevator.status.not_in(GONE), Elevator.use_unit_id.is_(None))


def told_late() -> ColumnElement[bool]:
    """Elevators whose present stop the registration authority heard of after the legal day."""
    late = select(ElevatorStatus.elevator_id).where(
        ElevatorStatus.until.is_(None), ElevatorStatus.notified_on > ElevatorStatus.notice_due_on
    )
    return Elevator.id.in_(late)


CONDITIONS: Mapping[str, Callable[[], ColumnElement[bool]]] = {
    "parameters": without_parameters,
    "use_unit": without_use_unit,
    "late_notice": told_late,
}


def count_late_notices(actor: Actor, _day: date) -> int:
    """Stops that were told of too late and still last."""
    statement = policy.scope(actor, Elevator, func.count(Elevator.id)).where(told_late())
    return db.session.scalar(statement) or 0


def count_unregistered(actor: Actor, _day: date) -> int:
    """Elevators found running without use registration."""
    statement = policy.scope(actor, Elevator, func.count(Elevator.id))
    return db.session.scalar(statement.where(Elevator.status == "in_use_unregistered")) or 0
