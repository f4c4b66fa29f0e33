"""A case as its party sees it: what it was told, its own days, what it said, the papers served on it; nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import CaseClock, CaseHearing, CasePaper, CaseStatement, CaseStep, EnforcementCase, Person
from registry.queries import case_offers, enforcement_steps, kept_files
from registry.queries.paging import Page, paginate
from registry.rules import cases as rules
from registry.rules import enforcement_clocks, offences
from registry.rules.workflow import Move, State

LOADED = (
    joinedload(EnforcementCase.unit),
    joinedload(EnforcementCase.issuer),
    selectinload(EnforcementCase.clocks),
    selectinload(EnforcementCase.statements),
    selectinload(EnforcementCase.hearings).joinedload(CaseHearing.host),
    selectinload(EnforcementCase.papers).joinedload(CasePaper.paper),
)
# What the party has to keep beside its own terms.
SHOWN = ("payment",)
TERMS = {"hear": "statement", "request_hearing": "hearing_request"}


@dataclass(frozen=True)
class Deadline:
    """A term of the party: `open` while it runs and nothing was done yet."""

    row: CaseClock
    kind: enforcement_clocks.Clock
    open: bool


@dataclass(frozen=True)
class OwnHearing:
    """A hearing as far as the party was told: when, where and by whom once the notice of it was served."""

    requested_on: date
    request: str
    notified_on: date | None
    notice_served_on: date | None
    meets_at: datetime | None
    place: str
    host: Person | None
    held_on: date | None
    withdrawn_on: date | None


@dataclass(frozen=True)
class OwnCase:
    """One case on the party's page. `case` is read for what the party was told only; `papers` those served on it."""

    case: EnforcementCase
    state: State
    moves: tuple[Move, ...]
    offence: offences.Offence | None
    deadlines: list[Deadline]
    statements: list[CaseStatement]
    hearings: list[OwnHearing]
    papers: list[CasePaper]
    fine_yuan: int | None
    measures: str
    hearing_right: bool

    @property
    def next_due(self) -> Deadline | None:
        """The term that ends first."""
        return min((one for one in self.deadlines if one.open), key=lambda one: one.row.due_on, default=None)


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The cases of the caller's unit that it was told of, newest first: `waits?` those where it may still speak."""
    policy.require(actor, "own_case.read")
    found = policy.scope(actor, EnforcementCase).options(*LOADED)
    if filters.get("waits"):
        found = found.where(_may_speak(clock.today()))
    rows = paginate(found, EnforcementCase.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)
    return Page([_seen(row) for row in rows.items], rows.next)


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many cases wait for the party to `speak`."""
    count = policy.scope(actor, EnforcementCase).where(_may_speak(on)).with_only_columns(func.count())
    return {"speak": db.session.execute(count).scalar_one()}


def show(actor: Actor, case_id: int) -> OwnCase:
    """One case of the caller's unit.

    Raises:
        Missing: not its own, or it was told nothing yet.
    """
    policy.require(actor, "own_case.read")
    return _seen(policy.get(actor, EnforcementCase, EnforcementCase.id == case_id, options=LOADED))


def offer(actor: Actor, case_id: int, verb: str) -> tuple[OwnCase, Move]:
    """The move the party is about to make.

    Raises:
        Missing: no such move now, or no such case.
        Forbidden: not for this role.
    """
    if verb not in rules.PARTY_MOVES:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"own_case.{verb}")
    found = show(actor, case_id)
    step = next((one for one in found.moves if one.verb == verb), None)
    if step is None:
        raise Missing(T("现在不能办理这一步"))
    return found, step


def made(case_id: int, ref: str) -> bool:
    """Whether a move came under this `ref`; the verb says whether the caller may know."""
    return enforcement_steps.made(CaseStep.case_id, case_id, ref)


def file(actor: Actor, case_id: int, file_id: int) -> tuple[Path, str, str]:
    """A file that the party handed in with a statement.

    Raises:
        Missing: not its case, or not its file.
    """
    row = show(actor, case_id).case
    own = [one for one in row.statements if one.unit_id == row.unit_id]
    return kept_files.find(file_id, [kept["file"] for one in own for kept in one.files])


def _may_speak(on: date) -> Any:
    asked = (
        select(CaseClock.case_id)
        .where(CaseClock.key.in_(tuple(TERMS.values())), CaseClock.done_on.is_(None), CaseClock.due_on >= on)
        .distinct()
    )
    return (EnforcementCase.state == "notified") & EnforcementCase.id.in_(asked)


def _seen(row: EnforcementCase) -> OwnCase:
    today = clock.today()
    untold = row.state == "notified" and case_offers.unserved(row, "penalty_notice")
    known = enforcement_clocks.clocks(today)
    shown = [one for one in row.clocks if known[one.key].party or one.key in SHOWN]
    shown.sort(key=lambda one: (one.starts_on, list(known).index(one.key)))
    possible = case_offers.moves(row, today, rules.PARTY_MOVES)
    open_to = {verb for verb, key in TERMS.items() if case_offers.within(row, key, today)} | {"withdraw_hearing"}
    return OwnCase(
        case=row,
        state=rules.STATES[row.state],
        moves=tuple(one for one in possible if one.verb in open_to),
        offence=offences.offences(row.ended_on or row.acted_on).get(row.offence),
        deadlines=[Deadline(one, known[one.key], one.done_on is None and one.due_on >= today) for one in shown],
        statements=list(row.statements),
        hearings=[_told_of(one) for one in row.hearings],
        papers=[one for one in row.papers if one.to_party and one.served_on is not None],
        fine_yuan=None if untold else row.fine_yuan,
        measures="" if untold else row.measures,
        hearing_right=row.hearing_right and not untold,
    )


def _told_of(one: CaseHearing) -> OwnHearing:
    served = one.notice_served_on is not None
    return OwnHearing(
        requested_on=one.requested_on,
        request=one.request,
        notified_on=one.notified_on if served else None,
        notice_served_on=one.notice_served_on,
        meets_at=one.meets_at if served else None,
        place=one.place if served else "",
        host=one.host if served else None,
        held_on=one.held_on,
        withdrawn_on=one.withdrawn_on,
    )
