"""Enforcement cases: the list with what is late, one on one page with its clocks, the offered moves, its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import CaseClock, CaseHearing, CasePaper, CaseStatement, CaseStep, EnforcementCase, Unit
from registry.queries import case_offers, enforcement_steps, kept_files
from registry.queries.paging import Page, paginate
from registry.rules import cases as rules
from registry.rules import enforcement_clocks, offences
from registry.rules.workflow import Move, State

LOADED = (joinedload(EnforcementCase.unit), selectinload(EnforcementCase.clocks))
LINKS = tuple(
    joinedload(one)
    for one in (
        EnforcementCase.handler,
        EnforcementCase.directive,
        EnforcementCase.sealing,
        EnforcementCase.hazard,
        EnforcementCase.check,
    )
)
RECORDS = (
    selectinload(EnforcementCase.statements).joinedload(CaseStatement.unit),
    selectinload(EnforcementCase.hearings).joinedload(CaseHearing.host),
    selectinload(EnforcementCase.discussions),
    selectinload(EnforcementCase.papers).joinedload(CasePaper.paper),
)
SOON = timedelta(days=5)


@dataclass(frozen=True)
class Clock:
    """A clock as a page shows it; `late` on the day it was asked."""

    row: CaseClock
    kind: enforcement_clocks.Clock
    late: bool


@dataclass(frozen=True)
class Detail:
    """One case on one page. `waits`: what the decision still waits for (`rules.cases.waits_for`)."""

    case: EnforcementCase
    state: State
    moves: tuple[Move, ...]
    clocks: list[Clock]
    offence: offences.Offence | None
    finding: offences.FindingKind | None
    limitation_ends: date
    waits: str


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Cases by `q` (number, unit, title), `area`, `state` (a state or `open`), `late`, newest first."""
    policy.require(actor, "case.read")
    found = policy.scope(actor, EnforcementCase).options(*LOADED)
    if area := filters.get("area"):
        found = found.where(EnforcementCase.area_code == area)
    if state := filters.get("state"):
        found = found.where(EnforcementCase.state.in_(rules.OPEN if state == "open" else (state,)))
    if filters.get("late"):
        found = found.where(EnforcementCase.id.in_(_with_clock(None, clock.today())))
    if text := filters.get("q"):
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        found = found.where(
            or_(
                EnforcementCase.no.contains(text.upper(), autoescape=True),
                EnforcementCase.title.contains(text, autoescape=True),
                EnforcementCase.unit_id.in_(named),
            )
        )
    return paginate(found, EnforcementCase.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def _with_clock(since: date | None, until: date) -> Any:
    """Cases with a running clock that ends before `until`, and not before `since`. The party's own days make no
    officer late."""
    found = select(CaseClock.case_id).where(
        CaseClock.done_on.is_(None), CaseClock.due_on < until, CaseClock.key.not_in(rules.party_clocks(until))
    )
    return found if since is None else found.where(CaseClock.due_on >= since)


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many are `late`, end `soon`, and stand in `clue`, `reviewing` and `notified` with the party heard."""
    keys = {
        "late": EnforcementCase.id.in_(_with_clock(None, on)),
        "soon": EnforcementCase.id.in_(_with_clock(on, on + SOON)),
        "clue": EnforcementCase.state == "clue",
        "reviewing": EnforcementCase.state == "reviewing",
    }
    counts = [func.count().filter(condition).label(key) for key, condition in keys.items()]
    row = db.session.execute(policy.scope(actor, EnforcementCase).with_only_columns(*counts)).one()
    return dict(zip(keys, row, strict=True))


def next_due(row: EnforcementCase) -> CaseClock | None:
    """The running clock of the office that ends first."""
    party = rules.party_clocks(clock.today())
    running = [one for one in row.clocks if one.done_on is None and one.key not in party]
    return min(running, key=lambda one: one.due_on, default=None)


def late(row: EnforcementCase) -> bool:
    """Whether a clock of the office is past its day."""
    found = next_due(row)
    return found is not None and found.due_on < clock.today()


def by_id(actor: Actor, case_id: int) -> EnforcementCase:
    """A case with its links, clocks and steps; Missing when it does not concern the caller."""
    policy.require(actor, "case.read")
    steps = selectinload(EnforcementCase.steps)
    options = (*LOADED, *LINKS, *RECORDS, steps.joinedload(CaseStep.person), steps.joinedload(CaseStep.unit))
    return policy.get(actor, EnforcementCase, EnforcementCase.id == case_id, options=options)


def show(actor: Actor, case_id: int) -> Detail:
    """Everything the page of one case shows."""
    row, today = by_id(actor, case_id), clock.today()
    law = row.ended_on or row.acted_on
    known = enforcement_clocks.clocks(today)
    return Detail(
        case=row,
        state=rules.STATES[row.state],
        moves=tuple(one for one in case_offers.moves(row, today) if policy.may(actor, f"case.{one.verb}")),
        clocks=[Clock(one, known[one.key], _late(one, known[one.key], today)) for one in row.clocks],
        offence=offences.offences(law).get(row.offence),
        finding=offences.findings(law).get(row.finding),
        limitation_ends=offences.limitation_end(
            offences.Facts(row.acted_on, row.found_on, row.ended_on, harmed=row.harmed)
        ),
        waits=case_offers.waits(row, today),
    )


def _late(row: CaseClock, kind: enforcement_clocks.Clock, today: date) -> bool:
    """The party's own days make nobody late."""
    return row.done_on is None and row.due_on < today and not kind.party


def offer(actor: Actor, case_id: int, verb: str) -> tuple[Detail, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move now, or no such case for this caller.
        Forbidden: not for this role.
    """
    if verb not in {one.verb for one in rules.MOVES}:
        raise Missing(T("没有这个办理步骤"))
    detail = show(actor, case_id)
    policy.require(actor, f"case.{verb}")
    found = next((one for one in detail.moves if one.verb == verb), None)
    if found is None:
        raise Missing(T("现在不能办理这一步"))
    return detail, found


def made(case_id: int, ref: str) -> bool:
    """Whether a move came under this `ref`; the verb says whether the caller may know."""
    return enforcement_steps.made(CaseStep.case_id, case_id, ref)


def file(actor: Actor, case_id: int, file_id: int) -> tuple[Path, str, str]:
    """Where a file of a case lies, its type and its name.

    Raises:
        Missing: the case does not concern the caller, or the file is not of it.
    """
    kept = {one["file"] for step in by_id(actor, case_id).steps for one in step.data.get("files", ())}
    return kept_files.find(file_id, kept)
