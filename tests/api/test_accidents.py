"""/api/v1/accidents."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.accidents_factory import reported, values, walk

pytestmark = pytest.mark.usefixtures("app")


def body(**changes) -> dict:
    found = values(**changes)
    return {name: value.isoformat() if name.endswith("_at") else value for name, value in found.items()}


def test_reported_once_however_often_it_is_sent(api_of) -> None:
    api = api_of("county")
    sent = body(ref=str(uuid4()), crane_overturned=True)
    first = api.post("/accidents", sent)
    assert first.status_code == 201
    assert first.json["grade"] == "larger"
    assert first.json["gradings"][0]["reasons"][0]["measure"] == "crane_overturned"
    again = api.post("/accidents", sent)
    assert again.status_code == 200
    assert again.headers["Idempotent-Replay"] == "true"
    assert api.post("/accidents", {**sent, "deaths": 9}).status_code == 409
    assert api.get("/accidents").json["items"][0]["accident"]["no"] == first.json["no"]


def test_moves_through_the_api(api_of) -> None:
    row = walk(reported(), "report_county")
    answer = api_of("section").post(f"/accidents/{row.no}/report-city", {"addressee": "省局"})
    assert answer.status_code == 200
    clocks = {one["step"]: one for one in answer.json["clocks"]}
    assert clocks["report_city"]["done"]
    assert clocks["report_city"]["late"] is False
    assert api_of("section").post(f"/accidents/{row.no}/report-city", {"addressee": "省局"}).status_code == 409
    stale = api_of("section").post(f"/accidents/{row.no}/form-team", {"document": "1", "note": "2", "version": 1})
    assert stale.status_code == 409


REFUSED = [
    ("county", "verify", {}, 422),
    ("county", "verify", {"nonsense": 1}, 422),
    ("county", "form_team", {}, 403),
    ("insurer", "verify", {}, 403),
    ("dangshan", "verify", {"note": "x"}, 404),
    ("section", "fly", {}, 404),
]


@pytest.mark.parametrize(("login", "verb", "data", "status"), REFUSED)
def test_who_may_not(api_of, login: str, verb: str, data: dict, status: int) -> None:
    assert api_of(login).post(f"/accidents/{reported().no}/{verb}", data).status_code == status


def test_missing_and_masked(api_of) -> None:
    row = walk(reported(), "file_report", responsible="company")
    assert api_of("county").get("/accidents/SG-1").status_code == 404
    assert api_of("county").get(f"/accidents/{row.no}").json["reporter_phone"] == "13905570000"
    assert api_of("company").get(f"/accidents/{row.no}").json["reporter_phone"] is None
    assert api_of("county").post("/accidents", body(link="nowhere")).status_code == 422
