"""Saved views on pages: saved from the list, opened from list and desk, every list counted as its pages show."""

from __future__ import annotations

import re

import pytest
from werkzeug.datastructures import MultiDict

from blueprints import saved_lists
from blueprints.saved_list_schemas import SCHEMAS
from registry import policy
from registry.queries import paging
from registry.queries.indicator_definitions import INDICATORS
from seeds import cast
from tests import elevators_factory

pytestmark = pytest.mark.usefixtures("app")
SAME = {"Sec-Fetch-Site": "same-origin"}
WHO = ("section", "county", "company", "filling", "property", "inspector", "insurer")


def reader(listing: str) -> str:
    permission = saved_lists.of(listing).permission
    return next(login for login in WHO if policy.may(cast.actor(login), permission))


def test_every_list_has_its_filters() -> None:
    assert set(saved_lists.LISTS) == set(SCHEMAS)


@pytest.mark.parametrize("listing", saved_lists.LISTS)
def test_every_list_is_opened_and_counted(app, browser_of, listing) -> None:
    login = reader(listing)
    places = dict.fromkeys(saved_lists.of(listing).places, "paperless_maintenance")
    with app.test_request_context():
        counted = saved_lists.count(cast.actor(login), listing, places)
        address = saved_lists.address(listing, places)
    assert counted is not None
    page = browser_of(login).get(address)
    assert page.status_code == 200


def test_lists_are_counted_as_they_are_walked(app, actor, monkeypatch) -> None:
    for number in range(1, 8):
        elevators_factory.maintained(actor("section"), number)
    monkeypatch.setattr(paging, "LARGEST", 3)
    monkeypatch.setattr(saved_lists, "LARGEST", 3)
    with app.test_request_context():
        for login in ("section", "dangshan", "company", "property"):
            who = actor(login)
            for listing in ("elevators.index", "inspection_due.index", "policy_lists.uninsured", "contracts.index"):
                page = saved_lists.of(listing).page
                walked, cursor = 0, None
                while True:
                    found = page(who, {}, cursor)
                    walked, cursor = walked + len(found.items), found.next
                    if cursor is None:
                        break
                assert saved_lists.count(who, listing, {}) == walked, (login, listing)


def test_no_more_is_counted_than_there_is_patience_for(app, actor, monkeypatch) -> None:
    for number in range(1, 5):
        elevators_factory.maintained(actor("section"), number)
    monkeypatch.setattr(paging, "MOST_COUNTED", 2)
    with app.test_request_context():
        assert saved_lists.count(actor("section"), "elevators.index", {}) == 3


def test_from_the_list_to_the_desk(actor, browser_of) -> None:
    elevators_factory.maintained(actor("section"), 1)
    section = browser_of("section")
    plain = section.get("/elevators/").text
    assert "/saved-views/new/" not in plain
    page = section.get("/elevators/?area=341302&limit=10").text
    address = re.search(r'href="(/saved-views/new/[^"]+)"', page).group(1).replace("&amp;", "&")
    assert address == "/saved-views/new/elevators.index?area=341302"
    assert "埇桥区" in section.get(address).text
    refused = section.post(address, data={"name": " "}, headers=SAME)
    assert refused.status_code == 422
    done = section.post(address, data={"name": "我管的埇桥", "shared": "1"}, headers=SAME)
    assert (done.status_code, done.location) == (302, "/elevators/?area=341302")
    assert "我管的埇桥" in section.get("/elevators/").text
    part = section.get("/saved-views/", headers={"HX-Request": "true"}).text
    assert re.search(r"<strong>1</strong><span>我管的埇桥", part)
    assert "王建国" in browser_of("leader").get("/saved-views/").text
    opened = re.search(r'href="(/saved-views/\d+)"', part).group(1)
    assert section.get(opened).location == "/elevators/?area=341302"
    assert browser_of("dangshan").get(opened).status_code == 404


def test_a_shared_view_counts_what_its_viewer_may_see(app, actor, browser_of) -> None:
    """Two people of one office in two roles: each sees the own rows under the same conditions."""
    elevators_factory.maintained(actor("section"), 1)
    company = browser_of("company")
    saved = company.post(
        "/saved-views/new/elevators.index?status=in_use", data={"name": "在用", "shared": "1"}, headers=SAME
    )
    assert saved.status_code == 302
    with app.test_request_context():
        filters = {"status": "in_use"}
        assert saved_lists.count(actor("company2"), "elevators.index", filters) == 0
        assert saved_lists.count(actor("tech1"), "elevators.index", filters) == 1


def test_renaming_and_deleting(browser_of) -> None:
    section = browser_of("section")
    section.post("/saved-views/new/hazards.index?state=open", data={"name": "未销号"}, headers=SAME)
    page = section.get("/saved-views/").text
    number = re.search(r'href="/saved-views/(\d+)/edit"', page).group(1)
    assert "未销号" in section.get(f"/saved-views/{number}/edit").text
    wrong = section.post(f"/saved-views/{number}/edit", data={"name": ""}, headers=SAME)
    assert wrong.status_code == 422
    assert section.post(f"/saved-views/{number}/edit", data={"name": "还没销号"}, headers=SAME).status_code == 302
    assert "还没销号" in section.get("/saved-views/").text
    assert section.post(f"/saved-views/{number}/delete", headers=SAME).status_code == 302
    assert "还没有保存视图" in section.get("/saved-views/").text


@pytest.mark.parametrize("path", ["/saved-views/999999", "/saved-views/999999/edit", "/saved-views/new/nothing"])
def test_missing(browser_of, path) -> None:
    assert browser_of("section").get(path).status_code == 404


def test_of_a_list_only_its_own_conditions_are_kept() -> None:
    sent = MultiDict([("area", "341302"), ("q", " "), ("cursor", "5"), ("limit", "9"), ("more", "x")])
    assert saved_lists.kept("elevators.index", sent) == {"area": "341302"}
    assert set(INDICATORS) >= {"paperless_maintenance"}
