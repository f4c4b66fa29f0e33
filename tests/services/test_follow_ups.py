"""Follow-up lists: each unit gets its own rows, what is done is worked out, each side makes its own moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import TrailEntry, Visit
from registry.queries import follow_ups as queries
from registry.rules import follow_ups as rules
from registry.services import elevators, follow_ups
from seeds import cast
from tests import elevators_factory
from tests.queries.test_indicators import visit

pytestmark = pytest.mark.usefixtures("app")
KEY = "paperless_maintenance"


@pytest.fixture
def elevator(actor):
    return elevators_factory.maintained(actor("section"), 1)


def sent(actor, **changes):
    given = {"key": KEY, "unit_ids": [cast.unit("company").id], "due_on": clock.today() + timedelta(days=7), **changes}
    return follow_ups.send(actor("section"), given)


def test_a_unit_gets_its_own_rows_with_the_reason(actor, elevator):
    (row,) = sent(actor, note="请尽快")
    shown = queries.show(actor("company"), row.id)
    mine = [item for item in shown.items if item.row.id == elevator.id]
    assert [str(item.then) for item in mine] == ["没有维保记录"]
    assert mine[0].now is not None
    assert shown.progress.done == 0
    assert row.note == "请尽快"
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.act.like("follow_up.%"))).all()
    assert acts == ["follow_up.sent"]


def test_what_the_records_say_is_done_is_done(actor, elevator):
    (row,) = sent(actor)
    total = queries.show(actor("company"), row.id).progress.total
    with transaction() as session:
        session.add(visit(elevator, clock.today(), clock.today()))
    shown = queries.show(actor("company"), row.id)
    assert (shown.progress.done, shown.progress.total) == (1, total)
    assert [item.row.id for item in shown.items if item.now is None] == [elevator.id]
    (listed,) = queries.page(actor("section"), {}).items
    assert (listed.done, listed.total) == (1, total)


def test_answer_then_close(actor, elevator):
    (row,) = sent(actor)
    day = clock.today() + timedelta(days=3)
    follow_ups.move(actor("company"), row.id, "answer", {"note": "三天内完成", "promised_on": day})
    assert queries.waiting(actor("company"), clock.today()) == 0
    follow_ups.move(actor("company"), row.id, "answer", {"note": "两天内完成", "promised_on": day})
    ended = follow_ups.move(actor("section"), row.id, "close", {})
    assert (ended.state, ended.ended_on, ended.answer) == ("closed", clock.today(), "两天内完成")
    with pytest.raises(Conflict):
        follow_ups.move(actor("company"), row.id, "answer", {"note": "…", "promised_on": day})
    assert sent(actor)[0].id != row.id


def test_one_open_list_a_unit_and_indicator(actor, elevator):
    sent(actor)
    assert queries.waiting(actor("company"), clock.today()) == 1
    with pytest.raises(Conflict):
        sent(actor)


def test_all_or_none(actor, elevator):
    with pytest.raises(Invalid) as refused:
        sent(actor, unit_ids=[cast.unit("company").id, cast.unit("insurer").id])
    assert "没有未计入的对象" in str(refused.value.errors)
    db.session.rollback()
    assert queries.page(actor("section"), {}).items == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_ids": []}, "unit_ids"),
        ({"unit_ids": list(range(1, 52))}, "unit_ids"),
        ({"due_on": clock.today() - timedelta(days=1)}, "due_on"),
        ({"due_on": clock.today() + timedelta(days=367)}, "due_on"),
    ],
)
def test_bad_input(actor, elevator, changes, field):
    with pytest.raises(Invalid) as refused:
        sent(actor, **changes)
    assert field in refused.value.errors


@pytest.mark.parametrize("days", [0, 366])
def test_the_last_days_that_are_accepted(actor, elevator, days):
    assert sent(actor, due_on=clock.today() + timedelta(days=days))


def test_each_side_makes_its_own_moves(actor, elevator):
    (row,) = sent(actor)
    day = clock.today()
    with pytest.raises(Forbidden):
        follow_ups.move(actor("section"), row.id, "answer", {"note": "…", "promised_on": day})
    with pytest.raises(Forbidden):
        follow_ups.move(actor("company"), row.id, "close", {})
    with pytest.raises(Missing):
        follow_ups.move(actor("company2"), row.id, "answer", {"note": "…", "promised_on": day})
    with pytest.raises(Forbidden):
        follow_ups.move(actor("county"), row.id, "withdraw", {"note": "…"})


@pytest.mark.parametrize(
    ("verb", "who", "data", "field"),
    [
        ("answer", "company", {"note": " "}, "note"),
        ("answer", "company", {"note": "…"}, "promised_on"),
        ("answer", "company", {"note": "…", "promised_on": clock.today() - timedelta(days=1)}, "promised_on"),
        ("withdraw", "section", {}, "note"),
    ],
)
def test_what_a_move_needs(actor, elevator, verb, who, data, field):
    (row,) = sent(actor)
    with pytest.raises(Invalid) as refused:
        follow_ups.move(actor(who), row.id, verb, data)
    assert field in refused.value.errors


def test_moves_lead_from_state_to_state():
    states = rules.states(rules.WORKFLOW)
    for move in rules.moves(rules.WORKFLOW):
        assert move.source in rules.OPEN_STATES
        assert move.target in states
        assert not states[move.source].ended


def test_past_due_from_the_day_after(actor, elevator, monkeypatch):
    (row,) = sent(actor, due_on=clock.today())
    section = actor("section")
    assert queries.past_due(section, row.due_on) == 0
    assert queries.past_due(section, row.due_on + timedelta(days=1)) == 1
    assert queries.past_due(actor("company"), row.due_on + timedelta(days=1)) == 0


def test_what_leaves_the_population_is_done(actor, elevator):
    """Nobody can maintain what is out of use."""
    (row,) = sent(actor)
    papers = elevators_factory.STOP_PAPERS
    elevators.change_status(actor("county"), elevator.id, "suspend", clock.today(), "停业", "1号", papers=papers)
    assert queries.show(actor("company"), row.id).progress.done == 1
    assert db.session.scalar(select(Visit.id).where(Visit.elevator_id == elevator.id)) is None
