"""Draws and steps of supervision inspections can only grow."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from registry import clock
from registry.db import db
from registry.models import SupervisionCheck, SupervisionStep
from registry.rules import supervision_checks as rules
from seeds import cast


@pytest.fixture
def step(app) -> SupervisionStep:
    today = clock.today()
    unit, office = cast.unit("station"), cast.actor("county")
    check = SupervisionCheck(
        no="TEST-1",
        kind="other",
        list_kind="filling",
        state="planned",
        state_since=today,
        unit_id=unit.id,
        office_id=office.unit_id,
        area_code=unit.area_code,
    )
    db.session.add(check)
    db.session.flush()
    row = SupervisionStep(
        check_id=check.id, verb="plan", source="", target="planned", at=clock.now(), done_on=today, note=""
    )
    db.session.add(row)
    db.session.commit()
    return row


def test_the_ledger_refuses_change(step) -> None:
    for statement in (update(SupervisionStep).values(note="x"), delete(SupervisionStep)):
        with pytest.raises(DatabaseError, match="can only grow"):
            db.session.execute(statement)
        db.session.rollback()


def test_every_move_leads_from_a_state_to_a_state() -> None:
    states = rules.states(rules.WORKFLOW)
    moves = rules.moves(rules.WORKFLOW)
    assert {name for move in moves for name in (move.source, move.target)} == set(states)
    for name, state in states.items():
        assert bool(rules.moves_from(rules.WORKFLOW, name)) is not state.ended
