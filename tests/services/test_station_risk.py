"""Filling stations in four colours, and the risk control list of a unit."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import python_calamine
from sqlalchemy import select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.documents.office import issued
from registry.errors import Conflict, Forbidden, Missing
from registry.exchange import risk_book
from registry.models import Capacity, StationRisk
from registry.queries import risk_lists, station_risk_facts
from registry.rules import risk as rules
from registry.services import risk
from registry.services import risk_lists as services
from seeds import cast
from tests.accidents_factory import reported
from tests.elevators_factory import in_use

pytestmark = pytest.mark.usefixtures("app")


def station(name: str = "station") -> int:
    return cast.unit(name).id


def facts(name: str = "station") -> dict:
    return station_risk_facts.of_stations(clock.today())[station(name)]


def set_licence(days: int) -> None:
    with transaction() as session:
        row = session.scalars(
            select(Capacity).where(Capacity.unit_id == station(), Capacity.capacity == "filling")
        ).one()
        row.licence_until = clock.today() + timedelta(days=days)


def test_every_station_is_graded_once_until_something_changes() -> None:
    today = clock.today()
    stations = db.session.scalars(select(Capacity.unit_id).where(Capacity.capacity == "filling")).all()
    assert risk.refresh_stations(SYSTEM, today) == len(set(stations))
    assert risk.refresh_stations(SYSTEM, today) == 0
    with pytest.raises(Forbidden):
        risk.refresh_stations(cast.actor("section"), today)
    for unit, found in station_risk_facts.of_stations(today).items():
        row = db.session.scalars(select(StationRisk).where(StationRisk.station_id == unit)).one()
        assert row.level == rules.grade("station", found, today).level


def test_a_station_of_flammable_gas_is_yellow_at_least() -> None:
    found = facts()
    assert (found["consequence"], found["flammable_or_toxic"]) == ("flammable", True)
    assert rules.grade("station", {**found, "points": 0}, clock.today()).level in ("yellow", "orange", "red")


LICENCES = [(400, False), (100, True), (-1, True)]


@pytest.mark.parametrize(("days", "counts"), LICENCES)
def test_a_licence_that_ends_soon_counts(days: int, counts: bool) -> None:
    set_licence(days)
    assert facts()["licence_not_renewed"] is counts


def test_an_accident_counts_against_its_station() -> None:
    assert facts()["accident_in_3_years"] is False
    reported(unit=cast.unit("station").credit_code, equipment="cylinder", link="filling")
    assert facts()["accident_in_3_years"] is True
    assert facts("station2")["accident_in_3_years"] is False


def test_who_sees_which_station() -> None:
    risk.refresh_stations(SYSTEM, clock.today())

    def seen(login: str) -> set[int]:
        return {row.station_id for row in risk_lists.stations(cast.actor(login), {}, clock.today()).items}

    assert {station(), station("station2")} <= seen("section")
    assert seen("filling") == {station()}
    assert station("station2") not in seen("county")
    with pytest.raises(Forbidden):
        seen("property")
    with pytest.raises(Missing):
        risk_lists.of_station(cast.actor("filling"), station("station2"), clock.today())
    with pytest.raises(Missing):
        risk_lists.of_station(cast.actor("section"), station("property"), clock.today())


@pytest.mark.parametrize("level", ["red", "orange", "yellow", "blue"])
def test_each_colour_has_its_measures(level: str) -> None:
    control = rules.controls(clock.today())[level]
    assert all([*control.use, *control.unit, *control.regulator, *control.review])


def test_the_control_list_of_a_use_unit() -> None:
    elevator = in_use(cast.actor("section"))
    with pytest.raises(Conflict):
        services.issue(cast.actor("property2"), station("property2"))
    risk.refresh(SYSTEM, clock.today())
    unit = station("property")
    found = risk_lists.of_unit(cast.actor("property"), unit, clock.today())
    assert elevator.label_code in [line.code for line in found.lines]
    order = [rules.LEVELS.index(line.level) for line in found.lines]
    assert order == sorted(order, reverse=True)
    assert sum(found.counts.values()) == len(found.lines)
    for login in ("property2", "filling"):
        with pytest.raises(Missing):
            risk_lists.of_unit(cast.actor(login), unit, clock.today())
    with pytest.raises(Missing):
        risk_lists.of_unit(cast.actor("dangshan"), unit, clock.today())
    with pytest.raises(Forbidden):
        risk_lists.of_unit(cast.actor("company"), unit, clock.today())
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(risk_book.control_list(found).read()))
    assert len(book.get_sheet_by_index(0).to_python()) == len(found.lines) + 2
    paper = services.issue(cast.actor("property"), unit)
    assert len(paper.facts["lines"]) == len(found.lines)
    assert issued.file(cast.actor("property"), paper.id, "pdf")[0].read_bytes().startswith(b"%PDF")


def test_the_control_list_of_a_station() -> None:
    risk.refresh_stations(SYSTEM, clock.today())
    found = risk_lists.of_unit(cast.actor("filling"), station(), clock.today())
    assert [line.kind for line in found.lines] == ["station"]


def test_pages_and_interface(browser_of, api_of) -> None:
    risk.refresh_stations(SYSTEM, clock.today())
    browser = browser_of("filling")
    name = cast.unit("station").name
    assert name in browser.get("/risks/stations").text
    assert browser.get(f"/risks/stations/{station()}").status_code == 200
    assert browser.get(f"/risks/stations/{station('station2')}").status_code == 404
    assert name in browser.get("/risks/mine", follow_redirects=True).text
    assert browser.get(f"/risks/lists/{station()}.xlsx").status_code == 200
    assert browser.post(f"/risks/lists/{station()}").status_code == 302
    assert browser_of("section").get("/risks/stations?level=nonsense").status_code == 422
    assert browser_of("property").get("/risks/stations").status_code == 403
    api = api_of("section")
    assert station() in [one["station_id"] for one in api.get("/risks/stations").json["items"]]
    assert api.get(f"/risks/stations/{station()}").json["level"]
    assert api.get(f"/risks/lists/{station()}").json["lines"][0]["measures"]
    assert api.get("/risks/lists/999999").status_code == 404
    assert api_of("company").get(f"/risks/lists/{station()}").status_code == 403
