"""The papers of a case: issued by its moves, and their service on the party, from which its days run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import clock
from registry.actor import Actor
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import CasePaper, EnforcementCase, Paper
from registry.queries import case_facts
from registry.rules import cases as rules
from registry.rules import directives as service
from registry.rules import papers as kinds
from registry.services import papers
from registry.services.papers import About

Data = Mapping[str, Any]
SUBJECT = "case"
TO_PARTY = ("penalty_notice", "hearing_notice", "penalty_decision")
SERVED_BY = {
    "serve_notice": "penalty_notice",
    "serve_hearing_notice": "hearing_notice",
    "serve_decision": "penalty_decision",
}


def issue(session: Session, actor: Actor, row: EnforcementCase, verb: str, given: Data) -> list[Paper]:
    """Issue what a move brings forth. What is not for the party names no unit, so that the party never sees it."""
    today, made = clock.today(), []
    for kind in rules.papers_of(verb, today):
        to_party = kind in TO_PARTY
        about = About(SUBJECT, row.id, row.area_code, row.unit_id if to_party else None)
        title = f"{kinds.kinds(today)[kind].zh}　{row.no}"
        session.flush()
        paper = papers.issue(actor, kind, title, about, case_facts.of_case(session, actor, row, verb, given))
        session.flush()
        session.add(CasePaper(case_id=row.id, paper_id=paper.id, to_party=to_party))
        made.append(paper)
    session.flush()
    return made


def serve(session: Session, row: EnforcementCase, verb: str, given: Data) -> date:
    """Record the service of a notice or the decision; the day on which it counts as served.

    Raises:
        Conflict: served before.
        Invalid: what that way of serving needs is missing, or a day that cannot be.
    """
    kept, paper = _kept(session, row, SERVED_BY[verb])
    if kept.served_on is not None:
        raise Conflict(T("这份文书已经登记送达"))
    today = clock.today()
    way = service.deliveries(today).get(given["delivery"])
    if way is None:
        raise Invalid.field("delivery", T("请从列表中选择"))
    wrong = {name: [T("办理这一项必须填写")] for name in way.needs if given.get(name) in (None, "", [])}
    day = given["served_on"]
    counts = service.served_on(way, day)
    if not paper.issued_on <= day <= today:
        wrong["served_on"] = [T("送达日期应在文书印发之后、今天之前")]
    elif counts > today:
        days, first = way.wait_days, counts.isoformat()
        wrong["served_on"] = [T("公告满{days}日才视为送达，最早{day}", days=days, day=first)]
    if wrong:
        raise Invalid(wrong)
    kept.delivery, kept.served_on, kept.receiver = way.id, counts, given.get("receiver", "")
    return counts


def served_at_once(session: Session, row: EnforcementCase, kind: str, receiver: str) -> None:
    """A paper that is handed over as it is made: the decision on the spot."""
    kept, _paper = _kept(session, row, kind)
    kept.delivery, kept.served_on, kept.receiver = "direct", clock.today(), receiver


def _kept(session: Session, row: EnforcementCase, kind: str) -> tuple[CasePaper, Paper]:
    asked = (
        select(CasePaper, Paper)
        .join(Paper, Paper.id == CasePaper.paper_id)
        .where(CasePaper.case_id == row.id, Paper.kind == kind)
        .order_by(CasePaper.id.desc())
    )
    found = session.execute(asked.limit(1)).first()
    if found is None:
        raise Conflict(T("还没有这份文书"))
    return found[0], found[1]
