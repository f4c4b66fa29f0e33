"""Judging a visit's evidence: what every verb does that adds to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, select
from sqlalchemy.orm import selectinload

from registry import clock, evidence
from registry.db import db
from registry.models import Visit, VisitAnomaly, VisitGap
from registry.queries import maker_items, visit_facts
from registry.rules import anomalies
from registry.rules.maintenance import check_answers
from registry.rules.paperless import VisitFacts, counts, judge
from registry.rules.verdict import Verdict
from registry.services import maintenance_state

EVIDENCE = (selectinload(Visit.workers), selectinload(Visit.joins))
"""What `settle` reads beside the visit itself."""


def settle(visit: Visit) -> Verdict:
    """Judge the evidence anew: the one place that says what is missing and from when to when a visit counts.

    The visit comes with what EVIDENCE names.
    """
    today = clock.today()
    verdict = judge(facts_of(visit), parameters_of(visit))
    complete = counts(verdict) and visit.declined_reason is None
    visit.findings = evidence.findings_of(verdict)
    if complete and visit.counts_from is None:
        visit.counts_from = today
    if not complete and visit.paperless:
        visit.counts_until = today
    held = verdict.worst == "block" or visit.declined_reason is not None
    if held and visit.invalid_from is None:
        visit.invalid_from = today
    elif not held and visit.invalid_from is not None:
        _reinstate(visit, visit.invalid_from, today, complete)
    maintenance_state.refresh(db.session(), [visit.elevator_id])
    return verdict


def _reinstate(visit: Visit, since: date, today: date, complete: bool) -> None:
    """It is maintenance again from today on; what was said of the days since `since` stays said."""
    if since < today:
        db.session.add(VisitGap(visit_id=visit.id, since=since, until=today))
    visit.invalid_from = None
    if complete and visit.counts_until is not None and visit.counts_until >= since:
        visit.counts_until = None


def facts_of(visit: Visit) -> VisitFacts:
    """What the evidence says, as the rules know it."""
    seen = visit.check_in
    on = date.fromisoformat(visit.answers["on"])
    asked = maker_items.asked_of(visit.answers)
    answers = check_answers(asked, evidence.answers_of(visit.answers, asked), on)
    signatures = [*visit.signatures, *(join.signature for join in visit.joins if join.signature)]
    return VisitFacts(
        cycle=visit.cycle,
        check_in_at=visit.started_at,
        check_out_at=visit.ended_at,
        check_in_metres=seen["metres"],
        check_out_metres=visit.check_out["metres"],
        elevator_has_place=seen["has_place"],
        check_in_photo=seen["photo"] is not None,
        photo_reused=seen["photo_reused"],
        workers=len(visit.workers),
        **_second_worker(visit),
        answers=answers,
        signatures=len({signature["sha256"] for signature in signatures}),
        signatures_expected=len(visit.workers) - sum(join.added and not join.signature for join in visit.joins),
        confirmed_at=visit.confirmed_at,
        confirmer_is_worker=visit.confirmed_by_id in {worker.person_id for worker in visit.workers},
        contract_valid=seen["contract_valid"],
        certificates_valid=seen["certificates_valid"] and all(join.qualified for join in visit.joins),
        received_at=visit.received_at,
        voided=_there_is(Visit.corrects_id == visit.id, visit),
        blocking_anomaly=_there_is(
            and_(VisitAnomaly.visit_id == visit.id, VisitAnomaly.state == anomalies.CONFIRMED), visit
        ),
    )


def _there_is(condition: ColumnElement[bool], visit: Visit) -> bool:
    """Whether a record speaks of this visit; nothing can of one that has no number yet."""
    return visit.id is not None and db.session.execute(select(literal(1)).where(condition).limit(1)).first() is not None


def _second_worker(visit: Visit) -> dict[str, Any]:
    """When and where the second worker checked in: his own phone is believed before the first one's."""
    if visit.joins and visit.started_at is not None:
        own = min(visit.joins, key=lambda join: join.at)
        return {
            "second_worker_seconds": round((own.at - visit.started_at).total_seconds()),
            "second_worker_metres": own.metres,
        }
    said = (worker.seconds_after_first for worker in visit.workers[1:])
    return {
        "second_worker_seconds": next((seconds for seconds in said if seconds is not None), None),
        "second_worker_metres": visit.check_in["second_worker_metres"],
    }


def parameters_of(visit: Visit) -> dict[str, int]:
    """The office's values of the visit's day; an elevator's own fence goes before."""
    found = visit_facts.parameters_of(date.fromisoformat(visit.answers["on"]))
    fence = visit.check_in["fence_m"]
    return found if fence is None else {**found, "fence_m": fence}
