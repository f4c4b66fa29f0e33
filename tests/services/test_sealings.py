"""Sealings: approved first or within 24 hours, thirty days and once thirty more, devices out of use meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.documents.office import issued as office
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Elevator, Paper, Sealing
from registry.queries import sealings as queries
from registry.services import cylinders, elevators, sealings
from seeds import cast
from tests import cylinder_factory, elevators_factory
from tests.enforcement_factory import issued, sealing, sealing_data
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def move(login: str, row: Sealing, verb: str, **data: Any) -> Sealing:
    return sealings.move(cast.actor(login), row.id, verb, data)


def status(lift: Elevator) -> str:
    return db.session.scalar(select(Elevator.status).where(Elevator.id == lift.id)) or ""


def test_approved_carried_out_and_lifted(time: Clock) -> None:
    lift = elevators_factory.in_use(cast.actor("county"))
    row = sealing(lift)
    assert (row.state, status(lift)) == ("proposed", "in_use")
    with pytest.raises(Forbidden):
        move("county", row, "approve")
    with pytest.raises(Conflict):
        move("county", row, "execute", note="现场笔录")
    move("county-leader", row, "approve")
    row = move("county", row, "execute", note="现场贴封条，单位负责人在场")
    assert (row.state, row.ends_on, status(lift)) == ("in_force", date(2026, 12, 3), "temporarily_stopped")
    with pytest.raises(Conflict):
        elevators.change_status(cast.actor("county"), lift.id, "resume", clock.today(), "恢复", "文件")
    row = move("county", row, "lift", note="检验合格")
    assert (row.state, status(lift)) == ("lifted", "temporarily_stopped")
    elevators.change_status(cast.actor("county"), lift.id, "resume", clock.today(), "检验合格")
    assert status(lift) == "in_use"


def test_its_decision_is_a_paper(time: Clock) -> None:
    row = sealing(elevators_factory.in_use(cast.actor("county")), emergency=True)
    paper = db.session.get_one(Paper, row.paper_id)
    assert paper.number == "埇市监特强〔2026〕1号"
    assert office.file(cast.actor("county"), paper.id, "docx")[0].read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(("hours", "late"), [(24, ""), (25, "confirm")])
def test_an_emergency_is_approved_within_a_day(time: Clock, hours: int, late: str) -> None:
    row = sealing(elevators_factory.in_use(cast.actor("county")), emergency=True)
    assert row.state == "in_force"
    time.forward(hours=hours)
    assert queries.late(row) == late
    assert queries.tally(cast.actor("county-leader"), clock.today())["unconfirmed"] == 1
    row = move("county-leader", row, "confirm")
    assert queries.late(row) == ""
    with pytest.raises(Conflict):
        move("county-leader", row, "confirm")


def test_an_emergency_that_is_not_approved_is_lifted(time: Clock) -> None:
    row = sealing(elevators_factory.in_use(cast.actor("county")), emergency=True)
    row = move("county-leader", row, "disapprove", note="不符合条件")
    assert (row.state, queries.late(row)) == ("to_lift", "term")
    assert move("county", row, "lift", note="已启封").state == "lifted"


@pytest.mark.parametrize(("days", "late"), [(30, ""), (31, "term")])
def test_a_term_is_thirty_days(time: Clock, days: int, late: str) -> None:
    row = sealing(elevators_factory.in_use(cast.actor("county")), emergency=True)
    move("county-leader", row, "confirm")
    time.forward(days=days)
    assert queries.late(row) == late
    if late:
        with pytest.raises(Conflict):
            move("county-leader", row, "extend", note="案情复杂")
        return
    row = move("county-leader", row, "extend", note="案情复杂")
    assert row.ends_on == date(2027, 1, 2)
    with pytest.raises(Conflict):
        move("county-leader", row, "extend", note="再延")


def test_a_cylinder_is_suspended(time: Clock) -> None:
    bottle = cylinder_factory.cylinder()
    row = sealing(None, cylinders=[bottle.label_code or bottle.handle], emergency=True)
    assert row.state == "in_force"
    with pytest.raises(Conflict):
        cylinders.change_status(cast.actor("county"), bottle.handle, "resume", {"reason": "恢复"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"term_days": 31}, "term_days"),
        ({"term_days": 0}, "term_days"),
        ({"ground": "none"}, "ground"),
        ({"evidence": []}, "evidence"),
        ({"elevators": []}, "elevators"),
        ({"directive": "no"}, "directive"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(time: Clock, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        sealing(
            elevators_factory.in_use(cast.actor("county")), **{"unit": cast.unit("property").credit_code, **changes}
        )
    assert field in wrong.value.errors


def test_repeats_links_and_strangers(time: Clock) -> None:
    lift, order = elevators_factory.in_use(cast.actor("county")), issued()
    data = sealing_data(lift, directive=order.number)
    row, known = sealings.propose(cast.actor("county"), data)
    assert (row.directive_id, known) == (order.id, False)
    assert sealings.propose(cast.actor("county"), data)[1]
    for login in ("dangshan", "property2", "property"):  # the unit sees it when it is carried out
        with pytest.raises(Missing):
            queries.by_id(cast.actor(login), row.id)
    with pytest.raises(Forbidden):
        sealings.propose(cast.actor("county-leader"), data)


def test_an_emergency_stops_and_names_what_it_seals(time: Clock) -> None:
    lift = elevators_factory.in_use(cast.actor("county"))
    row = sealing(lift, emergency=True)
    assert status(lift) == "temporarily_stopped"
    paper = db.session.get_one(Paper, row.paper_id)
    assert [device["n"] for device in paper.facts["devices"]] == ["1"]
