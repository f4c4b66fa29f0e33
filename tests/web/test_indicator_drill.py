"""From the city to a county, to a unit, to the one elevator that is not counted: every step adds up and is scoped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from registry.queries import indicator_units, indicators
from registry.queries.indicator_definitions import INDICATORS
from seeds import cast
from tests import cylinder_factory, elevators_factory

LOGINS = ("section", "auditor", "county", "dangshan", "company", "property", "property2", "filling", "insurer")


@pytest.fixture
def city(actor):
    section = actor("section")
    found = [elevators_factory.maintained(section, number) for number in (1, 2, 3)]
    found.append(elevators_factory.in_use(section, 4, area_code="341321", use_unit_id=cast.unit("property2").id))
    cylinder_factory.cylinder()
    return found


@pytest.mark.parametrize("key", sorted(INDICATORS))
@pytest.mark.parametrize("login", LOGINS)
def test_units_make_the_area_and_their_lists_make_them(actor, city, key, login) -> None:
    who, today = actor(login), clock.today()
    for on in (today, today - timedelta(days=200)):
        for figure in indicators.table(who, key, on):
            units = indicator_units.by_unit(who, key, on, figure.area).items
            assert sum(unit.population for unit in units) == figure.denominator
            assert sum(unit.counted for unit in units) == figure.numerator
            for unit in units:
                behind = indicators.behind(who, key, on, figure.area, 200, None, unit.unit_id).items
                assert len(behind) == unit.behind


def test_the_way_down_on_pages(browser_of, city) -> None:
    browser = browser_of("section")
    page = browser.get("/indicators/paperless_maintenance").text
    assert "按县区" in page
    company = cast.unit("company")
    assert f"unit={company.id}#behind" in page
    narrowed = browser.get(f"/indicators/paperless_maintenance?area=341302&unit={company.id}").text
    assert company.name in narrowed
    assert "没有维保记录" in narrowed
    assert city[3].label_code not in narrowed
    nobody = browser.get("/indicators/paperless_maintenance?unit=0").text
    assert city[3].label_code in nobody
    assert browser.get("/indicators/paperless_maintenance/units").status_code == 200
    assert browser.get("/indicators/paperless_maintenance/units?start=x").status_code == 422
    assert browser.get("/indicators/paperless_maintenance?unit=999999").status_code == 404


@pytest.mark.parametrize("login", ["dangshan", "property2", "filling", "insurer"])
def test_a_stranger_s_unit_is_not_there(browser_of, api_of, city, login) -> None:
    company = cast.unit("company").id
    assert browser_of(login).get(f"/indicators/paperless_maintenance?unit={company}").status_code == 404
    answer = api_of(login).get("/indicators/paperless_maintenance/behind", unit=company)
    assert answer.json["items"] == []
    units = api_of(login).get("/indicators/paperless_maintenance/units").json["items"]
    assert company not in [unit["unit_id"] for unit in units]


def test_through_the_api(api_of, city) -> None:
    api, company = api_of("section"), cast.unit("company")
    found = api.get("/indicators/paperless_maintenance/units").json
    assert found["total"] == 2
    first = found["items"][0]
    assert (first["unit_id"], first["counted"], first["behind"], first["value"], first["met"]) == (
        company.id,
        0,
        3,
        0.0,
        False,
    )
    assert api.get("/indicators/paperless_maintenance/units", area="341321").json["items"][0]["unit_id"] == 0
    assert api.get("/indicators/no_such/units").status_code == 404
    assert api.get("/indicators/paperless_maintenance/units", on="x").status_code == 422
