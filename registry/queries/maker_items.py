"""The maker's own maintenance items: which list holds for an elevator on a day, and the lists themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry import evidence, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Contract, Elevator, MakerItems
from registry.queries.paging import Page, paginate
from registry.rules import maker_lists
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import statuses
from registry.rules.maintenance import Item, cycles

CUSTOM_KINDS = tuple(kind.id for kind in ELEVATOR_KINDS.values() if kind.annex is None)
LOADED = (joinedload(MakerItems.elevator), joinedload(MakerItems.unit))


def items_of(elevator: Elevator, on: date) -> tuple[Item, ...]:
    """The maker's items of an elevator on a day, empty where none are on file or its kind has standard items."""
    return lists_of([elevator], on).get(elevator.id, NOTHING).items


@dataclass(frozen=True)
class Holding:
    """The list that holds for an elevator: its number and items."""

    list_id: int | None
    items: tuple[Item, ...]


NOTHING = Holding(None, ())


def lists_of(elevators: Iterable[Elevator], on: date) -> dict[int, Holding]:
    """The list that holds for each elevator of a kind without standard items; one without a list is left out.

    The elevator's own list goes before its model's, a model's list of the company that maintains it before an office's.
    """
    asked = [row for row in elevators if row.kind in CUSTOM_KINDS]
    if not asked:
        return {}
    models = {(row.manufacturer, row.model) for row in asked if row.manufacturer and row.model}
    of_models = [and_(MakerItems.manufacturer == maker, MakerItems.model == model) for maker, model in models]
    rows = db.session.scalars(
        select(MakerItems)
        .where(
            MakerItems.since <= on,
            or_(MakerItems.until.is_(None), MakerItems.until > on),
            or_(MakerItems.elevator_id.in_([row.id for row in asked]), *of_models),
        )
        .order_by(MakerItems.since, MakerItems.id)
    ).all()
    companies = _companies([row.id for row in asked], on)
    found = {}
    for elevator in asked:
        fitting = [row for row in rows if _fits(row, elevator, companies.get(elevator.id))]
        if fitting:
            best = max(
                fitting, key=lambda row: (row.elevator_id is not None, row.unit_id is not None, row.since, row.id)
            )
            found[elevator.id] = Holding(best.id, maker_lists.items(best.items))
    return found


def _fits(row: MakerItems, elevator: Elevator, company: int | None) -> bool:
    if row.elevator_id is not None:
        return row.elevator_id == elevator.id
    same = (row.manufacturer, row.model) == (elevator.manufacturer, elevator.model)
    return same and row.unit_id in (None, company)


def _companies(ids: list[int], on: date) -> dict[int, int]:
    rows = db.session.execute(
        select(Contract.elevator_id, Contract.company_id)
        .where(Contract.elevator_id.in_(ids), Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on))
        .order_by(Contract.since)
    ).all()
    return dict(rows)


def asked_of(kept: Mapping[str, Any]) -> tuple[Item, ...]:
    """The items that a visit was asked, from its kept answers: of the annex, or of the maker's list of that day."""
    number = kept.get("maker_items")
    if number is None:
        return evidence.items_of(kept)
    row = db.session.get_one(MakerItems, number)
    ranks = cycles(date.fromisoformat(kept["on"]))
    rank = ranks[kept["cycle"]].rank
    return tuple(item for item in maker_lists.items(row.items) if ranks[item.cycle].rank <= rank)


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The lists the caller may see, the newest first; `q` is a part of the manufacturer, model or address."""
    policy.require(actor, "maker_items.read")
    statement = policy.scope(actor, MakerItems).options(*LOADED)
    if text := filters.get("q"):
        places = select(Elevator.id).where(
            or_(Elevator.address.contains(text, autoescape=True), Elevator.label_code == text.upper())
        )
        statement = statement.where(
            or_(
                MakerItems.manufacturer.contains(text, autoescape=True),
                MakerItems.model.contains(text, autoescape=True),
                MakerItems.elevator_id.in_(places),
            )
        )
    return paginate(statement, MakerItems.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def one(actor: Actor, list_id: int) -> MakerItems:
    """One list with its elevator and unit."""
    policy.require(actor, "maker_items.read")
    return policy.get(actor, MakerItems, MakerItems.id == list_id, options=LOADED)


def count_missing(actor: Actor, on: date) -> int:
    """How many elevators in the caller's care wait for the maker's items."""
    return len(missing(actor, on))


def missing(actor: Actor, on: date, most: int = 2000) -> list[Elevator]:
    """Elevators that need the maker's items and have none: nothing can be scheduled for them."""
    maintained = [status.id for status in statuses(on).values() if status.maintained]
    rows = db.session.scalars(
        policy.scope(actor, Elevator)
        .where(Elevator.kind.in_(CUSTOM_KINDS), Elevator.status.in_(maintained))
        .order_by(Elevator.manufacturer, Elevator.model, Elevator.id)
        .limit(most)
    ).all()
    have = lists_of(rows, on)
    return [row for row in rows if row.id not in have]


def models(actor: Actor) -> list[tuple[str, str, int]]:
    """(manufacturer, model, elevators) of the visible elevators whose kind follows the maker, most elevators first."""
    number = func.count()
    rows = db.session.execute(
        policy.scope(actor, Elevator, Elevator.manufacturer, Elevator.model, number)
        .where(Elevator.kind.in_(CUSTOM_KINDS), Elevator.manufacturer.is_not(None), Elevator.model.is_not(None))
        .group_by(Elevator.manufacturer, Elevator.model)
        .order_by(number.desc())
        .limit(200)
    )
    return [(str(maker), str(model), int(count)) for maker, model, count in rows]


def target_label(row: MakerItems) -> T:
    """What a list is for, in words."""
    if row.elevator is not None:
        return T("{place}（这一台）", place=" ".join(filter(None, (row.elevator.address, row.elevator.name))))
    return T("{maker} {model}（这个型号）", maker=row.manufacturer, model=row.model)
