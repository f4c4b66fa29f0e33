"""What the papers of a case say, as plain texts under the names their templates use; every name is always there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import clock
from registry.actor import Actor
from registry.models import CaseDiscussion, CasePaper, CaseStatement, Directive, EnforcementCase, Paper, Person
from registry.queries import case_records, paper_facts, papers
from registry.queries.paper_facts import chinese_day
from registry.rules import cases as rules
from registry.rules import offences
from registry.rules.chinese_numbers import yuan_in_words
from registry.rules.directives import LIMITS
from registry.rules.enforcement_clocks import clocks
from registry.rules.limits import limit

Facts = dict[str, Any]
KINDS = ("case_filing", "penalty_notice", "hearing_notice", "penalty_decision", "case_closing", "case_transfer")
CASE = (
    *("no", "title", "facts", "finding", "offence", "basis", "acted", "found", "filed", "decided", "handler"),
    *("fine", "fine_words", "measures", "law_measures", "directive", "choice_reason", "closed"),
)
HEARING = ("requested", "meets", "place", "host", "held", "result", "opinion", "attendees", "minutes")
PAYMENT = ("paid_on", "paid", "surcharge")
TERMS = ("statement_days", "hearing_days", "payment_days", "review_days", "suit_months", "surcharge_percent")
MOVE = ("verb", "opinion", "person", "receiver")
PARTS: Mapping[str, tuple[str, ...]] = {"case": CASE, "hearing": HEARING, "payment": PAYMENT, "move": MOVE}
STATEMENT = ("day", "way", "text", "adopted", "answer")
DISCUSSION = ("day", "people", "opinion", "agreed")
NOTICE = ("number", "day", "served")
OPINIONS = {"file": "同意立案", "refuse_filing": "不予立案"}


def of_case(session: Session, actor: Actor, row: EnforcementCase, verb: str, given: Mapping[str, Any]) -> Facts:
    """The facts of any paper of a case, as they stand now, within the move that brings it forth."""
    today = clock.today()
    return {
        "case": _case(session, row),
        "unit": paper_facts.unit(row.unit_id),
        "office": paper_facts.office(actor),
        "hearing": _hearing(session, row),
        "hearing_right": "yes" if row.hearing_right else "",
        "statements": _statements(session, row),
        "discussion": _discussion(session, row),
        "notice": _paper(session, row, "penalty_notice"),
        "decision": _paper(session, row, "penalty_decision"),
        "payment": {
            "paid_on": chinese_day(row.paid_on),
            "paid": _amount(row.paid_yuan),
            "surcharge": _amount(row.surcharge_yuan),
        },
        "move": {
            "verb": OPINIONS.get(verb, ""),
            "opinion": given.get("note", ""),
            "person": actor.name,
            "receiver": given.get("receiver", ""),
        },
        "on_spot": "yes" if verb == "decide_on_spot" else "",
        "terms": _terms(),
        "government": f"{paper_facts.area_name(papers.body_of(actor))}人民政府",
        "today": chinese_day(today),
    }


def blank() -> Facts:
    """Every name a template may use, with nothing behind it."""
    return {
        **{name: dict.fromkeys(keys, "") for name, keys in PARTS.items()},
        **{name: dict.fromkeys(paper_facts.BLANK[name], "") for name in ("unit", "office")},
        **dict.fromkeys(("number", "hearing_right", "on_spot", "government", "today"), ""),
        "statements": [dict.fromkeys(STATEMENT, "")],
        "discussion": dict.fromkeys(DISCUSSION, ""),
        "notice": dict.fromkeys(NOTICE, ""),
        "decision": dict.fromkeys(NOTICE, ""),
        "terms": dict.fromkeys(TERMS, ""),
    }


def _case(session: Session, row: EnforcementCase) -> Facts:
    law = row.ended_on or row.acted_on
    offence = offences.offences(law)[row.offence]
    handler = session.get(Person, row.handler_id) if row.handler_id else None
    directive = session.get(Directive, row.directive_id) if row.directive_id else None
    acted = chinese_day(row.acted_on)
    return {
        "no": row.no,
        "title": row.title,
        "facts": row.facts,
        "finding": offences.findings(law)[row.finding].zh,
        "offence": offence.zh,
        "basis": offence.basis,
        "acted": f"{acted}至{chinese_day(row.ended_on)}" if row.ended_on else acted,
        "found": chinese_day(row.found_on),
        "filed": chinese_day(row.filed_on),
        "decided": chinese_day(row.decided_on),
        "closed": chinese_day(row.closed_on),
        "handler": handler.name if handler else "",
        "fine": _amount(row.fine_yuan),
        "fine_words": yuan_in_words(row.fine_yuan) if row.fine_yuan is not None else "",
        "measures": row.measures,
        "law_measures": offence.measures_zh,
        "directive": directive.number if directive else "",
        "choice_reason": row.choice_reason,
    }


def _hearing(session: Session, row: EnforcementCase) -> Facts:
    found = case_records.hearing(session, row)
    if found is None:
        return dict.fromkeys(HEARING, "")
    host = session.get(Person, found.host_id) if found.host_id else None
    return {
        "requested": chinese_day(found.requested_on),
        "meets": chinese_moment(found.meets_at),
        "place": found.place,
        "host": host.name if host else "",
        "held": chinese_day(found.held_on),
        "result": rules.RESULTS[found.result][0] if found.result else "",
        "opinion": found.opinion,
        "attendees": "、".join(found.attendees or ()),
        "minutes": found.minutes,
    }


def chinese_moment(moment: datetime | None) -> str:
    """2026年12月3日9时30分 by the city's clock; empty for none."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.CITY_ZONE)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{chinese_day(local.date())}{local.hour}时{minutes}"


def _statements(session: Session, row: EnforcementCase) -> list[Facts]:
    asked = select(CaseStatement).where(CaseStatement.case_id == row.id).order_by(CaseStatement.id)
    return [
        {
            "day": chinese_day(one.received_on),
            "way": rules.SPOKEN[one.spoken][0],
            "text": one.text,
            "adopted": rules.ADOPTED[one.adopted][0] if one.adopted else "",
            "answer": one.answer,
        }
        for one in session.scalars(asked)
    ]


def _discussion(session: Session, row: EnforcementCase) -> Facts:
    asked = (
        select(CaseDiscussion)
        .where(CaseDiscussion.case_id == row.id, CaseDiscussion.about == "penalty")
        .order_by(CaseDiscussion.id.desc())
    )
    found = session.scalars(asked.limit(1)).first()
    if found is None:
        return dict.fromkeys(DISCUSSION, "")
    return {
        "day": chinese_day(found.discussed_on),
        "people": "、".join(found.attendees),
        "opinion": found.opinion,
        "agreed": "同意" if found.agreed else "不同意",
    }


def _paper(session: Session, row: EnforcementCase, kind: str) -> Facts:
    asked = (
        select(Paper, CasePaper)
        .join(CasePaper, CasePaper.paper_id == Paper.id)
        .where(CasePaper.case_id == row.id, Paper.kind == kind)
        .order_by(Paper.id.desc())
    )
    found = session.execute(asked.limit(1)).first()
    if found is None:
        return dict.fromkeys(NOTICE, "")
    paper, kept = found
    return {"number": paper.number, "day": chinese_day(paper.issued_on), "served": chinese_day(kept.served_on)}


def _terms() -> Facts:
    today = clock.today()
    known = clocks(today)
    return {
        "statement_days": str(known["statement"].amount),
        "hearing_days": str(known["hearing_request"].amount),
        "payment_days": str(known["payment"].amount),
        "review_days": str(limit(LIMITS, "review_days", today)),
        "suit_months": str(limit(LIMITS, "suit_months", today)),
        "surcharge_percent": str(limit("enforcement_limits", "surcharge_percent", today)),
    }


def _amount(yuan: int | None) -> str:
    return f"{yuan}元" if yuan is not None else ""
