"""The pages and the interface of the safety-status report."""

from __future__ import annotations

import pytest

from registry import clock
from tests.accidents_factory import reported

pytestmark = pytest.mark.usefixtures("app")


def quarter() -> dict[str, int]:
    today = clock.today()
    return {"year": today.year, "quarter": (today.month - 1) // 3 + 1}


def test_the_page_links_each_figure_to_its_list(browser_of) -> None:
    row = reported(deaths=1)
    asked = quarter()
    browser = browser_of("section")
    page = browser.get("/status-reports/", query_string=asked)
    assert page.status_code == 200
    assert "万台设备死亡率" in page.text
    assert "/status-reports/death_rate?part=numerator" in page.text
    rows = browser.get("/status-reports/death_rate", query_string={**asked, "part": "numerator"})
    assert row.title in rows.text
    assert browser.get("/status-reports/death_rate", query_string={**asked, "part": "denominator"}).status_code == 200
    assert browser.get("/status-reports/no-such", query_string=asked).status_code == 404
    assert browser_of("property").get("/status-reports/").status_code == 403
    assert browser_of("county").get("/status-reports/").status_code == 200


def test_it_is_issued_from_a_page(browser_of) -> None:
    browser = browser_of("section")
    wrong = browser.post("/status-reports/issue", data={**quarter(), "problems": "原样保留"})
    assert wrong.status_code == 422
    assert "原样保留" in wrong.text
    answer = browser.post("/status-reports/issue", data={"year": clock.today().year - 1, "quarter": "2"})
    assert answer.status_code == 302
    assert browser_of("county").get("/status-reports/issue").status_code == 403


def test_through_the_api(api_of) -> None:
    reported(deaths=1)
    api = api_of("section")
    found = api.get("/status-reports", **quarter())
    assert found.status_code == 200
    death = next(one for one in found.json["figures"] if one["key"] == "death_rate")
    assert death["numerator"] == "1"
    assert death["denominator_name"]
    rows = api.get("/status-reports/death_rate/rows", part="numerator", **quarter()).json["items"]
    assert [one["kind"] for one in rows] == ["accident"]
    assert api.get("/status-reports/inspection_rate/rows", **quarter()).status_code == 404
    assert api.get("/status-reports", quarter=7).status_code == 422
    assert api.post("/status-reports", {"year": clock.today().year - 1}).status_code == 201
    assert api.post("/status-reports", {}).status_code == 422
    assert api_of("county").post("/status-reports", {"year": 2024}).status_code == 403
    assert api_of("filler").get("/status-reports").status_code == 403
