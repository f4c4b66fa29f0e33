"""Directives: the list with what waits, one on one page, the offered moves, its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Directive, DirectiveInspector, DirectiveItem, DirectiveStep, Hazard, Unit
from registry.queries import enforcement_steps, kept_files, legal_moves
from registry.queries.paging import Page, paginate
from registry.rules import directives as rules
from registry.rules.workflow import Move, State

LOADED = (joinedload(Directive.unit), joinedload(Directive.issuer))
# What waits for somebody: key -> condition on a day.
WAITS = ("to_serve", "unreported", "to_recheck", "recheck_late")


@dataclass(frozen=True)
class Detail:
    """One directive on one page; `moves` are those the caller may make now, `late` what is past its day: `report` or
    `recheck`, else empty."""

    directive: Directive
    state: State
    moves: tuple[Move, ...]
    late: str
    office: bool


def waits(key: str, on: date) -> ColumnElement[bool]:
    """The condition of one of WAITS: not served yet; the deadline past without a report; a report that waits for its
    recheck; one that waits longer than the law allows."""
    running = Directive.state.in_(rules.RUNNING)
    match key:
        case "to_serve":
            return Directive.state == rules.FIRST_STATE
        case "unreported":
            return (Directive.state == "served") & Directive.reported_on.is_(None) & (Directive.due_on < on)
        case "to_recheck":
            return running & (Directive.recheck_due_on >= on)
        case "recheck_late":
            return running & (Directive.recheck_due_on < on)
    raise Missing(T("没有这个清单"))


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Directives by `q` (number or unit), `area`, `state` (a state or `open`), `waits` (one of WAITS), newest first."""
    policy.require(actor, "directive.read")
    found = _found(actor, filters, clock.today()).options(*LOADED)
    return paginate(found, Directive.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many wait in each of WAITS, and `open` for the unit: served and not yet reported."""
    seen = policy.scope(actor, Directive)
    keys = {key: waits(key, on) for key in WAITS}
    keys["open"] = (Directive.state == "served") & Directive.reported_on.is_(None)
    counts = [func.count().filter(condition).label(key) for key, condition in keys.items()]
    row = db.session.execute(seen.with_only_columns(*counts)).one()
    return dict(zip(keys, row, strict=True))


def late(row: Directive, on: date) -> str:
    """What of a directive is past its day."""
    if row.state == "served" and row.reported_on is None and row.due_on < on:
        return "report"
    return "recheck" if row.recheck_due_on is not None and row.recheck_due_on < on else ""


def by_id(actor: Actor, directive_id: int) -> Directive:
    """A directive with its people, things and steps; Missing when it does not concern the caller."""
    policy.require(actor, "directive.read")
    steps = selectinload(Directive.steps)
    items = selectinload(Directive.items)
    options = (
        *LOADED,
        joinedload(Directive.person),
        joinedload(Directive.paper),
        joinedload(Directive.check),
        selectinload(Directive.inspectors).joinedload(DirectiveInspector.person),
        items.joinedload(DirectiveItem.elevator),
        items.joinedload(DirectiveItem.cylinder),
        items.joinedload(DirectiveItem.hazard),
        steps.joinedload(DirectiveStep.person),
        steps.joinedload(DirectiveStep.unit),
    )
    return policy.get(actor, Directive, Directive.id == directive_id, options=options)


def show(actor: Actor, directive_id: int) -> Detail:
    """Everything the page of one directive shows."""
    row, today = by_id(actor, directive_id), clock.today()
    moves = tuple(m for m in rules.moves_from(row.state, today) if policy.may(actor, f"directive.{m.verb}"))
    return Detail(row, rules.STATES[row.state], moves, late(row, today), actor.role in OFFICE_ROLES)


def offer(actor: Actor, directive_id: int, verb: str) -> tuple[Directive, Move]:
    """The move the caller is about to make.

    Raises:
        Missing: no such move.
        Forbidden: not for this role.
        Conflict: not legal now.
    """
    return legal_moves.offer(actor, rules.NAME, verb, lambda: by_id(actor, directive_id))


def made(directive_id: int, ref: str) -> bool:
    """Whether a move came under this `ref`; the verb says whether the caller may know."""
    return enforcement_steps.made(DirectiveStep.directive_id, directive_id, ref)


def file(actor: Actor, directive_id: int, file_id: int) -> tuple[Path, str, str]:
    """Where a file or signature of a directive lies, its type and its name.

    Raises:
        Missing: the directive does not concern the caller, or the file is not of it.
    """
    row = by_id(actor, directive_id)
    known = {one.signature["file"] for one in row.inspectors} | {(row.unit_signature or {}).get("file")}
    known |= {kept["file"] for step in row.steps for name in ("files", "consent") for kept in step.data.get(name, ())}
    return kept_files.find(file_id, known)


def of_hazard(actor: Actor, hazard: Hazard) -> Sequence[Directive]:
    """The directives about a hazard that the caller may see."""
    if not policy.may(actor, "directive.read"):
        return ()
    about = select(DirectiveItem.directive_id).where(DirectiveItem.hazard_id == hazard.id)
    return db.session.scalars(
        policy.scope(actor, Directive).where(Directive.id.in_(about)).order_by(Directive.id.desc()).limit(20)
    ).all()


def _found(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    found = policy.scope(actor, Directive)
    if area := filters.get("area"):
        found = found.where(Directive.area_code == area)
    if state := filters.get("state"):
        found = found.where(Directive.state.in_(rules.OPEN if state == "open" else (state,)))
    if key := filters.get("waits"):
        found = found.where(waits(key, on))
    if text := filters.get("q"):
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        found = found.where(or_(Directive.number.contains(text, autoescape=True), Directive.unit_id.in_(named)))
    return found
