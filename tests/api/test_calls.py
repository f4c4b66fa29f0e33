"""/api/v1/calls."""

from __future__ import annotations

from uuid import uuid4

import pytest

from seeds import cast
from tests.calls_factory import CODE, PHONE, asked, lift, move, taken, values, walk

pytestmark = pytest.mark.usefixtures("app")


def test_taken_once_however_often_it_is_sent(api_of) -> None:
    lift()
    api, sent = api_of("desk"), values(elevator=CODE, ref=str(uuid4()), vulnerable=["elderly"])
    first = api.post("/calls", sent)
    assert first.status_code == 201
    assert (first.json["state"], first.json["level"], first.json["rescue_code"]) == ("dispatched", 1, CODE)
    assert {one["role"] for one in first.json["dispatches"]} == {"maintenance", "use"}
    assert first.json["vulnerable"] == ["elderly"]
    again = api.post("/calls", sent)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert again.json["no"] == first.json["no"]
    assert api.post("/calls", {**sent, "trapped": 9}).status_code == 409
    assert [row["no"] for row in api.get("/calls", state="running").json["items"]] == [first.json["no"]]


def test_an_elevator_that_is_not_known_yet(api_of) -> None:
    row = api_of("desk").post("/calls", values(place="火车站东广场", position={"lat": 33.64, "lon": 116.97})).json
    assert (row["state"], row["elevator"], row["dispatches"]) == ("received", None, [])
    lift()
    tied = api_of("desk").post(f"/calls/{row['no']}/tie", {"elevator": CODE, "version": row["version"]})
    assert (tied.status_code, tied.json["state"]) == (200, "dispatched")
    stale = api_of("desk").post(f"/calls/{row['no']}/hand-over", {"service": "119", "version": row["version"]})
    assert stale.status_code == 409
    assert "确定电梯" in stale.json["detail"]


def test_the_road_by_programs(api_of) -> None:
    row = taken(lift())
    phone, desk = api_of("tech1"), api_of("desk")
    offered = {one["move"]: one["needs"] for one in phone.get(f"/calls/{row.no}/moves").json["items"]}
    assert offered == {"answer": [], "decline": ["reason"], "depart": [], "arrive": []}
    sent = {"ref": str(uuid4()), "position": {"lat": 33.6411, "lon": 116.978}}
    arrived = phone.post(f"/calls/{row.no}/arrive", sent)
    assert arrived.json["state"] == "on_site"
    own = next(one for one in arrived.json["dispatches"] if one["role"] == "maintenance")
    assert (own["state"], own["arrived_distance_m"]) == ("arrived", 100)
    assert phone.post(f"/calls/{row.no}/arrive", sent).headers["Idempotent-Replay"] == "true"
    assert phone.post(f"/calls/{row.no}/release", {"result": "rescued"}).json["state"] == "released"
    assert phone.post(f"/calls/{row.no}/repair", {"cause": "misuse_debris"}).json["state"] == "repaired"
    assert desk.post(f"/calls/{row.no}/call-back", {"satisfaction": "fair"}).json["state"] == "called_back"
    closed = desk.post(f"/calls/{row.no}/close").json
    assert (closed["state"], closed["moves"]) == ("closed", ["reopen"])
    assert closed["steps"][0]["verb"] == "take"


REFUSED = [
    ("desk", "hand-over", {}, 422),
    ("desk", "hand-over", {"service": "120"}, 422),
    ("desk", "hand-over", {"nonsense": 1}, 422),
    ("desk", "close", {}, 409),
    ("desk", "fly", {}, 404),
    ("tech1", "hand-over", {"service": "119"}, 403),
    ("filler", "answer", {}, 403),
    ("company2", "answer", {}, 404),
    ("dangshan", "make-clue", {"title": "t", "description": "d"}, 404),
    ("tech1", "arrive", {"position": {"lat": 91, "lon": 0}}, 422),
]


@pytest.mark.parametrize(("login", "verb", "data", "status"), REFUSED)
def test_who_may_not(api_of, login: str, verb: str, data: dict, status: int) -> None:
    assert api_of(login).post(f"/calls/{taken(lift()).no}/{verb}", data).status_code == status


def test_missing_and_masked(api_of) -> None:
    row = taken(lift())
    assert api_of("desk").get("/calls/JY-1").status_code == 404
    assert api_of("company2").get(f"/calls/{row.no}").status_code == 404
    assert api_of("filler").get("/calls").status_code == 403
    assert api_of("tech1").post("/calls", values()).status_code == 403
    desk, county = (api_of(login).get(f"/calls/{row.no}").json for login in ("desk", "county"))
    assert (desk["phone"], desk["caller"]) == (PHONE, "李女士")
    assert county["phone"] == "139****1234"
    assert all(one["contact_phone"] for one in desk["dispatches"])
    assert not any(one["contact_phone"] for one in county["dispatches"])
    own = {one["role"]: one["contact_phone"] for one in api_of("tech1").get(f"/calls/{row.no}").json["dispatches"]}
    assert own["maintenance"]
    assert own["use"] is None


def test_bad_input_when_it_is_taken(api_of) -> None:
    api = api_of("desk")
    assert api.post("/calls", values(kind="fire", place="x")).status_code == 422
    assert api.post("/calls", values(elevator="999999")).json["errors"]["elevator"]
    assert api.post("/calls", {"source": "iot", "kind": "entrapment"}).json["errors"]["place"]
    assert api.post("/calls", values(kind="false_alarm", place="x")).status_code == 422


def test_clocks_cross_the_border(api_of) -> None:
    row = taken(lift())
    clocks = {one["key"]: one for one in api_of("desk").get(f"/calls/{row.no}").json["timers"]}
    assert clocks["level2"]["state"] == "runs"
    assert 170 <= clocks["level2"]["left"] <= 180
    assert clocks["arrive"]["basis"].startswith("TSG T5002-2017")
    assert {one["dispatch"] for one in api_of("desk").get(f"/calls/{row.no}").json["timers"]} >= {
        asked(row, "company").id
    }


def test_statistics(api_of) -> None:
    elevator = lift()
    walk(taken(elevator))
    taken(elevator, drill=True)
    move("desk", taken(elevator, kind="consult"), "close", note="已答复")
    found = api_of("section").get("/calls/statistics").json
    assert (found["calls"], found["entrapments"], found["persons"], found["on_time_rate"]) == (2, 1, 2, 1.0)
    assert found["cause_groups"] == {"equipment": 1}
    assert sum(found["hours"]) == 1
    assert api_of("tech1").get("/calls/statistics").status_code == 403
    assert api_of("dangshan").get("/calls/statistics").json["calls"] == 0
    assert api_of("section").get("/calls/statistics", since="x").status_code == 422
    assert cast.unit("desk")
