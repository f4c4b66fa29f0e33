"""Yearly plans of supervision inspections, key units added by hand, and the random draws of a plan."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.messages import T
from registry.models import KeyUnit, SupervisionDraw, SupervisionPlan
from registry.queries import areas, supervision_plans, supervision_units, units
from registry.rules import supervision_checks as rules
from registry.rules import supervision_draw
from registry.services import supervision_checks

Data = Mapping[str, Any]


def make(actor: Actor, data: Data) -> SupervisionPlan:
    """Begin the plan of a year: `{year, kind, area, title?, scope?, starts_on?, ends_on?}`.

    Raises:
        Invalid: a kind that has no plan, an area not in the caller's charge, days outside the year.
    """
    policy.require(actor, "supervision_plan.make")
    year, kind = data["year"], rules.kinds(clock.today()).get(data["kind"])
    if kind is None or not kind.planned:
        raise Invalid.field("kind", T("这一类监督检查不编制年度计划"))
    if not 2022 <= year <= clock.today().year + 1:
        raise Invalid.field("year", T("年度不合理"))
    starts, ends = data.get("starts_on") or date(year, 1, 1), data.get("ends_on") or date(year, 12, 31)
    if not (starts.year == ends.year == year and starts <= ends):
        raise Invalid.field("ends_on", T("起止日期应在计划年度内，结束不早于开始"))
    with transaction() as session:
        area = data["area"]
        if area not in areas.names() or (actor.role in COUNTY_ROLES and area not in actor.areas):
            raise Invalid.field("area", T("请选择本辖区"))
        row = SupervisionPlan(
            year=year,
            kind=kind.key,
            area_code=area,
            office_id=actor.unit_id,
            state="draft",
            title=(data.get("title") or f"{year}年{areas.names()[area].zh}{kind.zh}计划")[:200],
            scope=data.get("scope") or "",
            starts_on=starts,
            ends_on=ends,
            made_by_id=actor.person_id,
            made_at=clock.now(),
        )
        session.add(row)
        audit.record(actor, "supervision_plan.made", row, year=year, kind=kind.key, area_code=area)
        return row


def move(actor: Actor, plan_id: int, verb: str, data: Data) -> SupervisionPlan:
    """Make one move of a plan: `{document?, note?, version?}`. Adopting freezes its quota.

    Raises:
        Missing: no such plan or move. Conflict: not where the plan stands, or changed meanwhile.
        Invalid: the move needs a document or a reason.
    """
    if verb not in {move.verb for move in rules.moves(rules.PLAN_WORKFLOW)}:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"supervision_plan.{verb}")
    with transaction():
        row = _own(actor, plan_id)
        if data.get("version") not in (None, row.version):
            raise Conflict(T("计划已被别人修改，请核对后再办理"))
        move = rules.find_move(rules.PLAN_WORKFLOW, row.state, verb)
        if move is None:
            state = rules.states(rules.PLAN_WORKFLOW)[row.state]
            raise Conflict(T("计划现在是“{state}”，不能办理这一步", state=state.zh))
        for name in move.needs:
            if not str(data.get(name) or "").strip():
                raise Invalid.field(name, T("请填写这一项"))
        before, row.state = row.state, move.target
        row.version += 1
        if verb == "adopt":
            row.document, row.adopted_on = data["document"].strip()[:200], clock.today()
            row.quota = supervision_plans.quota_of(row)
        audit.record(
            actor,
            "supervision_plan.moved",
            row,
            **{"verb": verb, "from": before, "to": row.state},
            document=data.get("document"),
            note=data.get("note"),
        )
        return row


def add_key_unit(actor: Actor, data: Data) -> KeyUnit:
    """Add a unit to the key units by hand: `{unit, reason}` (credit code, id or name).

    Raises:
        Invalid: no such unit in the caller's charge, or no reason. Conflict: it was added before.
    """
    policy.require(actor, "supervision.mark_key_unit")
    reason = str(data.get("reason") or "").strip()
    if not reason:
        raise Invalid.field("reason", T("请填写列入理由"))
    with transaction() as session:
        try:
            unit = units.find(actor, data["unit"])
        except Missing as error:
            raise Invalid.field("unit", error.detail) from None
        if actor.role in COUNTY_ROLES and unit.area_code not in actor.areas:
            raise Invalid.field("unit", T("只能列入本辖区的单位"))
        held = policy.scope(actor, KeyUnit, KeyUnit.id).where(KeyUnit.unit_id == unit.id, KeyUnit.until.is_(None))
        if session.execute(held).first():
            raise Conflict(T("该单位已人工列入重点监督检查单位"))
        row = KeyUnit(
            unit_id=unit.id,
            reason=reason[:200],
            office_id=actor.unit_id,
            added_by_id=actor.person_id,
            since=clock.today(),
        )
        session.add(row)
        audit.record(actor, "key_unit.added", row, unit_id=unit.id, reason=row.reason)
        return row


def end_key_unit(actor: Actor, row_id: int, reason: str) -> KeyUnit:
    """Take a unit that was added by hand off the key units again.

    Raises:
        Missing: no such row for the caller. Conflict: taken off before. Invalid: no reason.
    """
    policy.require(actor, "supervision.mark_key_unit")
    if not reason.strip():
        raise Invalid.field("reason", T("请填写移出理由"))
    with transaction():
        row = policy.get(actor, KeyUnit, KeyUnit.id == row_id, lock=True)
        if row.until is not None:
            raise Conflict(T("该单位已移出"))
        row.until, row.end_reason = clock.today(), reason.strip()[:200]
        audit.record(actor, "key_unit.ended", row, unit_id=row.unit_id, reason=row.end_reason)
        return row


def draw(actor: Actor, plan_id: int, data: Data) -> SupervisionDraw:
    """Draw units of an adopted plan and those who check them: `{size, lists?}`. Each drawn unit becomes a check. The
    seed is the registry's, so that nobody can choose it.

    Raises:
        Missing: no such plan for the caller. Conflict: not adopted, or of a kind that is not drawn.
        Invalid: a size that makes no sense, nobody left to draw, too few inspectors with a certificate.
    """
    policy.require(actor, "supervision.draw")
    today = clock.today()
    size, lists = data["size"], tuple(data.get("lists") or rules.lists(today))
    if not 1 <= size <= supervision_draw.MOST:
        raise Invalid.field("size", T("抽取1到{most}个单位", most=supervision_draw.MOST))
    if set(lists) - set(rules.lists(today)):
        raise Invalid.field("lists", T("请从列表中选择"))
    with transaction() as session:
        plan = _own(actor, plan_id)
        if plan.state != "adopted":
            raise Conflict(T("计划下达后才能抽取"))
        if not rules.kinds(today)[plan.kind].drawn:
            raise Conflict(T("这一类监督检查不随机抽取，请直接登记检查"))
        found = supervision_units.pool(plan, lists, today)
        if not found:
            raise Invalid.field("lists", T("没有可以抽取的单位"))
        team = rules.limit_of("inspectors", today)
        people = supervision_units.inspectors(actor, plan.area_code, today)
        if len(people) < team:
            raise Invalid.field("size", T("持有效执法证的监督检查人员不足{team}人", team=team))
        seed, table = secrets.token_hex(16), rules.weights(today)
        pool = [each.entry(table) for each in found]
        keys = rules.quota(0, sum(entry.is_key for entry in pool), today).keys
        drawn = supervision_draw.draw(seed, pool, size, keys, people, team)
        row = SupervisionDraw(
            plan_id=plan.id,
            office_id=actor.unit_id,
            drawn_by_id=actor.person_id,
            drawn_at=clock.now(),
            drawn_on=today,
            seed=seed,
            method=supervision_draw.METHOD,
            size=size,
            team=team,
            weights={**table, "key_units": keys},
            pool=[[each.key, each.weight, list(each.reasons), each.list_kind, each.area] for each in pool],
            pool_size=len(pool),
            pool_digest=supervision_draw.digest(pool),
            people=[[person.id, person.name, person.area] for person in people],
            result=[[each.entry.key, list(each.people)] for each in drawn],
        )
        session.add(row)
        session.flush()
        units_by_key = {each.key: each for each in found}
        for each in drawn:
            supervision_checks.open_drawn(actor, plan, row, units_by_key[each.entry.key], each.people)
        audit.record(
            actor,
            "supervision.drawn",
            row,
            plan_id=plan.id,
            seed=seed,
            size=size,
            pool_size=row.pool_size,
            pool_digest=row.pool_digest,
            checks=len(drawn),
        )
        return row


def _own(actor: Actor, plan_id: int) -> SupervisionPlan:
    """A plan the caller may change: the city any, a county those of its area; what it only sees is refused."""
    row = policy.get(actor, SupervisionPlan, SupervisionPlan.id == plan_id, lock=True)
    if actor.role in COUNTY_ROLES and row.area_code not in actor.areas:
        raise Forbidden(T("全市的计划由市局办理"))
    return row
