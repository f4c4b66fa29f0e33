"""Sealings: the list with what waits, one on one page, the offered moves, its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Sealing, SealingItem, SealingStep, Unit
from registry.queries import enforcement_steps, kept_files
from registry.queries.paging import Page, paginate
from registry.rules import sealings as rules
from registry.rules.workflow import Move, State

LOADED = (joinedload(Sealing.unit), joinedload(Sealing.directive))
WAITS = ("to_approve", "to_execute", "unconfirmed", "expired", "ending")
SOON = timedelta(days=5)


@dataclass(frozen=True)
class Detail:
    """One sealing on one page; `late`: what is past its time: `confirm` or `term`, else empty."""

    sealing: Sealing
    state: State
    moves: tuple[Move, ...]
    late: str


def waits(key: str, on: date) -> ColumnElement[bool]:
    """The condition of one of WAITS: to approve, to carry out, an emergency not approved yet, a term that is over or
    will be within five days."""
    holding = Sealing.state.in_(rules.HOLDING)
    match key:
        case "to_approve":
            return Sealing.state == rules.FIRST_STATE
        case "to_execute":
            return Sealing.state == "approved"
        case "unconfirmed":
            return (Sealing.state == rules.IN_FORCE) & Sealing.emergency & Sealing.confirmed_at.is_(None)
        case "expired":
            return (holding & (Sealing.ends_on < on)) | (Sealing.state == rules.TO_LIFT)
        case "ending":
            return holding & (Sealing.ends_on >= on) & (Sealing.ends_on <= on + SOON)
    raise Missing(T("没有这个清单"))


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Sealings by `q` (number or unit), `area`, `state` (a state or `open`), `waits` (one of WAITS), newest first."""
    policy.require(actor, "sealing.read")
    found = policy.scope(actor, Sealing).options(*LOADED)
    if area := filters.get("area"):
        found = found.where(Sealing.area_code == area)
    if state := filters.get("state"):
        found = found.where(Sealing.state.in_(rules.OPEN if state == "open" else (state,)))
    if key := filters.get("waits"):
        found = found.where(waits(key, clock.today()))
    if text := filters.get("q"):
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        found = found.where(or_(Sealing.no.contains(text.upper(), autoescape=True), Sealing.unit_id.in_(named)))
    return paginate(found, Sealing.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many wait in each of WAITS."""
    counts = [func.count().filter(waits(key, on)).label(key) for key in WAITS]
    row = db.session.execute(policy.scope(actor, Sealing).with_only_columns(*counts)).one()
    return dict(zip(WAITS, row, strict=True))


def late(row: Sealing) -> str:
    """What of a sealing is past its time."""
    unconfirmed = row.state == rules.IN_FORCE and row.emergency and row.confirmed_at is None
    if unconfirmed and row.confirm_due_at is not None and row.confirm_due_at < clock.now():
        return "confirm"
    over = row.state in rules.HOLDING and row.ends_on is not None and row.ends_on < clock.today()
    return "term" if over or row.state == rules.TO_LIFT else ""


def by_id(actor: Actor, sealing_id: int) -> Sealing:
    """A sealing with its things and steps; Missing when it does not concern the caller."""
    policy.require(actor, "sealing.read")
    items, steps = selectinload(Sealing.items), selectinload(Sealing.steps)
    options = (
        *LOADED,
        joinedload(Sealing.person),
        items.joinedload(SealingItem.elevator),
        items.joinedload(SealingItem.cylinder),
        steps.joinedload(SealingStep.person),
        steps.joinedload(SealingStep.unit),
    )
    return policy.get(actor, Sealing, Sealing.id == sealing_id, options=options)


def show(actor: Actor, sealing_id: int) -> Detail:
    """Everything the page of one sealing shows."""
    row = by_id(actor, sealing_id)
    found = rules.moves_from(row.state, clock.today())
    moves = tuple(one for one in found if policy.may(actor, f"sealing.{one.verb}") and _possible(row, one.verb))
    return Detail(row, rules.STATES[row.state], moves, late(row))


def _possible(row: Sealing, verb: str) -> bool:
    if verb in ("confirm", "disapprove"):
        return row.emergency and row.confirmed_at is None
    return verb != "extend" or row.extended_on is None


def offer(actor: Actor, sealing_id: int, verb: str) -> tuple[Detail, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move now, or no such sealing for this caller.
        Forbidden: not for this role.
    """
    known = {one.verb for one in rules.MOVES}
    if verb not in known:
        raise Missing(T("没有这个办理步骤"))
    case = show(actor, sealing_id)
    policy.require(actor, f"sealing.{verb}")
    found = next((one for one in case.moves if one.verb == verb), None)
    if found is None:
        raise Missing(T("现在不能办理这一步"))
    return case, found


def made(sealing_id: int, ref: str) -> bool:
    """Whether a move came under this `ref`; the verb says whether the caller may know."""
    return enforcement_steps.made(SealingStep.sealing_id, sealing_id, ref)


def file(actor: Actor, sealing_id: int, file_id: int) -> tuple[Path, str, str]:
    """Where a file of a sealing lies, its type and its name.

    Raises:
        Missing: the sealing does not concern the caller, or the file is not of it.
    """
    row = by_id(actor, sealing_id)
    kept = [*row.evidence, *(one for step in row.steps for one in step.data.get("files", ()))]
    return kept_files.find(file_id, [one["file"] for one in kept])
