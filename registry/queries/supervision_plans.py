"""Plans of supervision inspections with their quotas, key units, and draws made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import db
from registry.models import KeyUnit, SupervisionCheck, SupervisionDraw, SupervisionPlan, Unit
from registry.queries import areas, supervision_units
from registry.queries.paging import Page, paginate
from registry.queries.supervision_units import Candidate
from registry.rules import supervision_checks as rules
from registry.rules import supervision_draw
from registry.rules.supervision_checks import Kind, Quota
from registry.rules.supervision_draw import Drawn, Entry, Inspector
from registry.rules.workflow import Move, State

DRAWN = (joinedload(SupervisionDraw.plan), joinedload(SupervisionDraw.office), joinedload(SupervisionDraw.drawn_by))


@dataclass(frozen=True)
class Progress:
    """What of a plan is done: checks of it, those recorded, and the key units among these."""

    checks: int
    recorded: int
    keys_recorded: int


@dataclass(frozen=True)
class PlanDetail:
    """A plan on its page. `quota` is that of the day it was adopted, of today before."""

    plan: SupervisionPlan
    kind: Kind
    area: Any
    state: State
    quota: Quota
    progress: Progress
    draws: list[SupervisionDraw]
    moves: tuple[Move, ...]
    may_draw: bool


@dataclass(frozen=True)
class Repetition:
    """A draw made again from what was kept: `same_pool` by its digest, `same` by what came out."""

    drawn: list[Drawn]
    same_pool: bool
    same: bool


@dataclass(frozen=True)
class DrawDetail:
    """A draw with the names of its units and people, made again."""

    row: SupervisionDraw
    again: Repetition
    names: Mapping[str, Unit]
    people: Mapping[int, str]
    checks: Mapping[str, SupervisionCheck]


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """Plans by `year`, `kind`, `area`, newest first."""
    policy.require(actor, "supervision_plan.read")
    statement = policy.scope(actor, SupervisionPlan).options(joinedload(SupervisionPlan.office))
    for name, column in (
        ("year", SupervisionPlan.year),
        ("kind", SupervisionPlan.kind),
        ("area", SupervisionPlan.area_code),
    ):
        if filters.get(name):
            statement = statement.where(column == filters[name])
    return paginate(statement, SupervisionPlan.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def show(actor: Actor, plan_id: int) -> PlanDetail:
    """One plan.

    Raises:
        Missing: no such plan for this caller.
    """
    policy.require(actor, "supervision_plan.read")
    plan = policy.get(
        actor,
        SupervisionPlan,
        SupervisionPlan.id == plan_id,
        options=(joinedload(SupervisionPlan.office), joinedload(SupervisionPlan.made_by)),
    )
    kind = rules.kinds(clock.today())[plan.kind]
    draws = db.session.scalars(
        policy.scope(actor, SupervisionDraw)
        .where(SupervisionDraw.plan_id == plan.id)
        .options(*DRAWN)
        .order_by(SupervisionDraw.id.desc())
        .limit(100)
    ).all()
    own = actor.role not in COUNTY_ROLES or plan.area_code in actor.areas
    moves = tuple(
        move
        for move in rules.moves_from(rules.PLAN_WORKFLOW, plan.state)
        if own and policy.may(actor, f"supervision_plan.{move.verb}")
    )
    return PlanDetail(
        plan,
        kind,
        areas.names().get(plan.area_code),
        rules.states(rules.PLAN_WORKFLOW)[plan.state],
        Quota(**(plan.quota or quota_of(plan))),
        _progress(plan.id),
        list(draws),
        moves,
        own and plan.state == "adopted" and kind.drawn and policy.may(actor, "supervision.draw"),
    )


def quota_of(plan: SupervisionPlan) -> dict[str, int]:
    """The quota of a plan's area today, as it is kept when the plan is adopted."""
    today = clock.today()
    found = supervision_units.candidates(plan.area_code, today)
    users = sum(each.list_kind == rules.USE for each in found)
    return asdict(rules.quota(users, sum(bool(each.reasons) for each in found), today))


def _progress(plan_id: int) -> Progress:
    checks, recorded = db.session.execute(
        select(func.count(), func.count(SupervisionCheck.recorded_at)).where(
            SupervisionCheck.plan_id == plan_id, SupervisionCheck.state != "terminated"
        )
    ).one()
    keys: set[str] = set()
    for pool in db.session.scalars(select(SupervisionDraw.pool).where(SupervisionDraw.plan_id == plan_id)):
        keys |= {entry[0] for entry in pool if entry[2]}
    done = db.session.execute(
        select(Unit.credit_code, Unit.id)
        .join(SupervisionCheck, SupervisionCheck.unit_id == Unit.id)
        .where(SupervisionCheck.plan_id == plan_id, SupervisionCheck.recorded_at.is_not(None))
    )
    return Progress(checks, recorded, sum((code or f"#{number}") in keys for code, number in done))


def key_units(actor: Actor, area: str) -> list[Candidate]:
    """The key units of an area (of the whole city) with their reasons; a county's own whatever was asked."""
    policy.require(actor, "supervision_plan.read")
    if actor.role in COUNTY_ROLES and area not in actor.areas:
        area = actor.areas[0]
    return [each for each in supervision_units.candidates(area, clock.today()) if each.reasons]


def added(actor: Actor) -> list[KeyUnit]:
    """Units that were added by hand and stand, newest first."""
    policy.require(actor, "supervision_plan.read")
    statement = (
        policy.scope(actor, KeyUnit)
        .where(KeyUnit.until.is_(None))
        .options(joinedload(KeyUnit.unit), joinedload(KeyUnit.office), joinedload(KeyUnit.added_by))
        .order_by(KeyUnit.id.desc())
        .limit(500)
    )
    return list(db.session.scalars(statement))


def draw(actor: Actor, draw_id: int) -> DrawDetail:
    """One draw, made again from its seed.

    Raises:
        Missing: no such draw for this caller.
    """
    policy.require(actor, "supervision_plan.read")
    row = policy.get(actor, SupervisionDraw, SupervisionDraw.id == draw_id, options=DRAWN)
    checks = db.session.scalars(
        policy.scope(actor, SupervisionCheck)
        .where(SupervisionCheck.draw_id == row.id)
        .options(joinedload(SupervisionCheck.unit))
    ).all()
    keyed = {check.unit.credit_code or f"#{check.unit_id}": check for check in checks}
    return DrawDetail(
        row,
        repetition(row),
        {key: check.unit for key, check in keyed.items()},
        {person[0]: person[1] for person in row.people},
        keyed,
    )


def entries(row: SupervisionDraw) -> list[Entry]:
    """The pool of a draw as the rule takes it."""
    return [Entry(key, weight, tuple(why), kind, area) for key, weight, why, kind, area in row.pool]


def repetition(row: SupervisionDraw) -> Repetition:
    """Draw again from what was kept."""
    pool = entries(row)
    people = [Inspector(*person) for person in row.people]
    drawn = supervision_draw.draw(row.seed, pool, row.size, row.weights["key_units"], people, row.team)
    return Repetition(
        drawn,
        supervision_draw.digest(pool) == row.pool_digest,
        [[each.entry.key, list(each.people)] for each in drawn] == row.result,
    )
