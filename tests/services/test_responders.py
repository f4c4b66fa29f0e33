"""Rescue teams: put on file, corrected, rota, exceptions, suspended; who may, and what is refused beside its field."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import DutyShift, Responder, ResponderStatus, TrailEntry
from registry.queries import personal
from registry.queries import responders as queries
from registry.rules import responders as rules
from registry.services import responders
from seeds import cast
from tests.responders_factory import ALWAYS, moment, station

DAY = {"weekday": 0, "begins": 480, "ends": 1200}


def acts(row: Responder) -> list[str]:
    statement = select(TrailEntry.act).where(TrailEntry.subject == "responder", TrailEntry.subject_id == row.id)
    return list(db.session.scalars(statement.order_by(TrailEntry.id)))


def test_everything_leaves_an_entry(app: Flask) -> None:
    row, desk, today = station(), cast.actor("desk"), clock.today()
    responders.correct(desk, row.id, {"capacity": 3, "areas": ["341302", "341321"]})
    responders.set_rota(desk, row.id, [DAY])
    responders.add_exception(desk, row.id, {"day": today, "until": today + timedelta(days=1), "reason": "检修"})
    responders.drop_exception(desk, row.id, today)
    responders.move(desk, row.id, "suspend", "整顿")
    responders.move(desk, row.id, "resume", "整顿完毕")
    responders.move(desk, row.id, "close", "撤站")
    assert acts(row) == [
        "responder.registered",
        "responder.corrected",
        "responder.rota_set",
        "responder.exception_added",
        "responder.exception_added",
        "responder.exception_dropped",
        "responder.moved",
        "responder.moved",
        "responder.moved",
    ]
    with pytest.raises(Conflict):
        responders.set_rota(desk, row.id, [DAY])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "none"}, "kind"),
        ({"levels": [3]}, "levels"),
        ({"areas": []}, "areas"),
        ({"areas": ["999999"]}, "areas"),
        ({"capacity": 100}, "capacity"),
        ({"lat": None}, "lat"),
        ({"shifts": [{**DAY, "weekday": 7}]}, "shifts"),
        ({"shifts": [{**DAY, "begins": 1440}]}, "shifts"),
        ({"shifts": [{**DAY, "ends": 0}]}, "shifts"),
        ({"shifts": [DAY] * 61}, "shifts"),
        ({"members": [999_999]}, "members"),
    ],
)
def test_what_is_not_possible_is_said_beside_its_field(app: Flask, values: dict, field: str) -> None:
    with pytest.raises(Invalid) as error:
        station(**values)
    assert list(error.value.errors) == [field]


def test_a_name_is_borne_once_in_a_unit(app: Flask) -> None:
    station("甲")
    station("甲", unit="company2", areas=["341321"])
    with pytest.raises(Invalid) as error:
        station("甲")
    assert list(error.value.errors) == ["name"]


def test_members_are_of_the_unit_and_the_rota_names_members(app: Flask) -> None:
    tech, stranger = cast.person("tech1").id, cast.person("company2").id
    with pytest.raises(Invalid):
        station(members=[stranger])
    with pytest.raises(Invalid) as error:
        station(shifts=[{**DAY, "person_id": tech}])
    assert list(error.value.errors) == ["shifts"]
    row = station(members=[tech], shifts=[{**DAY, "person_id": tech}])
    line = queries.show(cast.actor("desk"), row.id, moment(clock.today(), "00:00"))
    assert [each.person.name for each in line.members] == ["马超"]
    responders.correct(cast.actor("desk"), row.id, {"members": []})
    assert queries.show(cast.actor("desk"), row.id).members == []


def test_a_new_rota_keeps_what_was_and_drops_what_was_planned(app: Flask) -> None:
    row, desk, today = station(shifts=[DAY]), cast.actor("desk"), clock.today()
    responders.set_rota(desk, row.id, ALWAYS, today + timedelta(days=10))
    responders.set_rota(desk, row.id, [{**DAY, "weekday": 3}], today + timedelta(days=5))
    rows = db.session.scalars(
        select(DutyShift).where(DutyShift.responder_id == row.id).order_by(DutyShift.since, DutyShift.id)
    ).all()
    assert [(each.weekday, each.since, each.until) for each in rows] == [
        (0, today, today + timedelta(days=5)),
        (3, today + timedelta(days=5), None),
    ]
    with pytest.raises(Invalid):
        responders.set_rota(desk, row.id, [], today - timedelta(days=1))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": -1}, "day"),
        ({"day": 0, "until": 62}, "until"),
        ({"day": 1, "until": 0}, "until"),
        ({"day": 0, "begins": 480}, "ends"),
        ({"day": 0, "ends": 480}, "begins"),
        ({"day": 0, "begins": 1440, "ends": 1}, "begins"),
        ({"day": 0, "reason": " "}, "reason"),
        ({"day": 0, "person_id": 1}, "person_id"),
    ],
)
def test_exceptions_that_make_no_sense(app: Flask, values: dict, field: str) -> None:
    row, today = station(), clock.today()
    days = {name: today + timedelta(days=values[name]) for name in ("day", "until") if name in values}
    with pytest.raises(Invalid) as error:
        responders.add_exception(cast.actor("desk"), row.id, {"reason": "检修", **values, **days})
    assert list(error.value.errors) == [field]


def test_an_exception_replaces_that_of_the_same_day(app: Flask) -> None:
    row, desk, today = station(), cast.actor("desk"), clock.today()
    responders.add_exception(desk, row.id, {"day": today, "until": today + timedelta(days=61), "reason": "检修"})
    responders.add_exception(desk, row.id, {"day": today, "begins": 60, "ends": 120, "reason": "缩短"})
    found = queries.show(desk, row.id).exceptions
    assert (len(found), found[0].begins, found[0].reason) == (62, 60, "缩短")
    with pytest.raises(Missing):
        responders.drop_exception(desk, row.id, today + timedelta(days=62))


def test_the_second_of_two_who_change_it_is_told(app: Flask) -> None:
    row, desk = station(), cast.actor("desk")
    version = queries.show(desk, row.id).responder.version
    responders.correct(desk, row.id, {"capacity": 2}, version)
    for late in (
        lambda: responders.correct(desk, row.id, {"capacity": 5}, version),
        lambda: responders.set_rota(desk, row.id, [], None, version),
        lambda: responders.move(desk, row.id, "suspend", "整顿", version),
    ):
        with pytest.raises(Conflict):
            late()


def test_each_unit_has_its_own_and_counties_theirs(app: Flask) -> None:
    with pytest.raises(Forbidden):
        station("甲", login="company", unit="company2")
    row = station("甲", login="company", unit_id=None)
    assert row.unit_id == cast.unit("company").id
    for login in ("company2", "dangshan"):
        with pytest.raises(Missing):
            queries.show(cast.actor(login), row.id)
    with pytest.raises(Invalid):
        station("乙", login="dangshan")
    shared = station("乙", areas=["341321"])
    assert queries.show(cast.actor("dangshan"), shared.id).responder.name == "乙"
    with pytest.raises(Forbidden):  # it serves the county, but another county's unit answers for it
        responders.move(cast.actor("dangshan"), shared.id, "suspend", "整顿")
    with pytest.raises(Forbidden):
        responders.move(cast.actor("company"), row.id, "close", "撤站")
    for login in ("filling", "insurer", "property", "inspector"):
        with pytest.raises(Forbidden):
            queries.show(cast.actor(login), row.id)


def test_phones_of_people_are_for_whoever_calls_them_out(app: Flask) -> None:
    row = station(members=[cast.person("tech1").id])
    (member,) = queries.show(cast.actor("desk"), row.id).members
    for login, whole in (("desk", True), ("tech1", True), ("tech2", True), ("section", False)):
        assert personal.shown(cast.actor(login), member.person, "phone").startswith("139****") is not whole, login
    phone, person = queries.contact(cast.actor("desk"), row.id, clock.now())
    assert (phone, person) == ("0557-3012345", None)


@pytest.mark.parametrize("seed", range(6))
def test_states_are_periods_without_gaps(app: Flask, seed: int) -> None:
    """Whatever somebody tries, the periods follow one another and the last one is the status."""
    rng = random.Random(seed)
    row, desk = station(), cast.actor("desk")
    for _ in range(8):
        verb = rng.choice(["suspend", "resume", "close"])
        legal = verb in {each.verb for each in rules.MOVES if each.source == row.status}
        before = row.status
        try:
            row = responders.move(desk, row.id, verb, "试")
            assert legal
        except Conflict:
            assert not legal
            assert row.status == before
    periods = db.session.scalars(
        select(ResponderStatus).where(ResponderStatus.responder_id == row.id).order_by(ResponderStatus.id)
    ).all()
    assert [each.until for each in periods[:-1]] == [each.since for each in periods[1:]]
    assert (periods[-1].until, periods[-1].status) == (None, row.status)


def test_no_such_move(app: Flask) -> None:
    row = station()
    with pytest.raises(Missing):
        responders.move(cast.actor("desk"), row.id, "promote", "试")
    with pytest.raises(Invalid):
        responders.move(cast.actor("desk"), row.id, "suspend", "  ")
