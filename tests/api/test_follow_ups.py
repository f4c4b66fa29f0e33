"""The ladder of /follow-ups and of what it takes: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from seeds import cast
from tests import elevators_factory

pytestmark = pytest.mark.usefixtures("app")
KEY = "paperless_maintenance"


@pytest.fixture
def body(actor) -> dict:
    elevators_factory.maintained(actor("section"), 1)
    due = (clock.today() + timedelta(days=7)).isoformat()
    return {"key": KEY, "unit_ids": [cast.unit("company").id], "due_on": due, "note": "请尽快"}


def test_what_it_takes(api_of, client, body) -> None:
    found = api_of("section").get(f"/indicators/{KEY}/effort").json
    assert [way["key"] for way in found["ways"]] == ["unconfirmed", "due_this_month"]
    (company,) = [each for each in found["holders"] if each["unit_id"] == body["unit_ids"][0]]
    assert company["behind"] >= 1
    assert api_of("dangshan").get(f"/indicators/{KEY}/effort").json["holders"] == []
    assert api_of("section").get("/indicators/nothing/effort").status_code == 404
    assert api_of("section").get(f"/indicators/{KEY}/effort", area="999999").status_code in (404, 422)
    assert client.get(f"/api/v1/indicators/{KEY}/effort").status_code == 401


def test_the_forecast(api_of, client, body) -> None:
    items = api_of("section").get(f"/indicators/{KEY}/forecast").json["items"]
    assert items[0]["on"] == clock.today().isoformat()
    assert api_of("section").get("/indicators/nothing/forecast").status_code == 404
    assert client.get(f"/api/v1/indicators/{KEY}/forecast").status_code == 401


def test_sending(api_of, client, body) -> None:
    done = api_of("section").post("/follow-ups", body)
    assert done.status_code == 201
    (row,) = done.json["items"]
    assert (row["state"], row["done"], row["note"]) == ("sent", 0, "请尽快")
    assert api_of("section").post("/follow-ups", body).status_code == 409
    assert api_of("company").post("/follow-ups", body).status_code == 403
    assert client.post("/api/v1/follow-ups", json=body).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"key": "nothing"}, 422),
        ({"unit_ids": []}, 422),
        ({"unit_ids": ["x"]}, 422),
        ({"unit_ids": [999999]}, 404),
        ({"due_on": "2020-01-01"}, 422),
        ({"more": 1}, 422),
    ],
)
def test_bad_input(api_of, body, changes, status) -> None:
    assert api_of("section").post("/follow-ups", {**body, **changes}).status_code == status


def test_reading_and_moving(api_of, client, body) -> None:
    section, company = api_of("section"), api_of("company")
    (row,) = section.post("/follow-ups", body).json["items"]
    path = f"/follow-ups/{row['id']}"
    assert [each["id"] for each in company.get("/follow-ups").json["items"]] == [row["id"]]
    assert api_of("company2").get("/follow-ups").json["items"] == []
    assert api_of("filler").get("/follow-ups").status_code == 403
    shown = company.get(path).json
    assert shown["moves"] == ["answer"]
    assert {each["now"] for each in shown["items"]} == {"没有维保记录"}
    assert api_of("company2").get(path).status_code == 404
    assert company.get("/follow-ups/999999").status_code == 404
    answer = {"note": "三天内", "promised_on": body["due_on"]}
    assert company.post(f"{path}/answer", {"note": "三天内"}).status_code == 422
    assert section.post(f"{path}/answer", answer).status_code == 403
    assert company.post(f"{path}/answer", answer).json["follow_up"]["state"] == "answered"
    assert company.post(f"{path}/close", {}).status_code == 403
    assert section.post(f"{path}/nothing", {}).status_code in (403, 404)
    assert section.post(f"{path}/close", {}).json["follow_up"]["state"] == "closed"
    assert section.post(f"{path}/close", {}).status_code == 409
    assert client.get(f"/api/v1{path}").status_code == 401
