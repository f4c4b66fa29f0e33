"""An office sends a unit the list of what an indicator does not count; the unit answers; the office closes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import FollowUp, FollowUpItem, Unit
from registry.queries import follow_ups as queries
from registry.queries import indicators, parameters
from registry.queries.indicator_definitions import Indicator
from registry.rules import follow_ups as rules

MOST_ITEMS = 5000
MOST_UNITS = 50
LATEST_DAYS = 366


def send(actor: Actor, data: Mapping[str, Any]) -> list[FollowUp]:
    """Send each of the units its own list: `{key, unit_ids, due_on, note?}`. All or none.

    Raises:
        Missing: no such indicator. Invalid: no unit, one without a row behind, a day that makes no sense.
        Conflict: the office has an open list for one of the units about this indicator.
    """
    policy.require(actor, "follow_up.send")
    indicator, today, units = indicators.find(data["key"]), clock.today(), sorted(set(data["unit_ids"]))
    if not 1 <= len(units) <= MOST_UNITS:
        raise Invalid.field("unit_ids", T("请选择1到{most}个单位", most=MOST_UNITS))
    if not 0 <= (data["due_on"] - today).days <= LATEST_DAYS:
        raise Invalid.field("due_on", T("应在今天之后一年以内"))
    with transaction() as session:
        found = [_send_one(actor, session, indicator, unit_id, data, today) for unit_id in units]
        for row in found:
            audit.record(
                actor,
                "follow_up.sent",
                row,
                key=row.key,
                unit_id=row.unit_id,
                due_on=row.due_on,
                count=len(row.items),
            )
        return found


def _send_one(
    actor: Actor, session: Session, indicator: Indicator, unit_id: int, data: Mapping[str, Any], today: date
) -> FollowUp:
    unit = policy.get(actor, Unit, Unit.id == unit_id, lock=True)
    values = parameters.values(indicators.PARAMETERS, today)
    behind = _behind(actor, session, indicator, unit_id, today, values)
    if not behind:
        raise Invalid.field("unit_ids", T("{unit}没有未计入的对象", unit=unit.name))
    open_one = session.scalar(
        select(FollowUp.sent_on).where(
            FollowUp.office_id == actor.unit_id,
            FollowUp.unit_id == unit_id,
            FollowUp.key == indicator.key,
            FollowUp.state.in_(rules.OPEN_STATES),
        )
    )
    if open_one is not None:
        raise Conflict(T("{unit}还有{day}发出、没有办结的同类清单", unit=unit.name, day=open_one))
    why = indicator.reasons(behind, today, values)
    row = FollowUp(
        key=indicator.key,
        unit_id=unit_id,
        office_id=actor.unit_id,
        sent_by_id=actor.person_id,
        sent_at=clock.now(),
        sent_on=today,
        due_on=data["due_on"],
        note=_text(data.get("note")),
    )
    _enter(row, rules.SENT)
    row.items = [
        FollowUpItem(row_id=each.id, title=queries.title_of(each)[:200], reason=queries.kept(why[each.id]))
        for each in behind
    ]
    session.add(row)
    session.flush()
    return row


def _behind(
    actor: Actor, session: Session, indicator: Indicator, unit_id: int, today: date, values: Mapping[str, Decimal]
) -> Sequence[Any]:
    identity: Any = indicator.model.id  # type: ignore[attr-defined]
    return session.scalars(
        policy.scope(actor, indicator.model)
        .where(*indicators.left_out(indicator, today, values), indicator.holder(today) == unit_id)
        .order_by(identity)
        .limit(MOST_ITEMS)
    ).all()


def move(actor: Actor, follow_up_id: int, verb: str, data: Mapping[str, Any]) -> FollowUp:
    """One move of `follow_up_moves`: `answer` by the unit (`{note, promised_on}`), `close` or `withdraw` by the office
    that sent it (`{note}` where it is needed).

    Raises:
        Missing: no such list for the caller, or no such move. Forbidden: the other side's move.
        Conflict: not in this state. Invalid: what the move needs is not there.
    """
    policy.require(actor, f"follow_up.{verb}")
    note, today = _text(data.get("note")), clock.today()
    with transaction():
        row = policy.get(actor, FollowUp, FollowUp.id == follow_up_id, lock=True)
        queries.require_side(actor, row, verb)
        found = rules.find_move(rules.WORKFLOW, row.state, verb)
        if found is None:
            state = rules.states(rules.WORKFLOW)[row.state]
            raise Conflict(T("这份清单现在是“{state}”，不能再这样办理", state=state.zh))
        if "note" in found.needs and not note:
            raise Invalid.field("note", T("请填写说明"))
        before = row.state
        _enter(row, found.target)
        row.version += 1
        if verb == "answer":
            _answer(actor, row, note, data.get("promised_on"), today)
        else:
            row.ended_on, row.ended_note = today, note
        audit.record(actor, "follow_up.moved", row, **{"verb": verb, "from": before, "to": row.state})
        return row


def _answer(actor: Actor, row: FollowUp, note: str, promised_on: date | None, today: date) -> None:
    if promised_on is None or not 0 <= (promised_on - today).days <= LATEST_DAYS:
        raise Invalid.field("promised_on", T("应在今天之后一年以内"))
    row.answer, row.promised_on = note, promised_on
    row.answered_at, row.answered_by_id = clock.now(), actor.person_id


def _enter(row: FollowUp, state: str) -> None:
    """The only place that sets the state."""
    row.state = state


def _text(value: Any) -> str:
    return str(value or "").strip()[:2000]
