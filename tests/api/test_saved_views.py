"""The ladder of /saved-views: works, wrong role, stranger, bad input, missing; and what a shared view shows to whom."""

from __future__ import annotations

import pytest

from registry.db import db
from registry.models import SavedView
from tests import elevators_factory

pytestmark = pytest.mark.usefixtures("app")
BODY = {"listing": "elevators.index", "name": "埇桥在用", "filters": {"area": "341302", "status": "in_use"}}


def delete(api, path: str):
    return api.client.delete(f"/api/v1{path}", headers=api.headers)


def test_saving_and_reading(api_of, client, actor) -> None:
    elevators_factory.maintained(actor("section"), 1)
    section = api_of("section")
    done = section.post("/saved-views", BODY)
    assert done.status_code == 201
    view = done.json
    assert (view["own"], view["shared"], view["count"]) == (True, False, 1)
    assert view["url"] == "/elevators/?area=341302&status=in_use"
    assert section.get(f"/saved-views/{view['id']}").json == view
    assert section.get("/saved-views").json["items"] == [view]
    assert section.get("/saved-views", listing="hazards.index").json["items"] == []
    assert client.get("/api/v1/saved-views").status_code == 401
    assert client.post("/api/v1/saved-views", json=BODY).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"listing": "elevators.show"}, 404),
        ({"name": ""}, 422),
        ({"name": "长" * 61}, 422),
        ({"filters": {"status": "flying"}}, 422),
        ({"filters": {"colour": "red"}}, 422),
        ({"filters": {"cursor": "1"}}, 422),
        ({"filters": "x"}, 422),
        ({"listing": "indicators.show", "filters": {"area": "341302"}}, 422),
        ({"listing": "indicators.show", "filters": {"key": "no_such"}}, 201),
        ({"more": 1}, 422),
    ],
)
def test_bad_input(api_of, changes, status) -> None:
    assert api_of("section").post("/saved-views", {**BODY, **changes}).status_code == status


def test_a_list_of_another_role_is_not_saved(api_of) -> None:
    assert api_of("filling").post("/saved-views", BODY).status_code == 403


def test_a_name_is_given_once(api_of) -> None:
    section = api_of("section")
    assert section.post("/saved-views", BODY).status_code == 201
    assert section.post("/saved-views", BODY).status_code == 422
    assert section.post("/saved-views", {**BODY, "listing": "visits.index", "filters": {}}).status_code == 201
    assert api_of("leader").post("/saved-views", BODY).status_code == 201


def test_one_s_own_is_nobody_else_s(api_of) -> None:
    view = api_of("county").post("/saved-views", BODY).json
    for login in ("county2", "dangshan", "section", "company"):
        other = api_of(login)
        assert other.get(f"/saved-views/{view['id']}").status_code == 404
        assert other.patch(f"/saved-views/{view['id']}", {"name": "我的"}).status_code == 404
        assert delete(other, f"/saved-views/{view['id']}").status_code == 404
        assert other.get("/saved-views").json["items"] == []


def test_a_shared_view_is_opened_and_not_changed_by_colleagues(api_of) -> None:
    view = api_of("county").post("/saved-views", {**BODY, "shared": True}).json
    colleague, stranger = api_of("county2"), api_of("dangshan")
    path = f"/saved-views/{view['id']}"
    assert colleague.get(path).json["own"] is False
    assert colleague.patch(path, {"name": "我的"}).status_code == 403
    assert delete(colleague, path).status_code == 403
    assert stranger.get(path).status_code == 404


def test_changing_and_deleting(api_of, client) -> None:
    county = api_of("county")
    view = county.post("/saved-views", BODY).json
    path = f"/saved-views/{view['id']}"
    other = county.post("/saved-views", {**BODY, "name": "另一个"}).json
    assert county.patch(path, {"name": "另一个"}).status_code == 422
    assert county.patch(path, {"name": "新名", "shared": True}).json["name"] == "新名"
    assert county.patch(path, {"filters": {}}).status_code == 422
    assert client.patch(f"/api/v1{path}", json={"name": "x"}).status_code == 401
    assert delete(county, path).status_code == 204
    assert delete(county, path).status_code == 404
    assert county.get(path).status_code == 404
    assert county.patch("/saved-views/999999", {"name": "x"}).status_code == 404
    assert [each["id"] for each in county.get("/saved-views").json["items"]] == [other["id"]]


def test_a_condition_that_no_longer_holds_has_no_count(api_of, browser_of) -> None:
    section = api_of("section")
    view = section.post("/saved-views", BODY).json
    row = db.session.get(SavedView, view["id"])
    row.filters = {"status": "flying"}
    db.session.commit()
    assert section.get(f"/saved-views/{view['id']}").json["count"] is None
    browser = browser_of("section")
    opened = browser.get(f"/saved-views/{view['id']}")
    assert opened.status_code == 302
    page = browser.get(opened.location)
    assert page.status_code == 422
    assert "有条件已失效" in page.text


def test_a_colleague_s_technician_sees_only_lists_of_the_own_role(api_of) -> None:
    """The manager shares the anomalies of the company; its technicians have no such list."""
    manager = api_of("company")
    view = manager.post("/saved-views", {"listing": "anomalies.index", "name": "异常", "shared": True}).json
    worker = api_of("tech1")
    assert worker.get("/saved-views").json["items"] == []
    assert worker.get(f"/saved-views/{view['id']}").status_code == 403
