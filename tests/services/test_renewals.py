"""Renewal projects: the money, the moves, the new lift in the place of the old one."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, RegistryError
from registry.models import Elevator, RenewalProject, TrailEntry
from registry.queries import renewals as queries
from registry.rules import renewals as rules
from registry.services import elevators, renewals
from seeds import cast
from tests import elevators_factory as make

FEN = 100


def money(cost=200_000, bond=150_000, fund=30_000, owners=20_000, other=0):
    return {
        "cost_fen": cost * FEN,
        "bond_fen": bond * FEN,
        "maintenance_fund_fen": fund * FEN,
        "owners_fen": owners * FEN,
        "other_fen": other * FEN,
    }


def project(actor, lift, login="property", **changes) -> RenewalProject:
    given = {"elevator": lift.label_code, "year": clock.today().year, **money(), **changes}
    return renewals.apply(actor(login), given)


@pytest.fixture
def lift(actor):
    return make.in_use(actor("section"), made_on=date(2005, 5, 1))


def new_lift(actor, number=2, registered_on=None) -> Elevator:
    return make.in_use(
        actor("section"), number, made_on=date(2026, 1, 1), installation_inspected_on=None,
        registered_on=registered_on or clock.today(), in_use_since=clock.today(),
    )  # fmt: skip


def walk(actor, row, *verbs):
    people = {
        "approve": "section",
        "reject": "section",
        "start": "property",
        "accept": "county",
        "withdraw": "property",
    }
    for verb in verbs:
        row = renewals.move(actor(people[verb]), row.no, verb, {"document": "文1", "note": "因故"})
    return row


def test_an_application_is_numbered_and_remembered(actor, lift) -> None:
    first = project(actor, lift)
    second = project(actor, make.in_use(actor("section"), 3))
    year = clock.today().year
    assert [row.no for row in (first, second)] == [f"GX-341302-{year}-0001", f"GX-341302-{year}-0002"]
    assert (first.state, first.version) == ("applied", 1)
    shown = queries.show(actor("section"), first.no, clock.today())
    assert [step.verb for step in shown.project.steps] == ["apply"]
    assert shown.subsidy_fen == 150_000 * FEN
    assert {move.verb for move in shown.moves} == {"approve", "reject", "withdraw"}


WRONG = [(money(cost=200_001), "少"), (money(owners=20_001), "多"), (money(0, 0, 0, 0), "总费用")]


@pytest.mark.parametrize(("amounts", "word"), WRONG)
def test_the_funds_have_to_make_up_the_cost(actor, lift, amounts, word) -> None:
    with pytest.raises(Invalid) as refused:
        project(actor, lift, **amounts)
    assert list(refused.value.errors) == ["cost_fen"]
    assert word in refused.value.errors["cost_fen"][0]


@pytest.mark.parametrize("year", [1999, clock.today().year + 2])
def test_a_year_that_cannot_be(actor, lift, year) -> None:
    with pytest.raises(Invalid) as refused:
        project(actor, lift, year=year)
    assert set(refused.value.errors) == {"year"}


def test_one_project_at_a_time(actor, lift) -> None:
    first = project(actor, lift)
    with pytest.raises(Conflict, match=first.no):
        project(actor, lift)
    walk(actor, first, "withdraw")
    assert project(actor, lift).id != first.id


def test_what_is_gone_is_not_renewed(actor, lift) -> None:
    elevators.change_status(actor("county"), lift.id, "scrap", clock.today(), "老旧", "文1")
    with pytest.raises(Conflict, match="报废"):
        project(actor, lift)


def test_the_whole_road(actor, lift) -> None:
    row = walk(actor, project(actor, lift), "approve", "start", "accept")
    new = new_lift(actor)
    give = {"document": "登记证", "new_elevator": new.label_code}
    with pytest.raises(Invalid) as refused:
        renewals.move(actor("county"), row.no, "register", give)
    assert "旧梯的状态是“在用”" in refused.value.errors["new_elevator"][0]
    elevators.change_status(actor("county"), lift.id, "scrap", clock.today(), "更新", "报废表1")
    row = renewals.move(actor("county"), row.no, "register", give)
    assert (row.state, row.new_elevator_id, row.version) == ("registered", new.id, 5)
    assert [p.no for p in queries.of_elevator(actor("county"), new.id)] == [row.no]
    acts = [e.data["verb"] for e in db.session.query(TrailEntry).filter_by(act="renewal.moved").order_by(TrailEntry.id)]
    assert acts == ["approve", "start", "accept", "register"]


def test_what_cannot_take_the_place_of_the_old_lift(actor, lift) -> None:
    row = walk(actor, project(actor, lift), "approve", "start", "accept")
    elevators.change_status(actor("county"), lift.id, "scrap", clock.today(), "更新", "报废表1")
    unregistered = make.register(actor("section"), 4)
    older = make.in_use(actor("section"), 5)
    for code, word in (
        ("", "必须填写"),
        ("SZ00000000000100", "没有找到"),
        (lift.label_code, "不能是旧梯本身"),
        (unregistered.label_code, "没有办理使用登记"),
        (older.label_code, "早于本项目的申报"),
    ):
        with pytest.raises(Invalid) as refused:
            renewals.move(actor("county"), row.no, "register", {"document": "d", "new_elevator": code})
        assert word in refused.value.errors["new_elevator"][0], code
    new = new_lift(actor, 6)
    renewals.move(actor("county"), row.no, "register", {"document": "d", "new_elevator": new.label_code})
    other = make.in_use(actor("section"), 7)
    second = walk(actor, project(actor, other), "approve", "start", "accept")
    elevators.change_status(actor("county"), other.id, "scrap", clock.today(), "更新", "报废表2")
    with pytest.raises(Invalid, match=""):
        renewals.move(actor("county"), second.no, "register", {"document": "d", "new_elevator": new.label_code})


def test_moves_need_what_they_need(actor, lift) -> None:
    row = project(actor, lift)
    for verb, missing in (("approve", "document"), ("reject", "note")):
        with pytest.raises(Invalid) as refused:
            renewals.move(actor("section"), row.no, verb, {})
        assert set(refused.value.errors) == {missing}
    today = clock.today()
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            renewals.move(actor("section"), row.no, "approve", {"document": "d", "done_on": day})
        assert set(refused.value.errors) == {"done_on"}
    with pytest.raises(Conflict):
        renewals.move(actor("section"), row.no, "accept", {"document": "d"})
    with pytest.raises(Missing):
        renewals.move(actor("section"), row.no, "dance", {})
    with pytest.raises(Conflict, match="别人办理"):
        renewals.move(actor("section"), row.no, "approve", {"document": "d"}, version=7)


def test_money_may_be_amended_until_the_work_is_accepted(actor, lift) -> None:
    row = project(actor, lift)
    renewals.amend(actor("property"), row.no, money(cost=210_000, owners=30_000))
    assert row.owners_fen == 30_000 * FEN
    with pytest.raises(Invalid):
        renewals.amend(actor("county"), row.no, {"cost_fen": 1})
    walk(actor, row, "approve")
    with pytest.raises(Forbidden):
        renewals.amend(actor("property"), row.no, money())
    renewals.amend(actor("county"), row.no, money())
    entry = db.session.query(TrailEntry).filter_by(act="renewal.amended").order_by(TrailEntry.id.desc()).first()
    assert entry.data["changes"]["owners_fen"] == [3_000_000, 2_000_000]
    walk(actor, row, "start", "accept")
    with pytest.raises(Conflict):
        renewals.amend(actor("county"), row.no, money())


def test_totals_leave_out_what_came_to_nothing(actor, lift) -> None:
    project(actor, lift)
    walk(actor, project(actor, make.in_use(actor("section"), 3)), "approve")
    walk(actor, project(actor, make.in_use(actor("section"), 4), year=clock.today().year - 1), "reject")
    found = queries.totals(actor("section"), {})
    assert [(line.year, line.count, str(line.area)) for line in found.lines] == [(clock.today().year, 2, "埇桥区")]
    assert found.whole.fen == {name: value * 2 for name, value in money().items()}
    assert {key: count for key, count in found.states.items() if count} == {"applied": 1, "approved": 1, "rejected": 1}
    assert queries.count_waiting(actor("section"), clock.today()) == 2
    assert queries.count_waiting(actor("property"), clock.today()) == 1  # the approved one may be started
    assert len(queries.page(actor("property"), {"state": "waiting"}).items) == 1


def test_who_sees_and_does_what(actor, lift) -> None:
    row = project(actor, lift)
    for login in ("dangshan", "property2"):
        with pytest.raises(Missing):
            queries.by_no(actor(login), row.no)
    for login in ("company", "insurer", "inspector"):
        with pytest.raises(Forbidden):
            queries.by_no(actor(login), row.no)
    for login in ("property", "county", "county-leader"):
        with pytest.raises(Forbidden):
            renewals.move(actor(login), row.no, "approve", {"document": "d"})
    with pytest.raises(Missing):
        renewals.apply(actor("property2"), {"elevator": lift.label_code, "year": 2026, **money()})


def test_twice_is_once(actor, lift) -> None:
    ref, given = str(uuid4()), {"elevator": lift.label_code, "year": clock.today().year, **money()}
    first, known = renewals.apply_once(actor("county"), ref, given)
    again, known_again = renewals.apply_once(actor("county"), ref, given)
    assert (known, known_again, again.id) == (False, True, first.id)
    with pytest.raises(Conflict):
        renewals.apply_once(actor("county"), ref, {**given, "batch": "二"})


class GiveUp(Exception):
    """Ends an example without keeping what it did."""


LEGAL = {(move.verb, move.source, move.target) for move in rules.MOVES}
ATTEMPT = st.tuples(
    st.sampled_from(["section", "county", "property", "dangshan", "insurer"]),
    st.sampled_from(sorted({move.verb for move in rules.MOVES})),
    st.booleans(),
    st.booleans(),
)


def test_random_moves_of_random_people(actor, lift) -> None:
    """Whatever anybody tries: only legal moves, and nothing is registered while the old lift runs."""
    new, no, reached = new_lift(actor), project(actor, lift).no, set()

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(attempts=st.lists(ATTEMPT, max_size=14), scrap_at=st.integers(0, 14))
    def run(attempts, scrap_at) -> None:
        with suppress(GiveUp), transaction():
            row = db.session.query(RenewalProject).filter_by(no=no).one()
            scrapped = False
            for place, (login, verb, complete, tries_new) in enumerate(attempts):
                if place == scrap_at and not scrapped:
                    elevators.change_status(cast.actor("county"), lift.id, "scrap", clock.today(), "r", "d")
                    scrapped = True
                data = {"document": "d", "note": "n"} if complete else {}
                data["new_elevator"] = (new if tries_new else lift).label_code
                before = (row.state, row.version)
                try:
                    renewals.move(cast.actor(login), no, verb, data)
                except RegistryError:
                    assert (row.state, row.version) == before
                    continue
                assert (verb, before[0], row.state) in LEGAL
                assert row.state != "registered" or (scrapped and row.new_elevator_id == new.id)
                reached.add(row.state)
            steps = queries.by_no(cast.actor("section"), no).steps
            assert all(later.source == earlier.target for earlier, later in pairwise(steps))
            assert steps[-1].target == row.state
            raise GiveUp

    run()
    assert {"approved", "rejected", "withdrawn"} <= reached
