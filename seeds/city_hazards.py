"""Major hazards of a seeded city: about one for five hundred elevators, in every state, some closed, some late."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, Membership, Person, Unit
from registry.queries.accounts import actor_of
from registry.rules.kinds import ELEVATOR_KINDS
from seeds import city_cast, city_units, hazard_road
from seeds.city_rows import Advance, Plan
from seeds.hazard_road import ROAD, People

ELEVATORS_A_HAZARD = 500
ESCALATORS = ("escalator", "moving_walk")
# (clause, title, description), by whether it is an escalator
FOUND = {
    False: (
        ("4.6b", "门锁安全回路被短接", "检查发现层门门锁安全回路被短接，电梯仍在运行"),
        ("4.6c", "限速器－安全钳联动试验不合格", "现场试验限速器动作后安全钳未能可靠制停轿厢"),
        ("4.6a", "定期检验不合格仍在使用", "定期检验结论为不合格，使用单位未停用"),
    ),
    True: (
        ("4.6d", "紧急停止开关失效", "下端部紧急停止开关按下后扶梯不停止"),
        ("4.6e", "扶手带外缘未设防护挡板", "扶手带外缘与立柱距离小于400 mm，未设防护挡板"),
    ),
}
SOURCES = ("routine_inspection", "special_inspection", "inspection_body", "complaint")
FATES = (
    # (share, steps of the road, slowness): closed in time, closed late, left lying, still on its way
    (0.62, len(ROAD), 1.0),
    (0.10, len(ROAD), 1.7),
    (0.12, 7, 1.0),
    (0.08, 5, 1.0),
    (0.08, 1, 1.0),
)


# One of each, found some weeks ago: the steps of the road that were made, so that every column of the board is filled.
STAGES = (1, 2, 3, 5, 8, 9, 10, 12)
STAGES_BEGAN = 21  # days ago
ELEVATORS_A_STAGE = 10


def expected(plan: Plan) -> int:
    """How many there will be."""
    if not plan.days:
        return 0
    stages = min(len(STAGES), plan.elevators // ELEVATORS_A_STAGE)
    return max(round(plan.elevators / ELEVATORS_A_HAZARD), 1) + stages


def build(plan: Plan, advance: Advance) -> None:
    """Find them on days of the last months and let everybody do their part."""
    rng = plan.random("hazards")
    elevators = db.session.execute(
        select(Elevator.label_code, Elevator.kind, Elevator.area_code, Elevator.use_unit_id, Elevator.address)
        .where(Elevator.source == plan.source, Elevator.status == "in_use", Elevator.use_unit_id.is_not(None))
        .order_by(Elevator.foreign_no)
    ).all()
    chosen = rng.sample(elevators, min(expected(plan), len(elevators)))
    for elevator, (ago, steps, slowness) in zip(chosen, _fates(plan, rng, len(chosen)), strict=True):
        kind = ELEVATOR_KINDS[elevator.kind]
        clause, title, description = rng.choice(FOUND[kind.id in ESCALATORS])
        clue = {
            "title": f"{elevator.address[-12:]}{kind.zh}{title}",
            "description": f"{elevator.address}：{description}",
            "source": rng.choice(SOURCES),
            "elevator": elevator.label_code,
            "suggested_clause": clause,
            "possible_accident": "人员挤压、坠落",
        }
        people = _people(plan, elevator)
        hazard_road.walk(people, clue, plan.on - timedelta(days=ago), steps=steps, slowness=slowness)
        advance(1)


def _fates(plan: Plan, rng: random.Random, count: int) -> list[tuple[int, int, float]]:
    """How many days ago each was found, the steps of its road, its slowness; the oldest first."""
    stages = [(STAGES_BEGAN - place, steps, 1.0) for place, steps in enumerate(reversed(STAGES))]
    stages = stages[: max(min(len(STAGES), plan.elevators // ELEVATORS_A_STAGE), 0)][:count]
    weights = [fate[0] for fate in FATES]
    others = [
        (rng.randrange(2, min(max(plan.days, 60), 330)), *rng.choices(FATES, weights)[0][1:])
        for _ in range(count - len(stages))
    ]
    return sorted([*stages, *others], reverse=True)


def _people(plan: Plan, elevator: Any) -> People:
    bureau = next(unit for unit in city_cast.bureaus(plan) if unit.place.code == elevator.area_code)
    office = city_units.crews([bureau])[0]
    inspectors, leaders = office.people["inspector_county"], office.people["leader_county"]
    manager = select(Membership.person_id).where(
        Membership.unit_id == elevator.use_unit_id, Membership.role == "use_manager"
    )
    wanted = (
        *inspectors,
        office.people["officer_station"][0],
        *leaders,
        db.session.scalars(manager.order_by(Membership.id)).first(),
    )
    return People(*_actors(wanted))


def _actors(people: Any) -> Iterator[Actor]:
    for person_id in people:
        membership, person, unit = db.session.execute(
            select(Membership, Person, Unit)
            .join(Person, Person.id == Membership.person_id)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Person.id == person_id)
        ).one()
        yield actor_of(membership, person, unit)
