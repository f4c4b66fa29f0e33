"""The hazards of the API: the contract's names and statuses."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest

from seeds import cast
from tests.hazards_factory import ROADS, Clock, clue, data_for, move, reported, walk


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    return Clock(monkeypatch)


def as_json(value):
    """What a program would send."""
    match value:
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case str() | int() | None:
            return value
        case _:
            return str(value)


def upload(api, name: str = "a.jpg", content: bytes = b"\xff\xd8\xff") -> int:
    response = api.client.post("/api/v1/hazards/files", data={"file": (io.BytesIO(content), name)}, headers=api.headers)
    assert response.status_code == 201, response.json
    return response.json["id"]


def test_the_whole_road(time, api_of) -> None:
    api = api_of("county")
    ref = str(uuid4())
    body = {**clue(), "evidence": [upload(api)], "ref": ref}
    first = api.post("/hazards", body)
    assert first.status_code == 201
    assert {key: first.json[key] for key in ("no", "state", "area", "unit", "overdue", "version")} == {
        "no": "ZDYH-341300-2026-0001",
        "state": "DRAFT",
        "area": "341302",
        "unit": "宿州汇源物业服务有限公司",
        "overdue": 0,
        "version": 1,
    }
    again = api.post("/hazards", body)
    assert (again.status_code, again.json["no"]) == (200, first.json["no"])
    assert again.headers["Idempotent-Replay"] == "true"
    assert api.post("/hazards", {**body, "title": "另一条"}).status_code == 409
    no = first.json["no"]
    for login, verb in ROADS["county"]:
        if verb == "close":
            time.forward(days=8)
        caller = api_of(login)
        offers = caller.get(f"/hazards/{no}/moves").json
        offer = next(offer for offer in offers["items"] if offer["move"] == verb)
        data = as_json(data_for(verb, login))
        assert {need["field"] for need in offer["needs"]} <= set(data)
        assert set(data) <= {need["field"] for need in (*offer["needs"], *offer["accepts"])}
        sent = {**data, "version": offers["version"], "ref": str(uuid4())}
        made = caller.post(f"/hazards/{no}/{verb.replace('_', '-')}", sent)
        assert made.status_code == 200, made.json
        assert made.json["state"] == offer["target"]
        repeat = caller.post(f"/hazards/{no}/{verb}", sent)
        assert (repeat.status_code, repeat.headers.get("Idempotent-Replay")) == (200, "true")
        assert repeat.json["version"] == made.json["version"]
    api = api_of("county")  # the first token has expired meanwhile
    shown = api.get(f"/hazards/{no}").json
    assert (shown["state"], len(shown["steps"]), shown["steps"][0]["by"]) == ("CLOSED", 14, "赵倩")
    assert api.get(f"/hazards/{no}/moves").json["items"] == []


def test_the_list_and_its_filters(time, api_of) -> None:
    late = walk(reported(), "LISTED")
    move("county-leader", late, "assign", due=time.at.date())
    other = reported()
    time.forward(days=1)
    api = api_of("section")
    everything = api.get("/hazards", limit=1).json
    assert ([item["no"] for item in everything["items"]], everything["next"] is None) == ([other.no], False)
    rest = api.get("/hazards", limit=1, cursor=everything["next"]).json
    assert ([item["no"] for item in rest["items"]], rest["next"]) == ([late.no], None)
    for query, found in (
        ({"state": "DRAFT"}, [other.no]),
        ({"overdue": "true"}, [late.no]),
        ({"overdue": "1", "area": "341302"}, [late.no]),
        ({"area": "341321"}, []),
    ):
        assert [item["no"] for item in api.get("/hazards", **query).json["items"]] == found
    assert api.get("/hazards", overdue="1").json["items"][0]["overdue"] == 1
    assert api.get("/hazards", state="ASLEEP").status_code == 422
    assert api_of("dangshan").get("/hazards").json["items"] == []


def test_the_ladder(time, api_of, client) -> None:
    hazard = reported()
    path = f"/hazards/{hazard.no}"
    for suffix in ("", "/moves"):
        assert client.get(f"/api/v1{path}{suffix}").status_code == 401
        assert api_of("property2").get(path + suffix).status_code == 404
        assert api_of("section").get(f"/hazards/ZDYH-0{suffix}").status_code == 404
    assert client.post(f"/api/v1{path}/submit", json={}).status_code == 401
    assert api_of("property").post(f"{path}/submit").status_code == 403
    assert api_of("dangshan").post(f"{path}/submit").status_code == 404
    assert api_of("county").post(f"{path}/conjure").status_code == 404
    assert api_of("filler").post("/hazards", clue()).status_code == 403
    early = api_of("county2").post(f"{path}/close", {})
    assert (early.status_code, early.json["type"]) == (409, "conflict")


def test_bad_input_is_told_by_field(time, api_of) -> None:
    api = api_of("county")
    wrong = api.post("/hazards", {**clue(source="hearsay"), "colour": "red"})
    assert (wrong.status_code, set(wrong.json["errors"])) == (422, {"colour"})
    wrong = api.post("/hazards", clue(source="hearsay", elevator="nothing"))
    assert (wrong.status_code, set(wrong.json["errors"])) == (422, {"source", "elevator"})
    hazard = walk(reported(), "LISTED")
    leader = api_of("county-leader")
    wrong = leader.post(f"/hazards/{hazard.no}/assign", {"due": "soon", "issuing_party": "me"})
    assert (wrong.status_code, set(wrong.json["errors"])) == (422, {"due", "issuing_party"})
    for body in ({"checklist": {"root_cause": "yes"}}, {"verifiers": ["x"]}, {"files": {}}, {"version": "new"}):
        verb = "pass-verification" if "checklist" in body else "accept-request"
        assert api.post(f"/hazards/{hazard.no}/{verb}", body).status_code == 422


def test_what_is_missing_is_told_at_once_as_findings(time, api_of) -> None:
    hazard = walk(reported(), "LISTED")
    answer = api_of("county-leader").post(f"/hazards/{hazard.no}/assign", {"due": "2026-11-02"})
    assert (answer.status_code, answer.json["type"]) == (422, "refused-by-rule")
    rules = {finding["rule"] for finding in answer.json["findings"]}
    assert rules == {
        "I6.past_date",
        "need.issuing_party",
        "need.responsible_party",
        "need.coordinating_party",
        "need.directive_no",
    }
    assert all(finding["severity"] == "block" and finding["text"] for finding in answer.json["findings"])


def test_two_callers_at_once(time, api_of) -> None:
    hazard = walk(reported(), "PENDING_RECOGNITION")
    seen = hazard.version
    sent = {**as_json(data_for("recognise", "county-leader")), "version": seen}
    assert api_of("county-leader").post(f"/hazards/{hazard.no}/recognise", sent).status_code == 200
    second = api_of("county-leader2").post(f"/hazards/{hazard.no}/refuse", {"reason": "否", "version": seen})
    assert second.status_code == 409
    assert "周卫东" in second.json["detail"]


def test_the_moves_name_their_choices(time, api_of) -> None:
    hazard = walk(reported(), "CLOSE_REQUESTED")
    items = api_of("county2").get(f"/hazards/{hazard.no}/moves").json["items"]
    offer = next(item for item in items if item["move"] == "accept_request")
    (verifiers,) = offer["needs"]
    assert (verifiers["field"], verifiers["type"]) == ("verifiers", "verifiers")
    assert {choice["label"] for choice in verifiers["choices"]} == {"李明", "赵倩", "孙磊"}
    assert cast.person("property").id not in {choice["value"] for choice in verifiers["choices"]}
