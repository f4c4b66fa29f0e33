"""Supervision inspections: the one place where a check moves. Papers that follow a check (directives, rechecks) have
verbs of their own and move it with `advance` inside their transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry import audit, clock
from registry.actor import Actor
from registry.db import db
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import SupervisionCheck, SupervisionStep
from registry.queries import hazard_facts
from registry.rules import supervision_checks as rules
from registry.rules.dates import add_working_days


def advance(
    actor: Actor, check: SupervisionCheck, verb: str, done_on: date | None = None, note: str = "", **entry: Any
) -> SupervisionCheck:
    """Make one move of a locked check within the caller's verb and transaction, and write it into its ledger.

    Whether the caller may is asked by its verb. `receive_report` starts the ten working days of the recheck.

    Raises:
        Conflict: not possible where the check stands. Invalid: the move needs a note; a day in the future.
    """
    today = clock.today()
    move = rules.find_move(rules.WORKFLOW, check.state, verb, today)
    if move is None:
        state = rules.states(rules.WORKFLOW)[check.state]
        raise Conflict(T("检查现在是“{state}”，不能办理这一步", state=state.zh))
    note = note.strip()
    if "note" in move.needs and not note:
        raise Invalid.field("note", T("请说明原因"))
    on = done_on or today
    if on > today:
        raise Invalid.field("done_on", T("不能晚于今天"))
    before = check.state
    check.state, check.state_since = move.target, on
    check.version += 1
    _clock(check, verb, on)
    db.session.add(
        SupervisionStep(
            check_id=check.id,
            verb=verb,
            source=before,
            target=move.target,
            at=clock.now(),
            done_on=on,
            note=note[:4000],
            person_id=actor.person_id,
            unit_id=actor.unit_id,
        )
    )
    audit.record(
        actor, "supervision_check.moved", check, **{"no": check.no, "verb": verb, "from": before}, to=check.state
    )
    return check


def _clock(check: SupervisionCheck, verb: str, on: date) -> None:
    match verb:
        case "notify":
            check.notified_on = on
        case "receive_report":
            days = rules.limit_of("recheck_working_days", on)
            calendar = hazard_facts.calendar()
            check.report_received_on = on
            check.recheck_due_on = add_working_days(on, days, calendar.holidays, calendar.extra_workdays)
        case "issue_directive":
            check.report_received_on = check.recheck_due_on = None
        case "close" | "terminate":
            check.closed_on = on
