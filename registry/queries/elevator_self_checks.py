"""Yearly self-checks of maintenance companies: what a record needs, one of them, the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import evidence, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Contract, Elevator, SelfCheck
from registry.queries import maker_items
from registry.queries.paging import Page, paginate
from registry.queries.periods import holds
from registry.queries.visit_facts import colleagues
from registry.rules.maintenance import Answer, Item, items_for

Wrong = dict[str, list[T]]


def items(elevator: Elevator, on: date) -> tuple[Item, ...]:
    """The items of annual maintenance of an elevator, which a self-check covers at least."""
    return items_for(elevator.kind, "year", on, maker_items.items_of(elevator, on))


def answers(data: Mapping[str, Any]) -> list[Answer]:
    """The answers as the rules read them."""
    return [
        Answer(given["item"], given["result"], given.get("value"), given.get("note") or "", photo=True)
        for given in data.get("answers") or ()
    ]


def people(actor: Actor, data: Mapping[str, Any], on: date) -> tuple[dict[str, int], Wrong]:
    """The ids of checker and reviewer, and what is wrong with them."""
    known = {person.login: person.id for person in colleagues(actor, on)}
    wrong: Wrong = {
        name: [T("请选择本单位当日在册的人员")] for name in ("checker", "reviewer") if data.get(name) not in known
    }
    if not wrong and data["checker"] == data["reviewer"]:
        wrong["reviewer"] = [T("检查人员和审核人员不能是同一人")]
    return ({} if wrong else {name: known[data[name]] for name in ("checker", "reviewer")}), wrong


def maintains(actor: Actor, elevator_id: int, on: date) -> bool:
    """Whether the caller's company maintains the elevator on a day."""
    statement = select(Contract.id).where(
        Contract.elevator_id == elevator_id, Contract.company_id == actor.unit_id, holds(Contract, on)
    )
    return db.session.execute(statement.limit(1)).first() is not None


def one(actor: Actor, number: int) -> SelfCheck:
    """One self-check with the people and units around it."""
    return policy.get(
        actor,
        SelfCheck,
        SelfCheck.id == number,
        options=(
            joinedload(SelfCheck.elevator).joinedload(Elevator.use_unit),
            joinedload(SelfCheck.company),
            joinedload(SelfCheck.checker),
            joinedload(SelfCheck.reviewer),
        ),
    )


def given(row: SelfCheck) -> Sequence[tuple[Item | None, Answer]]:
    """The answers of a self-check beside their items."""
    known = {item.code: item for item in items_of(row)}
    return [(known.get(answer.item), answer) for answer in evidence.answers_of(row.answers)]


def items_of(row: SelfCheck) -> tuple[Item, ...]:
    """The items that were asked."""
    return evidence.items_of(row.answers) or items(row.elevator, row.done_on)


def page(actor: Actor, limit: int = 50, cursor: str | None = None) -> Page:
    """Self-checks, the newest first."""
    policy.require(actor, "inspection.read")
    statement = policy.scope(actor, SelfCheck).options(
        joinedload(SelfCheck.elevator),
        joinedload(SelfCheck.company),
        joinedload(SelfCheck.checker),
        joinedload(SelfCheck.reviewer),
    )
    return paginate(statement, SelfCheck.id, limit, cursor, newest=True)
