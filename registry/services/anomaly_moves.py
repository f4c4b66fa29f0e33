"""The moves that anomalies of every sort share: who may, what must come with it, where it stands then.

Of maintenance records and of cylinders alike: found, explained by the one it is held against, decided by an office.
The table is `anomaly_moves`; a row has `state, due_on, owner_id, owner_unit_id, version`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Person
from registry.rules import anomalies as rules
from registry.rules.workflow import Move, find_move, moves, states

MISSING = {"explanation": T("请写明情况说明"), "reason": T("请写明理由")}
DECIDING = ("confirm", "dismiss", "ask_again")
LONGEST = 4000


def permission(sort: str, verb: str) -> str:
    """The permission of a move of one sort.

    Raises:
        Missing: no such move.
    """
    if verb not in {known.verb for known in moves(rules.WORKFLOW)}:
        raise Missing(T("没有这个办理步骤"))
    return f"{sort}.{verb}"


def legal(actor: Actor, row: Any, verb: str, version: int | None, waits: T) -> Move:
    """The move a verb makes now; `waits` is said where the other side may still explain.

    Raises:
        Conflict: not possible where it stands, moved on meanwhile, in another officer's hands, or too early.
    """
    state = states(rules.WORKFLOW)[row.state]
    found = find_move(rules.WORKFLOW, row.state, verb)
    if found is None or (version is not None and version != row.version):
        raise Conflict(T("这条异常现在是“{state}”，请刷新后再办理", state=state.zh))
    if verb in DECIDING and row.owner_id not in (None, actor.person_id):
        name = db.session.scalar(select(Person.name).where(Person.id == row.owner_id))
        raise Conflict(T("由{who}承办，请先接办", who=name))
    if verb == "take_over" and row.owner_id == actor.person_id:
        raise Conflict(T("您已经在承办"))
    if verb == "confirm" and row.state == rules.FOUND and row.due_on is not None and row.due_on >= clock.today():
        raise Conflict(waits)
    return found


def text_of(found: Move, data: Mapping[str, Any]) -> str:
    """What must be said with a move.

    Raises:
        Invalid: it is missing.
    """
    for need in found.needs:
        text = str(data.get(need) or "").strip()
        if not text:
            raise Invalid.field(need, MISSING[need])
        return text[:LONGEST]
    return ""


def enter(actor: Actor, row: Any, found: Move, text: str, due_on: date | None) -> dict[str, Any]:
    """Bring an anomaly into the state a move leads to: the one place where a state is assigned.

    Returns the line of its ledger; `due_on` is the last day of the step that begins.
    """
    if found.verb in (*DECIDING, "take_over"):
        row.owner_id, row.owner_unit_id = actor.person_id, actor.unit_id
    if found.target != found.source:
        row.due_on = due_on
    row.state = found.target
    row.version += 1
    return {
        "verb": found.verb,
        "source": found.source,
        "target": found.target,
        "at": clock.now(),
        "person_id": actor.person_id,
        "unit_id": actor.unit_id,
        "role": actor.role,
        "text": text,
    }
