"""Exercises: marked, asked for by scenario, in no statistic, evaluated, and the yearly drill of their plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry import clock
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.queries import call_drills as queries
from registry.queries import call_statistics, calls, emergency_plans
from registry.services import call_drills
from registry.services import emergency_plans as plans
from seeds import cast
from tests.calls_factory import lift, walk
from tests.responders_factory import station

pytestmark = pytest.mark.usefixtures("app")
CODE = "030001"


def started(login: str = "desk", **changes):
    data = {"elevator": CODE, "scenario": "两人被困", "roles": ["maintenance"], "trapped": 2, **changes}
    return call_drills.start(cast.actor(login), data)


def evaluation(**changes):
    return {"participants": 8, "went_well": "接单快", **changes}


def test_a_drill_asks_whom_it_names_and_counts_nowhere() -> None:
    lift()
    team = station("城东站", unit="station")
    row = started(responders=[str(team.id)])
    call = calls.by_no(cast.actor("desk"), row.call.no)
    assert sorted(one.role for one in call.dispatches) == ["maintenance", "station"]
    assert call.drill
    walk(call)
    found = call_statistics.of(cast.actor("section"))
    assert (found.calls, found.whole.entrapments, found.stations_asked) == (0, 0, 0)
    (shown,) = queries.page(cast.actor("section")).items
    assert shown.arrived is not None
    assert shown.on_time


def test_nobody_asked_an_unknown_plan_and_a_second_one_are_refused() -> None:
    lift()
    for wrong in ({"roles": []}, {"plan": 987654}, {"elevator": "999999"}):
        with pytest.raises(Invalid):
            started(**wrong)
    assert not queries.page(cast.actor("desk")).items
    started()
    with pytest.raises(Conflict):
        started()
    for login in ("tech1", "section"):
        with pytest.raises(Forbidden):
            started(login)


def test_its_evaluation_is_the_yearly_drill_of_the_plan() -> None:
    lift()
    desk = cast.actor("desk")
    plan = plans.keep(
        cast.actor("section"),
        {
            "kind": "comprehensive",
            "title": "电梯困人应急预案",
            "edition": "2",
            "valid_from": date(2024, 1, 1),
        },
    )
    assert [one.drill for one in queries.plans(desk) if one.plan.id == plan.id] == ["overdue"]
    row = started(plan=plan.id)
    with pytest.raises(Conflict, match="没有结束"):
        call_drills.evaluate(desk, row.call.no, evaluation())
    walk(row.call)
    assert queries.to_evaluate(desk, clock.today()) == 1
    with pytest.raises(Invalid) as caught:
        call_drills.evaluate(desk, row.call.no, evaluation(to_mend="机房钥匙"))
    assert "mend_due" in caught.value.errors
    due = clock.today() + timedelta(days=10)
    call_drills.evaluate(desk, row.call.no, evaluation(to_mend="机房钥匙", mend_due=due))
    assert emergency_plans.show(cast.actor("section"), plan.id).drill == "valid"
    assert queries.to_evaluate(desk, due) == 0
    assert queries.to_evaluate(desk, due + timedelta(days=1)) == 1
    with pytest.raises(Conflict):
        call_drills.evaluate(desk, row.call.no, evaluation())
    call_drills.mend(desk, row.call.no, "已配备")
    assert queries.to_evaluate(desk, due + timedelta(days=1)) == 0
    with pytest.raises((Forbidden, Missing)):
        queries.show(cast.actor("insurer"), row.call.no)
