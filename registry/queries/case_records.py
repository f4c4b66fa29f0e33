"""What was said in a case, as its verbs judge by: statements, the hearing in hand, what the heads agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import CaseClock, CaseDiscussion, CaseHearing, CaseStatement, EnforcementCase
from registry.rules.cases import Said


def said(session: Session, row: EnforcementCase) -> Said:
    """How far the party had its say."""
    statements = session.scalars(select(CaseStatement).where(CaseStatement.case_id == row.id)).all()
    last = hearing(session, row)
    return Said(
        statement_due=_due(session, row, "statement"),
        hearing_due=_due(session, row, "hearing_request"),
        spoken=bool(statements),
        waived=any(one.spoken == "waived" for one in statements),
        unanswered=len(unanswered(session, row)),
        right=row.hearing_right,
        heard=last is not None and (last.reported_on is not None or last.withdrawn_on is not None),
        serious=row.serious,
        discussed=agreed(session, row, "penalty") is not None,
    )


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
    return found if found is not None and found.agreed else None


def _due(session: Session, row: EnforcementCase, key: str) -> date | None:
    asked = select(CaseClock.due_on).where(CaseClock.case_id == row.id, CaseClock.key == key)
    return session.scalars(asked.order_by(CaseClock.id.desc()).limit(1)).first()
