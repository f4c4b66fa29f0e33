"""The demo's calls: each stage once, plausible by the published figures, none on a cast's elevator of the past."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Call, Elevator
from registry.queries import call_desk, call_statistics, calls
from seeds import cast, demo


@pytest.mark.slow
def test_a_year_of_calls_and_some_that_run(app) -> None:
    assert demo.build(60, 100, 3)
    found = call_statistics.of(cast.actor("section"))
    assert {"entrapment", "fault", "complaint"} <= set(found.kinds)
    assert 6 * 60 < found.whole.arrival_mean < 20 * 60
    assert 60 < found.whole.rescue_mean < 6 * 60
    assert max(one.count for one in found.repeats) >= 3
    board = call_desk.board(cast.actor("desk"))
    assert {line.call.state for line in board.helping} == {"received", "dispatched", "on_site"}
    assert {line.call.state for line in board.ending} == {"received", "released", "repaired"}
    assert [line.call.drill for line in board.helping].count(True) == 1
    (task,) = calls.mine(cast.actor("tech1"))
    assert "answer" in {move.verb for move in task.moves}
    own = select(Call).join(Elevator).where(Elevator.source == "cast")
    assert [row.closed_at for row in db.session.scalars(own)] == [None]
    assert clock.now() >= max(db.session.scalars(select(Call.taken_at)))
