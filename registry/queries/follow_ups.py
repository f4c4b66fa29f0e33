"""Lists sent to units: the page, one with what became of its rows, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import among, db
from registry.errors import Forbidden
from registry.messages import T
from registry.models import FollowUp, FollowUpItem
from registry.queries import parameters
from registry.queries.indicator_definitions import INDICATORS
from registry.queries.indicators import PARAMETERS, left_out
from registry.queries.paging import Page, paginate
from registry.rules import follow_ups as rules
from registry.rules.workflow import Move

LOADED = (joinedload(FollowUp.unit), joinedload(FollowUp.office))
ONE = (*LOADED, joinedload(FollowUp.sent_by), joinedload(FollowUp.answered_by), selectinload(FollowUp.items))
BY_UNIT = frozenset({"answer"})


@dataclass(frozen=True)
class Progress:
    """A list and how many of its rows are done: counted now, or no longer part of the population."""

    row: FollowUp
    total: int
    done: int

    @property
    def overdue(self) -> bool:
        """Open, not done, and past its day."""
        return self.row.state in rules.OPEN_STATES and self.done < self.total and self.row.due_on < clock.today()


@dataclass(frozen=True)
class Item:
    """A row of a list: `then` why it was not counted, `now` why it still is not; None when it is done. `row` is None
    for a caller who may not see it any more."""

    title: str
    then: T
    now: T | None
    row: Any


@dataclass(frozen=True)
class Shown:
    """One list with its rows and what the caller may do."""

    progress: Progress
    items: list[Item]
    moves: list[Move]


def title_of(row: Any) -> str:
    """What a row of any indicator is called in a list."""
    names = ("address", "serial_no", "title", "ref")
    return str(next((getattr(row, name) for name in names if getattr(row, name, None)), row.id))


def kept(reason: T) -> dict[str, Any]:
    """A reason as it is stored."""
    return {"template": reason.template, "values": {key: str(value) for key, value in reason.values.items()}}


def said(stored: Mapping[str, Any]) -> T:
    """A stored reason."""
    return T(stored["template"], **stored["values"])


def side(row: FollowUp, verb: str) -> int:
    """The unit that makes a move: who received the list, or who sent it."""
    return row.unit_id if verb in BY_UNIT else row.office_id


def require_side(actor: Actor, row: FollowUp, verb: str) -> None:
    """Forbidden unless the caller stands on the side that makes this move."""
    if actor.role != "system" and actor.unit_id != side(row, verb):
        raise Forbidden(T("这一步由收到清单的单位办理") if verb in BY_UNIT else T("这一步由发出清单的机关办理"))


def page(actor: Actor, asked: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """The lists that concern the caller, newest first: `{state?, key?, overdue?}`."""
    policy.require(actor, "follow_up.read")
    statement = policy.scope(actor, FollowUp).options(*LOADED)
    if asked.get("state"):
        statement = statement.where(FollowUp.state == asked["state"])
    if asked.get("key"):
        statement = statement.where(FollowUp.key == asked["key"])
    if asked.get("overdue"):
        statement = statement.where(FollowUp.state.in_(rules.OPEN_STATES), FollowUp.due_on < clock.today())
    found = paginate(statement, FollowUp.id, limit, cursor, newest=True)
    return Page(progress(found.items), found.next)


def sent(actor: Actor, ids: Sequence[int]) -> list[Progress]:
    """Those of the lists that the caller may see, with how far they are."""
    rows = policy.scope(actor, FollowUp).where(among(FollowUp.id, ids)).options(*LOADED).order_by(FollowUp.id)
    return progress(db.session.scalars(rows).all())


def progress(rows: Sequence[FollowUp]) -> list[Progress]:
    """How far each list is, in one statement an indicator."""
    ids, today = [row.id for row in rows], clock.today()
    values = parameters.values(PARAMETERS, today)
    totals = _counted(select(FollowUpItem.follow_up_id, func.count()).where(among(FollowUpItem.follow_up_id, ids)))
    left: dict[int, int] = {}
    for key in {row.key for row in rows}:
        model: Any = INDICATORS[key].model
        left |= _counted(
            select(FollowUpItem.follow_up_id, func.count())
            .join(model, model.id == FollowUpItem.row_id)
            .where(
                among(FollowUpItem.follow_up_id, [row.id for row in rows if row.key == key]),
                *left_out(INDICATORS[key], today, values),
            )
        )
    return [Progress(row, totals.get(row.id, 0), totals.get(row.id, 0) - left.get(row.id, 0)) for row in rows]


def _counted(statement: Any) -> dict[int, int]:
    rows = db.session.execute(statement.group_by(FollowUpItem.follow_up_id))
    return {follow_up_id: int(count) for follow_up_id, count in rows}


def show(actor: Actor, follow_up_id: int) -> Shown:
    """One list; what is still to be done first."""
    policy.require(actor, "follow_up.read")
    row = policy.get(actor, FollowUp, FollowUp.id == follow_up_id, options=ONE)
    indicator, today = INDICATORS[row.key], clock.today()
    model: Any = indicator.model
    ids = [item.row_id for item in row.items]
    seen = {each.id: each for each in db.session.scalars(policy.scope(actor, model).where(among(model.id, ids)))}
    values = parameters.values(PARAMETERS, today)
    behind = db.session.scalars(select(model).where(among(model.id, ids), *left_out(indicator, today, values))).all()
    why = indicator.reasons(behind, today, values) if behind else {}
    items = [Item(item.title, said(item.reason), why.get(item.row_id), seen.get(item.row_id)) for item in row.items]
    items.sort(key=lambda item: item.now is None)
    return Shown(Progress(row, len(items), len(items) - len(behind)), items, _moves(actor, row))


def _moves(actor: Actor, row: FollowUp) -> list[Move]:
    return [
        move
        for move in rules.moves_from(rules.WORKFLOW, row.state)
        if policy.may(actor, f"follow_up.{move.verb}") and actor.unit_id == side(row, move.verb)
    ]


def waiting(actor: Actor, _day: date) -> int:
    """How many lists wait for the unit's answer."""
    statement = policy.scope(actor, FollowUp, func.count()).where(
        FollowUp.unit_id == actor.unit_id, FollowUp.state == rules.SENT
    )
    return int(db.session.scalar(statement) or 0)


def past_due(actor: Actor, day: date) -> int:
    """How many open lists of the caller are past their day."""
    if actor.role not in OFFICE_ROLES:
        return 0
    statement = policy.scope(actor, FollowUp, func.count()).where(
        FollowUp.state.in_(rules.OPEN_STATES), FollowUp.due_on < day
    )
    return int(db.session.scalar(statement) or 0)
