"""Issuing a safety-status report: a frozen picture of a quarter or a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import transaction
from registry.errors import Forbidden, Invalid
from registry.messages import T
from registry.models import Paper
from registry.queries import status_facts, status_report
from registry.rules import status_report as rules
from registry.services import papers
from registry.services.papers import About

KIND = "status_report"


def issue(actor: Actor, data: Mapping[str, Any]) -> Paper:
    """Issue the report of `{year, quarter?, area?, problems?, next_steps?, copies?}`; later changes never alter it.

    Raises:
        Invalid: the period is not over yet.
        Forbidden: a county's office issues for its own county.
    """
    policy.require(actor, "status_report.issue")
    _since, until = rules.period(data["year"], data.get("quarter"))
    if until >= clock.today():
        raise Invalid.field("quarter", T("这个时期还没有结束，不能印发"))
    area = status_report.place_of(actor, data.get("area"))
    if actor.role in COUNTY_ROLES and area not in actor.areas:
        raise Forbidden(T("只能印发本辖区的报告"))
    with transaction():
        found = status_report.report(actor, data["year"], data.get("quarter"), area)
        facts = status_facts.of(actor, found, data)
        paper = papers.issue(actor, KIND, facts["title"], About(KIND, None, area), facts)
        audit.record(actor, "status_report.issued", paper, number=paper.number, title=paper.title, until=until)
        return paper
