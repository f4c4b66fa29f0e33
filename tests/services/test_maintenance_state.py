"""What is kept of the visits says the same as the visits themselves."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden
from registry.models import Contract, MaintenanceState
from registry.queries import due_lines, visit_plans
from registry.queries.due_lines import Lines, Narrow
from registry.services import contracts, maintenance_state, visits
from seeds import cast
from tests import visits_factory as make
from tests.services.test_visits_plans import done

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def states() -> dict[int, MaintenanceState]:
    return {row.elevator_id: row for row in db.session.scalars(select(MaintenanceState))}


def shown(actor, on: date, **narrow) -> list[tuple[date, int, tuple]]:
    lines = Lines.of(actor, on, Narrow(**narrow)).page([(None, None)], 500)
    return [(line.due_on, line.elevator_id, tuple(line.last.items())) for line in lines]


def replayed(actor, on: date) -> list[tuple[date, int, tuple]]:
    found = due_lines._replayed(actor, on, Narrow())
    return sorted((line.due_on, line.elevator_id, tuple(line.last.items())) for line in found)


@pytest.mark.parametrize("seed", range(3))
def test_today_from_the_states_is_today_from_the_visits(actor, seed):
    rng = Random(seed)
    kinds = ("traction_passenger", "escalator", "firefighter", "dumbwaiter")
    rows = [make.elevator(kind=rng.choice(kinds), since=TODAY - rng.randrange(500) * DAY) for _ in range(12)]
    for row in rows:
        for _ in range(rng.randrange(5)):
            done(row, TODAY - rng.randrange(400) * DAY, rng.choice(("half_month", "quarter", "half_year", "year")))
    assert maintenance_state.catch_up(SYSTEM) == 12
    for row in rng.sample(rows, 6):
        visit, _ = visits.record(actor("tech1"), make.visit(row.label_code, cycle=rng.choice(("half_month", "year"))))
        if rng.random() < 0.5:
            visits.decline(actor("property"), visit.id, "没有人来")
    for login in ("tech1", "section", "county", "property"):
        assert shown(actor(login), TODAY) == replayed(actor(login), TODAY)
        by_day = Lines.of(actor(login), TODAY).by_day()
        assert sum(by_day.values()) == 12
        assert min(by_day) == replayed(actor(login), TODAY)[0][0]


def test_a_visit_moves_the_state_and_a_refusal_moves_it_back(actor):
    row = make.elevator(since=TODAY - 40 * DAY)
    maintenance_state.catch_up(SYSTEM)
    assert states()[row.id].due_on == TODAY - 25 * DAY
    visit, _ = visits.record(actor("tech1"), make.visit(row.label_code, cycle="quarter"))
    assert (states()[row.id].last_quarter, states()[row.id].last_year) == (TODAY, None)
    assert states()[row.id].due_on == TODAY + 15 * DAY
    visits.decline(actor("property"), visit.id, "没有人来")
    db.session.expire_all()
    assert (states()[row.id].last_quarter, states()[row.id].due_on) == (None, TODAY - 25 * DAY)


def test_a_new_contract_begins_with_a_state_and_bulk_visits_drop_it(actor):
    row = make.elevator(since=TODAY - 40 * DAY)
    fresh = contracts.sign(actor("section"), row.id, {"company_id": cast.unit("company2").id, "since": TODAY})
    assert [state.contract_id for state in states().values()] == [fresh.id]
    assert states()[row.id].due_on == TODAY + 15 * DAY
    done(row, TODAY - DAY)
    assert states() == {}
    line = visit_plans.due_today(actor("company2"), TODAY).items[0]
    assert (line.due_on, line.last_on) == (TODAY + 14 * DAY, TODAY - DAY)


def test_catching_up_is_for_the_system_and_finds_nothing_twice(actor):
    make.elevator()
    assert maintenance_state.catch_up(SYSTEM) == 1
    assert maintenance_state.catch_up(SYSTEM) == 0
    with pytest.raises(Forbidden):
        maintenance_state.catch_up(actor("section"))


def test_an_ended_contract_keeps_no_place_in_the_list(actor):
    row = make.elevator()
    maintenance_state.catch_up(SYSTEM)
    with transaction() as session:
        session.scalars(select(Contract).where(Contract.elevator_id == row.id)).one().until = TODAY
    assert visit_plans.due_today(actor("section"), TODAY).items == []


def test_a_past_day_is_worked_out_from_its_visits(actor):
    row = make.elevator(since=TODAY - 60 * DAY)
    done(row, TODAY - 30 * DAY)
    maintenance_state.catch_up(SYSTEM)
    visits.record(actor("tech1"), make.visit(row.label_code))
    before = visit_plans.due_today(actor("tech1"), TODAY - 10 * DAY).items[0]
    assert (before.state, before.last_on) == ("overdue", TODAY - 30 * DAY)
    assert visit_plans.due_today(actor("tech1"), TODAY).items[0].last_on == TODAY


def test_pages_go_on_where_they_ended_across_plain_and_worked_out_lines(actor):
    for number in range(9):
        kind = ("traction_passenger", "escalator", "dumbwaiter")[number % 3]
        make.elevator(kind=kind, since=TODAY - (20 + number // 2) * DAY)
    maintenance_state.catch_up(SYSTEM)
    found, cursor = [], None
    while True:
        page = visit_plans.due_today(actor("tech1"), TODAY, limit_to=2, cursor=cursor)
        found += [(line.due_on, line.elevator.id) for line in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == [line[:2] for line in replayed(actor("tech1"), TODAY)]
    assert len(found) == 9


def test_late_means_so_many_days_or_more(actor):
    for days in (16, 17, 18, 22, 23, 30):
        make.elevator(since=TODAY - days * DAY)
    maintenance_state.catch_up(SYSTEM)
    for late, count in ((1, 6), (3, 4), (7, 3), (8, 2), (16, 0)):
        assert len(shown(actor("tech1"), TODAY, late=late)) == count
        assert sum(Lines.of(actor("tech1"), TODAY, Narrow(late=late)).by_day().values()) == count
