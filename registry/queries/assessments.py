"""Safety assessments: the list, those of one elevator, one with its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased, joinedload

from registry import files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Assessment, Elevator, StoredFile
from registry.queries import elevators
from registry.queries.paging import Page, paginate
from registry.settings import current

LOADED = (joinedload(Assessment.elevator).joinedload(Elevator.use_unit),)


def superseded() -> ColumnElement[bool]:
    """Whether a newer row corrects this one."""
    newer = aliased(Assessment)
    return select(newer.id).where(newer.corrects_id == Assessment.id).exists()


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The assessments that stand, newest on record first, by `q` and `area` of the elevator and `conclusion`."""
    policy.require(actor, "old_elevator.read")
    inside = elevators.found(actor, {"q": filters.get("q"), "area": filters.get("area")}).with_only_columns(Elevator.id)
    statement: Select[Any] = (
        policy.scope(actor, Assessment).where(Assessment.elevator_id.in_(inside), ~superseded()).options(*LOADED)
    )
    if conclusion := filters.get("conclusion"):
        statement = statement.where(Assessment.conclusion == conclusion)
    return paginate(statement, Assessment.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def of(actor: Actor, elevator_id: int) -> Sequence[Assessment]:
    """All assessments of an elevator, corrected ones too, the newest first."""
    return db.session.scalars(
        policy.scope(actor, Assessment)
        .where(Assessment.elevator_id == elevator_id)
        .order_by(Assessment.assessed_on.desc(), Assessment.id.desc())
        .limit(100)
    ).all()


def standing(ids: Iterable[int]) -> dict[int, Assessment]:
    """The latest assessment that no newer row corrects, by elevator."""
    rows = db.session.scalars(
        select(Assessment)
        .where(Assessment.elevator_id.in_(list(ids)), ~superseded())
        .order_by(Assessment.assessed_on, Assessment.id)
    )
    return {row.elevator_id: row for row in rows}


def show(actor: Actor, assessment_id: int) -> tuple[Assessment, Assessment | None]:
    """One assessment with its elevator, and the row that corrects it."""
    policy.require(actor, "old_elevator.read")
    row = policy.get(actor, Assessment, Assessment.id == assessment_id, options=LOADED)
    return row, db.session.scalar(select(Assessment).where(Assessment.corrects_id == row.id))


def file(actor: Actor, assessment_id: int) -> tuple[Path, str, str]:
    """Where the report lies, its type and its name.

    Raises:
        Missing: no such assessment for this caller, or no report with it.
    """
    row, _newer = show(actor, assessment_id)
    stored = db.session.get(StoredFile, row.file_id) if row.file_id else None
    if stored is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, stored.sha256), stored.mime, stored.name
