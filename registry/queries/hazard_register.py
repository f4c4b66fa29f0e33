"""The ledger of major hazards as one row each (台账, §8.3): what the office keeps beside its desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Area, Hazard, HazardStep, Person
from registry.queries.hazard_offers import LIST_LEVELS, LISTING_LEVELS
from registry.rules import hazards as rules
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS

CHUNK = 500
NEEDED = ("file_plan", "assign", "report_progress", "request_closing", "accept_request", "supervise")
RUNNING = tuple(state for state in rules.OPEN_STATES if state != "SUSPENDED")


def rows(actor: Actor, on: date) -> Iterator[tuple[Any, ...]]:
    """The columns of the ledger without its running number, in the order of the list numbers."""
    found = db.session.scalars(
        policy.scope(actor, Hazard)
        .where(or_(Hazard.state.in_(rules.OPEN_STATES), Hazard.closed_on >= date(on.year, 1, 1)))
        .options(joinedload(Hazard.unit), joinedload(Hazard.elevator), joinedload(Hazard.cylinder))
        .order_by(Hazard.no)
    ).all()
    areas = dict(db.session.execute(select(Area.code, Area.name)).all())
    sources = {source.source: source.zh for source in rules.sources(on)}
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        latest = _latest([hazard.id for hazard in part])
        names = _verifiers(latest.values())
        for hazard in part:
            yield _row(hazard, latest[hazard.id], names, areas, sources, on)


def _latest(ids: Sequence[int]) -> dict[int, dict[str, HazardStep]]:
    """The last step of each verb the ledger asks for, by hazard."""
    found: dict[int, dict[str, HazardStep]] = defaultdict(dict)
    for step in db.session.scalars(
        select(HazardStep).where(HazardStep.hazard_id.in_(ids), HazardStep.verb.in_(NEEDED)).order_by(HazardStep.id)
    ):
        found[step.hazard_id][step.verb] = step
    return found


def _verifiers(latest: Any) -> dict[int, str]:
    ids = {key for steps in latest if "accept_request" in steps for key in steps["accept_request"].data["verifiers"]}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())


def _row(
    hazard: Hazard,
    steps: dict[str, HazardStep],
    names: dict[int, str],
    areas: dict[str, str],
    sources: dict[str, str],
    on: date,
) -> tuple[Any, ...]:
    plan, progress, closing = (
        steps[verb].data if verb in steps else {} for verb in ("file_plan", "report_progress", "request_closing")
    )
    kind, number = _device(hazard)
    late = rules.overdue(hazard.due_on, None, on) if hazard.state in RUNNING else 0
    budget = plan.get("budget_yuan")
    return (
        hazard.no,
        areas.get(hazard.area_code, ""),
        hazard.unit.name,
        kind,
        number,
        hazard.description,
        "、".join(hazard.clauses),
        sources.get(hazard.source, hazard.source),
        hazard.found_on,
        str(LIST_LEVELS[hazard.list_level]) if hazard.listed_on else "",
        plan.get("leader_name", ""),
        plan.get("measures", ""),
        None if budget is None else Decimal(str(budget)) / 10_000,
        hazard.due_on,
        "有" if plan.get("emergency_plan") else "无",
        steps["assign"].done_on if "assign" in steps else None,
        progress.get("progress") or rules.STATES[hazard.state].zh,
        late or None,
        _supervision(hazard, steps),
        steps["request_closing"].done_on if closing else None,
        "、".join(names.get(key, "") for key in steps["accept_request"].data["verifiers"])
        if "accept_request" in steps
        else "",
        hazard.closed_on,
        f"第{hazard.round}轮" if hazard.round > 1 else "",
    )


def _supervision(hazard: Hazard, steps: dict[str, HazardStep]) -> str:
    if hazard.listed_supervision:
        return str(LISTING_LEVELS[hazard.listed_supervision])
    return "督办" if "supervise" in steps else ""


def _device(hazard: Hazard) -> tuple[str, str]:
    if hazard.elevator is not None:
        return ELEVATOR_KINDS[hazard.elevator.kind].zh, hazard.elevator.label_code
    if hazard.cylinder is not None:
        return CYLINDER_KINDS[hazard.cylinder.kind].zh, hazard.cylinder.label_code or hazard.cylinder.serial_no
    return "", ""
