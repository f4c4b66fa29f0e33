"""Campaigns: pages, API and verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from registry import clock
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Campaign
from registry.queries import campaigns as queries
from registry.services import campaigns
from seeds import cast
from tests.enforcement_factory import clue, issued, step
from tests.hazards_factory import reported

pytestmark = pytest.mark.usefixtures("app")
HEADERS = {"Sec-Fetch-Site": "same-origin"}


def data(**changes: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "title": "住宅电梯专项整治",
        "starts_on": today,
        "ends_on": today + timedelta(days=60),
        "tasks": "全面检查超期未检、带病运行的住宅电梯",
        "areas": ["341302"],
        "kinds": ["elevator"],
        "self_check": "使用单位逐台自查",
        "self_check_by": today + timedelta(days=15),
        **changes,
    }


def running(login: str = "county-leader", **changes: Any) -> Campaign:
    row = campaigns.plan(cast.actor(login), data(**changes))
    return campaigns.move(cast.actor(login), row.id, "start", {})


def test_totals_come_from_what_is_linked() -> None:
    row, county = running(), cast.actor("county")
    order, hazard, case = issued(), reported(), clue()
    given = {"directives": [order.number], "hazards": [hazard.no], "cases": [case.no]}
    assert campaigns.link(county, row.id, given) == 3
    assert campaigns.link(county, row.id, given) == 0
    step(case, "county-leader", "file", note="立案")
    totals = queries.totals(county, row.id)
    assert (totals.directives, totals.complied, totals.hazards, totals.cases, totals.decided) == (1, 0, 1, 1, 0)
    assert queries.totals(cast.actor("section"), row.id) == totals


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": clock.today() - timedelta(days=1), "self_check_by": None, "self_check": None}, "ends_on"),
        ({"areas": ["341321"]}, "areas"),
        ({"areas": ["000000"]}, "areas"),
        ({"self_check_by": None}, "self_check_by"),
        ({"self_check_by": clock.today() + timedelta(days=61)}, "self_check_by"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        campaigns.plan(cast.actor("county-leader"), data(**changes))
    assert field in wrong.value.errors


def test_only_its_office_ends_it_and_only_a_running_one_is_linked() -> None:
    row = running("section", areas=[])
    with pytest.raises(Conflict):
        campaigns.move(cast.actor("county-leader"), row.id, "end", {"summary": "完成"})
    with pytest.raises(Invalid):
        campaigns.move(cast.actor("section"), row.id, "end", {})
    with pytest.raises(Invalid):
        campaigns.link(cast.actor("county"), row.id, {})
    with pytest.raises(Invalid):
        campaigns.link(cast.actor("dangshan"), row.id, {"directives": [issued().number]})
    campaigns.move(cast.actor("section"), row.id, "end", {"summary": "完成"})
    with pytest.raises(Conflict):
        campaigns.link(cast.actor("county"), row.id, {"directives": ["x"]})
    with pytest.raises(Forbidden):
        campaigns.plan(cast.actor("county"), data())
    with pytest.raises(Missing):
        queries.by_id(cast.actor("dangshan"), running().id)


def test_pages(browser_of) -> None:
    leader, county = browser_of("county-leader"), browser_of("county")
    typed = {
        **{name: value for name, value in data().items() if name != "kinds"},
        "kinds": "elevator",
        "starts_on": clock.today().isoformat(),
        "ends_on": (clock.today() + timedelta(days=60)).isoformat(),
        "self_check_by": (clock.today() + timedelta(days=10)).isoformat(),
    }
    wrong = leader.post("/campaigns/new", data={**typed, "title": ""}, headers=HEADERS)
    assert wrong.status_code == 422
    assert "带病运行" in wrong.text
    done = leader.post("/campaigns/new", data=typed, headers=HEADERS)
    assert done.status_code == 302
    path = done.location
    assert leader.post(f"{path}/start", data={}, headers=HEADERS).status_code == 302
    assert county.post(f"{path}/links", data={}, headers=HEADERS).status_code == 422
    number = issued().number
    assert county.post(f"{path}/links", data={"directives": number}, headers=HEADERS).status_code == 302
    shown = county.get(path).text
    assert number in shown
    assert "使用单位逐台自查" in shown
    assert "住宅电梯专项整治" in county.get("/campaigns/").text
    assert county.get("/exports/campaigns.xlsx").data[:2] == b"PK"
    assert leader.post(f"{path}/end", data={}, headers=HEADERS).status_code == 422
    assert leader.get(f"{path}/start").status_code == 404


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("property", "/campaigns/", 403),
        ("county", "/campaigns/new", 403),
        ("dangshan", "/campaigns/{id}", 404),
        ("county-leader", "/campaigns/{id}/links", 403),
        ("county", "/campaigns/999", 404),
    ],
)
def test_who_sees_what(browser_of, login: str, path: str, status: int) -> None:
    assert browser_of(login).get(path.format(id=running().id)).status_code == status


def test_the_api(api_of) -> None:
    leader, county = api_of("county-leader"), api_of("county")
    sent = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in data().items()}
    assert county.post("/campaigns", sent).status_code == 403
    assert leader.post("/campaigns", {**sent, "x": 1}).status_code == 422
    done = leader.post("/campaigns", sent)
    assert (done.status_code, done.json["campaign"]["state"]) == (201, "planned")
    path = f"/campaigns/{done.json['campaign']['id']}"
    assert county.post(f"{path}/links", {"directives": ["x"]}).status_code == 409
    assert leader.post(f"{path}/start", {"version": 9}).status_code == 409
    assert leader.post(f"{path}/start").json["campaign"]["state"] == "running"
    number = issued().number
    assert county.post(f"{path}/links", {"directives": [number]}).json["totals"]["directives"] == 1
    assert county.post(f"{path}/links", {"directives": ["x"]}).status_code == 422
    assert county.get("/campaigns").json["items"][0]["no"] == done.json["campaign"]["no"]
    assert api_of("dangshan").get(path).status_code == 404
    assert api_of("property").get("/campaigns").status_code == 403
    assert leader.post(f"{path}/dance").status_code == 404
