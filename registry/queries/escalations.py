"""What the ladder of escalation proposes for the open hazards that a caller sees; a person issues it, or does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import CircularItem, Hazard, HazardStep, Paper
from registry.queries import hazard_facts
from registry.rules import hazards as rules
from registry.rules.escalation import Proposal, Standing, propose

RUNNING = tuple(state for state in rules.OPEN_STATES if state != "SUSPENDED")
# What counts as a word on how the rectification goes.
PROGRESS = (
    "approve_plan",
    "report_progress",
    "fail_verification",
    "return_to_rectifying",
    "refuse_city",
    "resume",
    "reopen",
)
MOST = 2000  # hazards looked at: more than a city ever has open


@dataclass(frozen=True)
class Line:
    """A hazard with what is proposed, the highest rung first; `may` are the acts the caller may issue."""

    hazard: Hazard
    proposals: tuple[Proposal, ...]
    may: frozenset[str]


def proposals(actor: Actor, on: date) -> list[Line]:
    """The hazards for which something is proposed, the highest rung first, then by due date."""
    policy.require(actor, "circular.read")
    hazards = db.session.scalars(
        policy.scope(actor, Hazard)
        .where(Hazard.state.in_(RUNNING))
        .options(joinedload(Hazard.unit))
        .order_by(Hazard.due_on, Hazard.id)
        .limit(MOST)
    ).all()
    standings = standings_of(hazards, on)
    found = []
    for hazard in hazards:
        proposed = propose(standings[hazard.id], on)
        may = frozenset(p.verb for p in proposed if policy.may(actor, f"hazard.{p.verb}"))
        if proposed:
            found.append(Line(hazard, proposed, may))
    return sorted(found, key=lambda line: -line.proposals[0].level)


def waiting(actor: Actor, on: date) -> int:
    """How many hazards have a proposal that this caller may act on."""
    return sum(1 for line in proposals(actor, on) if line.may)


def standings_of(hazards: Sequence[Hazard], on: date) -> dict[int, Standing]:
    """How hazards stand on the ladder today, by id."""
    ids = [hazard.id for hazard in hazards]
    failed, spoken, named = _failed(ids), _last_word(ids), _in_a_row(ids)
    plan = next((move.deadline for move in rules.MOVES if move.verb == "file_plan" and move.in_force(on)), None)
    calendar = hazard_facts.calendar()
    found = {}
    for hazard in hazards:
        left = (hazard.due_on - on).days if hazard.due_on else None
        late = 0
        if hazard.state == "PLAN_DUE" and plan is not None:
            late = max(0, (on - rules.deadline_day(plan, hazard.state_since, calendar)).days)
        silent = None
        if hazard.state == "RECTIFYING":
            silent = (on - max(spoken.get(hazard.id, hazard.state_since), hazard.state_since)).days
        found[hazard.id] = Standing(
            level=hazard.escalation_level,
            days_left=left,
            overdue_days=max(0, -left) if left is not None else 0,
            plan_late_days=late,
            days_without_progress=silent,
            is_listed=hazard.listed_supervision is not None,
            failed_verifications=failed[hazard.id],
            circulars_in_a_row=named[hazard.id],
        )
    return found


def _failed(ids: Sequence[int]) -> Counter[int]:
    """Failed verifications of the present round."""
    rows = db.session.execute(
        select(HazardStep.hazard_id, func.count())
        .join(Hazard, Hazard.id == HazardStep.hazard_id)
        .where(HazardStep.hazard_id.in_(ids), HazardStep.verb == "fail_verification", HazardStep.round == Hazard.round)
        .group_by(HazardStep.hazard_id)
    )
    return Counter(dict(rows.all()))


def _last_word(ids: Sequence[int]) -> dict[int, date]:
    rows = db.session.execute(
        select(HazardStep.hazard_id, func.max(HazardStep.done_on))
        .where(HazardStep.hazard_id.in_(ids), HazardStep.verb.in_(PROGRESS))
        .group_by(HazardStep.hazard_id)
    )
    return dict(rows.all())


def _in_a_row(ids: Sequence[int]) -> Counter[int]:
    """In how many circulars up to the newest one of its office each hazard is named without a break."""
    papers: dict[str, list[int]] = {}
    for body, number in db.session.execute(
        select(Paper.body, Paper.id).where(Paper.kind == "circular").order_by(Paper.id.desc()).limit(200)
    ):
        papers.setdefault(body, []).append(number)
    named: dict[int, set[int]] = {}
    for hazard_id, paper_id in db.session.execute(
        select(CircularItem.hazard_id, CircularItem.paper_id).where(CircularItem.hazard_id.in_(ids))
    ):
        named.setdefault(hazard_id, set()).add(paper_id)
    found: Counter[int] = Counter()
    for hazard_id, where in named.items():
        found[hazard_id] = max(_run(numbers, where) for numbers in papers.values())
    return found


def _run(newest_first: Sequence[int], named: set[int]) -> int:
    count = 0
    for number in newest_first:
        if number not in named:
            break
        count += 1
    return count
