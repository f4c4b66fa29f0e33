"""Guns and alliances of filling stations."""

from datetime import date

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Alliance, Gun, TrailEntry
from registry.queries import stations as queries
from registry.services import stations
from seeds import cast


def gun(login="filling", **data):
    return stations.register_gun(cast.actor(login), {"number": "3", "medium": "lpg", **data})


def alliance(login="section", **data):
    given = {
        "member_a_id": cast.unit("station").id,
        "member_b_id": cast.unit("station2").id,
        "media": ["lpg"],
        "document": "宿特设〔2026〕9号",
        "since": date(2026, 1, 1),
        **data,
    }
    return stations.approve_alliance(cast.actor(login), given)


def test_a_station_registers_its_guns(app) -> None:
    row = gun()
    assert (row.station_id, row.number, row.medium) == (cast.unit("station").id, "3", "lpg")
    with pytest.raises(Conflict):
        gun()
    assert gun("filling2", medium="oxygen").id
    assert gun("county", station_id=row.station_id, number="4").station_id == row.station_id
    assert len(db.session.scalars(select(TrailEntry).where(TrailEntry.act == "gun.registered")).all()) == 3


@pytest.mark.parametrize(
    ("login", "data", "error"),
    [
        ("filling", {"medium": "oxygen"}, Invalid),
        ("filling", {"medium": "steam"}, Invalid),
        ("filler", {}, Forbidden),
        ("section", {}, Invalid),
    ],
)
def test_guns_refused(app, login, data, error) -> None:
    with pytest.raises(error):
        gun(login, **data)
    assert db.session.scalars(select(Gun)).all() == []


def test_nobody_registers_guns_of_others(app) -> None:
    with pytest.raises(Forbidden):
        gun("filling", station_id=cast.unit("station2").id)
    with pytest.raises(Invalid):
        gun("county", station_id=cast.unit("station2").id, medium="oxygen")


def test_only_the_authority_approves_an_alliance(app) -> None:
    assert alliance().media == ["lpg"]
    for login in ("county", "filling"):
        with pytest.raises(Forbidden):
            alliance(login, media=["oxygen"])


BAD = [
    ({"member_b_id": "station"}, "member_b_id"),
    ({"member_b_id": "property"}, "member_b_id"),
    ({"media": []}, "media"),
    ({"media": ["steam"]}, "media"),
    ({"until": date(2026, 1, 1)}, "until"),
]


@pytest.mark.parametrize(("data", "field"), BAD)
def test_alliances_refused(app, data, field) -> None:
    data = {name: cast.unit(value).id if name == "member_b_id" else value for name, value in data.items()}
    with pytest.raises(Invalid) as refused:
        alliance(**data)
    assert list(refused.value.errors) == [field]


def test_one_alliance_for_a_medium_at_a_time(app) -> None:
    alliance(until=date(2026, 7, 1))
    swapped = {"member_a_id": cast.unit("station2").id, "member_b_id": cast.unit("station").id}
    with pytest.raises(Conflict):
        alliance(since=date(2026, 6, 30), **swapped)
    assert alliance(since=date(2026, 6, 30), media=["propane"])
    assert alliance(since=date(2026, 7, 1))
    assert alliance(since=date(2025, 1, 1), until=date(2026, 1, 1))
    assert len(db.session.scalars(select(Alliance)).all()) == 4


def test_what_a_station_page_shows(app) -> None:
    gun()
    alliance()
    station = cast.unit("station")
    shown = queries.station(cast.actor("filling"), station.id)
    assert shown.licence.licence_no == "TS4234001-2028"
    assert [row.number for row in shown.guns] == ["3"]
    assert shown.names[shown.alliances[0].member_b_id] == cast.unit("station2").name
    for login, unit in (("filling2", "station"), ("dangshan", "station"), ("section", "property")):
        with pytest.raises(Missing):
            queries.station(cast.actor(login), cast.unit(unit).id)
    assert [unit.name for unit, _ in queries.listing(cast.actor("filling"))] == [station.name]
    assert len(queries.listing(cast.actor("section"))) == 2


@pytest.mark.parametrize(
    ("until", "suspended", "state"),
    [
        (date(2026, 11, 21), None, "expired"),
        (date(2026, 11, 22), None, "soon"),
        (date(2027, 2, 20), None, "soon"),
        (date(2027, 2, 21), None, "valid"),
        (None, None, "missing"),
        (date(2028, 1, 1), date(2026, 11, 22), "suspended"),
        (date(2028, 1, 1), date(2026, 11, 23), "valid"),
    ],
)
def test_licence_state(app, until, suspended, state) -> None:
    licence = queries.station(cast.actor("section"), cast.unit("station").id).licence
    licence.licence_until, licence.suspended_since = until, suspended
    assert queries.licence_state(licence, date(2026, 11, 22)) == state
    assert clock.today() >= date(2026, 11, 22)
    db.session.rollback()
