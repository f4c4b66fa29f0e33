"""What may be linked to a campaign is offered from its scope and period, and from each thing's own page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from registry.errors import Forbidden, Missing
from registry.queries import campaign_offers as queries
from registry.queries import campaigns as found
from registry.services import campaigns
from seeds import cast
from tests import supervision_factory
from tests.enforcement_factory import clue, issued
from tests.hazards_factory import Clock, reported
from tests.web.test_campaigns import HEADERS, running

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def time(app, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, clock.now())


def offered(row, text: str = "", login: str = "county") -> dict[str, list[str]]:
    every = queries.offers(cast.actor(login), row, text)
    return {kind: [one.number for one in some] for kind, some in every.items() if some}


def test_everything_in_scope_and_period_is_offered_once(time: Clock) -> None:
    early = reported()
    time.forward(days=5)
    row = running()
    order, hazard, case, check = issued(), reported(), clue(), supervision_factory.opened()
    wanted = {"directives": [order.number], "hazards": [hazard.no], "cases": [case.no], "checks": [check.no]}
    assert offered(row) == wanted
    assert early.no not in str(offered(row))
    campaigns.link(cast.actor("county"), row.id, {"directives": [order.number]})
    assert "directives" not in offered(row)
    assert offered(row, hazard.no) == {"hazards": [hazard.no]}
    assert offered(row, "没有这样的单位") == {}
    assert set(offered(row, cast.unit("property").name)) >= {"hazards", "checks"}
    with pytest.raises(Forbidden):
        queries.offers(cast.actor("auditor"), row)


LATER = {
    "starts_on": clock.today() + timedelta(days=400),
    "ends_on": clock.today() + timedelta(days=900),
    "self_check": None,
    "self_check_by": None,
}
SCOPES = [
    ({"kinds": ["cylinder"]}, False),
    ({"unit_kinds": ["filling"]}, False),
    ({"unit_kinds": ["use"]}, True),
    ({"kinds": []}, True),
    (LATER, False),
]


@pytest.mark.parametrize(("scope", "inside"), SCOPES)
def test_only_what_lies_in_the_scope(scope, inside: bool) -> None:
    supervision_factory.equip()
    hazard, row = reported(), running(**scope)
    assert (offered(row).get("hazards") == [hazard.no]) is inside
    fits = queries.belonging(cast.actor("county"), "hazards", hazard.id).fitting
    assert ([one.id for one in fits] == [row.id]) is inside


def test_another_county_s_are_not_offered() -> None:
    reported()
    assert offered(running("section", areas=["341321"]), login="dangshan") == {}
    assert offered(running("section", areas=[]), login="dangshan") == {}


def test_ticked_on_the_page(browser_of) -> None:
    row, hazard, case = running(), reported(), clue()
    browser, path = browser_of("county"), f"/campaigns/{row.id}/links"
    page = browser.get(path).text
    assert all(f'value="{number}"' in page for number in (hazard.no, case.no))
    assert f'value="{case.no}"' not in browser.get(f"{path}?q={hazard.no}").text
    assert browser.post(path, data={"hazards": "ZDYH-0"}, headers=HEADERS).status_code == 422
    nothing = browser.post(path, data={}, headers=HEADERS)
    assert nothing.status_code == 422
    assert "请填写要关联的编号" in nothing.text
    ticked = {"hazards": [hazard.no], "cases": [case.no]}
    assert browser.post(path, data=ticked, headers=HEADERS).status_code == 302
    totals = found.totals(cast.actor("county"), row.id)
    assert (totals.hazards, totals.cases) == (1, 1)
    left = browser.get(path).text
    assert not any(f'value="{number}"' in left for number in (hazard.no, case.no))


def test_linked_from_its_own_page(browser_of) -> None:
    row, order = running(), issued()
    browser, path = browser_of("county"), f"/directives/{order.id}"
    part = f"/campaigns/of/directives/{order.id}"
    assert f'hx-get="{part}' in browser.get(path).text
    fragment = browser.get(part, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert row.title in fragment
    assert "<html" in browser.get(part).text
    sent = {"campaign": str(row.id), "back": path}
    assert browser.post(part, data={**sent, "campaign": "0"}, headers=HEADERS).status_code == 422
    done = browser.post(part, data=sent, headers=HEADERS)
    assert (done.status_code, done.location) == (302, path)
    again = browser.get(part).text
    assert row.no in again
    assert 'name="campaign"' not in again
    assert found.totals(cast.actor("county"), row.id).directives == 1
    other = running(title="另一行动")
    away = browser.post(part, data={"campaign": str(other.id), "back": "//evil.example"}, headers=HEADERS)
    assert away.location == part


def test_who_may(browser_of) -> None:
    running()
    hazard = reported()
    part = f"/campaigns/of/hazards/{hazard.id}"
    assert browser_of("dangshan").get(part).status_code == 404
    assert browser_of("property").get(part).status_code == 403
    assert browser_of("auditor").get(part).status_code == 200
    assert browser_of("auditor").post(part, data={"campaign": "1"}, headers=HEADERS).status_code == 403
    assert browser_of("county").get("/campaigns/of/ghosts/1").status_code == 404
    assert browser_of("county").get("/campaigns/of/hazards/999999").status_code == 404
    assert 'hx-get="/campaigns/of' not in browser_of("property").get(f"/hazards/{hazard.no}").text
    with pytest.raises(Missing):
        queries.belonging(cast.actor("county"), "ghosts", 1)


def test_the_api(api_of) -> None:
    row, hazard = running(), reported()
    county = api_of("county")
    offers = county.get(f"/campaigns/{row.id}/offers").json
    assert [one["number"] for one in offers["hazards"]] == [hazard.no]
    assert county.get(f"/campaigns/{row.id}/offers", q="x").json["hazards"] == []
    assert county.get(f"/campaigns/{row.id}/offers", q="x" * 101).status_code == 422
    assert api_of("dangshan").get(f"/campaigns/{row.id}/offers").status_code == 404
    assert api_of("auditor").get(f"/campaigns/{row.id}/offers").status_code == 403
    assert api_of("property").get(f"/campaigns/{row.id}/offers").status_code == 403
