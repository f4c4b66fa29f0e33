"""What a worker's phone needs for days without a signal: his company's elevators, their items, the office's values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import selectinload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Elevator, LabelCode, Person
from registry.queries import maker_items, parameters, rescue_codes, visit_facts, visit_plans
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.maintenance import CYCLES, Item, annex_items

MOST_ELEVATORS = 5000
GROUP_ANSWERS = "paperless.group_answers"
SHOWN_DAYS = "paperless.field_days"
UNPLANNED: tuple[date | None, date | None, str] = (None, None, CYCLES[0])


@dataclass(frozen=True)
class Place:
    """An elevator under the company's contract; `due_on` None while its status asks for no maintenance.

    `items` names the list of its items (None: it follows its maker's and none is on file); `codes` are replaced labels
    that still lead to it; `plate` is what is known of its 96366 plate (verified, wrong, unverified; "": not on the
    platform).
    """

    elevator: Elevator
    items: str | None
    due_on: date | None
    last_on: date | None
    next_cycle: str
    codes: tuple[str, ...]
    plate: str


@dataclass(frozen=True)
class Work:
    """The package: `items` by list, every item once with the shortest cycle it belongs to; `limits` of the office."""

    on: date
    me: Person
    colleagues: list[Person]
    limits: dict[str, int]
    group_answers: bool
    shown_days: int
    items: dict[str, tuple[Item, ...]]
    places: list[Place]


def work(actor: Actor, on: date) -> Work:
    """All elevators the caller's company maintains on a day, the most urgent first, and what a visit there needs."""
    policy.require(actor, "visit.record")
    due = visit_plans.due_today(actor, on, limit_to=MOST_ELEVATORS)
    others = _without_plan(actor, {line.elevator.id for line in due.items})
    older = _older_codes(actor)
    rows = [*(line.elevator for line in due.items), *others]
    names, items = _lists(rows, on)
    planned = {line.elevator.id: (line.due_on, line.last_on, line.plan.next_cycle) for line in due.items}
    plates = rescue_codes.plates_seen([row.id for row in rows])
    places = [
        Place(row, names.get(row.id), *planned.get(row.id, UNPLANNED), older.get(row.id, ()), plates.get(row.id, ""))
        for row in rows
    ]
    people = visit_facts.colleagues(actor, on)
    chosen = parameters.values((GROUP_ANSWERS, SHOWN_DAYS), on)
    return Work(
        on=on,
        me=people[0],
        colleagues=people[1:],
        limits=visit_facts.parameters_of(on),
        group_answers=chosen[GROUP_ANSWERS] == 1,
        shown_days=int(chosen[SHOWN_DAYS]),
        items=items,
        places=places,
    )


def _lists(rows: list[Elevator], on: date) -> tuple[dict[int, str], dict[str, tuple[Item, ...]]]:
    """The name of each elevator's list, and the lists: an annex of T5002, or the maker's where it has none."""
    makers = maker_items.lists_of(rows, on)
    names, items = {}, {}
    for row in rows:
        annex = ELEVATOR_KINDS[row.kind].annex
        if annex:
            names[row.id] = annex
            items[annex] = annex_items(annex, on)
        elif row.id in makers:
            name = names[row.id] = f"m{makers[row.id].list_id}"
            items[name] = makers[row.id].items
    return names, dict(sorted(items.items()))


def _without_plan(actor: Actor, planned: set[int]) -> list[Elevator]:
    """Elevators under contract that no plan lists, such as stopped ones: somebody may still be sent there."""
    rows = policy.scope(actor, Elevator).options(selectinload(Elevator.use_unit)).order_by(Elevator.id)
    return [row for row in db.session.scalars(rows.limit(MOST_ELEVATORS)) if row.id not in planned]


def _older_codes(actor: Actor) -> dict[int, tuple[str, ...]]:
    """Replaced labels that still hang somewhere, by elevator."""
    rows = db.session.execute(
        policy.scope(actor, LabelCode, LabelCode.elevator_id, LabelCode.code)
        .where(LabelCode.elevator_id.in_(policy.contracted(actor)), LabelCode.status == "replaced")
        .order_by(LabelCode.code)
    )
    found: dict[int, tuple[str, ...]] = {}
    for elevator_id, code in rows:
        found[elevator_id] = (*found.get(elevator_id, ()), code)
    return found
