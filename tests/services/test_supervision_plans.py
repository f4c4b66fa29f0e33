"""Yearly plans with their quotas, key units with their reasons, and draws that anybody can repeat."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import SupervisionCheck, SupervisionDraw, TrailEntry
from registry.queries import supervision_plans as queries
from registry.queries import supervision_units
from registry.rules import supervision_draw as rules
from registry.services import supervision_checks, supervision_plans
from seeds import cast
from tests import supervision_factory as make


def test_a_plan_freezes_its_quota_when_adopted(app) -> None:
    row = make.plan()
    shown = queries.show(cast.actor("county"), row.id)
    users = [
        each for each in supervision_units.candidates(make.AREA, clock.today()) if each.list_kind == "elevator_use"
    ]
    assert (shown.plan.state, shown.quota.pool) == ("adopted", len(users))
    assert shown.quota.units >= 1
    assert shown.may_draw
    assert queries.show(cast.actor("auditor"), row.id).moves == ()
    with pytest.raises(Missing):
        queries.show(cast.actor("dangshan"), row.id)
    with pytest.raises(Forbidden):
        queries.show(cast.actor("property"), row.id)


@pytest.mark.parametrize(
    ("login", "values", "error"),
    [
        ("county-leader", {}, Forbidden),
        ("property", {}, Forbidden),
        ("dangshan", {}, Invalid),
        ("county", {"area": "341300"}, Invalid),
        ("county", {"kind": "other"}, Invalid),
        ("county", {"kind": "strange"}, Invalid),
        ("county", {"year": 1990}, Invalid),
    ],
)
def test_plans_that_are_not_made(app, login, values, error) -> None:
    given = {"year": clock.today().year, "kind": "routine", "area": make.AREA, **values}
    with pytest.raises(error):
        supervision_plans.make(cast.actor(login), given)


def test_moves_of_a_plan(app) -> None:
    row = supervision_plans.make(
        cast.actor("section"), {"year": clock.today().year, "kind": "routine", "area": "341300"}
    )
    leader = cast.actor("leader")
    for login, verb, data, error in (
        ("county", "adopt", {"document": "x"}, Forbidden),
        ("county-leader", "adopt", {"document": "x"}, Forbidden),
        ("leader", "adopt", {}, Invalid),
        ("leader", "adopt", {"document": "x", "version": 9}, Conflict),
        ("section", "finish", {}, Conflict),
        ("section", "burn", {}, Missing),
    ):
        with pytest.raises(error):
            supervision_plans.move(cast.actor(login), row.id, verb, data)
    with pytest.raises(Conflict):
        supervision_plans.draw(cast.actor("section"), row.id, {"size": 1})
    supervision_plans.move(leader, row.id, "adopt", {"document": "宿市监特〔2026〕3号"})
    with pytest.raises(Forbidden):
        supervision_plans.draw(cast.actor("county"), row.id, {"size": 1})
    drawn = supervision_plans.draw(cast.actor("section"), row.id, {"size": 3})
    assert len(drawn.result) == 3
    assert supervision_plans.move(cast.actor("section"), row.id, "finish", {}).state == "done"


def test_a_draw_can_be_repeated_from_what_is_published(app) -> None:
    row = make.drawn(2)
    shown = queries.draw(cast.actor("county2"), row.id)
    assert (shown.again.same, shown.again.same_pool) == (True, True)
    pool = [rules.Entry(key, weight, tuple(why), kind, area) for key, weight, why, kind, area in row.pool]
    people = [rules.Inspector(*each) for each in row.people]
    again = rules.draw(row.seed, pool, row.size, row.weights["key_units"], people, row.team)
    assert [[each.entry.key, list(each.people)] for each in again] == row.result
    assert rules.digest(pool) == row.pool_digest
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "supervision.drawn")).one()
    assert (entry.data["seed"], entry.data["pool_digest"]) == (row.seed, row.pool_digest)
    with pytest.raises(DatabaseError, match="can only grow"):
        db.session.execute(update(SupervisionDraw).values(seed="chosen"))
    db.session.rollback()
    with pytest.raises(Missing):
        queries.draw(cast.actor("dangshan"), row.id)


def test_nobody_is_drawn_twice_for_a_plan(app) -> None:
    plan = make.plan()
    county = cast.actor("county")
    first = supervision_plans.draw(county, plan.id, {"size": 1})
    second = supervision_plans.draw(county, plan.id, {"size": 500})
    assert second.pool_size == first.pool_size - 1
    assert first.result[0][0] not in {key for key, _people in second.result}
    with pytest.raises(Invalid):
        supervision_plans.draw(county, plan.id, {"size": 1})
    row = db.session.scalars(select(SupervisionCheck).where(SupervisionCheck.draw_id == first.id)).one()
    supervision_checks.terminate(county, row.no, {"note": "单位已歇业"})
    assert supervision_plans.draw(county, plan.id, {"size": 1}).pool_size == 1


@pytest.mark.parametrize(
    ("login", "values", "error"),
    [
        ("county-leader", {}, Forbidden),
        ("property", {}, Forbidden),
        ("dangshan", {}, Missing),
        ("county", {"size": 0}, Invalid),
        ("county", {"size": rules.MOST + 1}, Invalid),
        ("county", {"lists": ["strange"]}, Invalid),
    ],
)
def test_draws_that_are_refused(app, login, values, error) -> None:
    plan = make.plan()
    with pytest.raises(error):
        supervision_plans.draw(cast.actor(login), plan.id, {"size": 1, **values})


def test_special_inspections_are_not_drawn(app) -> None:
    plan = make.plan(kind="special")
    with pytest.raises(Conflict):
        supervision_plans.draw(cast.actor("county"), plan.id, {"size": 1})
    row = make.opened(kind="special", plan_id=plan.id)
    assert row.plan_id == plan.id


def test_units_checked_after_licensing_leave_the_routine_pool(app) -> None:
    licence = make.plan(kind="post_licence")
    make.opened("station", "filling", kind="post_licence", plan_id=licence.id)
    keys = {entry[0] for entry in make.drawn(500).pool}
    assert cast.unit("station").credit_code not in keys
    assert cast.unit("company").credit_code in keys


def test_key_units_are_found_and_added(app) -> None:
    county = cast.actor("county")
    before = {each.unit.id for each in queries.key_units(county, make.AREA)}
    unit = cast.unit("station")
    assert unit.id not in before
    row = supervision_plans.add_key_unit(county, {"unit": unit.credit_code, "reason": "多次被举报"})
    found = {each.unit.id: each for each in queries.key_units(county, make.AREA)}
    assert found[unit.id].reasons == ("人工列入：多次被举报",)
    assert [each.id for each in queries.added(county)] == [row.id]
    for login, data, error in (
        ("county", {"unit": unit.credit_code, "reason": "再次"}, Conflict),
        ("county", {"unit": unit.credit_code, "reason": " "}, Invalid),
        ("county", {"unit": "nobody", "reason": "x"}, Invalid),
        ("dangshan", {"unit": unit.credit_code, "reason": "x"}, Invalid),
        ("auditor", {"unit": unit.credit_code, "reason": "x"}, Forbidden),
    ):
        with pytest.raises(error):
            supervision_plans.add_key_unit(cast.actor(login), data)
    with pytest.raises(Missing):
        supervision_plans.end_key_unit(cast.actor("dangshan"), row.id, "x")
    with pytest.raises(Invalid):
        supervision_plans.end_key_unit(county, row.id, " ")
    supervision_plans.end_key_unit(county, row.id, "已整改")
    assert unit.id not in {each.unit.id for each in queries.key_units(county, make.AREA)}
    with pytest.raises(Conflict):
        supervision_plans.end_key_unit(county, row.id, "已整改")
