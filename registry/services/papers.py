"""Issuing a paper: its facts are frozen under the next number; what is made of it later is kept and never made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Area, Hazard, Paper, PaperFile, PaperTemplate, PaperWithdrawal, StoredFile
from registry.queries import hazard_facts, paper_facts, papers, parameters
from registry.rules import papers as rules
from registry.services import jobs


@dataclass(frozen=True, slots=True)
class About:
    """What a paper is about: the row it belongs to, the unit it is addressed to, and the area."""

    subject: str
    subject_id: int | None
    area_code: str
    unit_id: int | None = None
    hazard_id: int | None = None


def issue(actor: Actor, kind: str, title: str, about: About, facts: Mapping[str, Any]) -> Paper:
    """Freeze a paper under the next number of its kind, body and year. `facts` must be plain JSON.

    Raises:
        Invalid: no such kind on this day.
    """
    policy.require(actor, "paper.issue")
    today = clock.today()
    found = rules.kinds(today).get(kind)
    if found is None:
        raise Invalid.field("kind", T("没有这种文书"))
    with transaction() as session:
        body = papers.body_of(actor)
        sequence = next_number(session, f"paper.{kind}", body, today.year) if found.pattern else None
        area = session.get_one(Area, body)
        number = found.number(area.short or area.name, today.year, sequence) if sequence else ""
        template = papers.template_of(kind, body, today)
        paper = Paper(
            kind=kind,
            body=body,
            year=today.year,
            sequence=sequence,
            number=number,
            title=title[:200],
            subject=about.subject,
            subject_id=about.subject_id,
            hazard_id=about.hazard_id,
            unit_id=about.unit_id,
            area_code=about.area_code,
            facts={**facts, "number": number},
            template_id=template.id if template else None,
            issued_on=today,
            issued_at=clock.now(),
            issuer_id=actor.unit_id,
            person_id=actor.person_id,
        )
        session.add(paper)
        audit.record(actor, "paper.issued", paper, kind=kind, number=number, title=title, hazard_id=about.hazard_id)
        if _rows(facts) > int(parameters.value("paper.background_rows", today)):
            session.flush()
            jobs.ask(actor, "paper", papers.job_key(paper.id), {"paper_id": paper.id})
        return paper


def _rows(facts: Any) -> int:
    """How long a paper is: the rows of all its lists."""
    match facts:
        case Mapping():
            return sum(_rows(item) for item in facts.values())
        case list() | tuple():
            return len(facts) + sum(_rows(item) for item in facts)
        case _:
            return 0


def issue_for_hazard(actor: Actor, kind: str, hazard: Hazard, more: Mapping[str, Any] | None = None) -> Paper:
    """A paper of a hazard with the facts of its ledger as they stand now; `more` is what only this paper says."""
    policy.require(actor, "paper.issue")
    with transaction():
        steps = hazard_facts.ledger(hazard.id)
        facts = paper_facts.merged(paper_facts.of_hazard(actor, hazard, steps), more or {})
        name = rules.kinds(clock.today())[kind].zh
        about = About("hazard", hazard.id, hazard.area_code, hazard.unit_id, hazard.id)
        return issue(actor, kind, f"{name}　{hazard.no}", about, facts)


# Papers that are taken back together with what they say, where that is kept.
TAKEN_BACK_WITH = {"directive": T("请在指令书的页面上撤回")}


def withdraw(actor: Actor, paper_id: int, reason: str, together: bool = False) -> Paper:
    """Take a paper back. It stays, with its number, and says on every copy made from now on that it was withdrawn.
    `together`: what the paper is about is taken back in the same transaction.

    Raises:
        Missing: no such paper for this caller.
        Invalid: no reason.
        Conflict: it was withdrawn before, or is withdrawn together with what it is about.
    """
    policy.require(actor, "paper.withdraw")
    if not reason.strip():
        raise Invalid.field("reason", T("请填写撤回理由"))
    with transaction() as session:
        paper = policy.get(actor, Paper, Paper.id == paper_id, lock=True)
        if paper.subject in TAKEN_BACK_WITH and not together:
            raise Conflict(TAKEN_BACK_WITH[paper.subject])
        if session.scalar(select(PaperWithdrawal.id).where(PaperWithdrawal.paper_id == paper.id)):
            raise Conflict(T("这份文书已经撤回"))
        session.add(
            PaperWithdrawal(paper_id=paper.id, reason=reason.strip(), at=clock.now(), person_id=actor.person_id)
        )
        audit.record(actor, "paper.withdrawn", paper, number=paper.number, reason=reason.strip())
        return paper


def set_template(actor: Actor, kind: str, since: date, file: StoredFile | None, note: str = "") -> PaperTemplate:
    """From a day on the papers of a kind are set with the office's own Word file; None: with the shipped one again.

    Papers issued before stay what they are.

    Raises:
        Invalid: no such kind, a day in the past, or one that has its template already.
    """
    policy.require(actor, "paper.set_template")
    today = clock.today()
    if kind not in rules.kinds(today):
        raise Invalid.field("kind", T("没有这种文书"))
    if since < today:
        raise Invalid.field("since", T("生效日期不能早于今天"))
    with transaction() as session:
        body = papers.body_of(actor)
        taken = select(PaperTemplate.id).where(
            PaperTemplate.kind == kind, PaperTemplate.body == body, PaperTemplate.since == since
        )
        if session.scalar(taken):
            raise Invalid.field("since", T("这一天已经换过模板，请选择以后的日期"))
        row = PaperTemplate(
            kind=kind,
            body=body,
            since=since,
            file_id=file.id if file else None,
            note=note,
            person_id=actor.person_id,
            set_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "paper_template.set", row, kind=kind, since=since, file_id=row.file_id, note=note)
        return row


def keep_file(actor: Actor, paper_id: int, form: str, file: StoredFile) -> PaperFile:
    """Keep what was made of a paper; whoever came first at the same moment made it.

    Raises:
        Missing: no such paper for this caller.
    """
    policy.require(actor, "paper.keep_file")
    with transaction() as session:
        paper = policy.get(actor, Paper, Paper.id == paper_id, lock=True)
        known = session.scalar(select(PaperFile).where(PaperFile.paper_id == paper.id, PaperFile.format == form))
        if known is not None:
            return known
        row = PaperFile(paper_id=paper.id, format=form, file_id=file.id, made_at=clock.now())
        session.add(row)
        audit.record(actor, "paper.file_kept", paper, format=form, sha256=file.sha256)
        return row
