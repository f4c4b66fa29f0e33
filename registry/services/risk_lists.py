"""Issuing a unit's risk control list as a paper: frozen as it is today, addressed to the unit."""

from __future__ import annotations

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict
from registry.messages import T
from registry.models import Paper
from registry.queries import papers as paper_queries
from registry.queries import risk_lists
from registry.services import papers
from registry.services.papers import About

KIND = "risk_list"


def issue(actor: Actor, unit_id: int) -> Paper:
    """Make the paper of a unit's list.

    Raises:
        Missing: no such unit for this caller.
        Conflict: nothing of it is graded.
    """
    policy.require(actor, "risk_list.issue")
    with transaction():
        found = risk_lists.of_unit(actor, unit_id, clock.today())
        if not found.lines:
            raise Conflict(T("这个单位还没有评级的设备"))
        area = found.unit.area_code or paper_queries.body_of(actor)
        about = About(KIND, found.unit.id, area, found.unit.id)
        paper = papers.issue(actor, KIND, f"安全风险管控清单　{found.unit.name}", about, risk_lists.facts(actor, found))
        audit.record(actor, "risk_list.issued", paper, unit_id=unit_id, title=paper.title, devices=len(found.lines))
        return paper
