"""What the law would say: questions to the pure rules that read no register and record nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from registry import clock, policy
from registry.actor import Actor
from registry.errors import Invalid
from registry.messages import T
from registry.rules import cylinders, inspection, maintenance
from registry.rules.filling import FILL, FillingVerdict, judge
from registry.rules.filling_facts import FillingFacts
from registry.rules.kinds import ELEVATOR_KINDS

FACTS = tuple(field.name for field in fields(FillingFacts))


def elevator_inspection(actor: Actor, asked: Mapping[str, Any]) -> inspection.Duty:
    """`{base, month_anchor?, done: [years], on}` -> the duty to show on the day (elevators.md §4.1)."""
    policy.require(actor, "rule.ask")
    if asked["on"] < asked["base"]:
        raise Invalid.field("on", T("不能早于起算日"))
    return inspection.duty(asked["base"], asked.get("month_anchor"), set(asked.get("done") or ()), asked["on"])


def maintenance_plan(actor: Actor, asked: Mapping[str, Any]) -> maintenance.Plan:
    """`{kind, last: {cycle: day}, taken_over, on}` -> what is due (elevators.md §2.2)."""
    policy.require(actor, "rule.ask")
    if asked["kind"] not in ELEVATOR_KINDS:
        raise Invalid.field("kind", T("请从列表中选择"))
    last = {cycle: day for cycle, day in (asked.get("last") or {}).items() if day is not None}
    return maintenance.plan(asked["kind"], last, asked["taken_over"], asked["on"])


def cylinder_dates(actor: Actor, asked: Mapping[str, Any]) -> cylinders.Dates:
    """`{kind, medium?, environment?, high_purity?, made, last_inspection?, service_life_years?, assessment_passed?,
    taxi?, on?}` -> interval, next inspection, service end, final end (cylinders.md §2)."""
    policy.require(actor, "rule.ask")
    given = cylinders.CylinderDates(
        kind=asked["kind"],
        made=asked["made"],
        medium=asked.get("medium"),
        environment=asked.get("environment"),
        high_purity=bool(asked.get("high_purity")),
        last_inspection=asked.get("last_inspection"),
        service_life_years=asked.get("service_life_years"),
        assessment_passed=asked.get("assessment_passed"),
        taxi=bool(asked.get("taxi")),
    )
    return cylinders.dates(given, asked.get("on") or clock.today())


def fill_limit(actor: Actor, asked: Mapping[str, Any]) -> cylinders.FillLimit:
    """`{kind?, medium, volume_l, working_pressure_mpa?, porosity?, temperature_c?, on?}` -> the most it may hold."""
    policy.require(actor, "rule.ask")
    return cylinders.fill_limit(
        asked.get("kind"),
        asked["medium"],
        asked.get("volume_l"),
        asked.get("working_pressure_mpa"),
        asked.get("porosity"),
        asked.get("temperature_c"),
        asked.get("on") or clock.today(),
    )


def filling(actor: Actor, asked: Mapping[str, Any]) -> FillingVerdict:
    """`{facts..., on, rules?, stage?}` -> verdict, code and findings of the decision table (cylinders.md §6).

    A fact left out is not known, and a rule that needs it says so.
    """
    policy.require(actor, "rule.ask")
    facts = FillingFacts(**{name: asked[name] for name in FACTS if asked.get(name) is not None})
    try:
        return judge(facts, asked["on"], rules=asked.get("rules") or None, stage=asked.get("stage") or FILL)
    except ValueError:
        raise Invalid.field("rules", T("没有这样的充装规则")) from None
