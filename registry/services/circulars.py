"""Issuing a circular (通报): a frozen picture of a period, with the overdue items named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import CircularItem, Paper
from registry.queries import circulars, hazard_months, papers
from registry.queries.hazard_months import Period
from registry.rules import hazards as rules
from registry.services import papers as paper_services
from registry.services.papers import About


def issue(actor: Actor, data: Mapping[str, Any]) -> Paper:
    """Issue a circular over `{since, until, practice?, problems?, demands?, copies?}`.

    Later changes never alter it. The overdue items are those of the day of issue. The same person's same circular a
    second time on its day is the first: the answer to it was lost.

    Raises:
        Invalid: the period ends before it begins, or in the future.
        Conflict: the stock of an area does not add up: opening + new + reopened - closed - voided = closing.
    """
    policy.require(actor, "circular.issue")
    today = clock.today()
    period = _period(data, today)
    with transaction() as session:
        table = hazard_months.table(actor, period)
        if table.faults:
            raise Conflict(
                T("期初＋新增＋重开－销号－作废不等于期末，不能印发：{areas}", areas="、".join(table.faults))
            )
        named = circulars.overdue(actor, today)
        facts = circulars.facts(actor, table, named, dict(data), today)
        known = circulars.issued_today(actor, facts, today)
        if known is not None:
            return known
        paper = paper_services.issue(
            actor, "circular", facts["title"], About("circular", None, papers.body_of(actor)), facts
        )
        session.flush()
        session.add_all(
            CircularItem(paper_id=paper.id, hazard_id=hazard.id, days=rules.overdue(hazard.due_on, None, today))
            for hazard in named
        )
        audit.record(
            actor,
            "circular.issued",
            paper,
            number=paper.number,
            since=period.since,
            until=period.until,
            overdue=len(named),
        )
        return paper


def _period(data: Mapping[str, Any], today: date) -> Period:
    since, until = data["since"], data["until"]
    if until < since:
        raise Invalid.field("until", T("截止日期不能早于开始日期"))
    if until > today:
        raise Invalid.field("until", T("截止日期不能晚于今天"))
    return Period(since, until)
