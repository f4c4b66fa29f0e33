"""Issued papers for lists and pages, and which template a paper is set with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.models import Hazard, Paper, PaperFile, PaperTemplate, StoredFile
from registry.queries.paging import Page, paginate
from registry.rules import papers as rules
from registry.rules.papers import PaperKind
from registry.settings import current

LOADED = (
    joinedload(Paper.unit),
    joinedload(Paper.issuer),
    joinedload(Paper.person),
    joinedload(Paper.hazard),
    joinedload(Paper.withdrawal),
    selectinload(Paper.files),
)


def page(actor: Actor, asked: Mapping[str, Any]) -> Page:
    """Papers, newest first: `kind?, area?, q?` (number, title), `since?, until?, cursor?`."""
    policy.require(actor, "paper.read")
    found = policy.scope(actor, Paper).options(*LOADED)
    if asked.get("kind"):
        found = found.where(Paper.kind == asked["kind"])
    if asked.get("area"):
        found = found.where(Paper.area_code == asked["area"])
    if asked.get("since"):
        found = found.where(Paper.issued_on >= asked["since"])
    if asked.get("until"):
        found = found.where(Paper.issued_on <= asked["until"])
    if asked.get("q"):
        text = f"%{asked['q'].strip()}%"
        found = found.where(or_(Paper.number.like(text), Paper.title.like(text)))
    return paginate(found, Paper.id, cursor=asked.get("cursor"), newest=True)


def show(actor: Actor, paper_id: int) -> Paper:
    """One paper.

    Raises:
        Missing: no such paper for this caller.
    """
    policy.require(actor, "paper.read")
    return policy.get(actor, Paper, Paper.id == paper_id, options=LOADED)


def of_hazard(actor: Actor, hazard: Hazard) -> list[Paper]:
    """The papers of a hazard, oldest first; nothing for those who read no papers."""
    if not policy.may(actor, "paper.read"):
        return []
    return list(
        db.session.scalars(
            policy.scope(actor, Paper).where(Paper.hazard_id == hazard.id).options(*LOADED).order_by(Paper.id)
        )
    )


def about(actor: Actor, subject: str, number: int) -> list[Paper]:
    """The papers about a row of a kind, oldest first; nothing for those who read no papers."""
    if not policy.may(actor, "paper.read"):
        return []
    found = policy.scope(actor, Paper).where(Paper.subject == subject, Paper.subject_id == number)
    return list(db.session.scalars(found.options(*LOADED).order_by(Paper.id)))


def job_key(paper_id: int) -> str:
    """What the job that makes the files of a paper is about."""
    return f"paper.{paper_id}"


def kept(paper_id: int, form: str) -> StoredFile | None:
    """What was made of a paper before."""
    return db.session.scalar(
        select(StoredFile)
        .join(PaperFile, PaperFile.file_id == StoredFile.id)
        .where(PaperFile.paper_id == paper_id, PaperFile.format == form)
    )


def content(file_id: int) -> bytes:
    """The content of a stored file."""
    row = db.session.get_one(StoredFile, file_id)
    return files.path_of(current().files_dir, row.sha256).read_bytes()


def path(row: StoredFile) -> Path:
    """Where a stored file lies."""
    return files.path_of(current().files_dir, row.sha256)


def body_of(actor: Actor) -> str:
    """The division in whose name an office acts: its county or park, else the city."""
    return actor.areas[0] if actor.areas else current().city_code


def template_of(kind: str, body: str, on: date) -> PaperTemplate | None:
    """The office's own template on a day, else the city's, else None for the shipped one."""
    for place in dict.fromkeys((body, current().city_code)):
        row = db.session.scalars(
            select(PaperTemplate)
            .where(PaperTemplate.kind == kind, PaperTemplate.body == place, PaperTemplate.since <= on)
            .order_by(PaperTemplate.since.desc(), PaperTemplate.id.desc())
            .limit(1)
        ).first()
        if row is not None:
            return row if row.file_id else None
    return None


def template_content(template_id: int) -> bytes | None:
    """The Word file of a template of an office; None where it says to use the shipped one."""
    row = db.session.get_one(PaperTemplate, template_id)
    return content(row.file_id) if row.file_id else None


@dataclass(frozen=True)
class TemplateLine:
    """A kind with what its papers are set with now, and what is to come."""

    kind: PaperKind
    own: PaperTemplate | None
    coming: list[PaperTemplate]


def templates(actor: Actor, body: str) -> list[TemplateLine]:
    """Every kind with the templates of one office."""
    policy.require(actor, "paper.set_template")
    today = clock.today()
    rows = db.session.scalars(
        policy.scope(actor, PaperTemplate)
        .where(PaperTemplate.body == body, PaperTemplate.since > today)
        .order_by(PaperTemplate.since)
        .limit(200)
    ).all()
    return [
        TemplateLine(kind, template_of(kind.key, body, today), [row for row in rows if row.kind == kind.key])
        for kind in rules.kinds(today).values()
    ]
