"""The ladder of /risks, and its pages."""

from __future__ import annotations

import pytest

from registry import clock
from registry.actor import SYSTEM
from registry.services import risk
from seeds import cast
from tests import elevators_factory

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def code() -> str:
    elevator = elevators_factory.maintained(cast.actor("section"))
    risk.refresh(SYSTEM, clock.today())
    return elevator.label_code


def test_the_list_the_areas_and_one(api_of, client, code: str) -> None:
    county = api_of("county")
    row = next(row for row in county.get("/risks").json["items"] if row["elevator"] == code)
    live = county.get(f"/risks/elevators/{code}").json
    assert (row["level"], row["points"], row["score"]) == (live["level"], live["points"], live["score"])
    areas = county.get("/risks/areas").json["items"]
    assert [area["area"] for area in areas] == ["341302"]
    assert sum(areas[0]["counts"].values()) == len(county.get("/risks", limit=200).json["items"])
    assert api_of("dangshan").get(f"/risks/elevators/{code}").status_code == 404
    assert api_of("filler").get("/risks").status_code == 403
    assert county.get("/risks", level="pink").status_code == 422
    assert county.get("/risks/elevators/SZ000").status_code == 404
    assert client.get("/api/v1/risks").status_code == 401


def test_the_pages(browser_of, code: str) -> None:
    section = browser_of("section")
    assert code in section.get("/risks/").text
    assert "现在的风险等级" in section.get(f"/risks/elevators/{code}").text
    assert code not in browser_of("dangshan").get("/risks/").text
    assert browser_of("dangshan").get(f"/risks/elevators/{code}").status_code == 404
