"""What was said in a case, as its verbs judge by: statements, the hearing in hand, what the heads agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import clock
from registry.models import CaseClock, CaseDiscussion, CaseHearing, CasePaper, CaseStatement, EnforcementCase, Paper
from registry.rules.cases import INVESTIGATE, Said


def said(session: Session, row: EnforcementCase) -> Said:
    """How far the party had its say."""
    asked = select(CaseStatement).where(CaseStatement.case_id == row.id)
    statements = [one for one in session.scalars(asked) if counts(row, one.at)]
    last, served = hearing(session, row), notice_served(session, row)
    heard = last is not None and has_ended(row, last)
    return Said(
        statement_due=_due(session, row, "statement") if served else None,
        hearing_due=_due(session, row, "hearing_request") if served else None,
        spoken=bool(statements),
        waived=any(one.spoken == "waived" for one in statements),
        unanswered=len(unanswered(session, row)),
        right=row.hearing_right,
        heard=heard,
        investigate=heard and last is not None and last.result == INVESTIGATE,
        serious=row.serious,
        discussed=agreed(session, row, "penalty") is not None,
    )


def counts(row: EnforcementCase, at: datetime) -> bool:
    """Whether what was said at a moment counts still: it came after the case was last sent back."""
    return row.reinvestigated_at is None or at > row.reinvestigated_at


def has_ended(row: EnforcementCase, last: CaseHearing) -> bool:
    """Whether a hearing was reported or withdrawn, asked for on a later day than the case was last sent back."""
    if row.reinvestigated_at is not None and last.requested_on <= clock.day_of(row.reinvestigated_at):
        return False
    return last.reported_on is not None or last.withdrawn_on is not None


def notice_served(session: Session, row: EnforcementCase) -> bool:
    """Whether the newest notice of the proposed penalty reached the party."""
    asked = (
        select(CasePaper.served_on)
        .join(Paper, Paper.id == CasePaper.paper_id)
        .where(CasePaper.case_id == row.id, Paper.kind == "penalty_notice")
        .order_by(CasePaper.id.desc())
    )
    return session.scalars(asked.limit(1)).first() is not None


def unanswered(session: Session, row: EnforcementCase) -> Sequence[CaseStatement]:
    """Statements that nobody has examined yet; a waiver needs no answer."""
    return session.scalars(
        select(CaseStatement)
        .where(CaseStatement.case_id == row.id, CaseStatement.spoken != "waived", CaseStatement.adopted.is_(None))
        .order_by(CaseStatement.id)
    ).all()


def hearing(session: Session, row: EnforcementCase) -> CaseHearing | None:
    """The newest hearing of a case."""
    asked = select(CaseHearing).where(CaseHearing.case_id == row.id).order_by(CaseHearing.id.desc())
    return session.scalars(asked.limit(1)).first()


def agreed(session: Session, row: EnforcementCase, about: str) -> CaseDiscussion | None:
    """The newest discussion about a matter, if it ended in agreement."""
    asked = (
        select(CaseDiscussion)
        .where(CaseDiscussion.case_id == row.id, CaseDiscussion.about == about)
        .order_by(CaseDiscussion.id.desc())
    )
    found = session.scalars(asked.limit(1)).first()
    if found is None or not found.agreed or (about == "penalty" and not counts(row, found.at)):
        return None
    return found


def _due(session: Session, row: EnforcementCase, key: str) -> date | None:
    asked = select(CaseClock.due_on).where(CaseClock.case_id == row.id, CaseClock.key == key)
    return session.scalars(asked.order_by(CaseClock.id.desc()).limit(1)).first()
